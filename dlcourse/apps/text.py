"""Why this file exists: lab 5b asks what a short text is about, and four readers answer, from counting to attention.

Naive Bayes and TF-IDF count words, the bag of embeddings learns a vector for each word, and attention learns besides
which words to look at. All four see the same words of the same texts, without their order.
"""

import numpy as np

from .. import functional as F
from .. import nn
from ..evaluate import confusion_matrix
from ..modules import Parameter
from ..skipgram import words_in
from ..tensor import Tensor, default_generator, get_default_dtype

LONGEST = 100  # words of a text that the networks read


def word_counts(vocabulary, texts):
    """How often each word of a vocabulary stands in each text. Most entries are 0, so only the others are stored.

    Shapes:  N texts  ->  (N, V), a sparse array of SciPy.   Chapter: 5b.
    """
    from scipy.sparse import csr_array

    words, places = vocabulary.encode(texts)
    counts = csr_array((np.ones(len(words)), (places, words)), shape=(len(texts), len(vocabulary)))
    counts.sum_duplicates()
    return counts


def word_rows(vocabulary, texts, longest=LONGEST):
    """The first words of each text as numbers from 1 on; 0 fills up what is shorter. Unknown words are left out.

    Shapes:  N texts  ->  (N, T), T at most `longest`.   Chapter: 5b.
    """
    known = [[vocabulary.number[word] + 1 for word in words_in(text) if word in vocabulary.number][:longest]
             for text in texts]
    rows = np.zeros((len(known), max(1, *map(len, known))), int)
    for row, numbers in zip(rows, known, strict=True):
        row[: len(numbers)] = numbers
    return rows


class NaiveBayes:
    """Which class makes these words likeliest, if each word were drawn for itself?

    score(y) = log p(y) + sum_w n_w log p(w | y),     p(w | y) = (n_yw + smoothing) / (n_y + smoothing V)

    n_w is how often a word stands in the text, n_yw how often in all training texts of the class, n_y their sum.

    Shapes:  counts (N, V), labels (N,); afterwards `log_prior` (K,) and `log_likelihood` (K, V)
    Raises:  ValueError for a smoothing that is not positive, or a class without a text.
    Source:  McCallum and Nigam 1998, sec. 2.2, the multinomial model.   Chapter: 5b.
    """

    def __init__(self, counts, labels, smoothing=1.0):
        of_class = np.bincount(labels)
        if not smoothing > 0 or not of_class.all():
            raise ValueError("NaiveBayes expected a smoothing above 0 and a text of every class, got "
                             f"{smoothing} and {of_class.tolist()} texts: a word never seen must stay possible")
        seen = np.stack([counts[labels == k].sum(axis=0) for k in range(len(of_class))]) + smoothing  # (K, V)
        self.log_prior = np.log(of_class / len(labels))
        self.log_likelihood = np.log(seen) - np.log(seen.sum(axis=1, keepdims=True))

    def scores(self, counts):
        """The logarithm of p(class, words), up to what all classes share.   Shapes:  counts (N, V)  ->  (N, K)."""
        return counts @ self.log_likelihood.T + self.log_prior

    def predict(self, counts):
        """The class with the largest score.   Shapes:  counts (N, V)  ->  (N,)."""
        return self.scores(counts).argmax(axis=1)


class TfIdf:
    """Weigh each count by how rare its word is, and scale each text to length 1.

    x_w = n_w (log((1 + M) / (1 + m_w)) + 1),  then x / |x|;  m_w of the M training texts have the word.

    Shapes:  counts (M, V); afterwards `idf` (V,)
    Source:  Sparck Jones 1972, the idea; this formula is that of scikit-learn.   Chapter: 5b.
    """

    def __init__(self, counts):
        self.idf = np.log((1 + counts.shape[0]) / (1 + (counts > 0).sum(axis=0))) + 1

    def __call__(self, counts):
        """Rows of length 1, or 0 for a text without a known word.   Shapes:  counts (N, V)  ->  (N, V), sparse."""
        from scipy.sparse import csr_array

        weighed = csr_array(counts * self.idf[None])
        lengths = np.sqrt((weighed * weighed).sum(axis=1))
        return csr_array(weighed * (1 / np.where(lengths > 0, lengths, 1))[:, None])


class BagOfEmbeddings(nn.Module):
    """The mean of the vectors of a text's words, and a linear layer that reads it.

    z = W (1 / T) sum_t e(x_t) + b

    In training a share `drop` of the words is left out, others at each step.

    Shapes:  x (N, T), whole numbers, 0 where a text has ended  ->  logits (N, K)
    Source:  Iyyer et al. 2015, their neural bag of words, and the word dropout; Joulin et al. 2017.   Chapter: 5b.
    """

    def __init__(self, words, classes, dim=32, drop=0.0, *, rng=None):
        self.rng = rng or default_generator()
        self.embed = nn.Embedding(words + 1, dim, padding_idx=0, rng=self.rng)
        self.embed.weight.data *= 0.1  # short at first: all texts look alike, and none is sure
        self.out = nn.Linear(dim, classes, rng=self.rng)
        self.drop = drop

    def weights(self, x, vectors):
        """How much each word counts, in sum 1; 0 behind the end.   Shapes:  (N, T), (N, T, D)  ->  (N, T)."""
        there = x > 0
        return Tensor((there / np.maximum(there.sum(axis=1, keepdims=True), 1)).astype(get_default_dtype()))

    def look(self, x):
        """The vectors of the words, and the weights.   Shapes:  x (N, T)  ->  (N, T, D), (N, T)."""
        vectors = self.embed(x)  # (N, T, D)
        return vectors, self.weights(x, vectors)

    def forward(self, x):
        if self.training and self.drop:
            x = np.where(self.rng.random(x.shape) < self.drop, 0, x)
        vectors, weights = self.look(x)
        return self.out((weights.unsqueeze(1) @ vectors).squeeze(1))  # (N, K)


class AttentionPooling(BagOfEmbeddings):
    """A bag of embeddings in which a learned query q decides how much each word counts.

    a = softmax over t of q . e(x_t),     z = W sum_t a_t e(x_t) + b

    Shapes:  x (N, T), whole numbers, 0 where a text has ended  ->  logits (N, K)
    Source:  Yang et al. 2016, sec. 2.2, eqs. 5-7, on the word vectors themselves and without their tanh layer.
    Chapter: 5b.
    """

    def __init__(self, words, classes, dim=32, drop=0.0, *, rng=None):
        super().__init__(words, classes, dim, drop, rng=rng)
        self.query = Parameter(np.zeros(dim, get_default_dtype()))  # at first it is the mean

    def weights(self, x, vectors):
        """The softmax of the scores; what is behind the end gets none, unless there is no word at all."""
        behind = np.where(x > 0, 0, -1e9).astype(get_default_dtype())  # not -inf: an empty text must not give nan
        return F.softmax(vectors @ self.query + behind, dim=1)


def macro_f1(predicted, labels, classes):
    """The mean over the classes of F1 = 2 right / (given + true): a small class counts as much as a large one.

    A class that is neither given nor true counts as 0.

    Shapes:  predicted (M,), labels (M,)  ->  number from 0 to 1
    Source:  Yang and Liu 1999.   Chapter: 5b.
    """
    table = confusion_matrix(predicted, labels, classes)
    return float((2 * np.diag(table) / np.maximum(table.sum(axis=0) + table.sum(axis=1), 1)).mean())


def train_reader(model, x, y, epochs, lr=0.01, batch_size=32, seed=0, after_epoch=None):
    """Teach a network by Adam with a rate that falls in a straight line to 0; in evaluation mode afterwards.

    A batch is cut to its longest text. `after_epoch(epoch, model)` is called after each pass.

    Shapes:  x (M, T), y (M,).   Chapter: 5b.
    """
    from .. import optim
    from ..train import Batches

    batches = Batches(x, y, batch_size=batch_size, seed=seed)
    optimizer, step = optim.Adam(model.parameters(), lr=lr), 0
    for epoch in range(epochs):
        model.train()
        for rows, labels in batches:
            optimizer.param_groups[0]["lr"] = lr * (1 - step / (epochs * len(batches)))
            loss = F.cross_entropy(model(rows[:, : max(1, (rows > 0).sum(axis=1).max())]), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            step += 1
        if after_epoch is not None:
            after_epoch(epoch, model.eval())
    return model.eval()
