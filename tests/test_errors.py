"""Why this file exists: an error is a lesson, so it quotes what was expected, what came, and what to do about it.

The table holds the mistakes that a learner makes first; each message is compared with what it must say.
"""

import numpy as np
import pytest
from engine_tools import assert_message_helps, engine_state  # noqa: F401

import dlcourse
from dlcourse import Tensor, nn, no_grad, optim
from dlcourse import functional as F
from dlcourse.testing import assert_close
from dlcourse.train import Batches, fit

LOGITS, LABELS = Tensor(np.zeros((4, 3))), np.array([0, 1, 2, 0])
IMAGES = np.ones((32, 8, 8), np.float32)


def weight(*shape):
    return Tensor(np.ones(shape), requires_grad=True)


def twice():
    loss = weight(3).sum()
    loss.backward()
    loss.backward()


def unrecorded():
    with no_grad():
        loss = weight(3).sum()
    loss.backward()


def too_fast():
    """Squares that double their distance to the minimum with every step."""
    model, x = nn.Linear(1, 1), np.ones((4, 1), np.float32)
    with np.errstate(over="ignore", invalid="ignore"):
        fit(model, Batches(x, x), nn.MSELoss(), optim.SGD(model.parameters(), lr=10.0), epochs=200, progress=False)


# name: (what the learner did, type of the error, what it must say: expected, got, mend)
MISTAKES = {
    "ragged rows": (lambda: Tensor([[1.0, 2.0], [3.0]]), ValueError, ["rows of equal length", "inhomogeneous shape"]),
    "text": (lambda: Tensor(["a"]), TypeError, ["expected numbers", "<U1", "convert"]),
    "nothing": (lambda: Tensor(None), TypeError, ["expected numbers", "object"]),
    "whole numbers as weights": (lambda: Tensor([1, 2], requires_grad=True), TypeError,
                                 ["floating-point", "got int64", "1.0, not 1"]),
    "shapes that do not broadcast": (lambda: Tensor(np.ones((2, 3))) + Tensor(np.ones(2)), ValueError,
                                     ["add of (2, 3) and (2,)"]),
    "reshape to another size": (lambda: Tensor(np.ones((2, 3))).reshape(4, 2), ValueError,
                                ["reshape of (2, 3)", "size 6", "(4,2)"]),
    "unfitting widths in cat": (lambda: dlcourse.cat([weight(2, 3), weight(2, 4)]), ValueError,
                                ["cat of (2, 3) and (2, 4)"]),
    "matrix the wrong way round": (lambda: weight(5, 3) @ weight(4, 3), ValueError,
                                   ["matmul of (5, 3) and (4, 3)", "(..., n, k) @ (..., k, m)",
                                    "transpose the second, b.T?"]),
    "matrices that fit in no way": (lambda: weight(5, 3) @ weight(4, 2), ValueError,
                                    ["matmul of (5, 3) and (4, 2)", "(..., n, k) @ (..., k, m)"]),
    "@ for *": (lambda: weight(5, 3) @ 2.0, ValueError, ["matmul of (5, 3) and ()", "use * for numbers"]),
    "images not flattened": (lambda: nn.Linear(64, 10)(IMAGES), ValueError,
                             ["expected (..., 64)", "got (32, 8, 8)", "flatten the images first, x.flatten(1)?"]),
    "wrong number of features": (lambda: nn.Linear(64, 10)(np.ones((32, 63))), ValueError,
                                 ["expected (..., 64)", "got (32, 63)"]),
    "a function among layers": (lambda: nn.Sequential(nn.Linear(2, 2), F.relu), TypeError,
                                ["expected modules", "position 1", "nn.ReLU(), not F.relu?"]),
    "a class among layers": (lambda: nn.Sequential(nn.Linear(2, 2), nn.ReLU), TypeError,
                             ["expected modules", "position 1"]),
    "a module without forward": (lambda: type("Mine", (nn.Module,), {})()(IMAGES), TypeError,
                                 ["Mine has no forward(self, x)"]),
    "label too large": (lambda: F.cross_entropy(LOGITS, [0, 1, 2, 3]), IndexError,
                        ["from 0 to 2", "got 0 to 3", "one output per class?"]),
    "negative label": (lambda: F.cross_entropy(LOGITS, [0, 1, 2, -1]), IndexError, ["from 0 to 2", "got -1 to 2"]),
    "one-hot labels": (lambda: F.cross_entropy(LOGITS, np.eye(3, dtype=int)[LABELS]), ValueError,
                       ["target (N,)", "got (4, 3) and (4, 3)", "labels, not one-hot rows", "target.argmax(1)?"]),
    "labels as floats": (lambda: F.cross_entropy(LOGITS, LABELS.astype(float)), TypeError,
                         ["integer labels", "got float64", "target.astype(int)?"]),
    "another number of labels": (lambda: F.cross_entropy(LOGITS, LABELS[:3]), ValueError, ["got (4, 3) and (3,)"]),
    "one logit for many": (lambda: F.cross_entropy(LOGITS[0], LABELS), ValueError,
                           ["logits (N, K)", "got (3,) and (4,)"]),
    "empty batch": (lambda: F.cross_entropy(LOGITS[:0], LABELS[:0]), ValueError,
                    ["at least one example", "empty batch"]),
    "one column against a row": (lambda: F.mse_loss(weight(4, 1), np.ones(4)), ValueError,
                                 ["expected a target of shape (4, 1)", "got (4,)", "reshape"]),
    "one column of logits": (lambda: F.binary_cross_entropy_with_logits(weight(4, 1), np.ones(4)), ValueError,
                             ["shape (4, 1)", "got (4,)", "logits.squeeze(1)?"]),
    "one-hot of a label too large": (lambda: F.one_hot([0, 3], 3), IndexError, ["from 0 to 2", "got 0 to 3"]),
    "backward twice": (twice, RuntimeError, ["second time", "compute the loss again", "retain_graph=True"]),
    "backward of many": (lambda: (weight(3) * 2).backward(), RuntimeError,
                         ["one element", "got shape (3,)", ".mean() or .sum()"]),
    "backward without anything to find": (lambda: Tensor(1.0).backward(), RuntimeError,
                                          ["nothing that requires a gradient"]),
    "backward under no_grad": (unrecorded, RuntimeError, ["nothing that requires a gradient", "no_grad()?"]),
    "a gradient of another shape": (lambda: (weight(3) * 2).backward(np.ones(2)), ValueError,
                                    ["gradient of shape (3,)", "got (2,)"]),
    "item of many": (lambda: weight(3).item(), ValueError, ["one element", "got shape (3,)", ".mean()?"]),
    "if of many": (lambda: bool(weight(3) > 0), ValueError, ["one element", "got shape (3,)"]),
    "NumPy of something to be learned": (lambda: weight(3).numpy(), RuntimeError,
                                         ["requires a gradient", ".detach().numpy()"]),
    "optimizer of nothing": (lambda: optim.SGD(nn.ReLU().parameters()), ValueError,
                             ["expected parameters", "got none", "model.parameters()?"]),
    "optimizer of a model": (lambda: optim.SGD(nn.Sequential(nn.Linear(1, 1))), TypeError,
                             ["expected parameters", "got Linear", "model.parameters()"]),
    "negative rate": (lambda: optim.SGD([weight(1)], lr=-0.1), ValueError, ["at least 0", "-0.1"]),
    "diverging": (too_fast, FloatingPointError, ["loss is inf", "the loss before it", "learning rate", "now 10"]),
    "default type that is no float": (lambda: dlcourse.set_default_dtype(int), TypeError,
                                      ["float32 or float64", "got int64"]),
    "unknown gain": (lambda: nn.init.calculate_gain("gelu"), ValueError, ["'relu'", "got 'gelu'"]),
    "unknown mode": (lambda: nn.init.kaiming_normal_(weight(2, 2), mode="fan"), ValueError, ['"fan_in"', "got 'fan'"]),
    "initializing a bias by its fans": (lambda: nn.init.xavier_uniform_(weight(3)), ValueError,
                                        ["two or more axes", "got (3,)"]),
    "another shape in a comparison": (lambda: assert_close(np.ones(2), np.ones(3)), AssertionError,
                                      ["expected shape (3,)", "got (2,)"]),
}


@pytest.mark.parametrize(("mistake", "error", "words"), MISTAKES.values(), ids=MISTAKES)
def test_the_message_helps(mistake, error, words):
    assert_message_helps(mistake, error, words)


def test_a_failed_backward_leaves_no_gradient():
    x = weight(3)
    with pytest.raises(RuntimeError, match="one element"):
        (x * 2).backward()
    assert x.grad is None


def test_tensors_and_lists_are_labels_too():
    for target in (LABELS, Tensor(LABELS), LABELS.tolist(), LABELS.astype(np.uint8)):
        assert F.cross_entropy(LOGITS, target).item() == pytest.approx(np.log(3))
    assert F.one_hot(LABELS, 3).data.tolist() == np.eye(3, dtype=int)[LABELS].tolist()
    assert F.one_hot(LABELS[:0], 3).shape == (0, 3)
