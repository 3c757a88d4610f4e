"""Why this file exists: it judges the answers to chapter 5's exercises.

Each check takes what the learner hands over and raises `CheckFailed` if it is wrong. Wherever a mistake is common, the
check computes the wrong value as well (a "trap"), so that the message can say which mistake it was.
"""

import numpy as np

from ..calls import call, parts, without_loop
from ..checks import compare, compare_all
from ..predictions import near
from . import code


def precision_recall(answer):
    rng, names = np.random.default_rng(0), ("precision", "recall")
    for N, threshold in ((12, 0.4), (30, 0.6)):
        score, true = rng.random(N), rng.integers(0, 2, N)
        score[0], score[1], true[:2] = threshold, 0.99, 1  # one exactly at the threshold
        said, there = score > threshold, true == 1
        hits = (said & there).sum()
        right = hits / said.sum(), hits / there.sum()
        traps = (
            ((right[0], hits / (~said).sum()), "recall divides by all that are there, not by all that got a no"),
            ((hits / N, hits / N), "divided by all examples; precision divides by what was claimed, recall by what is "
             "there"),
            (((said == there).mean(),) * 2, "this is accuracy; true negatives count neither here nor there"),
            (((score >= threshold) & there).sum() / np.array([(score >= threshold).sum(), there.sum()]), "a score "
             "equal to the threshold is not above it"),
            ((right[0], (~said & there).sum() / there.sum()), "this is the share that was missed; recall is what was "
             "found"),
            (((said & ~there).sum() / said.sum(), right[1]), "this is the share of false claims; precision is that of "
             "the true ones"),
        )
        compare_all(names, parts(answer, names, score, true, threshold), right, traps, case=f"{N} examples: ")
    without_loop(answer, lambda N: (np.linspace(0, 1, N), np.arange(N) % 2, 0.5))


def expected_cost(answer):
    rng = np.random.default_rng(1)
    for N, threshold, alarm, miss in ((7, 0.5, 1.0, 4.0), (20, 0.2, 3.0, 2.0)):
        p = rng.random(N)
        said = p > threshold
        right = np.where(said, (1 - p) * alarm, p * miss).mean()
        traps = (
            (np.where(said, (1 - p) * miss, p * alarm).mean(), "the prices are exchanged: a yes can only be a false "
             "alarm"),
            (np.where(said, p * alarm, (1 - p) * miss).mean(), "a yes at p is wrong with probability 1 - p, a no with "
             "probability p"),
            (np.where(said, alarm, miss).mean(), "each decision is counted as wrong; how often is it?"),
            (np.where(~said, (1 - p) * alarm, p * miss).mean(), "yes is said above the threshold"),
            (np.where(said, 1 - p, p).mean(), "this is the share of mistakes; what do they cost?"),
        )
        compare(f"expected_cost at threshold {threshold}", call(answer, p, threshold, alarm, miss), right, traps,
                {"examples": N})
    without_loop(answer, lambda N: (np.linspace(0, 1, N), 0.5, 1.0, 2.0))


def rarer_by(prediction):
    traps = (
        (0.9, "this is the precision where half are sick; how many alarms do the healthy give when they are many?"),
        (0.01, "this is the share of the sick among all people; asked is their share among the alarms"),
        (0.018, "precision is not proportional to the share of the sick: the alarms of the healthy grow as well"),
        (0.5, "are there as many sick people with an alarm as healthy ones?"),
    )
    near("the precision", prediction, code.rarer_by(), 0.02, traps, "of 1,000 people, how many alarms are true?")


def macro_f1(answer):
    rng = np.random.default_rng(2)
    for N, classes in ((40, 3), (25, 5)):
        true = rng.integers(0, classes - 1, N)  # the last class never occurs
        said = np.where(rng.random(N) < 0.6, true, rng.integers(0, classes - 1, N))
        true[:3], said[:3] = 0, (0, 1, 1)
        hits = np.array([((said == k) & (true == k)).sum() for k in range(classes)])
        claimed, there = np.bincount(said, minlength=classes), np.bincount(true, minlength=classes)
        scores = 2 * hits / np.maximum(claimed + there, 1)
        present = claimed + there > 0
        precision, recall = hits / np.maximum(claimed, 1), hits / np.maximum(there, 1)
        means = precision.mean(), recall.mean()
        traps = (
            (hits.sum() / N, "this is micro F1, which is accuracy: first the F1 of each class, then the mean"),
            (scores[present].mean(), "a class that does not occur counts as well, with the score 0"),
            (scores @ there / N, "the mean is weighted by how frequent a class is; each class counts once"),
            (recall.mean(), "this is the mean recall; what was said too often does not count against it"),
            (precision.mean(), "this is the mean precision; what was missed does not count against it"),
            (2 * means[0] * means[1] / sum(means), "F1 of mean precision and mean recall; asked is the mean of the F1"),
            (np.mean(hits / np.maximum(claimed + there, 1)), "hits count twice above the fraction line"),
            (np.mean(hits / np.maximum(claimed + there - hits, 1)), "this is the mean IoU: hits count twice in F1"),
        )
        compare(f"macro_f1, {classes} classes", call(answer, said, true, classes), scores.mean(), traps)


def discounted(answer):
    rng = np.random.default_rng(3)
    for T, gamma in ((4, 0.5), (9, 0.9), (3, 1.0)):
        rewards = rng.integers(1, 5, T).astype(float)
        right, powers = code.discounted(rewards, gamma), gamma ** np.arange(T)
        forward = np.array([sum(gamma ** (t - s) * rewards[s] for s in range(t + 1)) for t in range(T)])
        traps = (
            (forward, "this adds what came before; the return is what is still to come"),
            (np.cumsum(rewards[::-1])[::-1], "gamma is missing: a reward one step ahead counts gamma times"),
            (powers * rewards, "each reward is discounted, but nothing is added up"),
            (np.cumsum((powers * rewards)[::-1])[::-1], "later steps are discounted from the first step on; each step "
             "counts from itself"),
            (right - rewards, "the reward of the step itself belongs to its return"),
            (gamma * right, "the reward of the step itself is not discounted"),
            (right[::-1], "the values stand from the last step to the first"),
            (np.full(T, right[0]), "this is the return of the first step; every step has its own"),
        )
        compare(f"discounted, gamma {gamma}", call(answer, rewards, gamma), right, traps if gamma < 1 else ())


def random_strings(prediction):
    traps = (
        (0.9, "this is place by place; deletions and insertions let other digits meet"),
        (0.1, "this is the share of places that agree"),
        (1.0, "one digit of ten agrees by chance, and that need not be repaired"),
        (0.5, "so much cannot be gained: most digits of a short string have no partner near"),
    )
    near("the mean distance", prediction, code.random_strings(), 0.02, traps, "how many more digits can meet, if a few "
         "are deleted and inserted?")


def return_gradient(answer):
    rng = np.random.default_rng(4)
    for K in (2, 5):
        logits, worth = rng.normal(size=K), 3 * rng.normal(size=K)
        pi = np.exp(logits) / np.exp(logits).sum()
        mean = pi @ worth
        traps = (
            (pi * worth, "the part with -pi_k of the derivative is missing: the mean return is taken off"),
            (worth - mean, "the factor pi_k is missing"),
            (pi * (mean - worth), "the sign: the mean return shall grow"),
            (pi * (worth - worth.mean()), "the mean return weighs each action by its probability"),
            (pi * (1 - pi) * worth, "only action k itself is counted; the others change their probability as well"),
            (pi * worth - mean, "the mean return has the factor pi_k as well"),
        )
        compare(f"return_gradient, {K} actions", call(answer, logits, worth), pi * (worth - mean), traps,
                {"actions": K})
    logits = np.array([1000.0, 999.0])
    compare("return_gradient for logits of 1000", call(answer, logits, np.array([1.0, 2.0])),
            code.return_gradient(logits, np.array([1.0, 2.0])))
    without_loop(answer, lambda N: (np.linspace(0, 1, N), np.arange(N) * 1.0))


def costly_distance(answer):
    for a, b in (("haus", "maus"), ("abc", ""), ("", "ab"), ("415", "4550"), ("siebzehn", "siebzig"), ("abab", "baba")):
        prices = {"replace": 3.0, "delete": 2.0, "insert": 2.5}
        right = code.costly_distance(a, b, *prices.values())
        swapped = code.costly_distance(a, b, 3.0, 2.5, 2.0)
        traps = (
            (code.costly_distance(a, b, 1, 1, 1), "every repair costs 1 here; where are the prices?"),
            (swapped, "deleting and inserting are exchanged: deleting takes a symbol out of a"),
            (code.costly_distance(a, b, 1e9, 2.0, 2.5), "replacing is never used"),
            (code.costly_distance(a, b, 2.5, 2.0, 3.0), "replacing and inserting are exchanged"),
            (code.costly_distance(a, b, 2.0, 3.0, 2.5), "replacing and deleting are exchanged"),
            (2.0 * len(a) + 2.5 * len(b), "a symbol that is the same in both costs nothing"),
        )
        traps = [trap for trap in traps if trap[0] != right]
        compare(f"costly_distance({a!r}, {b!r}, 3, 2, 2.5)", call(answer, a, b, *prices.values()), right, traps)


def copies_on_both_sides(prediction):
    traps = (
        (0.75, "this is the chance that one certain copy is in the training; there are two"),
        (0.25, "this is the share of the test; asked is how much of the test is known"),
        (0.5625, "both copies in the training is more than is needed; one is enough"),
        (0.0625, "this is the share that has no copy in the training"),
        (1.0, "both other copies can be in the test as well"),
        (0.66, "the copies fall on either side with 3/4 and 1/4, not by thirds"),
    )
    near("the share", prediction, code.copies_on_both_sides(), 0.02, traps, "when has a row of the test no copy in the "
         "training?")
