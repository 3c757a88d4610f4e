"""Why this file exists: hours of training shall survive a crash, and go on as if nothing had happened.

A checkpoint is one safetensors file: arrays under readable names, all else as JSON in its header. Two files could come
from different epochs after a crash; one is written beside its place and then renamed, which the system does entirely or
not at all, so that a crash leaves the old file or the new one. Nothing is unpickled: a file is read, never run.
"""

import copy
import json
import math
import os
import sys
from functools import partial
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from .modules import Module
from .tensor import Tensor, default_generator

RECORD = "dlcourse"  # where the header keeps the JSON


def save_state(path, model):
    """Write a model's `state_dict` as safetensors, which `safetensors.torch.load_file` reads: names and shapes agree.

    Chapter: 3.   Twin: safetensors.torch.save_file(model.state_dict(), path).
    """
    _pack(model.state_dict(), arrays := {})
    _write(path, arrays, {"format": "pt"})  # other libraries look for this mark of PyTorch's names and shapes


def load_state(path, model):
    """Copy the weights of a safetensors file into a model, strictly by name and shape; the model keeps its dtype.

    Raises:  ValueError if the file is damaged, a checkpoint, or does not fit; nothing is changed then.   Chapter: 3.
    """
    arrays, header = _read(path)
    if RECORD in header:
        raise ValueError(f"{path} is a checkpoint, load_state expected weights alone: load_checkpoint(path, model)?")
    arrays = {name: UNPACK["tensor"](array) for name, array in arrays.items()}  # our model takes both
    _change(path, {"model": ("weights", model.state_dict, model.load_state_dict)}, {"model": arrays})


def save_checkpoint(path, model, optimizer=None, scheduler=None, batches=None, history=None, extra=None):
    """Write all that decides how training goes on, the state of every random generator among it, and your own `extra`.

    The generators are the default one and those that are an attribute of a layer, of `batches`, or of what `batches`
    holds; batches that are made of others keep them in an attribute `batches`. With a PyTorch model, also PyTorch's own
    (CPU). `extra` may nest dicts, lists, tuples, text, numbers, arrays.

    Raises:  TypeError for a value that a file cannot hold, with its place.   Chapter: 3.   Twin: torch.save.
    """
    things, arrays = _things(model, optimizer, scheduler, batches, history), {}
    kinds = {name: kind for name, (kind, _, _) in things.items()}
    record = {name: get() for name, (_, get, _) in things.items()} | {"kinds": kinds, "extra": extra}
    _write(path, arrays, {RECORD: json.dumps(_pack(record, arrays), allow_nan=False)})


def read_checkpoint(path):
    """What a checkpoint holds, as a dict: "model", "optimizer", "history", ... each as its `state_dict()` was; "extra".

    Raises:  ValueError if the file is damaged or no checkpoint.   Chapter: 3.
    """
    arrays, header = _read(path)
    if RECORD not in header:
        raise ValueError(f"{path} is no checkpoint: if it holds weights alone, load_state(path, model)?")
    try:
        record = _unpack(json.loads(header[RECORD]), arrays)
        return {name: record[name] for name in (*record["kinds"], "kinds", "extra")}
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} is damaged, its record cannot be read: {error!r}") from error


def load_checkpoint(path, model, optimizer=None, scheduler=None, batches=None, history=None):
    """Put back whatever is given, made as it was for saving, and the random generators; return the saved `extra`.

    Raises:  ValueError if the file is damaged or does not fit, saying where; nothing is changed then.   Chapter: 3.
    """
    saved, things = read_checkpoint(path), _things(model, optimizer, scheduler, batches, history)
    for name, (given, _, _) in things.items():
        if (kind := saved["kinds"].get(name, "nothing")) != given:
            raise ValueError(f"{path} holds as {name}: {kind}; load_checkpoint was given: {given}")
    _change(path, things, saved)
    return saved["extra"]


def _things(model, optimizer, scheduler, batches, history):
    """By name, all that has a state, generators included: of what kind it is, and how its state is got and set."""
    dtypes = sorted({str(p.dtype) for p in model.parameters()})  # loading would convert: no error, and not exact
    things = {"model": (f"weights of {', '.join(dtypes)}", model.state_dict, model.load_state_dict)}
    parts = {"optimizer": optimizer, "scheduler": scheduler, "history": history}
    things |= {name: (type(part).__name__, part.state_dict, part.load_state_dict)
               for name, part in parts.items() if part is not None}
    torchs = None if isinstance(model, Module) else sys.modules["torch"].default_generator
    found = {"generator": default_generator(), "generator.torch": torchs}
    owners = {f"model.{i}": module for i, module in enumerate(model.modules())}
    place = "batches"
    while batches is not None:  # batches may be made of other batches, each with generators of its own
        parts = getattr(batches, "__dict__", {})
        owners |= {place: batches} | {f"{place}.{name}": value for name, value in parts.items()}
        place, batches = f"{place}.batches", parts.get("batches")
    found |= {f"generator.{owner}.{name}": value
              for owner, thing in owners.items() for name, value in getattr(thing, "__dict__", {}).items()}
    for name, value in found.items():
        if isinstance(value, np.random.Generator):
            bits = value.bit_generator
            things[name] = type(bits).__name__, partial(getattr, bits, "state"), partial(setattr, bits, "state")
        elif hasattr(value, "set_state"):  # PyTorch's way
            things[name] = type(value).__name__, value.get_state, value.set_state
    return things


def _change(path, things, states):
    """Give each thing its state: all of them or, after an error, none."""
    before = {name: copy.deepcopy(get()) for name, (_, get, _) in things.items()}
    for name, (_, _, change) in things.items():
        try:
            change(states[name])
        except Exception as error:  # each refuses what does not fit in its own way
            for other, (_, _, restore) in things.items():
                restore(before[other])
            raise ValueError(f"{path} does not fit the {name} given: {error}") from error


UNPACK = {"dict": dict, "tuple": tuple, "float": float, "array": np.asarray, "number": lambda array: array[()],
          "tensor": lambda array: sys.modules["torch"].from_numpy(array) if "torch" in sys.modules else array}


def _pack(value, arrays, name=""):
    """`value` as JSON can hold it. A JSON object is a tag with its content, so that `_unpack` knows the old type."""
    match value:
        case dict():
            return {"dict": [[_pack(k, arrays), _pack(v, arrays, f"{name}.{k}")] for k, v in value.items()]}
        case list() | tuple():
            items = [_pack(item, arrays, f"{name}.{i}") for i, item in enumerate(value)]
            return {"tuple": items} if isinstance(value, tuple) else items
        case np.ndarray() if value.dtype.kind in "biuf" and value.dtype.itemsize <= 8:
            name = name.removeprefix(".")
            while name in arrays:  # {"a": {"b": x}, "a.b": y}
                name += "'"
            arrays[name] = np.array(value, order="C")  # safetensors writes what lies in memory
            return {"array": name}
        case np.generic():
            return {"number": _pack(np.asarray(value), arrays, name)}
        case float():
            return value if math.isfinite(value) else {"float": repr(value)}
        case None | int() | str():
            return value
        case _ if hasattr(value, "detach") and not isinstance(value, Tensor):
            return {"tensor": _pack(value.detach().cpu().numpy(), arrays, name)}
    raise TypeError(f"a file holds text, 64-bit numbers, arrays and nests of these, got {type(value)} at {name[1:]}")


def _unpack(packed, arrays):
    """The value that `_pack` was given."""
    if isinstance(packed, dict):
        ((tag, content),) = packed.items()
        return UNPACK[tag](arrays[content] if tag == "array" else _unpack(content, arrays))
    return [_unpack(item, arrays) for item in packed] if isinstance(packed, list) else packed


def _write(path, arrays, header):
    """Replace the file in one step: who reads it meanwhile, or after a crash, finds it whole."""
    temporary = Path(f"{path}.tmp")
    try:
        with open(temporary, "wb") as file:
            file.write(save(arrays, header))
            file.flush()
            os.fsync(file.fileno())  # the content shall reach the disk before the name does
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _read(path):
    """The arrays of a safetensors file, and its header."""
    try:
        with safe_open(path, framework="numpy") as file:
            return {name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}
    except (SafetensorError, TypeError) as error:  # TypeError: numbers of a type that NumPy has not
        raise ValueError(f"{path} cannot be read as safetensors, is it damaged or of another kind? {error}") from error
