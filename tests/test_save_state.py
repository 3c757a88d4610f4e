"""Weights alone, as safetensors: what we write PyTorch reads, and the other way round."""

import numpy as np
import pytest
import safetensors.torch
import torch
from checkpoint_tools import exact
from engine_tools import engine_state  # noqa: F401

from dlcourse import nn, set_default_dtype
from dlcourse.checkpoint import load_checkpoint, load_state, save_checkpoint, save_state


def twins():
    ours = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))
    return ours, torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Tanh(), torch.nn.Linear(3, 1))


def as_arrays(theirs):
    return {name: tensor.numpy() for name, tensor in theirs.state_dict().items()}


def test_pytorch_reads_our_weights_and_we_read_its(tmp_path):
    ours, theirs = twins()
    save_state(tmp_path / "ours.safetensors", ours)
    theirs.load_state_dict(safetensors.torch.load_file(tmp_path / "ours.safetensors"), strict=True)
    assert exact(ours.state_dict()) == exact(as_arrays(theirs))
    torch.nn.init.ones_(theirs[0].weight)
    safetensors.torch.save_file(theirs.state_dict(), tmp_path / "theirs.safetensors")
    load_state(tmp_path / "theirs.safetensors", ours)
    assert exact(ours.state_dict()) == exact(as_arrays(theirs))


def test_pytorchs_models_are_saved_and_loaded_by_the_same_functions(tmp_path):
    ours, theirs = twins()
    save_state(tmp_path / "theirs", theirs)
    other = twins()[1]
    load_state(tmp_path / "theirs", other)
    load_state(tmp_path / "theirs", ours)
    assert exact(other.state_dict()) == exact(theirs.state_dict())
    assert exact(ours.state_dict()) == exact(as_arrays(theirs))
    with safetensors.safe_open(tmp_path / "theirs", "pt") as file:
        assert file.metadata() == {"format": "pt"}


def test_weights_take_the_models_dtype(tmp_path):
    ours, _ = twins()
    save_state(tmp_path / "single", ours)
    set_default_dtype(np.float64)
    double, _ = twins()
    load_state(tmp_path / "single", double)
    assert {a.dtype for a in double.state_dict().values()} == {np.dtype(np.float64)}
    assert all(np.array_equal(double.state_dict()[name], array) for name, array in ours.state_dict().items())


def test_weights_that_do_not_fit_are_refused(tmp_path):
    ours, theirs = twins()
    save_state(tmp_path / "weights", nn.Linear(3, 1))
    save_checkpoint(tmp_path / "checkpoint", ours)
    before = [ours.state_dict(), theirs.state_dict()]
    for model in (ours, theirs):
        with pytest.raises(ValueError, match="weights does not fit the model given"):
            load_state(tmp_path / "weights", model)
        with pytest.raises(ValueError, match="is a checkpoint, load_state expected weights alone: load_checkpoint"):
            load_state(tmp_path / "checkpoint", model)
        with pytest.raises(ValueError, match="is no checkpoint: if it holds weights alone, load_state"):
            load_checkpoint(tmp_path / "weights", model)
    assert exact([ours.state_dict(), theirs.state_dict()]) == exact(before)
    safetensors.torch.save_file({"w": torch.ones(2, dtype=torch.bfloat16)}, tmp_path / "brain")
    with pytest.raises(ValueError, match="cannot be read as safetensors.*bfloat16"):
        load_state(tmp_path / "brain", ours)
