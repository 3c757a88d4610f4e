"""Slow proofs, run by `make test-full`: notebooks alone, stored twice, on other processors; studies remade."""

import csv
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from clone import ROOT, copy_project

from dlcourse.recipes import FOR_NOTEBOOKS, notebook_paths
from dlcourse.recipes.wheel import build_wheel
from dlcourse.studies import table
from dlcourse.studies.__main__ import study_names

pytestmark = pytest.mark.full

# What makes the numerical libraries compute as on other processors, and how one sees that they do.
OTHER_PROCESSORS = {
    "without AVX-512": {
        "OPENBLAS_CORETYPE": "Haswell", "ATEN_CPU_CAPABILITY": "avx2",
        "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
    },
    "with SSE alone": {
        "OPENBLAS_CORETYPE": "Prescott", "ATEN_CPU_CAPABILITY": "default",
        "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR",
    },
}  # fmt: skip
# OpenBLAS answers Katmai where Prescott was asked for.
SEEN = {"without AVX-512": "Haswell AVX2 True False", "with SSE alone": "Katmai DEFAULT False False"}
SEE = """import numpy, threadpoolctl, torch
from numpy._core._multiarray_umath import __cpu_features__ as has
blas = next(one for one in threadpoolctl.threadpool_info() if one["internal_api"] == "openblas")
print(blas["architecture"], torch.backends.cpu.get_cpu_capability(), has["X86_V3"], has["X86_V4"])"""
SIGNATURE = {"date", "python", "numpy", "command", "seconds", "study_seconds", "load_seconds", "rows_per_second"}


def by_name(path):
    """The name of a notebook."""
    return path.stem


every_notebook = pytest.mark.parametrize("path", notebook_paths(), ids=by_name)


def run(*command, folder, **environment):
    """Run a command and return what it printed; a failure shows it."""
    environment = os.environ | FOR_NOTEBOOKS | environment
    done = subprocess.run([str(part) for part in command], cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def compare(path, python=sys.executable, **environment):
    """Run a notebook and compare every output with the stored one."""
    nbval = ["-m", "pytest", "--nbval", "--nbval-current-env", "-p", "no:cacheprovider", "-q"]
    run(python, *nbval, path.name, folder=path.parent, **environment)


@pytest.fixture(scope="module")
def fresh_python(tmp_path_factory):
    """The Python of a new environment with the pinned requirements, and without dlcourse."""
    folder = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", folder, folder=folder)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    run(python, "-m", "pip", "install", "--quiet", "-r", ROOT / "requirements.txt", folder=folder)
    run(python, "-m", "pip", "check", folder=folder)
    return python


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """A wheel built from a copy of the project."""
    return build_wheel(tmp_path_factory.mktemp("wheel"), copy_project(tmp_path_factory.mktemp("clone")))


@every_notebook
def test_a_notebook_runs_alone_beside_a_wheel(path, fresh_python, wheel, tmp_path):
    run(fresh_python, "-m", "pip", "uninstall", "--quiet", "--yes", "dlcourse", folder=tmp_path)
    shutil.copy2(wheel, tmp_path)
    compare(Path(shutil.copy2(path, tmp_path)), fresh_python)
    assert "dlcourse" in run(fresh_python, "-m", "pip", "list", folder=tmp_path)


@every_notebook
def test_running_a_notebook_again_changes_nothing(path, tmp_path):
    clone = copy_project(tmp_path)
    again = clone / path.relative_to(ROOT)
    environment = {"PYTHONPATH": str(clone)}
    printed = run(sys.executable, "-m", "dlcourse.recipes.notebooks", again, folder=clone, **environment)
    assert "unchanged" in printed
    assert again.read_bytes() == path.read_bytes()


@pytest.mark.skipif(platform.machine() not in {"x86_64", "AMD64"}, reason="these settings are those of x86 processors")
@pytest.mark.parametrize("processor", OTHER_PROCESSORS)
@every_notebook
def test_stored_outputs_hold_on_another_processor(path, processor):
    environment = OTHER_PROCESSORS[processor]
    assert SEEN[processor] in run(sys.executable, "-W", "error", "-c", SEE, folder=ROOT, **environment)
    compare(path, **environment)


@pytest.mark.skipif(platform.machine() not in {"x86_64", "AMD64"}, reason="these settings are those of x86 processors")
@pytest.mark.parametrize("processor", OTHER_PROCESSORS)
def test_data_are_the_same_on_another_processor(processor):
    test = "tests/test_data.py::test_the_same_rows_as_when_they_were_first_made"
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", test]
    run(*command, folder=ROOT, **OTHER_PROCESSORS[processor])


def rows(path):
    """The rows of a table."""
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def agrees(new, old):
    """Whether a remade row says the same: the same setting, and each mean inside the spread of the stored one.

    A mean has its spread beside it: mean, lowest and highest, or loss, lowest_loss and highest_loss.
    """
    may_differ, inside = set(SIGNATURE), True
    for lowest in [name for name in old if name.startswith("lowest") and old[name]]:
        what = lowest.removeprefix("lowest")
        highest = f"highest{what}"
        mean = next(name for name in (f"mean{what}", what[1:], "new") if name in old)
        inside = inside and float(old[lowest]) <= float(new[mean]) <= float(old[highest])
        may_differ |= {lowest, mean, highest}
    return inside and all(new[name] == value for name, value in old.items() if name not in may_differ)


def test_remade_studies_agree_with_the_stored_ones(tmp_path):
    clone = copy_project(tmp_path)
    # The words of the notebooks are counted in every run by test_notebooks.py; their seconds are those of a computer.
    names = [name for name in study_names() if name != "notebook_seconds"]
    run(sys.executable, "-m", "dlcourse.studies", *names, folder=clone, PYTHONPATH=str(clone))
    tables = sorted(path for path in table.FOLDER.glob("*.csv") if path.name != "notebooks.csv")
    assert tables
    for stored in tables:
        remade = rows(clone / stored.relative_to(ROOT))
        assert len(remade) == len(rows(stored))
        assert all(agrees(new, old) for new, old in zip(remade, rows(stored), strict=True)), stored.name


def test_a_row_that_changed_is_seen():
    old = {"model": "network", "mean": "0.95", "lowest": "0.94", "highest": "0.96", "seconds": "3"}
    assert agrees(old | {"mean": "0.955", "seconds": "9"}, old)
    assert not agrees(old | {"mean": "0.97"}, old)
    assert not agrees(old | {"model": "logistic regression"}, old)
    assert not agrees({"words": "9000"}, {"words": "9100"})
    spread = {"design": "plain", "loss": "0.2", "lowest_loss": "0.1", "highest_loss": "0.3", "mean_steps": "7"}
    assert agrees(spread | {"loss": "0.29"}, spread) and not agrees(spread | {"loss": "0.31"}, spread)
    assert not agrees(spread | {"mean_steps": "8"}, spread) and not agrees(spread | {"design": "residual"}, spread)
