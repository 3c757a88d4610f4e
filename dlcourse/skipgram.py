"""Why this file exists: words that stand among the same words mean something similar, and a text alone shows which do.

Skip-gram with negative sampling turns this into two tables of vectors, learned by logistic regression. Beside it stands
what it is compared with: vectors that are counted, not trained.
"""

import difflib
import re

import numpy as np

from . import functional as F
from . import nn, optim
from .tensor import as_array, default_generator

WORD = re.compile(r"[a-z][a-z_]*[a-z]")


def words_in(text):
    """The words of a text, in lower case: two letters or more, with underscores inside them.

    >>> words_in("An object's __len__() is 2.")
    ['an', 'object', 'len', 'is']
    """
    return WORD.findall(text.lower())


class Vocabulary:
    """The words that occur at least `least` times in some texts, the most frequent first.

    `words` lists them, `counts` (V,) says how often each occurs, `number` gives the row of a word.

    Raises:  ValueError if no word is left.   Chapter: 4.
    """

    def __init__(self, texts, least=5):
        found, counts = np.unique([word for text in texts for word in words_in(text)], return_counts=True)
        order = [row for row in np.argsort(-counts, kind="stable") if counts[row] >= least]
        if not order:
            raise ValueError(f"Vocabulary expected a word that occurs {least} times, found none: are these texts?")
        self.words, self.counts = found[order].tolist(), counts[order]
        self.number = {word: row for row, word in enumerate(self.words)}

    def __len__(self):
        return len(self.words)

    def encode(self, texts):
        """The numbers of the words of all texts in a row, and for each the number of its text. Rare words are left out.

        Returns: two arrays (T,) of whole numbers.
        """
        numbered = [[self.number[word] for word in words_in(text) if word in self.number] for text in texts]
        return np.concatenate(numbered).astype(int), np.repeat(np.arange(len(texts)), [len(row) for row in numbered])


def keep_probability(counts, threshold=3e-4):
    """How likely each word is kept when frequent words are thinned out: min(1, sqrt(threshold / frequency)).

    Shapes:  counts (V,)  ->  (V,).   Source: Mikolov et al. 2013a, eq. 5.   Chapter: 4.
    """
    return np.minimum(1, np.sqrt(threshold * counts.sum() / counts))


def noise_distribution(counts, power=0.75):
    """From what negatives are drawn: the frequencies to a power, scaled to sum 1.

    Shapes:  counts (V,)  ->  (V,).   Source: Mikolov et al. 2013a, sec. 2.2.   Chapter: 4.
    """
    weights = counts**power
    return weights / weights.sum()


def pairs(words, places, window, rng=None):
    """All pairs of a word and one near it in the same text: within r words, r drawn from 1 to `window` for each center.

    Without `rng` every r is `window`.

    Shapes:  words and places (T,)  ->  centers (M,), contexts (M,).   Source: Mikolov et al. 2013b, sec. 3.2.
    Chapter: 4.
    """
    reach = np.full(len(words), window) if rng is None else rng.integers(1, window + 1, len(words))
    centers, contexts = [], []
    for offset in range(1, window + 1):
        left, right = slice(None, -offset), slice(offset, None)
        same = places[left] == places[right]
        for center, context in ((left, right), (right, left)):
            near = same & (reach[center] >= offset)
            centers.append(words[center][near])
            contexts.append(words[context][near])
    return np.concatenate(centers), np.concatenate(contexts)


class SkipGram(nn.Module):
    """Two tables, a vector for each word as a center and one as a context, which are to tell pairs from noise.

    -log s(u.v) - (k / S) sum over S noise words n of log s(-n.v),  averaged over the pairs (v, u);  s is the sigmoid.

    The noise words are drawn once for a whole batch and weighed as k: the expectation is that of k for each pair, and
    all their scores are one matrix product.

    Shapes:  centers (M,), contexts (M,), noise (S,) of whole numbers  ->  ()
    Source:  Mikolov et al. 2013a, eq. 4.   Chapter: 4.
    """

    def __init__(self, n_words, dim, k=5, rng=None):
        self.center, self.context, self.k = nn.Embedding(n_words, dim, rng=rng), nn.Embedding(n_words, dim, rng=rng), k
        self.center.weight.data /= dim  # short at first: no word is near another yet
        self.context.weight.data[:] = 0

    def forward(self, centers, contexts, noise):
        v, u, n = self.center(centers), self.context(contexts), self.context(noise)
        return F.softplus(-(v * u).sum(-1)).mean() + self.k * F.softplus(v @ n.T).mean()  # -log s(x) = softplus(-x)


class PairBatches:
    """Pairs of a text and noise words: each pass thins frequent words anew, draws windows anew, and shuffles.

    Shapes:  batches of centers (N,), contexts (N,), noise (S,).   Chapter: 4.
    """

    def __init__(self, vocabulary, texts, window=5, threshold=3e-4, batch_size=512, n_noise=64, rng=None):
        self.words, self.places = vocabulary.encode(texts)
        self.keep = keep_probability(vocabulary.counts, threshold)
        self.noise = noise_distribution(vocabulary.counts)
        self.window, self.batch_size, self.n_noise = window, batch_size, n_noise
        self.rng = rng or default_generator()

    def __iter__(self):
        kept = self.rng.random(len(self.words)) < self.keep[self.words]
        centers, contexts = pairs(self.words[kept], self.places[kept], self.window, self.rng)
        order = self.rng.permutation(len(centers))
        for start in range(0, len(order), self.batch_size):
            rows = order[start : start + self.batch_size]
            yield centers[rows], contexts[rows], self.rng.choice(len(self.noise), self.n_noise, p=self.noise)


def train(vocabulary, texts, dim=32, epochs=8, rate=0.01, k=5, seed=0, after_epoch=None, **options):
    """The model after some passes over the texts with Adam, and the loss of every step; options as of PairBatches.

    `after_epoch(model)` is called after each pass.   Chapter: 4.
    """
    rng = np.random.default_rng(seed)
    model = SkipGram(len(vocabulary), dim, k, rng)
    batches = PairBatches(vocabulary, texts, rng=rng, **options)
    optimizer, losses = optim.Adam(model.parameters(), lr=rate), []
    for _ in range(epochs):
        for batch in batches:
            optimizer.zero_grad()
            loss = model(*batch)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        if after_epoch:
            after_epoch(model)
    return model, losses


def pair_counts(centers, contexts, n_words):
    """How often each word stands near each other.   Shapes:  centers and contexts (M,)  ->  (V, V).   Chapter: 4."""
    return np.bincount(centers * n_words + contexts, minlength=n_words**2).reshape(n_words, n_words)


def pmi(counts, noise=None):
    """Pointwise mutual information of a center and a context: log p(v, u) / (p(v) q(u)); -inf where they never met.

    q is the distribution of the noise; without it that of the contexts, which gives the usual PMI.

    Shapes:  counts (V, V), noise (V,)  ->  (V, V).   Source: Levy and Goldberg 2014, sec. 3.   Chapter: 4.
    """
    p = counts / counts.sum()
    with np.errstate(divide="ignore"):
        return np.log(p) - np.log(p.sum(axis=1, keepdims=True) * (p.sum(axis=0) if noise is None else noise))


def counted_vectors(counts, dim, k=1, share=0.5):
    """Word vectors without training: the positive part of PMI - log k, cut to its first singular directions, U S^share.

    The noise is as in training, the contexts' frequencies to the power 3/4.

    Shapes:  counts (V, V)  ->  (V, dim).   Source: Levy and Goldberg 2014, eqs. 9 and 13.   Chapter: 4.
    """
    shifted = pmi(counts, noise_distribution(counts.sum(axis=0))) - np.log(k)
    left, lengths, _ = np.linalg.svd(np.maximum(shifted, 0))
    return left[:, :dim] * lengths[:dim] ** share


class WordVectors:
    """Vectors with their words, which can be asked who is near whom. What counts is the angle, not the length.

    `unit` (V, D) holds the vectors scaled to length 1. First their mean is taken away, unless centered=False: what all
    have in common says nothing.

    Shapes:  words V texts, vectors (V, D)
    Raises:  KeyError for a word without a vector, with similar ones.   Chapter: 4.
    """

    def __init__(self, words, vectors, centered=True):
        vectors = as_array(vectors)
        if len(words) != len(vectors):
            raise ValueError(f"WordVectors expected a vector for each word, got {len(words)} and {len(vectors)}")
        self.words, self.number = list(words), {word: row for row, word in enumerate(words)}
        if centered:
            vectors = vectors - vectors.mean(axis=0)
        self.unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def __getitem__(self, word):
        """The unit vector of a word."""
        if word not in self.number:
            near = difflib.get_close_matches(word, self.words)
            raise KeyError(f"{word!r} has no vector: it is too rare in these texts" +
                           (f"; do you mean {' or '.join(near)}?" if near else ""))
        return self.unit[self.number[word]]

    def similarity(self, word, other):
        """The cosine of the angle between two words."""
        return float(self[word] @ self[other])

    def ranked(self, direction, without=()):
        """All words but some, those first whose vectors point most in a direction: [(word, cosine), ...]."""
        cosines = self.unit @ direction / np.linalg.norm(direction)
        order = np.argsort(-cosines, kind="stable")
        return [(self.words[row], float(cosines[row])) for row in order if self.words[row] not in without]

    def neighbors(self, word, n=5):
        """The n words with the largest cosines, and these."""
        return self.ranked(self[word], {word})[:n]

    def analogy(self, a, b, c, n=5, without_query=True):
        """a is to b as c is to what? The n words nearest to b - a + c, by default without a, b and c themselves.

        Leaving them out is part of the method: else the answer is most often b or c.

        Source:  Mikolov et al. 2013c, sec. 3; Linzen 2016 on what is left out.   Chapter: 4.
        """
        return self.ranked(self[b] - self[a] + self[c], {a, b, c} if without_query else ())[:n]

    def rank(self, answer, direction, without=()):
        """At which place, from 1, a word stands in `ranked`."""
        self[answer]  # for its error
        return 1 + [word for word, _ in self.ranked(direction, set(without) - {answer})].index(answer)
