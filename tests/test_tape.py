"""Why this file exists: a drawing of the record must show the record."""

import matplotlib
import numpy as np
import pytest

from dlcourse import Tensor, tape

matplotlib.use("Agg")
from matplotlib import pyplot as plt  # noqa: E402


@pytest.fixture
def ax():
    yield plt.figure().add_subplot()
    plt.close("all")


def diamond():
    x, w = Tensor(2.0, requires_grad=True), Tensor(0.5, requires_grad=True)
    u = x * w
    return x, w, u, u * u + x


def test_nodes_are_the_record_in_order_of_making():
    x, w, u, root = diamond()
    found = tape.nodes(root)
    assert set(found[:2]) == {x, w} and found[2] is u and found[-1] is root
    assert [node.op for node in found[2:]] == ["mul", "mul", "add"]
    age = {node: position for position, node in enumerate(found)}
    assert all(age[parent] < age[node] for node in found for parent in node.parents)


def test_a_deep_record_is_walked_without_recursion():
    t = Tensor(1.0, requires_grad=True)
    for _ in range(5000):
        t = t + 1.0
    assert len(tape.nodes(t)) == 10_001 and tape.columns(t)[t] == 5000


def test_columns_go_from_left_to_right_and_leaves_stand_by_their_first_use():
    x, w, u, root = diamond()
    late = Tensor(1.0, requires_grad=True)
    top = root - late
    place = tape.columns(top)
    assert (place[x], place[w], place[u], place[root], place[top], place[late]) == (0, 0, 1, 3, 4, 3)


def test_the_drawing_shows_names_values_gradients_and_every_edge(ax):
    x, w, u, root = diamond()
    root.backward(retain_graph=True)
    tape.draw(ax, root, {x: "x", w: "w", u: "u"}, {x: x.grad, w: w.grad})
    texts = [text.get_text() for text in ax.texts]
    assert {"x\n2", "w\n0.5", "u = ×\n1", "×\n1", "+\n3", "grad 2", "grad 4"} <= set(texts)
    arrows = [text.arrow_patch for text in ax.texts if getattr(text, "arrow_patch", None)]
    assert sorted(arrow.get_linewidth() for arrow in arrows) == [1.3, 1.3, 1.3, 1.3, 2.6], "u goes into u * u twice"


def test_arrays_are_shown_by_their_shape_and_other_operations_by_name(ax):
    a = Tensor(np.ones((2, 3)), requires_grad=True)
    tape.draw(ax, a.exp().sum(), {a: "A"})
    assert {"A\n2×3", "exp\n2×3", "sum\n16.3"} <= {text.get_text() for text in ax.texts}


def test_boxes_of_one_column_stand_apart(ax):
    leaves = [Tensor(float(k), requires_grad=True) for k in range(4)]
    root = leaves[0] * leaves[1] + leaves[2] * leaves[3]
    tape.draw(ax, root)
    places = [text.get_position() for text in ax.texts if text.get_text().strip()]
    assert len(set(places)) == len(places) == 7
