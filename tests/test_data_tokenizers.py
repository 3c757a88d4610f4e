"""Why this file exists: a text that does not come back as it was, or a merge too many, would never show in a loss."""

import collections
import itertools
import json
import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse.data import DataError
from dlcourse.data import tokenizers as module
from dlcourse.data.reference import reference, running_text
from dlcourse.data.tokenizers import BytePairTokenizer, CharTokenizer, WordTokenizer, load_tokenizer, pad

SENTENCES = ["The low, lower lowest; the newest is wider.", "Ein Süßer\n\tfuhr über die Straße — 𝛼 € 42"]
PAPER = {"low": 5, "lower": 2, "newest": 6, "widest": 3}  # the counts of the example in Sennrich et al.
ALL = [CharTokenizer.train(SENTENCES), WordTokenizer.train(SENTENCES), BytePairTokenizer.train(SENTENCES, merges=20)]
each = pytest.mark.parametrize("tokenizer", ALL, ids=lambda tokenizer: type(tokenizer).__name__)
short_texts = st.text(st.sampled_from("ab é\n."), max_size=30)


# ------------------------------------------------------------------------------------------- there and back


@settings(max_examples=50)
@given(st.text(), st.lists(st.text(), max_size=3))
def test_any_text_comes_back_from_byte_pairs(text, learned_from):
    for tokenizer in (ALL[2], BytePairTokenizer.train(learned_from, merges=10), BytePairTokenizer([])):
        numbers = tokenizer.encode(text, bos=True, eos=True)
        assert tokenizer.decode(numbers) == text and numbers.dtype == np.int64
        assert b"".join(tokenizer.pieces(text)) == text.encode()


@settings(max_examples=50)
@given(st.text(), st.text())
def test_a_text_of_known_characters_comes_back(text, other):
    tokenizer = CharTokenizer.train([text, other])
    assert tokenizer.decode(tokenizer.encode(text)) == text and len(tokenizer) == 4 + len(set(text + other))


@settings(max_examples=50)
@given(st.text(), st.booleans())
def test_known_words_come_back_with_single_spaces(text, lower):
    tokenizer = WordTokenizer.train(text, lower=lower)
    numbers = tokenizer.encode(text)
    joined = tokenizer.decode(numbers)
    assert joined == " ".join(tokenizer.pieces(text)) and tokenizer.unk not in numbers
    assert np.array_equal(tokenizer.encode(joined), numbers)


def test_the_whole_reference_comes_back():
    text = running_text(reference().test)
    for tokenizer in (BytePairTokenizer.train(text, merges=50), CharTokenizer.train(text)):
        assert tokenizer.decode(tokenizer.encode(text)) == text


def test_what_is_unknown_is_said():
    characters, words = CharTokenizer.train("abc"), WordTokenizer.train("one two")
    assert characters.encode("aXb").tolist() == [4, characters.unk, 5] and characters.decode([4, 1, 5]) == "a<unk>b"
    assert words.decode(words.encode("One three two")) == "one <unk> two"
    assert not hasattr(ALL[2], "unk"), "to bytes nothing is unknown"
    assert "<unk>" not in ALL[2].decode(ALL[2].encode("ø никогда 学"))


@each
def test_special_tokens_frame_a_text_and_are_silent(tokenizer):
    bare, framed = tokenizer.encode("the low"), tokenizer.encode("the low", bos=True, eos=True)
    assert framed.tolist() == [tokenizer.bos, *bare, tokenizer.eos]
    assert tokenizer.encode("", bos=True).tolist() == [tokenizer.bos] and len(tokenizer.encode("")) == 0
    assert tokenizer.decode([*framed, tokenizer.pad, tokenizer.pad]) == tokenizer.decode(bare)
    assert tokenizer.pad == 0 and tokenizer.vocabulary[0] == "<pad>"
    assert tokenizer.vocabulary[tokenizer.bos] == "<bos>" and tokenizer.vocabulary[tokenizer.eos] == "<eos>"
    assert not set(tokenizer.encode("<pad> <bos>").tolist()) & {tokenizer.pad, tokenizer.bos, tokenizer.eos}
    assert len(tokenizer) == len(tokenizer.vocabulary) and f"{len(tokenizer)} tokens" in repr(tokenizer)


# ------------------------------------------------------------------------------------------- vocabularies


def test_vocabularies_have_a_fixed_order():
    assert CharTokenizer.train(["ca", "bé"]).vocabulary[4:] == ["a", "b", "c", "é"]
    text = "b a c a B d c b"  # b three times; a and c twice, d once
    assert WordTokenizer.train(text).vocabulary[4:] == ["b", "a", "c", "d"]
    assert WordTokenizer.train(text, size=6).vocabulary[4:] == ["b", "a"]
    assert WordTokenizer.train(text, least=2).vocabulary[4:] == ["b", "a", "c"]
    assert WordTokenizer.train(text, lower=False).vocabulary[4:] == ["a", "b", "c", "B", "d"]
    assert WordTokenizer.train("don't: stop").pieces("Don't:  STOP") == ["don", "'", "t", ":", "stop"]


def test_another_process_learns_the_same():
    script = ("from dlcourse.data.tokenizers import *; t = 'to be or not to be, that is the question ' * 3;"
              "print([k.train(t).vocabulary for k in (CharTokenizer, WordTokenizer, BytePairTokenizer)])")
    told = [subprocess.run([sys.executable, "-c", script], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True,
                           check=True).stdout for seed in "01"]
    assert told[0] == told[1] and "question" in told[0]


# ------------------------------------------------------------------------------------------- byte pairs


def slow_merges(texts, number):
    """Algorithm 1 of Sennrich et al., counting every pair of every word anew after each merge."""
    words = [[bytes([byte]) for byte in chunk.encode()] for text in texts for chunk in module.CHUNK.findall(text)]
    learned = []
    for _ in range(number):
        counts = collections.Counter(pair for word in words for pair in zip(word, word[1:], strict=False))
        best = min(counts, key=lambda pair: (-counts[pair], pair), default=None)
        if best is None or counts[best] < 2:
            break
        learned.append(best)
        for word in words:
            place = 0
            while place < len(word) - 1:
                if (word[place], word[place + 1]) == best:
                    word[place:place + 2] = [best[0] + best[1]]
                place += 1
    return learned, [piece for word in words for piece in word]


@settings(max_examples=100)
@given(st.lists(short_texts, max_size=4), st.integers(0, 12))
def test_merges_are_those_of_the_slow_algorithm(texts, number):
    tokenizer = BytePairTokenizer.train(texts, merges=number)
    merges, cut = slow_merges(texts, number)
    assert tokenizer.merges == merges
    if len(set(merges)) == len(merges):  # a pair that came back later is merged at its first place when it is used
        assert [piece for text in texts for piece in tokenizer.pieces(text)] == cut


def test_merges_of_real_text_are_those_of_the_slow_algorithm():
    text = running_text(reference().validation)[:8_000]
    tokenizer = BytePairTokenizer.train(text, merges=100)
    merges, cut = slow_merges([text], 100)
    assert tokenizer.merges == merges and tokenizer.pieces(text) == cut
    assert len(cut) < 0.6 * len(text) and len(tokenizer) == 3 + 256 + 100


def test_a_miscounted_pair_would_be_noticed(monkeypatch):
    text = running_text(reference().validation)[:6_000]
    real = module._merged
    monkeypatch.setattr(module, "_merged", lambda pieces, pair: real(pieces, pair) if len(pieces) < 12 else pieces)
    assert BytePairTokenizer.train(text, merges=80).merges != slow_merges([text], 80)[0]


def test_the_example_of_the_paper():
    texts = [word for word, count in PAPER.items() for _ in range(count)]
    tokenizer = BytePairTokenizer.train(texts, merges=4)
    assert tokenizer.merges == [(b"e", b"s"), (b"es", b"t"), (b"l", b"o"), (b"lo", b"w")]
    assert tokenizer.pieces("lowest") == [b"low", b"est"], "a word it never saw, of parts it knows"


def test_words_are_never_merged_with_each_other():
    tokenizer = BytePairTokenizer.train("to be, to be, to be, to be, to be\n\n  to be", merges=50)
    assert tokenizer.pieces("to be, to be") == [b"to", b" be", b",", b" to", b" be"]
    assert [b"aa", b"a"] == BytePairTokenizer.train("aaa " * 3, merges=1).pieces("aaa"), "from left to right"
    assert len(BytePairTokenizer.train("abc", merges=50).merges) == 0, "no pair comes twice"
    assert "".join(module.CHUNK.findall(text := " a\n\n  b_1!? \t§…x ")) == text


def test_two_ways_to_one_token_share_a_number():
    tokenizer = BytePairTokenizer([(b"a", b"b"), (b"b", b"c"), (b"ab", b"c"), (b"a", b"bc")])
    assert len(tokenizer) == 3 + 256 + 3 and tokenizer.pieces("abc") == [b"abc"]
    assert module._merged([b"ab", b"c", b"a", b"bc"], (b"ab", b"c")) == [b"abc", b"a", b"bc"], "only this way"
    twice = BytePairTokenizer([(b"a", b"b"), (b"b", b"c"), (b"a", b"b")])
    assert twice.pieces("abc") == [b"ab", b"c"], "the first place of a merge counts"


def test_a_thousand_merges_of_the_reference():
    text = running_text(reference().train)
    tokenizer = BytePairTokenizer.train(text, merges=1000)
    assert len(tokenizer.merges) == 1000
    held_out = running_text(reference().test)
    assert 2.8 < len(held_out) / len(tokenizer.encode(held_out)) < 3.1


# ------------------------------------------------------------------------------------------- files and batches


@each
def test_a_saved_tokenizer_is_the_same(tokenizer, tmp_path):
    tokenizer.save(tmp_path / "t.json")
    again = load_tokenizer(tmp_path / "t.json")
    assert type(again) is type(tokenizer) and again.vocabulary == tokenizer.vocabulary
    for text in [*SENTENCES, "something NEW: ø"]:
        assert np.array_equal(again.encode(text), tokenizer.encode(text))
    again.save(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "t.json").read_bytes()
    assert json.loads((tmp_path / "t.json").read_text())["tokenizer"] == type(tokenizer).__name__


def test_a_tokenizer_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "t.json"
    ALL[0].save(path)
    before = path.read_bytes()

    def stopped(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.os, "replace", stopped)
    with pytest.raises(DataError, match="t.json cannot be written .No space left on device.: choose another place"):
        ALL[2].save(path)
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]
    with pytest.raises(DataError, match="cannot be written .No such file or directory.: choose another place"):
        ALL[0].save(tmp_path / "nowhere" / "t.json")


@pytest.mark.parametrize(("content", "message"), [
    (None, "cannot be read .*save a tokenizer there first"),
    ("<html>", "expected what a tokenizer's save.. writes, got something else .JSONDecodeError"),
    ("[1]", "got something else"),
    ('{"tokenizer": "Tokenizer"}', "got something else .KeyError: 'Tokenizer'"),
    ('{"tokenizer": "CharTokenizer", "letters": []}', "got something else .TypeError"),
    ('{"tokenizer": "CharTokenizer", "characters": ["a", "a"]}', "different tokens, got 'a' twice"),
    ('{"tokenizer": "CharTokenizer", "characters": ["ab"]}', "single characters, got 'ab'"),
    ('{"tokenizer": "WordTokenizer", "words": ["A"], "lower": true}', "single words, got 'A'"),
    ('{"tokenizer": "BytePairTokenizer", "merges": [["ab", "c"]]}', "merges of earlier tokens, got .b'ab', b'c'."),
])
def test_a_file_that_is_no_tokenizer_is_refused(tmp_path, content, message):
    if content is not None:
        (tmp_path / "t.json").write_text(content)
    with pytest.raises(DataError, match=message) as caught:
        load_tokenizer(tmp_path / "t.json")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("numbers", "message"), [
    ([99_999], r"expected \(T,\) numbers from 0 to \d+, got \(1,\) with 0 to 99999"),
    ([-1, 2], r"with -1 to 2"),
    ([[1, 2]], r"got \(1, 2\) .*one sequence at a time"),
    ([4.7], "decode expected whole numbers, got float64"),
    (["4"], "decode expected whole numbers, got <U1"),
    ([True], "decode expected whole numbers, got bool"),
])
@each
def test_numbers_without_a_token_are_refused(tokenizer, numbers, message):
    with pytest.raises(DataError, match=message):
        tokenizer.decode(numbers)


def test_other_mistakes_are_told():
    with pytest.raises(DataError, match="text that UTF-8 can write, got '.ud800'"):
        ALL[2].encode("half \ud800 a pair")
    with pytest.raises(DataError, match="expected a size of more than 4, got 4"):
        WordTokenizer.train("a", size=4)
    assert ALL[2].decode([ALL[2].vocabulary.index(b"\xff")]) == "\N{REPLACEMENT CHARACTER}", "no character, no crash"


def test_padding_is_pytorchs_and_the_lengths_mask_it():
    sequences = [np.array([3, 4, 5]), [], [7]]
    padded, lengths = pad(sequences)
    expected = torch.nn.utils.rnn.pad_sequence([torch.tensor(s, dtype=torch.long) for s in sequences], batch_first=True)
    assert np.array_equal(padded, expected.numpy()) and padded.dtype == np.int64 and lengths.tolist() == [3, 0, 1]
    mask = np.arange(padded.shape[1]) < lengths[:, None]
    assert padded[mask].tolist() == list(itertools.chain(*sequences)) and not padded[~mask].any()
    for sequences, value in (([[1.5, 2.5], [1]], 0), ([[1]], 0.5)):
        with pytest.raises(DataError, match="pad expected whole numbers, got float64: give it what encode gave"):
            pad(sequences, value)
    assert pad([[1], [2, 3]], value=9)[0].tolist() == [[1, 9], [2, 3]] and pad([])[0].shape == (0, 0)
