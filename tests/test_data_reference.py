"""Why this file exists: a language model must not have read its test text; the leak is looked for, and planted."""

import hashlib
import importlib
import itertools
import platform
import re
import sys
import sysconfig
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse.data import DataError, checks
from dlcourse.data.reference import CARD, paragraphs, reference, running_text
from dlcourse.data.texts import by_part, copies, divide, read_archive, unpack, without_copies, words_of
from dlcourse.recipes import embed_text

module = importlib.import_module("dlcourse.data.reference")
DATA = Path(module.__file__).parent
NEEDED = "3.11.7"
on_its_python = pytest.mark.skipif(platform.python_version() != NEEDED,
                                   reason=f"THE SHIPPED TEXTS WERE NOT COMPARED WITH A PYTHON: that takes {NEEDED}")


def archive():
    return read_archive("reference.json.xz", module.SHA256)


def collapsed(text):
    return " ".join(text.lower().split())


# ------------------------------------------------------------------------------------------- what is there


def test_the_card_counts_what_is_there():
    data, size = reference(), (DATA / "reference.json.xz").stat().st_size
    rows, topics, characters, kilobytes = (int(n.replace(",", "")) for n in re.findall(r"\d[\d,]*", CARD.size))
    assert (rows, topics, characters) == (len(data), len(data.topics), sum(map(len, data.x)))
    assert kilobytes == round(size / 1000)
    assert data.python == NEEDED and NEEDED in CARD.origin
    original = len(archive()["topics"])
    assert f"{original - topics} of the {original} topics have nothing left" in str(CARD)


def test_rows_are_paragraphs_with_their_topic():
    data = reference()
    assert data.pair == ("x", "y") and data.x.dtype == object and data.y.dtype == np.int64
    assert data.y.min() == 0 and data.y.max() == len(data.topics) - 1 and data.topics == sorted(data.topics)
    original = archive()["topics"]
    for text, topic in zip(data.x, data.y, strict=True):
        assert text in original[data.topics[topic]] and "\n\n" not in text and text.strip()
    assert data[0] == (data.x[0], data.y[0])


def test_topics_are_divided_whole():
    data = reference()
    parts = {name: getattr(data, name) for name in ("fit", "validation", "train", "test")}
    topics = {name: set(part.y.tolist()) for name, part in parts.items()}
    assert topics["fit"] | topics["validation"] == topics["train"]
    for one, other in itertools.combinations(("fit", "validation", "test"), 2):
        assert not topics[one] & topics[other]
    assert set().union(*topics.values()) == set(range(len(data.topics)))
    lengths = {name: sum(map(len, part.x)) for name, part in parts.items()}
    for name in ("validation", "test"):
        assert 0.09 < lengths[name] / (lengths["train"] + lengths["test"]) <= 0.1
    assert running_text(data.test) == "\n\n".join(data.test.x) and len(running_text(data.train)) > 330_000


def test_every_call_gives_the_same_and_a_new_array():
    first = reference()
    expected = first.x.copy(), first.y.copy()
    first.x[:], first.y[:], first.topics[:] = "spoiled", -1, ["spoiled"]
    again = reference()
    assert np.array_equal(again.x, expected[0]) and np.array_equal(again.y, expected[1])
    assert "spoiled" not in again.topics


# ------------------------------------------------------------------------------------------- no leak, and a planted one


@pytest.mark.parametrize("source", ["shipped", "running"])
def test_nothing_of_validation_and_test_was_seen_before(source):
    data = reference(source=source)
    for part, before in ((data.test, data.train), (data.validation, data.fit)):
        assert copies(part.x, before.x) == []
        seen, whole = {collapsed(text) for text in before.x}, f" {words_of(running_text(before))} "
        for text in part.x:  # the same by other means
            assert collapsed(text) not in seen
            words = words_of(text)
            assert len(words.split()) < 8 or f" {words} " not in whole


def test_without_taking_copies_out_half_of_the_test_paragraphs_were_seen():
    topics = archive()["topics"]
    order = sorted(topics)
    np.random.default_rng(0).shuffle(order)
    total, held_out, characters = sum(map(len, topics.values())), [], 0
    for name in order:
        if characters < 0.08 * total and len(topics[name]) < 15_000:
            held_out.append(name)
            characters += len(topics[name])
    before = "\n\n".join(topics[name] for name in order if name not in held_out)
    after = [text for name in held_out for text in topics[name].split("\n\n")]
    seen = [number for number, text in enumerate(after) if text.strip() in before]
    assert (len(seen), len(after)) == (92, 166), "the figure of the first study"
    found = set(copies(after, paragraphs(before)))
    short = {number for number in seen if len(words_of(after[number]).split()) < 8}
    assert set(seen) - short <= found and len(found) > 80, "the leak is caught"


def test_dividing_before_taking_copies_out_is_caught(monkeypatch):
    monkeypatch.setattr(module, "without_copies", lambda texts: range(len(texts)))
    module._shipped.cache_clear()
    try:
        data = reference()
        assert len(data) > 2500 and len(copies(data.test.x, data.train.x)) > 20
    finally:
        module._shipped.cache_clear()


def test_what_a_copy_is():
    long = "The quick brown fox jumps over the lazy dog today"
    assert words_of(" The\tquick,\nBROWN-fox! ") == "the quick brown fox"
    given_texts = [long, long.upper() + "!", "Other", "quick brown fox jumps over the lazy dog", "lazy dog", "====", ""]
    assert without_copies(given_texts) == [0, 2, 4]
    assert without_copies(["lazy dog", long, "Lazy  dog."]) == [0, 1], "short texts may stand in others"
    assert copies(["quick brown fox jumps over the lazy dog", "lazy dog", "==", "new"], [long, "=="]) == [0]
    assert copies([long, "lazy dog"], ["Quick brown fox jumps over the lazy dog", "LAZY DOG!"]) == [0, 1]
    assert copies(["uick brown fox jumps over the lazy dog today"], [long]) == [], "whole words only"
    assert copies(["quick brown fox jumps over the lazy do"], [long]) == []
    assert copies(["the quick brown fox jumps over the lazy dog toda"], [long]) == []


word_lists = st.lists(st.lists(st.sampled_from("ab"), max_size=12).map(" ".join), max_size=12)


@settings(max_examples=60)
@given(word_lists, word_lists)
def test_copies_are_those_of_the_definition(some, others):
    def same(one, other):
        shorter, longer = sorted((one.split(), other.split()), key=len)
        places = range(len(longer) - len(shorter) + 1)
        return one == other or len(shorter) >= 8 and any(longer[i:i + len(shorter)] == shorter for i in places)

    expected = [n for n, text in enumerate(some) if text and any(other and same(text, other) for other in others)]
    assert copies(some, others) == expected
    kept = [some[number] for number in without_copies(some)]
    assert not any(same(one, other) for one, other in itertools.combinations(kept, 2))
    assert all(any(same(text, one) for one in kept) for text in some if text), "nothing but copies was dropped"


@settings(max_examples=60)
@given(st.lists(st.integers(1, 50), max_size=30), st.integers(0, 5))
def test_groups_are_divided_whole_and_within_their_share(sizes, seed):
    parts = divide(sizes, (0.3, 0.2), np.random.default_rng(seed))
    assert len(parts) == len(sizes) and set(parts.tolist()) <= {0, 1, 2}
    room = [int(0.3 * sum(sizes)), int(0.2 * sum(sizes))]
    taken = [sum(size for size, part in zip(sizes, parts, strict=True) if part == number) for number in range(3)]
    assert taken[0] <= room[0] and taken[1] <= room[1]
    left = [size for size, part in zip(sizes, parts, strict=True) if part == 2]
    assert all(size > room[number] - taken[number] for size in left for number in (0, 1)), "only what did not fit"
    assert np.array_equal(parts, divide(sizes, (0.3, 0.2), np.random.default_rng(seed)))


@given(st.lists(st.integers(0, 2), max_size=30))
def test_rows_are_sorted_by_part_and_keep_their_order_within_it(part):
    order, parts = by_part(np.array(part, int))
    rows = {name: order[chosen].tolist() for name, chosen in parts.items()}
    for name, number in (("test", 0), ("validation", 1), ("fit", 2)):
        assert rows[name] == [row for row, of in enumerate(part) if of == number]
    assert rows["train"] == rows["fit"] + rows["validation"] and sorted(order.tolist()) == list(range(len(part)))


# ------------------------------------------------------------------------------------------- the file, other Pythons


@pytest.mark.parametrize(("harm", "message"), [
    (lambda packed: packed[:1000] + bytes([packed[1000] ^ 1]) + packed[1001:], "is damaged: expected the SHA-256"),
    (lambda packed: packed[:-1], "is damaged: .* install dlcourse again"),
    (lambda packed: b"", "got e3b0c44298fc... of 0 bytes"),
    (None, "cannot be read .*: install dlcourse again"),
])
def test_a_damaged_file_is_refused(monkeypatch, tmp_path, harm, message):
    if harm:
        (tmp_path / "reference.json.xz").write_bytes(harm((DATA / "reference.json.xz").read_bytes()))
    monkeypatch.setattr(checks.importlib.resources, "files", lambda package: tmp_path)
    with pytest.raises(DataError, match=message) as caught:
        archive()
    assert "\n" not in str(caught.value)


def test_a_python_without_lzma_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "lzma", None)
    with pytest.raises(DataError, match="built without lzma: use another Python"):
        archive()


def test_a_python_without_its_reference_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "pydoc_data.topics", None)
    assert len(reference()) == 2009, "the shipped text does not need it"
    with pytest.raises(DataError, match="comes without pydoc_data.* use source='shipped'"):
        reference(source="running")


def test_another_source_is_refused():
    for source in ("web", ["shipped"], None):
        with pytest.raises(DataError, match="reference expected source to be one of 'shipped', 'running', got "):
            reference(source=source)


def test_the_running_reference_has_the_same_form():
    data = reference(source="running")
    assert data.python == platform.python_version() and len(data) > 1500 and "assert" in data.topics
    if data.python == NEEDED:
        assert np.array_equal(data.x, reference().x) and np.array_equal(data.y, reference().y)


@on_its_python
def test_the_recipe_gives_the_shipped_file(tmp_path):
    content, shipped = embed_text.reference(), DATA / "reference.json.xz"
    assert content == archive(), "bit by bit, whichever version of xz packed the file"
    copy = tmp_path / shipped.name
    copy.write_bytes(shipped.read_bytes())
    assert embed_text.write(copy, content) == module.SHA256 == hashlib.sha256(shipped.read_bytes()).hexdigest()
    assert copy.read_bytes() == shipped.read_bytes(), "a file with this content is left as it is"
    other = {"python": "0", "topics": {"ö": "\ud7ff\n"}}
    assert embed_text.write(copy, other) != module.SHA256 and unpack(copy.read_bytes()) == other


def test_the_license_is_that_of_the_python():
    text = (DATA / "LICENSE-PSF").read_text(encoding="utf-8")
    assert "PYTHON SOFTWARE FOUNDATION LICENSE VERSION 2" in text and "ZERO-CLAUSE BSD LICENSE" in text
    assert re.search(r"Copyright \(c\) 2001, [\d,\s]* 2023 Python Software Foundation;\s+All Rights Reserved", text)
    original = Path(sysconfig.get_path("stdlib"), "LICENSE.txt")
    if platform.python_version() == NEEDED and original.exists():
        assert text == original.read_text(encoding="utf-8")
