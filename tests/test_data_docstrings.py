"""Why this file exists: the labels are only as good as the split, and a file on both sides gives its style away."""

import importlib
import itertools
import platform
import re
import sysconfig
from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB

from dlcourse.data import DataError
from dlcourse.data.docstrings import AREAS, CARD, MODULES, docstrings
from dlcourse.data.texts import copies, read_archive, words_of
from dlcourse.recipes import embed_text

module = importlib.import_module("dlcourse.data.docstrings")
PATH = Path(module.__file__).parent / "docstrings.json.xz"
NEEDED = "3.11.7"
on_its_python = pytest.mark.skipif(platform.python_version() != NEEDED,
                                   reason=f"THE DOCSTRINGS WERE NOT COMPARED WITH A PYTHON: that takes {NEEDED}")


def archive():
    return read_archive(PATH.name, module.SHA256)


# ------------------------------------------------------------------------------------------- what is there


def test_the_card_counts_what_is_there():
    data = docstrings()
    rows, files, characters, kilobytes = (int(n.replace(",", "")) for n in re.findall(r"\d[\d,]*", CARD.size))
    assert (rows, files, characters) == (len(data), len(data.files), sum(map(len, data.x)))
    assert kilobytes == round(PATH.stat().st_size / 1000)
    assert data.python == NEEDED and NEEDED in CARD.origin
    assert data.pair == ("x", "y") and data.x.dtype == object and data.y.dtype == data.file.dtype == np.int64


def test_each_text_has_its_area_and_its_file():
    data, original = docstrings(), archive()["areas"]
    assert data.areas == list(AREAS) == sorted(original) and data.files == sorted(data.files)
    for text, area, file in zip(data.x, data.y, data.file, strict=True):
        assert len(text) > 40 and text in original[data.areas[area]][data.files[file]]
    tops = {name.split("/")[0].removesuffix(".py") for name in data.files}
    named = [name for modules in MODULES.values() for name in modules.split()]
    assert set(named) == tops and len(named) == len(tops), "every module gives a text and has one area"
    assert not [name for name in data.files if set(name.split("/")) & {"test", "tests", "idle_test"}]


@pytest.mark.parametrize("seed", range(3))
def test_files_are_divided_whole_and_every_area_is_everywhere(seed):
    data = docstrings(seed=seed)
    sides = [set(part.file.tolist()) for part in (data.fit, data.validation, data.test)]
    assert not any(one & other for one, other in itertools.combinations(sides, 2))
    assert set(data.train.file) == sides[0] | sides[1] and set().union(*sides) == set(range(len(data.files)))
    total = np.bincount(data.y)
    for part, share, least in ((data.validation, 0.15, 0.5), (data.test, 0.25, 0.8)):
        reached = np.bincount(part.y, minlength=len(AREAS)) / total
        assert np.all(reached <= share) and np.all(reached > least * share)
    assert copies(data.test.x, data.train.x) == copies(data.validation.x, data.fit.x) == []


def test_what_the_card_says_of_its_flaws():
    data, card = docstrings(), str(CARD)
    shares = np.bincount(data.test.y) / len(data.test)
    assert f"{100 * shares.min():.0f} to {100 * shares.max():.0f} percent of the test texts" in card
    assert f"Math has {len(set(data.file[data.y == AREAS.index('math')]))} files" in card
    for name, area, least, most in (("tkinter/__init__.py", "gui", 0.32, 0.35), ("_pydecimal.py", "math", 0.43, 0.5)):
        file = data.files.index(name)
        assert least < np.sum(data.file == file) / np.sum(data.y == AREAS.index(area)) < most
        assert all(file in docstrings(seed=seed).fit.file for seed in range(10))

    def runs(text):
        words = words_of(text).split()
        return list(zip(*(words[i:] for i in range(8)), strict=False))

    known = {run for text in data.train.x for run in runs(text)}
    alike = sum(np.mean([run in known for run in runs(text)]) > 0.5 for text in data.test.x if runs(text))
    assert f"of the {len(data.test):,} test texts of split 0, {alike} share more than half" in card
    left_out = re.search(r"left out, among them (.*)\.", card)[1].split(", ")
    parts = {part for name in data.files for part in re.split(r"/|\.py", name)}
    assert len(left_out) == 5 and not set(left_out) & parts


def test_the_seed_draws_the_split():
    first, again, other = docstrings(seed=1), docstrings(seed=1), docstrings(seed=2)
    assert np.array_equal(first.x, again.x) and np.array_equal(first.file, again.file)
    assert set(first.test.file) != set(other.test.file) and sorted(first.x) == sorted(other.x)
    first.x[:], first.y[:], first.files[:] = "spoiled", -1, ["spoiled"]
    assert np.array_equal(docstrings(seed=1).x, again.x) and docstrings().files == again.files


# ------------------------------------------------------------------------------------------- planted leaks


def test_texts_that_are_divided_before_copies_are_taken_out_are_caught(monkeypatch):
    monkeypatch.setattr(module, "without_copies", lambda texts: range(len(texts)))
    module._shipped.cache_clear()
    try:
        data = docstrings()
        assert len(data) == 5613 and len(copies(data.test.x, data.train.x)) > 20
    finally:
        module._shipped.cache_clear()


def test_a_split_by_rows_would_show_itself_and_flatter_the_baseline():
    data = docstrings()
    rows = np.random.default_rng(0).permutation(len(data))
    train, test = data[rows[:len(data.train)]], data[rows[len(data.train):]]
    assert len(set(test.file.tolist()) & set(train.file.tolist())) > 100
    assert naive_bayes(train, test) > naive_bayes(data.train, data.test) + 0.05


# ------------------------------------------------------------------------------------------- baselines


def naive_bayes(train, test):
    words = CountVectorizer(min_df=2)
    model = MultinomialNB(alpha=0.3).fit(words.fit_transform(train.x), train.y)
    return model.score(words.transform(test.x), test.y)


def test_naive_bayes_finds_two_of_three_areas():
    scores, majority = [], []
    for seed in range(3):
        data = docstrings(seed=seed)
        scores.append(naive_bayes(data.train, data.test))
        majority.append(np.mean(data.test.y == np.bincount(data.train.y).argmax()))
    assert 0.60 < min(scores) and max(scores) < 0.72
    assert max(majority) < 0.26


def test_logistic_regression_on_weighted_words_is_no_better():
    data = docstrings()
    words = TfidfVectorizer(sublinear_tf=True, min_df=2, ngram_range=(1, 2))
    model = LogisticRegression(C=10, max_iter=300, class_weight="balanced").fit(
        words.fit_transform(data.train.x), data.train.y)
    score = model.score(words.transform(data.test.x), data.test.y)
    assert 0.58 < score < 0.69 and abs(score - naive_bayes(data.train, data.test)) < 0.06


# ------------------------------------------------------------------------------------------- the recipe


@on_its_python
def test_the_recipe_gives_the_shipped_texts():
    shipped = {name: texts for area in archive()["areas"].values() for name, texts in area.items()}
    found = embed_text.docstrings_of(["bz2", "xmlrpc", "wsgiref"])
    assert set(found) == {name for name in shipped if name.startswith(("bz2.", "xmlrpc/", "wsgiref/"))}
    assert len(found) > 5 and all(shipped[name] == texts for name, texts in found.items()), "bit by bit"


@pytest.mark.full
@on_its_python
def test_the_recipe_gives_the_shipped_files(tmp_path, capsys):
    names = ("reference.json.xz", "docstrings.json.xz")
    for name in names:
        (tmp_path / name).write_bytes((PATH.parent / name).read_bytes())
    embed_text.main(["--into", str(tmp_path)])
    assert [(tmp_path / name).read_bytes() for name in names] == [(PATH.parent / name).read_bytes() for name in names]
    assert embed_text.docstrings() == archive()
    printed = capsys.readouterr().out
    assert f"Python {NEEDED}" in printed and module.SHA256 in printed


@pytest.mark.parametrize(("source", "own"), [
    (b"# Permission  to\n# use, copy, modify and distribute", True),
    (b"# Permission is\n#   hereby granted, free of charge", True),
    (b'"""This software is provided\n\'as-is\'"""', True),
    (b"# SPDX-License-Identifier: MIT", True),
    (b"# Licensed to PSF under a Contributor Agreement.\nx = 'the license of Python'", False),
    (b"# Copyright (C) 2001 Python Software Foundation", False),
])
def test_a_file_with_a_license_of_its_own_is_seen(source, own):
    assert embed_text.has_own_license(source) == own


def test_no_shipped_file_has_a_license_of_its_own():
    library = Path(sysconfig.get_path("stdlib"))
    there = [library / name for name in docstrings().files if (library / name).exists()]
    assert len(there) > 250
    if platform.python_version() == NEEDED:
        assert not [path for path in there if re.search(rb"Permission\s+is\s+hereby|Apache License", path.read_bytes())]


def test_a_library_without_a_module_stops_the_recipe(tmp_path):
    with pytest.raises(SystemExit, match="expected tkinter in the standard library of Python .*: use CPython 3.11.7"):
        list(embed_text.files_of(["tkinter"], tmp_path))
    (tmp_path / "one" / "tests").mkdir(parents=True)
    for name in ("one/b.py", "one/a.py", "one/tests/c.py", "two.py"):
        (tmp_path / name).write_text("")
    names = [path.relative_to(tmp_path).as_posix() for path in embed_text.files_of(["two", "one"], tmp_path)]
    assert names == ["two.py", "one/a.py", "one/b.py"]


def test_a_damaged_file_is_refused(monkeypatch):
    monkeypatch.setattr(module, "SHA256", "0" * 64)
    module._shipped.cache_clear()
    with pytest.raises(DataError, match="docstrings.json.xz is damaged: expected the SHA-256 000000000000"):
        docstrings()
