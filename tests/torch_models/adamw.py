"""Why this file exists: training with groups and schedules, written for PyTorch; test_torch_code.py runs it twice."""

import copy
import math

import torch
import torch.nn as nn
from torch.nn.utils import clip_grad_norm_
from torch.optim import AdamW
from torch.optim.lr_scheduler import CosineAnnealingLR, LambdaLR


class ResidualMLP(nn.Module):
    def __init__(self, in_features, hidden, out_features, depth=2):
        super().__init__()
        self.stem = nn.Linear(in_features, hidden)
        self.blocks = nn.ModuleList()
        for _ in range(depth):
            self.blocks.append(nn.Sequential(nn.LayerNorm(hidden), nn.Linear(hidden, hidden), nn.GELU()))
        self.scale = nn.Parameter(torch.full((1,), 0.5))
        self.head = nn.Linear(hidden, out_features)

    def forward(self, x):
        x = torch.tanh(self.stem(x))
        for block in self.blocks:
            x = x + self.scale * block(x)
        return self.head(x)


def configure_optimizers(model, lr, weight_decay):
    """Matrices decay; biases and gains do not."""
    params = {name: p for name, p in model.named_parameters() if p.requires_grad}
    decay = [p for p in params.values() if p.dim() >= 2]
    no_decay = [p for p in params.values() if p.dim() < 2]
    groups = [
        {"params": decay, "weight_decay": weight_decay},
        {"params": no_decay, "weight_decay": 0.0, "lr": 2 * lr},
    ]
    return AdamW(groups, lr=lr, betas=(0.9, 0.99), eps=1e-8)


def make_scheduler(optimizer, kind, total_steps, warmup_steps=3):
    if kind == "cosine":
        return CosineAnnealingLR(optimizer, T_max=total_steps, eta_min=1e-4)

    def lr_lambda(step):
        if step < warmup_steps:
            return (step + 1) / warmup_steps
        progress = (step - warmup_steps) / max(1, total_steps - warmup_steps)
        return 0.5 * (1.0 + math.cos(math.pi * progress))

    return LambdaLR(optimizer, lr_lambda)


@torch.no_grad()
def update_ema(ema_model, model, decay=0.9):
    for ema_p, p in zip(ema_model.parameters(), model.parameters()):  # noqa: B905  (as it is usually written)
        ema_p.mul_(decay).add_(p, alpha=1 - decay)


def train(model, batches, val_data, kind="cosine", lr=0.01, weight_decay=0.1, max_norm=0.5):
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = model.to(device)
    ema_model = copy.deepcopy(model)
    criterion = nn.CrossEntropyLoss(label_smoothing=0.1)
    optimizer = configure_optimizers(model, lr, weight_decay)
    scheduler = make_scheduler(optimizer, kind, len(batches))
    history = []
    for inputs, labels in batches:
        model.train()
        loss = criterion(model(inputs.to(device)), labels.to(device))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        norm = clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        lrs = scheduler.get_last_lr()
        scheduler.step()
        update_ema(ema_model, model)
        model.eval()
        with torch.no_grad():
            logits = model(val_data[0])
            val_loss = criterion(logits, val_data[1])
            accuracy = (logits.argmax(1) == val_data[1]).float().mean().item()
        history.append([loss.item(), float(norm), *lrs, val_loss.item(), accuracy])
    return history, ema_model
