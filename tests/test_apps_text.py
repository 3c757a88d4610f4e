"""The readers of lab 5b: counted ones equal scikit-learn's, learned ones PyTorch's, and faults are found."""

import numpy as np
import pytest
import torch
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.metrics import f1_score
from sklearn.naive_bayes import MultinomialNB

from dlcourse import functional as F
from dlcourse import nn
from dlcourse.apps import text
from dlcourse.data import load
from dlcourse.skipgram import Vocabulary, words_in

pytestmark = pytest.mark.usefixtures("float64")

TEXTS = ["Open the file and read the file.", "Close the socket.", "Read the mail, open the socket!", "A number",
         "the the the", "Send a number to the socket and close"]
LABELS = np.array([0, 1, 1, 2, 0, 2])


@pytest.fixture(scope="module")
def words():
    return Vocabulary(TEXTS, least=2)


def test_counts_are_those_of_scikit_learn(words):
    ours = text.word_counts(words, TEXTS).toarray()
    theirs = CountVectorizer(analyzer=words_in, vocabulary=words.words).fit_transform(TEXTS).toarray()
    assert np.array_equal(ours, theirs) and ours[0, words.number["file"]] == 2


def test_a_text_without_a_known_word_has_counts_of_zero(words):
    assert not text.word_counts(words, ["xyz", ""]).toarray().any()
    assert text.word_rows(words, ["xyz", ""]).tolist() == [[0], [0]]


def test_rows_are_the_words_in_their_order_and_nothing_behind_the_end(words):
    rows = text.word_rows(words, TEXTS, longest=4)
    assert rows.shape == (6, 4) and rows[1].tolist()[3] == 0
    assert [words.words[number - 1] for number in rows[1][:3]] == ["close", "the", "socket"]


@pytest.mark.parametrize("smoothing", [1.0, 0.1])
def test_naive_bayes_is_scikit_learns(words, smoothing):
    counts = text.word_counts(words, TEXTS)
    ours, theirs = text.NaiveBayes(counts, LABELS, smoothing), MultinomialNB(alpha=smoothing).fit(counts, LABELS)
    np.testing.assert_allclose(ours.log_likelihood, theirs.feature_log_prob_, atol=1e-12)
    np.testing.assert_allclose(ours.scores(counts), theirs.predict_joint_log_proba(counts), atol=1e-12)
    assert np.exp(ours.log_likelihood).sum(axis=1) == pytest.approx(1)


def test_naive_bayes_wants_smoothing_and_every_class(words):
    counts = text.word_counts(words, TEXTS)
    with pytest.raises(ValueError, match="a word never seen must stay possible"):
        text.NaiveBayes(counts, LABELS, 0)
    with pytest.raises(ValueError, match="a text of every class"):
        text.NaiveBayes(counts, np.where(LABELS == 1, 0, LABELS))


def test_tf_idf_is_scikit_learns(words):
    counts = text.word_counts(words, TEXTS)
    theirs = TfidfTransformer().fit(counts)
    for rows in (counts, text.word_counts(words, ["the socket", "xyz"])):
        np.testing.assert_allclose(text.TfIdf(counts)(rows).toarray(), theirs.transform(rows).toarray(), atol=1e-12)


class TorchReader(torch.nn.Module):
    """Both networks as people write them for PyTorch."""

    def __init__(self, n_words, classes, dim, attends):
        super().__init__()
        self.embed = torch.nn.Embedding(n_words + 1, dim, padding_idx=0)
        self.out = torch.nn.Linear(dim, classes)
        if attends:
            self.query = torch.nn.Parameter(torch.zeros(dim))

    def forward(self, x):
        vectors, there = self.embed(x), x > 0
        if hasattr(self, "query"):
            weights = (vectors @ self.query).masked_fill(~there, -torch.inf).softmax(dim=1)
        else:
            weights = there.double() / there.sum(dim=1, keepdim=True)
        return self.out((weights[:, :, None] * vectors).sum(dim=1))


@pytest.mark.parametrize("kind", [text.BagOfEmbeddings, text.AttentionPooling])
def test_networks_are_pytorchs(kind):
    rng = np.random.default_rng(0)
    ours = kind(9, 3, 5, rng=rng)
    attends = kind is text.AttentionPooling
    if attends:
        ours.query.data[:] = rng.normal(size=5)
    theirs = TorchReader(9, 3, 5, attends).double()
    theirs.load_state_dict({name: torch.tensor(array) for name, array in ours.state_dict().items()})
    x, y = np.array([[3, 1, 9, 0], [2, 2, 0, 0], [4, 5, 6, 7]]), np.array([0, 2, 1])
    loss = F.cross_entropy(ours(x), y)
    loss.backward()
    their_loss = torch.nn.functional.cross_entropy(theirs(torch.tensor(x)), torch.tensor(y))
    their_loss.backward()
    assert loss.item() == pytest.approx(their_loss.item(), abs=1e-12)
    for name, p in ours.named_parameters():
        np.testing.assert_allclose(p.grad, dict(theirs.named_parameters())[name].grad.numpy(), atol=1e-12)


@pytest.mark.parametrize("kind", [text.BagOfEmbeddings, text.AttentionPooling])
def test_neither_the_order_nor_what_fills_up_matters(kind):
    model = kind(9, 3, 5, rng=np.random.default_rng(0))
    if kind is text.AttentionPooling:
        model.query.data[:] = 1
    one, other = model(np.array([[3, 1, 9]])).data, model(np.array([[9, 3, 1, 0, 0]])).data
    np.testing.assert_allclose(one, other, atol=1e-12)
    changed = model(np.array([[9, 3, 2, 0, 0]])).data
    assert np.abs(one - changed).max() > 1e-3
    assert np.isfinite(model(np.array([[0, 0]])).data).all()


def test_attention_begins_as_the_bag():
    bag, attention = (kind(9, 3, 5, rng=np.random.default_rng(0)) for kind in
                      (text.BagOfEmbeddings, text.AttentionPooling))
    x = np.array([[3, 1, 9, 0]])
    np.testing.assert_allclose(bag(x).data, attention(x).data, atol=1e-12)


def test_words_are_left_out_in_training_alone():
    model = text.BagOfEmbeddings(9, 3, 5, drop=0.5, rng=np.random.default_rng(0))
    x = np.tile(np.arange(1, 10), (200, 1))
    assert np.ptp(model(x).data, axis=0).max() > 1e-3
    assert np.ptp(model.eval()(x).data, axis=0).max() < 1e-12


def test_a_network_learns_what_one_word_decides():
    rng = np.random.default_rng(0)
    x = rng.integers(4, 30, (300, 8))
    y = rng.integers(0, 3, 300)
    x[np.arange(300), rng.integers(0, 8, 300)] = y + 1
    seen = []
    for kind in (text.BagOfEmbeddings, text.AttentionPooling):
        model = kind(30, 3, 8, rng=np.random.default_rng(1))
        text.train_reader(model, x[:200], y[:200], 12, 0.03, after_epoch=lambda epoch, m: seen.append(epoch))
        assert (model(x[200:]).data.argmax(axis=1) == y[200:]).mean() > 0.85
        assert not model.training
    assert seen == [*range(12)] * 2


def test_macro_f1_is_scikit_learns():
    rng = np.random.default_rng(0)
    given, labels = rng.integers(0, 4, 60), rng.integers(0, 4, 60)
    assert text.macro_f1(given, labels, 4) == pytest.approx(f1_score(labels, given, average="macro"))
    assert text.macro_f1(np.zeros(4, int), np.array([0, 0, 0, 1]), 2) < 0.5  # accuracy would say 0.75


def test_no_file_is_on_two_sides_and_rows_would_leak():
    data = load("docstrings")
    assert not set(data.train.file) & set(data.test.file)
    order = np.random.default_rng(0).permutation(len(data))
    by_row = [set(data.file[part]) for part in (order[: len(data.train)], order[len(data.train) :])]
    assert len(by_row[0] & by_row[1]) > 100


def test_layers_are_those_of_the_course():
    model = text.AttentionPooling(5, 2, rng=np.random.default_rng(0))
    assert isinstance(model.embed, nn.Embedding) and set(model.state_dict()) == {
        "embed.weight", "out.weight", "out.bias", "query"}
