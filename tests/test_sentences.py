"""The encoder of sentences is BERT's, its cutter is BERT's, and the way to its weights is walked on this computer."""

import dataclasses
import math
import re

import numpy as np
import pytest
import torch
from data_server import entry_of, misbehaving_server  # noqa: F401  (a fixture)
from engine_tools import agree, engine_state, float64  # noqa: F401
from safetensors.numpy import save

from dlcourse import sentences
from dlcourse.data import DataError

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
LIST = [*SPECIAL, "una", "##ffa", "##ble", "able", "the", "cafe", "##s", ",", "!", "-", "日", "a", "##b", "##ab", "ab"]
RNG = np.random.default_rng(0)


# ------------------------------------------------------------------------------------------------ pieces


@pytest.mark.parametrize(("text", "expected"), [
    ("unaffable", "una ##ffa ##ble"),
    ("  The\tCAFÉs,the!", "the cafe ##s , the !"),
    ("un-able", "[UNK] - able"),
    ("abab", "ab ##ab"),  # the longest first: not a ##b ##ab
    ("日日a", "日 日 a"),
    ("a\u0000b \ufffd\u200da", "ab a"),
    ("a" * 101, "[UNK]"),
    ("", ""),
])
def test_words_are_cut_into_the_longest_pieces(text, expected):
    assert sentences.WordPieces(LIST).pieces(text) == expected.split()


def test_numbers_stand_between_beginning_and_end_and_long_texts_are_cut_off():
    cutter = sentences.WordPieces(LIST)
    assert cutter.encode("The !").tolist() == [2, 8, 12, 3] and cutter.encode("").tolist() == [2, 3]
    long = cutter.encode("the " * 300)
    assert len(long) == 256 and long[0] == 2 and long[-1] == 3 and (long[1:-1] == 8).all()


def test_a_list_without_the_special_pieces_is_refused():
    with pytest.raises(ValueError, match=r"none of \['\[SEP\]'\]"):
        sentences.WordPieces(["[PAD]", "[UNK]", "[CLS]", "a"])


# ------------------------------------------------------------------------------------------------ the encoder

PIECES, D, HEADS, LAYERS, INNER, POSITIONS = len(LIST), 12, 3, 2, 20, 256


def bert_state(dtype=np.float64):
    """Random arrays by BERT's names, with what is not needed among them."""
    def draw(*shape):
        return RNG.normal(0, 0.5, shape).astype(dtype)

    state = {"embeddings.position_ids": np.arange(POSITIONS)[None], "pooler.dense.weight": draw(D, D),
             "pooler.dense.bias": draw(D)}
    for name, rows in (("word", PIECES), ("position", POSITIONS), ("token_type", 2)):
        state[f"embeddings.{name}_embeddings.weight"] = draw(rows, D)
    state |= {"embeddings.LayerNorm.weight": draw(D), "embeddings.LayerNorm.bias": draw(D)}
    for i in range(LAYERS):
        sizes = {"attention.self.query": (D, D), "attention.self.key": (D, D), "attention.self.value": (D, D),
                 "attention.output.dense": (D, D), "intermediate.dense": (INNER, D), "output.dense": (D, INNER),
                 "attention.output.LayerNorm": (D,), "output.LayerNorm": (D,)}
        for name, shape in sizes.items():
            state |= {f"encoder.layer.{i}.{name}.weight": draw(*shape),
                      f"encoder.layer.{i}.{name}.bias": draw(shape[0])}
    return {name: array + name.endswith("LayerNorm.weight") for name, array in state.items()}  # scales around 1


Encoder = sentences.SentenceEncoder  # the fixture puts the small one in its place


def small_encoder():
    return Encoder(PIECES, D, HEADS, LAYERS, INNER, POSITIONS)


def bert(state, ids):
    """BERT for one sentence, from the paper's formulas and one head at a time, in PyTorch; then the mean."""
    w = {name: torch.from_numpy(np.asarray(array)) for name, array in state.items()}

    def norm(x, name):
        return torch.nn.functional.layer_norm(x, (D,), w[f"{name}.weight"], w[f"{name}.bias"], 1e-12)

    def linear(x, name):
        return x @ w[f"{name}.weight"].T + w[f"{name}.bias"]

    x = w["embeddings.word_embeddings.weight"][ids] + w["embeddings.position_embeddings.weight"][: len(ids)]
    x = norm(x + w["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    for i in range(LAYERS):
        layer, d, heads = f"encoder.layer.{i}", D // HEADS, []
        q, k, v = (linear(x, f"{layer}.attention.self.{part}") for part in ("query", "key", "value"))
        for at in range(0, D, d):
            part = slice(at, at + d)
            heads.append((q[:, part] @ k[:, part].T / math.sqrt(d)).softmax(1) @ v[:, part])
        attended = linear(torch.cat(heads, 1), f"{layer}.attention.output.dense")
        x = norm(x + attended, f"{layer}.attention.output.LayerNorm")
        inner = linear(x, f"{layer}.intermediate.dense")
        inner = inner * (1 + torch.erf(inner / math.sqrt(2))) / 2
        x = norm(x + linear(inner, f"{layer}.output.dense"), f"{layer}.output.LayerNorm")
    mean = x.mean(0)
    return mean / mean.norm()


def test_vectors_are_those_of_bert_whatever_else_is_in_the_batch(float64):  # noqa: F811
    state = bert_state()
    encoder = small_encoder()
    encoder.load_state_dict(sentences.from_bert(state))
    embedder = sentences.Embedder(sentences.WordPieces(LIST), encoder)
    texts = ["the cafe", "unaffable, able!", "", "a ab abab the the the"]
    found = embedder.embed(texts, batch_size=3)
    expected = [bert(state, embedder.cutter.encode(text)) for text in texts]
    agree(found, torch.stack(expected), 1e-10)
    agree(np.linalg.norm(found, axis=1), np.ones(4), 1e-12)
    assert np.abs(found[0] - found[1]).max() > 0.05, "all sentences alike: equality says little"


def test_swapped_queries_and_keys_would_be_caught(float64):  # noqa: F811
    """Planted: keys in the place of values."""
    state = bert_state()
    name = "encoder.layer.0.attention.self.{}.weight"
    wrong = state | {name.format("value"): state[name.format("key")]}
    encoder = small_encoder()
    encoder.load_state_dict(sentences.from_bert(wrong))
    embedder = sentences.Embedder(sentences.WordPieces(LIST), encoder)
    with pytest.raises(AssertionError):
        agree(embedder.embed(["the cafe"])[0], bert(state, embedder.cutter.encode("the cafe")), 1e-6)


def test_what_is_no_list_of_texts_is_refused():
    embedder = sentences.Embedder(sentences.WordPieces(LIST), small_encoder())
    with pytest.raises(TypeError, match="a list of texts, got one text"):
        embedder.embed("the cafe")
    with pytest.raises(ValueError, match="at least one text"):
        embedder.embed([])


def test_the_sizes_are_those_that_are_published():
    encoder = sentences.SentenceEncoder()
    assert sum(p.numel() for p in encoder.parameters()) == 22_713_216 - 147_840  # all but the pooler


# ------------------------------------------------------------------------------------------------ the way


def test_files_have_checksums_with_a_public_source():
    for entry in (sentences.WEIGHTS, sentences.PIECES):
        assert re.fullmatch("[0-9a-f]{64}", entry.sha256) and re.match(r"[\w-]+/[\w-]+ [\w./-]+\.\w+", entry.source)
        assert re.search("/resolve/[0-9a-f]{40}/", entry.addresses[0]), "a commit, not a branch that may move"


@pytest.fixture
def served(server, monkeypatch, tmp_path):
    """A small model in the place of the real one, from a server on this computer."""
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path))
    monkeypatch.setattr(sentences, "SentenceEncoder", small_encoder)
    state = bert_state(np.float32)
    contents = {"WEIGHTS": save(state), "PIECES": ("\n".join(LIST) + "\n").encode()}
    for name, content in contents.items():
        real = getattr(sentences, name)
        server.contents[name] = content
        monkeypatch.setattr(sentences, name, entry_of(content, server.at(name), name=real.name))
    server.state = state
    return server


def test_from_download_to_vectors(served):
    embedder = sentences.minilm()
    expected = bert({n: np.asarray(a, float) for n, a in served.state.items()}, embedder.cutter.encode("the cafe!"))
    agree(embedder.embed(["the cafe!"])[0], expected, 1e-5)
    sentences.minilm()
    assert sorted(served.asked) == ["PIECES", "WEIGHTS"], "they are kept"


def test_another_networks_arrays_are_told(served, monkeypatch):
    for wrong in ({"conv1.weight": np.zeros(3, np.float32)}, served.state | {"embeddings.LayerNorm.bias": np.zeros(3)}):
        content = save(wrong)
        served.contents["other"] = content
        monkeypatch.setattr(sentences, "WEIGHTS", entry_of(content, served.at("other"), name=f"{len(wrong)}.bin"))
        with pytest.raises(DataError, match="expected the arrays of all-MiniLM-L6-v2"):
            sentences.minilm()


def test_without_a_network_it_is_told_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path))
    nowhere = dataclasses.replace(sentences.PIECES, addresses=("http://127.0.0.1:9/vocab.txt",))
    monkeypatch.setattr(sentences, "PIECES", nowhere)
    with pytest.raises(DataError, match="could not be downloaded.*cannot be reached.*231,508 bytes"):
        sentences.minilm()
