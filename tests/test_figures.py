"""What a figure is, wherever it is shown: its script in one piece, its values in both directions, its stored output."""

import json
import re
import subprocess

import numpy as np
import pytest
import site_tools
import traitlets
from clone import ROOT
from notebook_rules import pictures

import dlcourse
from dlcourse import data, nn, optim
from dlcourse import functional as F
from dlcourse.figures import FIGURES, Figure, Neuron, bundle
from dlcourse.figures.base import rounded
from dlcourse.figures.neuron import GATES, PAIRS, pair_pictures, points_of
from dlcourse.recipes import notebook_paths
from dlcourse.tensor import Tensor

FOLDER = ROOT / "dlcourse" / "figures"
MOST_BYTES = 300_000  # of the numbers that a figure may bring along
every_figure = pytest.mark.parametrize("figure", FIGURES.values(), ids=FIGURES)


# ------------------------------------------------------------------------------------------------ the scripts


def write(folder, **modules):
    """Write modules into a folder, {name: text}."""
    for name, text in modules.items():
        (folder / f"{name}.js").write_text(text, encoding="utf-8")
    return folder


def run_node(script):
    """What a script prints in Node."""
    command = [str(site_tools.course_math.node_program()), "--input-type=module", "-e", script]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_modules_are_joined_in_order_and_each_once(tmp_path):
    one = 'export const one = 1;\nconst hidden = "in one";\n'
    two = 'import { one } from "./one.js";\nexport function two() { return 2 * one; }\nconst hidden = "in two";\n'
    top = 'import { one } from "./one.js";\nimport { two } from "./two.js";\nconst render = one + two();\n'
    top += "export default { render };\n"
    joined = bundle.widget_module("top", write(tmp_path, one=one, two=two, top=top))
    assert joined.count("export const") == 0 and joined.count("in one") == 1 and "import" not in joined
    assert run_node(joined.replace("export default _top.default;", "console.log(_top.default);")) == "{ render: 3 }"


def test_comments_on_lines_of_their_own_are_left_out(tmp_path):
    one = '// What it is.\n\n/** Two\n * lines. */\nexport const one = "// 1"; // kept\n  // gone\n'
    two = 'import { one } from "./one.js";\nconst render = `${one}${"/** 2 */"}`;\nexport default { render };\n'
    joined = bundle.widget_module("two", write(tmp_path, one=one, two=two))
    assert "kept" in joined and not any(word in joined for word in ("What", "Two", "lines", "gone"))
    shown = run_node(joined.replace("export default _two.default;", "console.log(_two.default);"))
    assert shown == "{ render: '// 1/** 2 */' }"


@pytest.mark.parametrize(
    "line",
    [
        'import * as kit from "./kit.js";',
        'import kit from "./kit.js";',
        'import { make } from "https://example.org/kit.js";',
        'import {\n  make } from "./kit.js";',
        "export { render };",
        "export let value = 1;",
        "export class Thing {}",
        'const late = import("./kit.js");',
    ],
)
def test_a_form_that_cannot_be_joined_is_refused(line, tmp_path):
    with pytest.raises(bundle.UnknownForm, match=r"odd\.js"):
        bundle.widget_module("odd", write(tmp_path, odd=f"{line}\nconst render = 1;\nexport default {{ render }};\n"))


def test_a_script_cannot_end_the_page_that_holds_it(tmp_path):
    odd = 'const render = () => "</script>";\nexport default { render };\n'
    assert "</script" not in bundle.page_script("odd", folder=write(tmp_path, odd=odd))


@every_figure
def test_a_script_asks_no_other_host(figure):
    assert site_tools.outside_in_text(bundle.page_script(figure.script)) == []
    assert "http" not in bundle.page_script(figure.script).replace("http://www.w3.org/2000/svg", "")


def test_every_script_that_is_a_figure_is_listed():
    figures = {path.stem for path in FOLDER.glob("*.js") if bundle.DEFAULT.search(path.read_text(encoding="utf-8"))}
    assert figures == set(FIGURES)


def test_every_module_is_part_of_a_figure():
    used = "".join(bundle.page_script(name) for name in FIGURES)
    assert [path.name for path in FOLDER.glob("*.js") if f"const _{path.stem} = " not in used] == []


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.js")), ids=lambda path: path.name)
def test_a_module_says_what_it_is_and_can_be_read_in_one_sitting(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    assert re.match(r"// [A-Z]", lines[0]) and len(lines) <= 350
    assert max(map(len, lines)) <= 160


# ------------------------------------------------------------------------------------------------ what is stored


@every_figure
def test_a_figure_says_what_it_shows_and_what_to_try(figure):
    assert len(figure.alt) > 60 and figure.alt.endswith(".")
    assert len(figure().tries) >= 2 and all(text.endswith(("?", ".")) for text in figure().tries)
    assert len(figure.stored_numbers()) <= MOST_BYTES


@every_figure
def test_what_is_stored_is_small_and_the_same_for_two_of_a_kind(figure):
    (first, _), (second, _) = figure()._repr_mimebundle_(), figure()._repr_mimebundle_()
    stored = {kind: first[kind] for kind in ("text/html", "text/plain")}
    assert stored == {kind: second[kind] for kind in stored}
    assert len(stored["text/html"]) < 6000 and "script" not in stored["text/html"]
    assert figure.alt in site_tools.soup(stored["text/html"]).get_text()


@every_figure
def test_the_stored_values_are_those_of_the_figure(figure):
    place = site_tools.soup(figure().place()).div
    assert place["data-figure"] == figure.script
    assert json.loads(place["data-state"]) == figure().state() and "data" not in figure().state()
    assert place.get("data-numbers", "") == figure.numbers_name()


@every_figure
def test_a_figure_stands_in_a_notebook(figure):
    stored = [shown for path in notebook_paths() for cell in site_nb(path).cells for shown in pictures(cell)]
    assert any(f'data-figure="{figure.script}"' in shown.get("text/html", "") for shown in stored)


def site_nb(path):
    """A stored notebook."""
    import nbformat

    return nbformat.read(path, as_version=4)


def test_values_are_rounded_to_four_digits_and_labels_stay():
    assert rounded({"a": [1 / 3, (2e-7 / 3, 5)], "b": "0.123456", "c": True}) == {
        "a": [0.3333, [6.667e-08, 5]], "b": "0.123456", "c": True,
    }  # fmt: skip


def test_html_in_a_value_stays_text():
    class Odd(Figure):
        script = "neuron"
        alt = "<b>1 < 2</b>"
        word = traitlets.Unicode('"><script>').tag(sync=True)

    page = site_tools.soup(Odd().place())
    assert page.script is None and page.b is None and json.loads(page.div["data-state"])["word"] == '"><script>'


# ------------------------------------------------------------------------------------------------ the neuron


def test_its_numbers_are_those_of_the_digits():
    pixels = np.frombuffer(Neuron.stored_numbers(), np.uint8).reshape(len(PAIRS), 60, 64)
    for task, stored in zip(PAIRS, pixels, strict=True):
        assert np.array_equal(stored, pair_pictures(task).round())
    fit = data.load("digits").fit
    assert np.array_equal(pixels[0, 0], (16 * fit.x[fit.y == 0][0]).round())


def test_the_points_follow_the_task():
    figure = Neuron()
    assert figure.points == [[0, 0, 0], [0, 1, 0], [1, 0, 0], [1, 1, 1]]
    figure.task = "1 or 7"
    assert figure.points == points_of("1 or 7") and len(figure.points) == 60
    x = np.array(figure.points)
    assert x[:, :2].min() == 0 and x[:, :2].max() == 1 and x[:, 2].sum() == 30


def test_points_that_come_together_with_a_task_stay():
    moved = [[0.1, 0.2, 0], [0.5, 0.5, 1]]
    figure = Neuron(task="XOR", points=moved)
    assert figure.points == moved
    figure.task = "OR"
    assert figure.points == points_of("OR")
    figure.set_state({"task": "XOR", "points": moved})  # what a page sends
    assert (figure.task, figure.points) == ("XOR", moved)


def test_an_unknown_task_is_refused():
    with pytest.raises(traitlets.TraitError, match="NAND"):
        Neuron(task="NAND")


@pytest.mark.parametrize("rows", [[], [[1, 2]], [[1, 2, 3]] * 2, [[1, 2, 3]] * 5 + [[1] * 6], [[1, 2, 3, 4], [1, 2]]])
def test_parameters_that_are_no_such_network_are_refused(rows):
    with pytest.raises(traitlets.TraitError, match="expected a row"):
        Neuron().parameters = rows


@pytest.mark.parametrize("points", [[[0, 0]], [[0, 0, 2]], [[0, 0, 1], [1, 1, 0, 0]]])
def test_points_of_another_form_are_refused(points):
    with pytest.raises(traitlets.TraitError, match="label 0 or 1"):
        Neuron().points = points


def test_its_network_is_one_of_the_course():
    hidden = Neuron(task="XOR", parameters=[[8, 8, -4], [8, 8, -12], [6, -6, -6]])
    assert [type(layer) for layer in hidden.model().children()] == [nn.Linear, nn.Tanh, nn.Linear]
    answers = hidden.model()(Tensor(np.array(hidden.points)[:, :2])).data[:, 0] > 0
    assert list(answers) == [False, True, True, False]
    assert hidden.loss() == pytest.approx(np.log1p(np.exp(-6)), rel=0.1)
    assert Neuron(parameters=[[0, 0, 0]]).loss() == pytest.approx(np.log(2))


def wrong_after_training(task, hidden, seed):
    """How many of the figure's points are wrong after it was trained in the package."""
    before = dlcourse.get_default_dtype()
    dlcourse.set_default_dtype(np.float64)
    points, rng = np.array(points_of(task)), np.random.default_rng(seed)
    layers = [nn.Linear(2, hidden, rng=rng), nn.Tanh(), nn.Linear(hidden, 1, rng=rng)] if hidden else [nn.Linear(2, 1)]
    model, x, y = nn.Sequential(*layers), Tensor(points[:, :2]), points[:, 2:]
    optimizer = optim.SGD(model.parameters(), lr=Neuron().rate)
    for _ in range(3000):
        loss = F.binary_cross_entropy_with_logits(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    dlcourse.set_default_dtype(before)
    return int(((model(x).data > 0) != (y == 1)).sum())


def test_what_to_try_is_true_of_the_digits():
    """No hidden neuron for 0 or 1, two for 1 or 7, and a mistake that stays in 2 or 3."""
    assert wrong_after_training("0 or 1", 0, seed=0) == 0
    assert wrong_after_training("1 or 7", 0, seed=0) >= 10
    assert all(wrong_after_training("1 or 7", 2, seed) <= 3 for seed in range(3))
    assert sum(wrong_after_training("2 or 3", 2, seed) > 0 for seed in range(3)) >= 2


def test_what_to_try_is_true_of_xor():
    """A corner stays wrong without a hidden neuron and with one, whatever the start."""
    assert all(wrong_after_training("XOR", hidden, seed) >= 1 for hidden in (0, 1) for seed in range(3))
    solved = sum(wrong_after_training("XOR", 2, seed) == 0 for seed in range(20))
    assert 5 <= solved <= 18  # it often works, and it is sometimes stuck
    assert set(GATES) < set(Neuron().traits()["task"].values)
