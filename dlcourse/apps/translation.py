"""Why this file exists: sentences have different lengths, and a translator has to know itself when it is done.

Chapter 7 turned strings around that were all as long as their answers. Here pairs of sentences are filled up to
rectangles, nobody looks at the filling, and a text ends where the model writes the sign to stop.
"""

import numpy as np

from .. import functional as F
from .. import nn, optim
from ..data.tokenizers import WordTokenizer
from ..lr_scheduler import OneCycleLR
from ..ops import cat
from ..seq2seq import EncoderDecoder, SmallTransformer
from ..tensor import Tensor, no_grad

PAD, BOS, EOS = 0, 2, 3  # the numbers that every WordTokenizer gives to filling, beginning and end


def padded(sequences, length=None):
    """Sequences of different lengths as one array, filled up on the right with 0; `array != 0` is the mask.

    Shapes:  N sequences of up to T whole numbers  ->  (N, T), or (N, length)
    Raises:  ValueError if one is longer than `length`.   Chapter: 5d.
    """
    longest = max(map(len, sequences))
    length = longest if length is None else length
    if longest > length:
        raise ValueError(f"padded expected sequences of at most {length} tokens, got one of {longest}")
    filled = np.full((len(sequences), length), PAD)
    for row, sequence in zip(filled, sequences, strict=True):
        row[: len(sequence)] = sequence
    return filled


class Languages:
    """A tokenizer of words for the source and one for the target, made from pairs of texts.

    `source` and `target` are the tokenizers; `encode` makes arrays of texts, `decode` texts of written tokens.

    Raises:  ValueError unless there are as many sources as targets, and at least one.   Chapter: 5d.
    """

    def __init__(self, sources, targets):
        if len(sources) != len(targets) or not len(sources):
            raise ValueError(f"Languages expected as many sources as targets, got {len(sources)} and {len(targets)}")
        self.source, self.target = WordTokenizer.train(list(sources)), WordTokenizer.train(list(targets))

    def encode(self, sources, targets):
        """Texts as arrays of tokens, filled up with 0; each target ends with the sign to stop.

        Shapes:  N texts, N texts  ->  (N, S), (N, T).   Chapter: 5d.
        """
        ended = [self.target.encode(text, eos=True) for text in targets]
        return padded([self.source.encode(text) for text in sources]), padded(ended)

    def decode(self, written):
        """What was written, as texts: of each row what stands before the sign to stop.   (N, T)  ->  N texts."""
        return [self.target.decode(row) for row in until_end(written)]


def until_end(written):
    """Written tokens with filling from the sign to stop on.   Shapes:  (N, T)  ->  (N, T).   Chapter: 5d."""
    ended = np.cumsum(np.asarray(written) == EOS, axis=1) > 0
    return np.where(ended, PAD, written)


def decoder_input(target):
    """What the decoder reads while it learns: the sign to begin, then the right tokens.   (N, T)  ->  (N, T)."""
    return np.column_stack([np.full(len(target), BOS), target[:, :-1]])


# ------------------------------------------------------------------------------------------------ models


class Translator(EncoderDecoder):
    """Chapter 7's encoder-decoder for two vocabularies and for sentences of different lengths.

    The state that the decoder begins with is the one after the last word, not after the filling, and to filling the
    attention gives the weight 0. So what is written does not depend on how much filling there is.

    Shapes:  source (N, S), target (N, T), what was written so far  ->  logits (N, T, target tokens)
    Raises:  ValueError for a score that Attention does not know.
    Source:  as EncoderDecoder.   Chapter: 5d.
    """

    def __init__(self, source_tokens, target_tokens, hidden=64, score="dot", *, rng=None):
        super().__init__(target_tokens, hidden, score, rng=rng)
        self.embed_source = nn.Embedding(source_tokens, hidden, rng=rng)

    def read(self, source):
        """The states after each word, and the one after the last word.   (N, S)  ->  (N, S, H), (1, N, H)."""
        keys, _ = self.encoder(self.embed_source(source))
        last = (source != PAD).sum(axis=1) - 1
        return keys, keys[np.arange(len(source)), last].unsqueeze(0)

    def write(self, target, keys, state, filling=None):
        """As chapter 7's, but nobody looks where `filling` (N, S) is True."""
        hidden, state = self.decoder(self.embed(target), state)  # (N, T, H)
        weights = None
        if self.attention is not None:
            scores = self.attention.scores(hidden, keys)  # (N, T, S)
            if filling is not None:
                scores = scores.masked_fill(filling[:, None], -np.inf)
            weights = F.softmax(scores, dim=-1)
            hidden = cat(hidden, weights @ keys, dim=-1)
        return self.out(self.mix(hidden).tanh()), state, weights

    def forward(self, source, target):
        return self.write(target, *self.read(source), source == PAD)[0]

    def begin(self, source):
        """What has to be kept while writing, as arrays with a row for each sentence."""
        keys, state = self.read(source)
        return keys.data, state.data[0], source == PAD

    def go_on(self, tokens, kept):
        """Read one more token for each sentence.   tokens (N,), kept  ->  logits (N, target tokens), kept."""
        keys, state, filling = kept
        logits, state, _ = self.write(tokens[:, None], Tensor(keys), Tensor(state[None]), filling)
        return logits.data[:, 0], (keys, state.data[0], filling)


class StackTranslator(SmallTransformer):
    """Chapter 7's transformer, which reads source and target as one sequence.

    It has one vocabulary: the words of the source are numbered behind those of the target. The source is filled up to
    `longest_source` tokens, so that every target begins at the same place; the filling is read like a word.

    Shapes:  source (N, S), target (N, T)  ->  logits (N, T, tokens of both)
    Raises:  ValueError for longer sources or targets.
    Source:  as SmallTransformer.   Chapter: 5d.
    """

    def __init__(self, source_tokens, target_tokens, dim=48, depth=2, heads=4, longest_source=12, longest=32, *,
                 rng=None):
        super().__init__(source_tokens + target_tokens, dim, depth, heads, longest, rng=rng)
        self.behind, self.longest_source = target_tokens, longest_source

    def forward(self, source, target):
        return super().forward(padded(source, self.longest_source) + self.behind, target)

    def begin(self, source):
        """What has to be kept while writing: the source, and what was written."""
        return source, np.zeros((len(source), 0), int)

    def go_on(self, tokens, kept):
        """Read one more token for each sentence.   tokens (N,), kept  ->  logits (N, target tokens), kept."""
        source, written = kept
        written = np.column_stack([written, tokens])
        return self(source, written).data[:, -1, : self.behind], (source, written)


# ------------------------------------------------------------------------------------------------ learning


def loss_of(model, source, target):
    """The mean cross-entropy of the right next token after the right ones before it; filling does not count."""
    logits = model(source, decoder_input(target))
    return F.cross_entropy(logits.reshape(-1, logits.shape[-1]), target.ravel(), ignore_index=PAD)


def trimmed(array):
    """An array without the columns that hold nothing but filling.   (N, T)  ->  (N, up to T)."""
    return array[:, : (array != PAD).sum(axis=1).max()]


def train(model, source, target, updates, rate=0.006, batch_size=64, loss=loss_of, *, rng):
    """Teach a model pairs, drawn at random, by Adam with one cycle of the rate; the loss of each update.

    `loss(model, source, target)` is what is lowered.

    Shapes:  source (M, S), target (M, T)  ->  (updates,).   Chapter: 5d.
    """
    optimizer, losses = optim.Adam(model.parameters()), np.empty(updates)
    cycle = OneCycleLR(optimizer, rate, total_steps=updates, pct_start=0.15)
    for update in range(updates):
        rows = rng.integers(0, len(source), batch_size)
        value = loss(model, trimmed(source[rows]), trimmed(target[rows]))
        optimizer.zero_grad()
        value.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        cycle.step()
        losses[update] = value.item()
    return losses


# ------------------------------------------------------------------------------------------------ writing


def greedy(model, source, length):
    """Write the likeliest token, read it, write the next, `length` times.   Shapes:  source (N, S)  ->  (N, length)."""
    written, tokens = [], np.full(len(source), BOS)
    with no_grad():
        kept = model.begin(source)
        for _ in range(length):
            logits, kept = model.go_on(tokens, kept)
            tokens = 1 + logits[:, 1:].argmax(axis=-1)  # filling, number 0, is not written
            written.append(tokens)
    return until_end(np.column_stack(written))


def beam_search(model, source, length, width=4, power=1.0):
    """Keep the `width` likeliest beginnings, extend each by every token, and keep the likeliest again.

    In the end the sentence with the best  log p(sentence) / tokens^power  wins, the sign to stop being a token. A sum
    of logarithms falls with every token; power=0 leaves it as it is, and then short sentences have an advantage.

    Shapes:  source (N, S)  ->  (N, length), log p (N,) of what was written
    Raises:  ValueError for a width below 1.
    Source:  Sutskever et al. 2014, sec. 3.2; the division: Wu et al. 2016, sec. 7, in a simpler form.   Chapter: 5d.
    """
    if width < 1:
        raise ValueError(f"beam_search expected a width of at least 1, got {width}")
    N, first = len(source), np.arange(len(source))[:, None] * width
    with no_grad():
        kept = model.begin(np.repeat(source, width, axis=0))  # (N width, ...): a row for each beginning
        total = np.tile([0.0] + [-np.inf] * (width - 1), (N, 1))  # at first all beginnings are the same, so one counts
        tokens, ended = np.full(N * width, BOS), np.zeros(N * width, bool)
        written = np.zeros((N * width, 0), int)
        for _ in range(length):
            logits, kept = model.go_on(tokens, kept)
            log_p = F.log_softmax(Tensor(logits), dim=-1).data.astype(float)  # (N width, V)
            log_p[ended], log_p[:, PAD] = -np.inf, -np.inf  # filling is not written ...
            log_p[ended, PAD] = 0.0  # ... but who has stopped goes on with it, for free
            grown = (total.reshape(-1, 1) + log_p).reshape(N, -1)  # (N, width V)
            best = np.argsort(-grown, axis=1, kind="stable")[:, :width]
            total = np.take_along_axis(grown, best, axis=1)
            rows, tokens = (first + best // log_p.shape[1]).ravel(), (best % log_p.shape[1]).ravel()
            kept = tuple(part[rows] for part in kept)
            written = np.column_stack([written[rows], tokens])
            ended = ended[rows] | (tokens == EOS)
    lengths = (written != PAD).sum(axis=1).reshape(N, width)
    chosen = (total / lengths**power).argmax(axis=1)
    return until_end(written[first[:, 0] + chosen]), total[np.arange(N), chosen]


def exact(written, target):
    """Whether each sentence is written without a mistake, from its first token to the sign to stop.

    Shapes:  written (N, T), target (N, U)  ->  (N,) of booleans.   Chapter: 5d.
    """
    written, target = until_end(written), until_end(target)
    width = max(written.shape[1], target.shape[1])
    return (padded(written, width) == padded(target, width)).all(axis=1)


def alignment(model, source, target):
    """Where a Translator looks while it writes the target.   (N, S), (N, T)  ->  (N, T, S)."""
    with no_grad():
        return model.write(decoder_input(target), *model.read(source), source == PAD)[2].data
