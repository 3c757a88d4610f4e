"""Why this file exists: two figures of chapter 7 run the same language model in the page, from one small file.

The file holds a line of JSON with the sizes and the characters, then the arrays: a matrix as a half-precision scale for
each row and whole numbers from -127 to 127, a vector in half precision.
"""

import functools
import json

import numpy as np

from ..data.tokenizers import CharTokenizer
from ..language import CharacterModel
from .base import HERE

NUMBERS = "character_model.bin"
MATRICES = ("embed.weight", "rnn.weight_ih_l0", "rnn.weight_hh_l0", "out.weight")
VECTORS = ("rnn.bias_ih_l0", "out.bias")  # the first is the sum of the recurrent layer's two biases


def in_bytes(matrix) -> bytes:
    """A matrix with 8 bits for each number: the scales of its rows, then the rows.   Shapes:  (M, K)  ->  2 M + M K."""
    scales = (np.abs(matrix).max(axis=1, keepdims=True) / 127).astype("<f2")
    scales = np.where(scales > 0, scales, np.float16(1)).astype("<f2")
    whole = np.clip(np.round(np.asarray(matrix, float) / scales.astype(float)), -127, 127)
    return scales.tobytes() + whole.astype(np.int8).tobytes()


def write_numbers(model, tokenizer):
    """Write a model and its characters beside this file."""
    weights = {name: np.asarray(value, float) for name, value in model.state_dict().items()}
    weights[VECTORS[0]] = weights[VECTORS[0]] + weights.pop("rnn.bias_hh_l0")
    embedding, hidden = weights[MATRICES[0]].shape[1], weights[MATRICES[3]].shape[1]
    first = len(tokenizer.special)
    head = {"embedding": embedding, "hidden": hidden, "special": first, "characters": tokenizer.vocabulary[first:]}
    parts = [json.dumps(head, separators=(",", ":")).encode() + b"\n"]
    parts += [in_bytes(weights[name]) for name in MATRICES]
    parts += [weights[name].astype("<f2").tobytes() for name in VECTORS]
    (HERE / NUMBERS).write_bytes(b"".join(parts))


@functools.cache
def stored() -> tuple:
    """What the file holds: the tokenizer, and the weights by name as the course's model has them, in float64."""
    head, _, rest = (HERE / NUMBERS).read_bytes().partition(b"\n")
    head, at, weights = json.loads(head), 0, {}
    tokenizer = CharTokenizer(head["characters"])
    (D, H), V = (head["embedding"], head["hidden"]), len(tokenizer)
    for name, (rows, columns) in zip(MATRICES, [(V, D), (4 * H, D), (4 * H, H), (V, H)], strict=True):
        scales = np.frombuffer(rest, "<f2", rows, at).astype(float)
        whole = np.frombuffer(rest, np.int8, rows * columns, at + 2 * rows).reshape(rows, columns)
        weights[name], at = whole * scales[:, None], at + 2 * rows + rows * columns
    for name, length in zip(VECTORS, (4 * H, V), strict=True):
        weights[name], at = np.frombuffer(rest, "<f2", length, at).astype(float), at + 2 * length
    weights["rnn.bias_hh_l0"] = np.zeros(4 * H)
    return tokenizer, weights


def stored_model() -> CharacterModel:
    """The figures' language model as a module of the course, in evaluation mode and in the default dtype."""
    tokenizer, weights = stored()
    embedding, hidden = weights[MATRICES[0]].shape[1], weights[MATRICES[3]].shape[1]
    model = CharacterModel(len(tokenizer), hidden, embedding, rng=np.random.default_rng(0))
    model.load_state_dict(weights)
    return model.eval()
