"""Why this file exists: the tests of optimizers give the same gradients to both libraries, and compare the weights."""

import numpy as np
import pytest
import torch
from engine_tools import agree

from dlcourse import nn, optim

OPTIMIZERS = {
    "SGD": [
        {}, {"lr": 0.1}, {"lr": 0.1, "momentum": 0.9}, {"lr": 0.1, "momentum": 0.9, "dampening": 0.4},
        {"lr": 0.1, "weight_decay": 0.05}, {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.05},
        {"lr": 0.1, "momentum": 0.9, "nesterov": True},
        {"lr": 0.1, "momentum": 0.8, "nesterov": True, "weight_decay": 0.05}],
    "Adagrad": [{}, {"lr": 0.1, "lr_decay": 0.1, "weight_decay": 0.05, "initial_accumulator_value": 0.2, "eps": 1e-3}],
    "RMSprop": [{}, {"lr": 0.1, "alpha": 0.8, "eps": 1e-3, "weight_decay": 0.05}, {"lr": 0.1, "momentum": 0.8},
                {"lr": 0.1, "centered": True}, {"lr": 0.1, "momentum": 0.8, "centered": True, "weight_decay": 0.05}],
    "Adam": [{}, {"lr": 0.1, "betas": (0.8, 0.95), "eps": 1e-3}, {"lr": 0.1, "weight_decay": 0.05}],
    "AdamW": [{}, {"lr": 0.1, "betas": (0.8, 0.95), "eps": 1e-3}, {"lr": 0.1, "weight_decay": 0.05}],
}
ALL = [pytest.param(name, options, id=f"{name}-{i}")
       for name, every in OPTIMIZERS.items() for i, options in enumerate(every)]
each_optimizer = pytest.mark.parametrize(("name", "options"), ALL)
STEPS = 20


def start():
    rng = np.random.default_rng(0)
    return [rng.standard_normal(shape) for shape in [(3, 2), (2,), ()]]


def gradient(step, i, shape):
    return np.random.default_rng([step, i]).standard_normal(shape)


def take_steps(pairs, optimizers, steps, forget=True, skip=None):
    """The same gradients for both libraries. With `forget=False` they pile up; parameter `skip` gets none."""
    for step in steps:
        for optimizer in optimizers if forget else ():
            optimizer.zero_grad()
        for i, (our, their) in enumerate(pairs):
            if i == skip and step % 2:
                continue
            g = gradient(step, i, our.shape)
            (our * g).sum().backward()
            (their * torch.tensor(g)).sum().backward()
        for optimizer in optimizers:
            optimizer.step()
        for our, their in pairs:
            agree(our.data, their, 1e-12)


def parameters():
    return [(nn.Parameter(a), torch.nn.Parameter(torch.tensor(a))) for a in start()]


def both(name, options, pairs):
    return [getattr(library, name)([pair[side] for pair in pairs], **options)
            for side, library in enumerate((optim, torch.optim))]


def compare(disturb, name="Adam", options=None, steps=range(STEPS)):
    """Train both libraries alike; `disturb(step, side, parameters, optimizer)` comes between backward and step."""
    pairs = parameters()
    optimizers = both(name, options or {"lr": 0.1}, pairs)
    for step in steps:
        for side, optimizer in enumerate(optimizers):
            optimizer.zero_grad()
            for i, pair in enumerate(pairs):
                g = gradient(step, i, pair[0].shape)
                (pair[side] * (torch.tensor(g) if side else g)).sum().backward()
            disturb(step, side, [pair[side] for pair in pairs], optimizer)
            optimizer.step()
        for our, their in pairs:
            agree(our.data, their, 1e-12)
    return pairs, optimizers
