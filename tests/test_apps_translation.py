"""Why this file exists: filling, masks and beams are where a translator goes wrong in silence."""

import itertools

import numpy as np
import pytest
import torch
from engine_tools import engine_state, float64  # noqa: F401

from dlcourse import Tensor, optim
from dlcourse import functional as F
from dlcourse.apps import translation
from dlcourse.apps.translation import (
    BOS,
    EOS,
    PAD,
    Languages,
    StackTranslator,
    Translator,
    alignment,
    beam_search,
    decoder_input,
    exact,
    greedy,
    loss_of,
    padded,
    train,
    trimmed,
    until_end,
)
from dlcourse.data.tokenizers import WordTokenizer

pytestmark = pytest.mark.usefixtures("float64")

SOURCE = np.array([[4, 5, 6, 0], [7, 0, 0, 0], [5, 4, 0, 0]])
TARGET = np.array([[4, 5, EOS, 0], [6, EOS, 0, 0], [5, 5, 4, EOS]])
MODELS = {
    "dot": lambda: Translator(8, 7, 6, "dot", rng=np.random.default_rng(0)),
    "additive": lambda: Translator(8, 7, 6, "additive", rng=np.random.default_rng(0)),
    "no attention": lambda: Translator(8, 7, 6, None, rng=np.random.default_rng(0)),
    "transformer": lambda: StackTranslator(8, 7, 8, 2, 2, longest_source=5, longest=16, rng=np.random.default_rng(0)),
}
every_model = pytest.mark.parametrize("name", MODELS)


def test_filling_and_signs_have_the_tokenizers_numbers():
    words = WordTokenizer(["a"])
    assert (words.pad, words.bos, words.eos) == (PAD, BOS, EOS)


def test_sequences_are_filled_up():
    assert padded([[1, 2], [3]]).tolist() == [[1, 2], [3, 0]]
    assert padded([[1]], 3).tolist() == [[1, 0, 0]] and trimmed(padded([[1]], 3)).tolist() == [[1]]
    with pytest.raises(ValueError, match="at most 1 tokens, got one of 2"):
        padded([[1, 2]], 1)


def test_languages_encode_and_decode():
    both = Languages(["one two", "two"], ["ein zwei", "zwei"])
    source, target = both.encode(["two one", "one"], ["zwei ein", "ein"])
    assert source.shape == (2, 2) and target.shape == (2, 3) and target[1, 1:].tolist() == [EOS, PAD]
    assert both.decode(target) == ["zwei ein", "ein"]
    assert both.decode(np.array([[EOS, 4, 4]])) == [""]
    with pytest.raises(ValueError, match="as many sources as targets, got 1 and 2"):
        Languages(["one"], ["ein", "zwei"])


def test_what_the_decoder_reads_while_it_learns():
    assert decoder_input(TARGET).tolist() == [[BOS, 4, 5, EOS], [BOS, 6, EOS, 0], [BOS, 5, 5, 4]]


@every_model
def test_more_filling_changes_nothing(name):
    model = MODELS[name]()
    wide = padded(SOURCE, 5)
    assert model(SOURCE, TARGET).data == pytest.approx(model(wide, TARGET).data, abs=1e-12)
    assert np.array_equal(greedy(model, SOURCE, 5), greedy(model, wide, 5))
    alone = np.concatenate([model(trimmed(row[None]), TARGET[:1]).data for row in SOURCE])
    together = model(SOURCE, np.repeat(TARGET[:1], 3, axis=0)).data
    assert alone == pytest.approx(together, abs=1e-12)


@every_model
def test_the_loss_does_not_count_filling(name):
    model = MODELS[name]()
    loss = loss_of(model, SOURCE, TARGET).item()
    assert loss == pytest.approx(loss_of(model, SOURCE, padded(TARGET, 6)).item(), abs=1e-12)
    log_p = F.log_softmax(model(SOURCE, decoder_input(TARGET)), dim=-1).data
    one_by_one = [-log_p[n, t, TARGET[n, t]] for n, t in np.argwhere(TARGET != PAD)]
    assert loss == pytest.approx(np.mean(one_by_one))


class Theirs(torch.nn.Module):
    """The encoder-decoder with PyTorch's packed sequences and a mask."""

    def __init__(self):
        super().__init__()
        self.embed, self.embed_source = torch.nn.Embedding(7, 6), torch.nn.Embedding(8, 6)
        self.encoder = torch.nn.GRU(6, 6, batch_first=True)
        self.decoder = torch.nn.GRU(6, 6, batch_first=True)
        self.mix, self.out = torch.nn.Linear(12, 6), torch.nn.Linear(6, 7)

    def forward(self, source, target):
        packed = torch.nn.utils.rnn.pack_padded_sequence(
            self.embed_source(source), (source != 0).sum(1), batch_first=True, enforce_sorted=False)
        keys, state = self.encoder(packed)
        keys, _ = torch.nn.utils.rnn.pad_packed_sequence(keys, batch_first=True, total_length=source.shape[1])
        hidden, _ = self.decoder(self.embed(target), state)
        context = torch.nn.functional.scaled_dot_product_attention(hidden, keys, keys, (source != 0)[:, None], scale=1)
        return self.out(torch.tanh(self.mix(torch.cat([hidden, context], dim=-1))))


def test_the_translator_agrees_with_pytorchs_packed_sequences():
    ours, theirs = MODELS["dot"](), Theirs().double()
    theirs.load_state_dict({name: torch.tensor(array) for name, array in ours.state_dict().items()})
    before = decoder_input(TARGET)
    logits, expected = ours(SOURCE, before), theirs(torch.tensor(SOURCE), torch.tensor(before))
    assert logits.data == pytest.approx(expected.detach().numpy(), abs=1e-10)
    (logits**2).sum().backward()
    (expected**2).sum().backward()
    for name, parameter in theirs.named_parameters():
        assert dict(ours.named_parameters())[name].grad == pytest.approx(parameter.grad.numpy(), abs=1e-9), name


def test_nobody_looks_at_filling():
    looked = alignment(MODELS["dot"](), SOURCE, TARGET)
    assert looked.shape == (3, 4, 4) and looked.sum(axis=-1) == pytest.approx(1)
    assert (looked[1, :, 1:] == 0).all() and (looked[0, :, :3] > 0).all()


@every_model
def test_greedy_writes_what_it_would_write_if_it_read_itself(name):
    model = MODELS[name]()
    written = greedy(model, SOURCE, 6)
    again = until_end(1 + model(SOURCE, decoder_input(written)).data[..., 1:7].argmax(axis=-1))
    live = np.cumsum(again == 0, axis=1) == 0  # behind the sign to stop nothing is read
    assert np.array_equal(again[live], written[live])


@every_model
def test_one_beam_is_greedy(name):
    model = MODELS[name]()
    assert np.array_equal(beam_search(model, SOURCE, 6, width=1)[0], greedy(model, SOURCE, 6))


def log_probability(model, source, sentence):
    """log p of one sentence, the sign to stop included, by teacher forcing."""
    log_p = F.log_softmax(Tensor(model(source, decoder_input(sentence[None])).data[..., :7]), dim=-1).data[0]
    return log_p[np.arange(len(sentence)), sentence].sum()


@every_model
@pytest.mark.parametrize("power", [0.0, 1.0])
def test_a_beam_as_wide_as_everything_finds_the_best_sentence(name, power):
    model, length = MODELS[name](), 3
    words = [token for token in range(7) if token not in (PAD, EOS)]
    sentences = [np.array([*text, EOS]) for n in range(length) for text in itertools.product(words, repeat=n)]
    sentences += [np.array(text) for text in itertools.product(words, repeat=length)]
    found, log_p = beam_search(model, SOURCE[:1], length, width=7**length, power=power)
    scores = [log_probability(model, SOURCE[:1], text) / len(text) ** power for text in sentences]
    best = sentences[int(np.argmax(scores))]
    assert np.array_equal(until_end(padded([best], length)), found)
    assert log_p[0] == pytest.approx(log_probability(model, SOURCE[:1], best))


def test_a_wider_beam_finds_likelier_sentences():
    model = MODELS["dot"]()
    model.out.weight.data *= 6  # a model that is sure of something
    log_p = [beam_search(model, SOURCE, 6, width, power=0.0)[1] for width in (1, 3, 50)]
    assert (log_p[2] >= log_p[0] - 1e-9).all()
    with pytest.raises(ValueError, match="width of at least 1, got 0"):
        beam_search(model, SOURCE, 6, width=0)


def test_without_the_division_short_sentences_win():
    """A decoder that stops with probability 0.4 and else writes one word: stopping at once is the likeliest."""

    class Coin:
        def begin(self, source):
            return (source,)

        def go_on(self, tokens, kept):
            p = np.full((len(tokens), 7), 1e-9)
            p[:, [4, EOS]] = 0.6, 0.4
            return np.log(p), kept

    short, long = (beam_search(Coin(), SOURCE, 6, width=4, power=power)[0] for power in (0.0, 1.0))
    assert (short == 0).all() and (long == 4).sum(axis=1).min() >= 5


def test_exact_is_all_or_nothing_up_to_the_sign_to_stop():
    right = np.array([[4, 5, EOS, 0]] * 6)
    written = [[4, 5, EOS, 9], [4, 5, 0, 0], [4, EOS, 0, 0], [4, 5, 6, EOS], [5, 4, EOS, 0], [4, 5, 5, 5]]
    assert exact(np.array(written), right).tolist() == [True, True, False, False, False, False]
    assert exact(np.array(written)[:, :3], right).tolist() == [True, True, False, False, False, False]


@every_model
def test_a_short_training_learns_to_swap_and_to_stop(name):
    """Sentences of one or two words, to be written from the end: from chance to most of them."""
    rng = np.random.default_rng(0)
    lengths = rng.integers(1, 3, 200)
    words = [rng.integers(4, 7, n) for n in lengths]
    source, target = padded(words), padded([[*row[::-1], EOS] for row in words])
    model = MODELS[name]()
    losses = train(model, source, target, 100, rate=0.03, batch_size=32, rng=rng)
    assert losses[-10:].mean() < 0.3 * losses[:10].mean()
    assert exact(greedy(model, source, 4), target).mean() > 0.7  # all but one in four, where guessing gives one in ten


def test_training_clips_and_calls_the_loss_it_is_given(monkeypatch):
    seen = []
    monkeypatch.setattr(translation.nn.utils, "clip_grad_norm_", lambda parameters, most: seen.append(most))

    def loss(model, source, target):
        seen.append(source.shape[0])
        return loss_of(model, source, target)

    losses = train(MODELS["dot"](), SOURCE, TARGET, 2, batch_size=5, loss=loss, rng=np.random.default_rng(0))
    assert seen == [5, 1.0, 5, 1.0] and losses.shape == (2,) and np.isfinite(losses).all()
    assert translation.optim is optim
