"""Why this file exists: a variational autoencoder, written for PyTorch; test_torch_code.py runs it twice."""

import torch
from torch import nn, optim
from torch.nn import functional as F


class VAE(nn.Module):
    def __init__(self, latent_dim=3):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 4, 3, stride=2, padding=1),
            nn.ELU(),
            nn.Conv2d(4, 8, 3, stride=2, padding=1),
            nn.SiLU(),
            nn.Flatten(),
        )
        self.fc_mu = nn.Linear(8 * 2 * 2, latent_dim)
        self.fc_logvar = nn.Linear(8 * 2 * 2, latent_dim)
        self.fc_decode = nn.Linear(latent_dim, 8 * 2 * 2)
        self.decoder = nn.Sequential(
            nn.ConvTranspose2d(8, 4, 4, stride=2, padding=1),
            nn.ReLU(),
            nn.ConvTranspose2d(4, 1, kernel_size=3, stride=2, padding=1, output_padding=1),
        )

    def encode(self, x):
        h = self.encoder(x)
        return self.fc_mu(h), self.fc_logvar(h).clamp(min=-5.0, max=5.0)

    def reparameterize(self, mu, logvar):
        std = torch.exp(0.5 * logvar)
        eps = torch.randn_like(std)
        return mu + eps * std

    def decode(self, z):
        h = F.relu(self.fc_decode(z)).view(-1, 8, 2, 2)
        return torch.sigmoid(self.decoder(h))

    def forward(self, x):
        mu, logvar = self.encode(x)
        z = self.reparameterize(mu, logvar)
        return self.decode(z), mu, logvar


def loss_function(recon_x, x, mu, logvar, beta=1.0):
    """The negative evidence lower bound, summed over the batch."""
    BCE = F.binary_cross_entropy(recon_x, x, reduction="sum")
    KLD = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return BCE + beta * KLD


def train(model, batches):
    optimizer = optim.Adam(model.parameters(), lr=1e-2)
    model.train()
    losses = []
    for data in batches:
        optimizer.zero_grad()
        recon_batch, mu, logvar = model(data)
        loss = loss_function(recon_batch, data, mu, logvar)
        loss.backward()
        optimizer.step()
        losses.append(loss.item() / len(data))
    return losses


def interpolate(model, a, b, steps=4):
    """Images between two images, along a line between their codes."""
    model.eval()
    with torch.no_grad():
        (start, _), (end, _) = model.encode(a), model.encode(b)
        weights = torch.linspace(0, 1, steps).unsqueeze(1)
        return model.decode((1 - weights) * start + weights * end)
