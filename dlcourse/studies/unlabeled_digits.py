"""Digits without labels are free: what do 1,000 of them add to 5 or 10 labels per class?

    python -m dlcourse.studies unlabeled_digits

The teacher, "labels only", is fine-tuned with moves as in the study `label_budget`. It reads the training digits, whose
labels nobody has told. A student begins where the teacher began, with the letters network and the same fresh head, and
learns the labeled digits together with what the teacher has said of the others, with moves, in as many steps as the
teacher took, 80 with 5 labels and 160 with 10:

- "all pseudo-labels": the teacher's answers, for all;
- "confident pseudo-labels": only where the teacher's probability is above a threshold;
- "soft labels": the teacher's probabilities, at a temperature (distillation);
- "from three teachers": the mean of the probabilities of the three seeds' teachers, at the same temperature; and for
  comparison "three teachers", which answer together and teach nobody.

Threshold and temperature are chosen with 5 labels per class from rows 0-799, two pairs of seed and draw, by rows
800-999; of values that tie the middle one. The test: labels from rows 0-999, which are also the unlabeled ones, 3 seeds
x 3 draws, the last 797 rows. They were read twice for students with 10 labels: at first these took 80 steps, half as
many as their teacher, and what they read then is in the rows "shorter".

`used` is the share of the unlabeled digits that got a label, `clean` the share of these labels that are right (of soft
ones: whose highest probability is). Other columns as in `label_budget`.
"""

import time

import numpy as np

from dlcourse.evaluate import correct, predict

from . import label_budget as budget
from .chapter_1 import in_float64
from .digit_reader import MOVED
from .fine_tuning_tricks import RATE, numbers_of
from .letters import digits, drawn
from .table import read, write

LABELS, SEEDS, DRAWS = (5, 10), range(3), range(3)
STEPS = {5: budget.STEPS, 10: budget.LONGER}  # of teacher and student, by the labels per class
THRESHOLDS, TEMPERATURES = (0.8, 0.95, 0.99), (0.5, 1.0, 2.0)
GRIDS = {"confident pseudo-labels": THRESHOLDS, "soft labels": TEMPERATURES}
TEACHERS = ("labels only", "three teachers")
STUDENTS = ("all pseudo-labels", "confident pseudo-labels", "soft labels", "from three teachers")
SWEEP_LABELS, SWEEP_RUNS = 5, ((0, 0), (1, 1))  # pairs of seed and draw


def softmax(logits, tau=1.0):
    """Probabilities at a temperature.   Shapes:  (M, K)  ->  (M, K)."""
    e = np.exp((logits - logits.max(axis=1, keepdims=True)) / tau)
    return e / e.sum(axis=1, keepdims=True)


def learn(x, y, seed, steps=None):
    """Fine-tune a letters network with moves as the study `label_budget` does; y may hold probabilities."""
    return budget.train(budget.begin("fine-tuned", seed), x, y, RATE, seed, steps, MOVED)


def said(student, logits, setting):
    """What a student is told of the unlabeled digits.

    Shapes:  logits (M, 10)  ->  probabilities (M, 10), and which rows it gets, booleans (M,)
    """
    if student in ("soft labels", "from three teachers"):
        return softmax(logits, setting), np.ones(len(logits), bool)
    return np.eye(10)[logits.argmax(axis=1)], softmax(logits).max(axis=1) > setting


def taught(student, logits, setting, labeled, unlabeled, seed, steps):
    """A student that has learned labeled digits, and others from the logits of a teacher.

    Shapes:  logits (M, 10), labeled: x (10 k, 1, 14, 14) and y (10 k,), unlabeled (M, 1, 14, 14)
    """
    told, use = said(student, logits, setting)
    x, y = labeled
    return learn(np.concatenate([x, unlabeled[use]]), np.concatenate([np.eye(10)[y], told[use]]), seed, steps)


def setting_of(rows, student):
    """What the sweep chose, of values that tie the middle one; no threshold for all pseudo-labels."""
    if student == "all pseudo-labels":
        return 0.0
    swept = "soft labels" if student == "from three teachers" else student
    rows = [row for row in rows if (row["way"], row["stage"]) == (swept, "sweep")]
    means = {float(row["setting"]): float(row["mean"]) for row in rows}
    tied = [setting for setting in sorted(means) if means[setting] == max(means.values())]
    return tied[(len(tied) - 1) // 2]


def row_of(way, k, stage, setting, right, used, clean):
    """A row of the table."""
    return {"way": way, "labels": k, "stage": stage, "setting": setting, "used": round(float(np.mean(used)), 3),
            "clean": round(float(np.mean(clean)), 4), **numbers_of(right)}


def sweep():
    """The rows of the sweep."""
    (unlabeled, hidden), (x, y) = digits("fit"), digits("validation")
    found = {(student, setting): [] for student, grid in GRIDS.items() for setting in grid}
    for seed, draw in SWEEP_RUNS:
        labeled = drawn(SWEEP_LABELS, draw, "fit")
        logits = predict(learn(*labeled, seed), unlabeled)
        for student, setting in found:
            told, use = said(student, logits, setting)
            pupil = taught(student, logits, setting, labeled, unlabeled, seed, STEPS[SWEEP_LABELS])
            right = correct(predict(pupil, x), y)
            found[student, setting].append((right, use.mean(), (told.argmax(axis=1) == hidden)[use].mean()))
    return [row_of(student, SWEEP_LABELS, "sweep", setting, np.array([[right] for right, *_ in runs]),
                   *zip(*(run[1:] for run in runs), strict=True)) for (student, setting), runs in found.items()]


def runs_of_draw(k, draw, settings, steps):
    """All ways and seeds with one draw of labels: {way: [(right, used, clean) of each seed]}; steps of the students."""
    (unlabeled, hidden), (x, y), labeled = digits("train"), digits("test"), drawn(k, draw)
    teachers = [learn(*labeled, seed) for seed in SEEDS]
    logits = [predict(teacher, unlabeled) for teacher in teachers]
    together = np.log(np.mean([softmax(each) for each in logits], axis=0))
    answers = [predict(teacher, x) for teacher in teachers]
    found = {way: [] for way in (*TEACHERS, *STUDENTS)}
    for seed in SEEDS:
        found["labels only"].append((correct(answers[seed], y), 0, (logits[seed].argmax(axis=1) == hidden).mean()))
        for student in STUDENTS:
            heard = together if student == "from three teachers" else logits[seed]
            told, use = said(student, heard, settings[student])
            pupil = taught(student, heard, settings[student], labeled, unlabeled, seed, steps)
            found[student].append((correct(predict(pupil, x), y), use.mean(),
                                   (told.argmax(axis=1) == hidden)[use].mean()))
    mean = np.mean([softmax(each) for each in answers], axis=0)
    found["three teachers"].append((correct(mean, y), 0, (together.argmax(axis=1) == hidden).mean()))
    return found


def test_rows(k, settings, stage="test"):
    """The rows of the test for k labels per class; "shorter" has students only, with the fewest steps."""
    steps = min(STEPS.values()) if stage == "shorter" else STEPS[k]
    found, rows = [runs_of_draw(k, draw, settings, steps) for draw in DRAWS], []
    for way in STUDENTS if stage == "shorter" else found[0]:
        right = np.array([[run[0] for run in by_way[way]] for by_way in found]).swapaxes(0, 1)  # (seeds, draws, 797)
        used, clean = ([run[i] for by_way in found for run in by_way[way]] for i in (1, 2))
        rows.append(row_of(way, k, stage, settings.get(way, ""), right, used, clean))
    return rows


@in_float64()
def remake():
    """Sweep, test and store."""
    started, rows = time.perf_counter(), sweep()
    settings = {student: setting_of(rows, student) for student in STUDENTS}
    for k, stage in ((5, "test"), (10, "test"), (10, "shorter")):
        rows += test_rows(k, settings, stage)
    write("unlabeled_digits", rows, "python -m dlcourse.studies unlabeled_digits", started)


def stored(way, k, stage="test"):
    """The stored row of the test."""
    (row,) = [row for row in read("unlabeled_digits") if (row["way"], row["labels"], row["stage"]) == (
        way, str(k), stage)]
    return row
