"""Why this file exists: word vectors look right when they are wrong, so each step from text to neighbor is counted."""

import numpy as np
import pytest

from dlcourse import Tensor, skipgram
from dlcourse.skipgram import PairBatches, SkipGram, Vocabulary, WordVectors
from dlcourse.studies.chapter_1 import in_float64

TEXTS = ["The cat sat, the cat ran.", "A dog sat; the dog ran", "the bird", "x"]


def sigmoid(x):
    """1 / (1 + e^-x)."""
    return 1 / (1 + np.exp(-x))


def test_words_are_cut_and_counted():
    assert skipgram.words_in("It's `__len__` of sys.path[0], a_b or _x") == "it len of sys path a_b or".split()
    vocabulary = Vocabulary(TEXTS, least=2)
    assert dict(zip(vocabulary.words, vocabulary.counts.tolist(), strict=True)) == {
        "the": 4, "cat": 2, "dog": 2, "ran": 2, "sat": 2}
    words, places = vocabulary.encode(TEXTS)
    assert [vocabulary.words[number] for number in words] == "the cat sat the cat ran dog sat the dog ran the".split()
    assert places.tolist() == [0] * 6 + [1] * 5 + [2]
    with pytest.raises(ValueError, match="occurs 9 times"):
        Vocabulary(TEXTS, least=9)


def pairs_by_loops(words, places, reach):
    """All pairs of a word and another of its text within its reach, one by one."""
    return sorted((words[i], words[j]) for i in range(len(words)) for j in range(len(words))
                  if i != j and abs(i - j) <= reach[i] and places[i] == places[j])


def test_pairs_are_those_of_the_definition():
    rng = np.random.default_rng(0)
    words, places = rng.integers(0, 9, 60), np.sort(rng.integers(0, 5, 60))
    found = sorted(zip(*skipgram.pairs(words, places, 4), strict=True))
    assert found == pairs_by_loops(words, places, [4] * 60)
    reach = np.random.default_rng(7).integers(1, 5, 60)  # what `pairs` draws first
    drawn = sorted(zip(*skipgram.pairs(words, places, 4, np.random.default_rng(7)), strict=True))
    assert drawn == pairs_by_loops(words, places, reach) != found


def test_the_draws_follow_the_paper():
    counts = np.array([9000, 900, 90, 10])
    kept = skipgram.keep_probability(counts, 1e-2)
    np.testing.assert_allclose(kept, [np.sqrt(1e-2 / 0.9), np.sqrt(1e-2 / 0.09), 1, 1])
    noise = skipgram.noise_distribution(counts)
    np.testing.assert_allclose(noise[0] / noise[1], 10**0.75)
    assert noise.sum() == pytest.approx(1)
    vocabulary = Vocabulary(["one two one three"] * 2000, least=5)
    batches = PairBatches(vocabulary, ["one two one three"] * 2000, threshold=0.2, rng=np.random.default_rng(0))
    centers, contexts, noise = (np.concatenate(parts) for parts in zip(*batches, strict=True))
    assert len(centers) == len(contexts) and len(noise) == 64 * -(-len(centers) // 512)
    kept = skipgram.keep_probability(vocabulary.counts, 0.2) * vocabulary.counts
    assert np.abs(np.bincount(noise) / len(noise) - skipgram.noise_distribution(vocabulary.counts)).max() < 0.05
    assert 0.5 * kept[0] < np.bincount(centers)[0] < 3 * kept[0] < 3 * vocabulary.counts[0]


@pytest.fixture
def model():
    """A small model whose tables hold numbers of ordinary size."""
    with in_float64():
        made = SkipGram(7, 3, k=4, rng=np.random.default_rng(0))
        for parameter in made.parameters():
            parameter.data[:] = np.random.default_rng(parameter.data.size).normal(size=parameter.shape)
        yield made


def test_the_loss_is_that_of_the_paper_and_its_gradient_the_derived_one(model):
    centers, contexts, noise = np.array([0, 1, 0, 6]), np.array([2, 2, 5, 0]), np.array([3, 3, 1])
    v, u = model.center.weight.data, model.context.weight.data
    loss, d_v, d_u = 0.0, np.zeros_like(v), np.zeros_like(u)
    for center, context in zip(centers, contexts, strict=True):
        terms = [(context, 1, 1.0), *((word, 0, model.k / len(noise)) for word in noise)]
        for word, label, weight in terms:  # a logistic regression for each
            p = sigmoid(v[center] @ u[word])
            loss -= weight * np.log(p if label else 1 - p) / len(centers)
            d_v[center] += weight * (p - label) * u[word] / len(centers)
            d_u[word] += weight * (p - label) * v[center] / len(centers)
    found = model(centers, contexts, noise)
    found.backward()
    assert found.item() == pytest.approx(loss, rel=1e-12)
    np.testing.assert_allclose(model.center.weight.grad, d_v, rtol=0, atol=1e-12)
    np.testing.assert_allclose(model.context.weight.grad, d_u, rtol=0, atol=1e-12)


def test_shared_noise_expects_what_k_draws_for_each_pair_expect(model):
    centers, contexts, p = np.array([0, 1]), np.array([2, 3]), skipgram.noise_distribution(np.arange(1, 8))
    v, u = model.center.weight.data[centers], model.context.weight.data
    exact = -np.log(sigmoid((v * u[contexts]).sum(axis=1))) - model.k * np.log(sigmoid(-v @ u.T)) @ p
    rng = np.random.default_rng(0)
    drawn = [model(centers, contexts, rng.choice(7, 20, p=p)).item() for _ in range(400)]
    assert abs(np.mean(drawn) - exact.mean()) < 4 * np.std(drawn) / 20


@in_float64()
def test_training_finds_two_groups_of_words():
    rng = np.random.default_rng(0)
    groups = ["red green blue pink".split(), "cat dog cow hen".split()]
    texts = [" ".join(rng.permutation(groups[i % 2])) for i in range(300)]
    vocabulary = Vocabulary(texts)
    model, losses = skipgram.train(vocabulary, texts, dim=4, epochs=20, threshold=1, batch_size=100)
    vectors = WordVectors(vocabulary.words, model.center.weight.data)
    for group in groups:
        for word in group:
            assert {near for near, _ in vectors.neighbors(word, 3)} == set(group) - {word}
    assert losses[0] == pytest.approx((1 + model.k) * np.log(2)) and losses[-1] < 0.8 * losses[0]
    again, same = skipgram.train(vocabulary, texts, dim=4, epochs=1, threshold=1, batch_size=100)
    assert same == losses[: len(same)]


def test_neighbors_and_analogies():
    words = ["king", "queen", "man", "woman", "tree"]
    vectors = WordVectors(words, [[1, 1, 0], [1, -1, 0], [0.2, 1, 0.1], [0.2, -1, 0.1], [0, 0, 1]], centered=False)
    assert np.allclose(np.linalg.norm(vectors.unit, axis=1), 1)
    near = vectors.neighbors("king", 4)
    assert near[0][0] == "man" and near[0][1] == pytest.approx(1.2 / np.sqrt(2 * 1.05))
    assert [cosine for _, cosine in near] == sorted((cosine for _, cosine in near), reverse=True)
    assert vectors.similarity("king", "queen") == pytest.approx(0)
    assert vectors.analogy("man", "woman", "king")[0][0] == "queen"
    assert {word for word, _ in vectors.analogy("man", "woman", "king")} == {"queen", "tree"}
    assert len(vectors.analogy("man", "woman", "king", without_query=False)) == 5
    direction = vectors["woman"] - vectors["man"] + vectors["king"]
    everybody = [word for word, _ in vectors.ranked(direction)]
    assert [vectors.rank(word, direction) for word in everybody] == [1, 2, 3, 4, 5]
    assert vectors.rank("queen", direction, {"man", "woman", "king"}) == 1
    assert vectors.rank("king", direction, {"man", "woman", "king"}) == [
        word for word in everybody if word not in ("man", "woman")].index("king") + 1
    centered = WordVectors(words, np.random.default_rng(0).normal(5, 1, (5, 9)))
    assert centered.unit.mean() < 0.2


def test_an_unknown_word_is_answered_with_similar_ones():
    vectors = WordVectors(["tuple", "tuples", "list"], np.eye(3))
    with pytest.raises(KeyError, match="tuple or tuples|tuples or tuple"):
        vectors.neighbors("tupel")
    with pytest.raises(KeyError, match="too rare"):
        vectors.analogy("list", "zzz", "tuple")
    with pytest.raises(ValueError, match="got 2 and 3"):
        WordVectors(["a", "b"], np.eye(3))


def test_pmi_is_what_the_best_scores_are():
    """At u.v = PMI - log k no word can lower the expected loss."""
    rng = np.random.default_rng(0)
    counts = skipgram.pair_counts(rng.integers(0, 6, 4000), rng.integers(0, 6, 4000) // 2 * 2 % 6, 6)
    counts += 1
    assert counts.sum() == 4036 and (counts > 0).all()
    k, noise = 5, skipgram.noise_distribution(counts.sum(axis=0))
    scores = Tensor(skipgram.pmi(counts, noise) - np.log(k), requires_grad=True)
    pulled = Tensor(counts / counts.sum())
    pushed = Tensor(k * counts.sum(axis=1, keepdims=True) / counts.sum() * noise)
    loss = -(pulled * scores.sigmoid().log()).sum() - (pushed * (-scores).sigmoid().log()).sum()
    loss.backward()
    np.testing.assert_allclose(scores.grad, 0, atol=1e-6)
    np.testing.assert_allclose(skipgram.pmi(np.outer([1, 2], [3, 5])), 0, atol=1e-12)


def test_counted_vectors_span_the_positive_pmi():
    counts = np.random.default_rng(0).poisson(2, (8, 8))
    counts = counts + counts.T
    positive = np.maximum(skipgram.pmi(counts, skipgram.noise_distribution(counts.sum(axis=0))), 0)
    whole = skipgram.counted_vectors(counts, 8, share=1)
    np.testing.assert_allclose(whole @ whole.T, positive @ positive.T, atol=1e-10)
    assert skipgram.counted_vectors(counts, 3).shape == (8, 3)
    assert np.isneginf(skipgram.pmi(np.diag([1, 1]))[0, 1])
