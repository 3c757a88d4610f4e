"""Why this file exists: what a page shows of the code and of the numbers must be the code and the numbers."""

import inspect
import pathlib
import types

import matplotlib
import numpy as np
import pytest
from engine_tools import engine_state  # noqa: F401

from dlcourse import Tensor, nn, ops, plots, show
from dlcourse import functional as F
from dlcourse.show import show_source
from dlcourse.tensor import SLOW_FORMS

matplotlib.use("Agg")
plt = plots.plt


@pytest.fixture(autouse=True)
def new_figures():
    """Figures and the style do not outlive a test."""
    with matplotlib.rc_context():
        yield
    plt.close("all")


@pytest.fixture
def ax():
    return plt.figure().add_subplot()


# ------------------------------------------------------------------------------------------- show_source


def file_text(file):
    return (pathlib.Path(show.__file__).parent / file).read_text()


@pytest.mark.parametrize(("thing", "file", "first", "last"), [
    (F.softmax, "functional.py", "def softmax(x, dim=-1):", "    return fused_ops.softmax(x, dim=dim)"),
    (SLOW_FORMS["softmax"], "fused_ops.py", '@slow_form("softmax")', "    return e / e.sum(dim, keepdim=True)"),
    (ops.add, "ops.py", "@op", "    return a + b, lambda g: (g, g)"),
    (nn.ReLU, "activations.py", "class ReLU(_Inplace):", "        return F.relu(x)"),
])
def test_the_source_is_exact_and_under_the_name_of_its_file(thing, file, first, last, capsys):
    show_source(thing)
    heading, empty, *lines = capsys.readouterr().out.splitlines()
    assert (heading, empty, lines[0], lines[-1]) == (f"# dlcourse/{file}", "", first, last)
    assert "\n".join(lines) in file_text(file), "not a character differs"
    compile("\n".join(lines), file, "exec")


def test_a_method_is_shown_at_the_margin(capsys):
    show_source(Tensor.backward)
    heading, _, *lines = capsys.readouterr().out.splitlines()
    assert heading == "# dlcourse/tensor.py" and lines[0].startswith("def backward(self")
    assert "\n".join(("    " + line).rstrip() for line in lines) in file_text("tensor.py")


def test_several_things_in_one_call(capsys):
    show_source(F.softmax, nn.ReLU)
    out = capsys.readouterr().out
    assert out.index("# dlcourse/functional.py") < out.index("def softmax") < out.index("# dlcourse/activations.py")


def test_in_a_notebook_it_becomes_highlighted_code(monkeypatch, capsys):
    shown = []
    monkeypatch.setattr("IPython.get_ipython", lambda: types.SimpleNamespace(kernel="a kernel"))
    monkeypatch.setattr("IPython.display.display", lambda thing: shown.append(thing.data))
    show_source(nn.ReLU)
    assert capsys.readouterr().out == "" and len(shown) == 1
    assert shown[0].startswith("```python\n# dlcourse/activations.py\n\nclass ReLU") and shown[0].endswith("\n```")


def test_something_without_a_source_is_refused():
    with pytest.raises(TypeError, match="was expected, got int"):
        show_source(3)


# ------------------------------------------------------------------------------------------- plots


def labels(ax):
    return ax.get_xlabel(), ax.get_ylabel()


def draw_points(ax):
    plots.points(ax, np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 1.0]]), np.array([0, 1, 1]))
    assert [len(group.get_offsets()) for group in ax.collections] == [1, 2]
    assert [group.get_label() for group in ax.collections] == ["class 0", "class 1"]


def draw_regions(ax):
    asked = []
    plots.regions(ax, lambda grid: asked.append(grid) or grid[:, 0], limits=(0, 1), levels=5)
    assert asked[0].shape == (25, 2) and (ax.get_xlim(), ax.get_ylim()) == ((0, 1), (0, 1))
    (line,) = ax.collections[-1].get_paths()
    assert np.allclose(line.vertices[:, 0], 0.5), "the line stands where the score is 1/2, and x runs to the right"


def draw_curves(ax):
    plots.curves(ax, {"one": [3, 2, 1], "two": [1, 1]}, "epoch", "loss (nats)", log=True)
    assert [list(line.get_xdata()) for line in ax.lines] == [[1, 2, 3], [1, 2]]
    assert ax.get_yscale() == "log" and [t.get_text() for t in ax.get_legend().get_texts()] == ["one", "two"]


def draw_intervals(ax):
    plots.intervals(ax, {"A": ([0.5, 0.7], (0.4, 0.8)), "B": ([0.9], (0.8, 1.0))}, "accuracy (%)")
    bar, ticks, mean = ax.lines[:3]
    assert [list(line.get_xdata()) for line in (bar, ticks, mean)] == [[40, 80], [50, 70], [60]]
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["A", "B"]


def draw_matrix(ax):
    plots.matrix(ax, [[3, 0], [1, 2]], "read as", "is", ticks=["a", "b"])
    assert {(t.get_position(), t.get_text()) for t in ax.texts} == {((0, 0), "3"), ((0, 1), "1"), ((1, 1), "2")}


def draw_network(ax):
    weights = [np.array([[1.0, -2.0], [3.0, 4.0]]), np.array([[5.0, -6.0]])]
    biases = [np.array([0.5, 1.5]), np.array([7.0])]
    plots.network(ax, [["a", "b"], ["c", "d"], ["e"]], weights, biases)
    place = {text.get_text(): text.get_position() for text in ax.texts}
    assert set(place) == {*"abcde", "1", "-2", "3", "4", "5", "-6", "bias 0.5", "bias 1.5", "bias 7"}
    edges = {(tuple(zip(*line.get_data(), strict=True)), line.get_color()) for line in ax.lines}
    positive, negative = ["ac", "ad", "bd", "ce"], ["bc", "de"]
    assert edges == {((place[start], place[end]), color) for color, pairs in
                     ((plots.BLUE, positive), (plots.RUST, negative)) for start, end in pairs}


def draw_digits():
    figure = plots.digits(np.ones((3, 8, 8)), captions=["a", "b", "c"], wrong=[False, True, False], columns=2)
    shown = [ax for ax in figure.axes if ax.get_visible()]
    assert [ax.get_xlabel() for ax in shown] == ["a", "b", "c"] and len(figure.axes) == 4
    assert [ax.spines["top"].get_visible() for ax in shown] == [False, True, False]
    return figure


def draw_weights():
    figure = plots.weights(np.array([[1.0, -2.0, 0.0, 1.0]] * 3), ["a", "b", "c"])
    assert [ax.get_xlabel() for ax in figure.axes] == ["a", "b", "c"]
    assert figure.axes[0].images[0].get_clim() == (-2, 2), "0 is white"
    return figure


# functions that draw into Axes, with the labels they must leave on them; a drawing of neurons has no axes
ON_AXES = {"points": (draw_points, ("$x_1$", "$x_2$")), "regions": (draw_regions, ("$x_1$", "$x_2$")),
           "curves": (draw_curves, ("epoch", "loss (nats)")), "intervals": (draw_intervals, ("accuracy (%)", "")),
           "matrix": (draw_matrix, ("read as", "is")), "network": (draw_network, ("", ""))}
# functions that make a figure of pictures, labeled by captions
FIGURES = {"digits": draw_digits, "weights": draw_weights}


def test_every_public_function_is_drawn():
    public = {name for name, value in vars(plots).items()
              if inspect.isfunction(value) and value.__module__ == plots.__name__ and not name.startswith("_")}
    assert {*ON_AXES, *FIGURES, "use_style"} == public


@pytest.mark.parametrize("name", ON_AXES)
def test_what_is_drawn_has_labels(name, ax):
    plots.use_style()
    draw, expected = ON_AXES[name]
    draw(ax)
    assert labels(ax) == expected
    ax.figure.canvas.draw()


@pytest.mark.parametrize("name", FIGURES)
def test_pages_of_pictures(name):
    plots.use_style()
    FIGURES[name]().canvas.draw()


def test_one_style_for_all():
    plots.use_style()
    assert plt.rcParams["axes.prop_cycle"].by_key()["color"] == plots.CYCLE
    assert len(set(plots.CYCLE)) == len(plots.CYCLE)
    assert plt.rcParams["figure.constrained_layout.use"]
