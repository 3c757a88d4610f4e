"""The house and its floors: what may stand where, what may import what, and what every file and function must say."""

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from clone import ROOT, copy_project, project_files
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from dlcourse.nn import Module
from dlcourse.recipes.wheel import build_wheel

TOP_LEVEL = set(
    "README.md CHANGELOG.md CONTRIBUTING.md CITATION.cff LICENSE LICENSE-CONTENT pyproject.toml requirements.txt "
    "Makefile .ci .github .gitattributes .gitignore book notebooks dlcourse tests".split()
)
FLOORS = {
    "arrays": 0, "machine": 0, "tensor": 0.1, "ops": 1, "winograd": 1.05,
    "fused_ops": 1.1, "activation_ops": 1.1, "norm_ops": 1.1, "conv_ops": 1.1, "pool_ops": 1.2, "rnn_ops": 1.1,
    "loss_ops": 1.2, "creation": 1.4, "methods": 1.5,
    "init": 2, "losses": 2, "convolution": 2, "functional": 2.1, "gradients": 2.8, "lr_scheduler": 2.8, "pack": 2.8,
    "modules": 3, "optim": 3, "containers": 3.05, "activations": 3.1, "criteria": 3.1, "norms": 3.1, "cnn": 3.1,
    "rnn": 3.2, "attention": 3.2, "nn": 4, "autoencoder": 4.1,
    "checkpoint": 5, "train": 5.1, "evaluate": 5, "testing": 5, "probing": 5, "cost": 5.1,
    "plots": 6, "show": 6, "tape": 6.1, "twins": 6, "environments": 6.1, "data": 6.2,
    "vision": 6, "explain": 6.1, "attacks": 6.15, "compress": 6.1, "skipgram": 6.1, "recurrence": 6, "language": 6.1,
    "forecast": 6.1, "seq2seq": 6.1, "transfer": 6.1, "pretrained": 6.1, "sentences": 6.3,
    "apps": 6.4,
    "figures": 7, "exercises": 7, "questions": 7, "coursework": 7.05, "recipes": 7.1, "studies": 7.2, "benchmark": 7.3,
}  # fmt: skip
FACE = 4.5  # dlcourse/__init__.py gathers floors 0-4 under torch's names; files above may use it
TORCH_ALLOWED = {"twins", "recipes", "benchmark"}
ENGINE_IMPORTS = {"numpy", "scipy", "threadpoolctl"}  # all that floors 0-4 take from outside the standard library
FILE_LINES, PACKAGE_CODE = 350, 4500  # lines of a file, all counted; lines of code on floors 0 to 5
SLOW_TO_IMPORT = ("torch", "matplotlib", "sklearn", "ipywidgets", "anywidget")

PACKAGE = ROOT / "dlcourse"
PYTHON_FILES = [ROOT / path for path in project_files() if path.suffix == ".py"]
PACKAGE_FILES = [path for path in PYTHON_FILES if path.is_relative_to(PACKAGE)]
TEXT_SUFFIXES = {".py", ".md", ".toml", ".txt", ".yml", ".css", ".js", ".cjs", ".bib", ".cff", ".csv", ".ipynb", ""}
TEXT_FILES = [ROOT / path for path in project_files() if path.suffix in TEXT_SUFFIXES]


def relative(path):
    """A path as it is shown in the name of a test."""
    return path.relative_to(ROOT).as_posix()


# ------------------------------------------------------------------------------------------------ floors


def module_of(path):
    """The dotted name of a file of the package below dlcourse: "tensor", "exercises.base"; "" for the face."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(source, module, is_package=False):
    """All dotted names that the source imports, at the top or inside a function, with relative imports resolved."""
    here = ["dlcourse", *module.split(".")] if module else ["dlcourse"]
    package = here if is_package or not module else here[:-1]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) + 1 - node.level] if node.level else []
            base = ".".join(base + ([node.module] if node.module else []))
            yield from (f"{base}.{alias.name}" for alias in node.names)


def floor_problems(source, module, is_package=False):
    """What a file of the package imports against the rules, as sentences."""
    top = module.split(".")[0]
    floor = FLOORS[top] if module else FACE
    problems = []
    for name in imported(source, module, is_package):
        first, *rest = name.split(".")
        if first == "dlcourse":
            target = rest[0] if rest and rest[0] in FLOORS else ""
            own_package = module and target == top
            target_floor = FLOORS[target] if target else FACE
            if target_floor >= floor and not own_package:
                problems.append(f"{module or 'the face'} (floor {floor}) imports {name} from floor {target_floor}")
        elif first == "torch" and top not in TORCH_ALLOWED:
            problems.append(f"{module or 'the face'} imports torch; only {sorted(TORCH_ALLOWED)} may")
        elif floor < 5 and first not in sys.stdlib_module_names | ENGINE_IMPORTS:
            problems.append(f"{module or 'the face'} (floor {floor}) imports {first}; the engine is NumPy alone")
    return problems


@pytest.mark.parametrize("path", PACKAGE_FILES, ids=relative)
def test_a_file_imports_only_from_lower_floors(path):
    problems = floor_problems(path.read_text(encoding="utf-8"), module_of(path), path.name == "__init__.py")
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("modules", "import torch"),
        ("modules", "def twin():\n    from torch import nn"),
        ("functional", "from .modules import Linear"),
        ("ops", "from . import train"),
        ("ops", "import dlcourse.nn"),
        ("optim", "from .modules import Parameter"),
        ("tensor", "from . import manual_seed"),
        ("evaluate", "from .train import fit"),
        ("init", "from matplotlib import pyplot"),
        ("", "from .train import fit"),
    ],
)
def test_a_planted_import_is_caught(module, source):
    assert floor_problems(source, module)


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("ops", "import math\nimport numpy as np\nfrom .tensor import Tensor"),
        ("twins", "import torch\nfrom . import nn\nfrom .train import fit"),
        ("train", "from . import Tensor"),
        ("exercises.base", "from .checks import call\nfrom dlcourse.exercises import checks"),
        ("studies.table", "from dlcourse.recipes import ROOT\nfrom dlcourse.data import load"),
        ("", "from .tensor import Tensor\nfrom . import nn"),
    ],
)
def test_an_allowed_import_is_not_reported(module, source):
    assert floor_problems(source, module) == []


def test_every_file_of_the_package_stands_on_a_floor():
    unknown = {module_of(path).split(".")[0] for path in PACKAGE_FILES} - FLOORS.keys() - {""}
    assert not unknown, f"give these a floor: {sorted(unknown)}"


def lines_of_code(source):
    """How many lines say something to Python: not blank, no comment, no docstring."""
    words = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            words |= set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    lines = enumerate(source.splitlines(), start=1)
    return sum(1 for i, line in lines if i not in words and line.strip() and not line.strip().startswith("#"))


def test_the_package_stays_small():
    small = [path for path in PACKAGE_FILES if not module_of(path) or FLOORS[module_of(path).split(".")[0]] < 6]
    lines = {relative(path): lines_of_code(path.read_text(encoding="utf-8")) for path in small}
    assert sum(lines.values()) <= PACKAGE_CODE, lines


def test_only_code_is_counted():
    source = '"""Why.\n\nBecause."""\n\n# a comment\nx = 1\n\n\ndef f():\n    """One line."""\n    return x\n'
    assert lines_of_code(source) == 3


@pytest.mark.parametrize("path", PYTHON_FILES, ids=relative)
def test_a_file_can_be_read_in_one_sitting(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= FILE_LINES


def test_importing_the_package_loads_nothing_slow():
    code = f"import dlcourse, sys; print([name for name in {SLOW_TO_IMPORT} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# ------------------------------------------------------------------------------------------------ words


def methods(node):
    """The public methods of a class; `forward` is explained by the formula in the class's docstring."""
    found = [item for item in node.body if isinstance(item, ast.FunctionDef)]
    return [item for item in found if not item.name.startswith("_") and item.name != "forward"]


def public_definitions(tree):
    """The public functions and classes of a file, and those public methods that nothing else explains.

    A class explains a method by naming it in backticks, and a method explains those that override it further down;
    those of Module are explained for every layer.
    """
    explained = {name for name, method in vars(Module).items() if getattr(method, "__doc__", None)}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node.name, node
        if isinstance(node, ast.ClassDef):
            explained_here = explained if node.bases else set()
            explained_here = explained_here | set(re.findall(r"`(\w+)", ast.get_docstring(node) or ""))
            yield from ((f"{node.name}.{m.name}", m) for m in methods(node) if m.name not in explained_here)
            explained |= {m.name for m in methods(node) if ast.get_docstring(m)}


def undocumented(source):
    """The names that a file defines for others and does not explain."""
    return [name for name, node in public_definitions(ast.parse(source)) if not ast.get_docstring(node)]


@pytest.mark.parametrize("path", PYTHON_FILES, ids=relative)
def test_a_file_says_why_it_exists(path):
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


# What an exercise asks for is explained by its statement.
@pytest.mark.parametrize("path", [path for path in PACKAGE_FILES if "exercises" not in path.parts], ids=relative)
def test_public_names_are_documented(path):
    assert undocumented(path.read_text(encoding="utf-8")) == []


def test_a_missing_docstring_is_caught():
    source = "class A:\n    '''x'''\n    def f(self): pass\nclass B(A):\n    '''y'''\ndef g(): pass\ndef _h(): pass"
    assert undocumented(source) == ["A.f", "g"]


def without_shapes(source):
    """Functions that take arrays and do not say which shapes they take and give."""
    return [
        node.name
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and node.args.args
        and node.args.args[0].arg in {"x", "input", "logits"}
        and "Shapes:" not in (ast.get_docstring(node) or "")
    ]


def test_functions_of_arrays_state_their_shapes():
    assert without_shapes((PACKAGE / "functional.py").read_text(encoding="utf-8")) == []


def test_a_function_without_shapes_is_caught():
    assert without_shapes('def relu(x):\n    """max(x, 0)."""') == ["relu"]


# ------------------------------------------------------------------------------------------------ house


def test_the_top_level_holds_only_what_belongs_there():
    assert {path.parts[0] for path in project_files()} == TOP_LEVEL


PLACEHOLDER = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|TB" + r"D|lorem " + r"ipsum|coming " + r"soon)\b", re.IGNORECASE)
MACHINE_PATH = re.compile(r"(?<![\w.~-])/(?:home/\w+|Users/\w+|root|mnt|opt|work)/\w")


def text_problems(text):
    """Words that stand for something missing, and paths that only one computer has."""
    return [match[0] for pattern in (PLACEHOLDER, MACHINE_PATH) for match in pattern.finditer(text)]


@pytest.mark.parametrize("path", TEXT_FILES, ids=relative)
def test_no_placeholder_and_no_path_of_one_computer(path):
    assert text_problems(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("text", ["# TO" + "DO: write", "/home/" + "ann/x", "/ro" + "ot/x", "coming " + "soon"])
def test_a_planted_word_or_path_is_caught(text):
    assert text_problems(text)


def requirement_lines():
    """The pins of requirements.txt."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def test_every_requirement_is_pinned_inside_its_range():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pins = {canonicalize_name(pin.name): str(pin.specifier).removeprefix("==") for pin in requirement_lines()}
    extras = project["optional-dependencies"] | {"instructor": []}  # not pinned: only who grades by nbgrader has it
    wanted = [*project["dependencies"], *sum(extras.values(), [])]
    for requirement in map(Requirement, wanted):
        name = canonicalize_name(requirement.name)
        assert name in pins, f"{name} has no pin in requirements.txt"
        assert requirement.specifier.contains(pins[name]), f"{requirement} does not hold for the pin {pins[name]}"


def test_pins_are_exact_and_fit_every_platform():
    for pin in requirement_lines():
        assert [clause.operator for clause in pin.specifier] == ["=="], pin
        assert "+" not in str(pin.specifier), f"{pin} is a build of one platform"
        assert not pin.name.startswith(("nvidia", "triton", "cuda")), f"{pin} belongs to one build of PyTorch"


LICENSES = {"LICENSE": "BSD 3-Clause", "LICENSE-CONTENT": "Attribution 4.0 International"}


@pytest.mark.parametrize(("name", "words"), LICENSES.items())
def test_both_licenses_are_there_in_full(name, words):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert words in text and len(text.splitlines()) > 20


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """A wheel built from a copy of the project."""
    clone = copy_project(tmp_path_factory.mktemp("clone"))
    return build_wheel(tmp_path_factory.mktemp("wheel"), clone)


def test_the_wheel_holds_every_file_of_the_package(wheel):
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if name.startswith("dlcourse/")}
    assert held == {path.as_posix() for path in project_files() if path.parts[0] == "dlcourse"}


def test_the_wheel_works_without_the_clone(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    code = (
        "import dlcourse, json; from dlcourse.data import load; from dlcourse.exercises import EXERCISES\n"
        "print(json.dumps([dlcourse.__file__, len(EXERCISES)]))"
    )
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "site")}
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    file, exercises = json.loads(done.stdout)
    assert Path(file).is_relative_to(tmp_path) and exercises >= 12
