"""Why this file exists: a model of letters, written for PyTorch; test_torch_code.py runs it twice."""

import torch
from torch import nn


class CharRNN(nn.Module):
    def __init__(self, vocab_size, embed_size=8, hidden_size=12, n_layers=2, kind="LSTM"):
        super().__init__()
        self.hidden_size = hidden_size
        self.n_layers = n_layers
        self.kind = kind
        self.embed = nn.Embedding(vocab_size, embed_size)
        rnn_class = nn.LSTM if kind == "LSTM" else nn.GRU
        self.rnn = rnn_class(embed_size, hidden_size, num_layers=n_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, vocab_size)

    def forward(self, x, hidden=None):
        out, hidden = self.rnn(self.embed(x), hidden)
        out = self.fc(out.contiguous().view(-1, self.hidden_size))
        return out, hidden

    def init_hidden(self, batch_size):
        h = torch.zeros(self.n_layers, batch_size, self.hidden_size)
        return (h, torch.zeros_like(h)) if self.kind == "LSTM" else h


def repackage_hidden(h):
    """Cut the hidden state off from its history."""
    if isinstance(h, torch.Tensor):
        return h.detach()
    return tuple(repackage_hidden(v) for v in h)


def get_batch(source, i, bptt):
    """source (N, length) -> the letters from i on, and those that follow them."""
    seq_len = min(bptt, source.size(1) - 1 - i)
    return source[:, i : i + seq_len], source[:, i + 1 : i + 1 + seq_len].reshape(-1)


def train(model, source, epochs, bptt=5, clip=0.25):
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.RMSprop(model.parameters(), lr=0.01)
    losses = []
    for _ in range(epochs):
        model.train()
        total_loss = 0.0
        hidden = model.init_hidden(source.size(0))
        for i in range(0, source.size(1) - 1, bptt):
            data, targets = get_batch(source, i, bptt)
            hidden = repackage_hidden(hidden)
            model.zero_grad()
            output, hidden = model(data, hidden)
            loss = criterion(output, targets)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), clip)
            optimizer.step()
            total_loss += loss.item() * data.size(1)
        losses.append(total_loss / (source.size(1) - 1))
    return losses


def sample(model, start, length, temperature=0.8):
    model.eval()
    chars = list(start)
    hidden = model.init_hidden(1)
    with torch.no_grad():
        for ch in start[:-1]:
            _, hidden = model(torch.tensor([[ch]]), hidden)
        x = torch.tensor([[start[-1]]], dtype=torch.long)
        for _ in range(length):
            logits, hidden = model(x, hidden)
            weights = logits.squeeze().div(temperature).exp()
            x = torch.multinomial(weights, 1).unsqueeze(0)
            chars.append(x.item())
    return chars
