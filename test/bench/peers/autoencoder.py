"""
The autoencoder of packages/models (RecVAE's form, Shenbin et al. 2020) as its users would write it in PyTorch, and kind
to PyTorch: the first layer is an EmbeddingBag (with dense gradients, faster here than sparse ones), Adam is fused, and
the half that does not learn has no gradients.

python autoencoder.py FILE THREADS; protocol: protocol.py. An epoch is the block: 3 passes over the users in which the
encoder learns, one in which the decoder does.
"""

import copy
import math

import torch
from torch import nn
from torch.nn import functional as F

from protocol import read_bags, serve

HIDDEN, LATENT, DEPTH, BATCH = 600, 200, 5, 500
DROPOUT, GAMMA, ENCODER_PASSES = 0.5, 0.005, 3
SHARES = torch.tensor([3 / 20, 3 / 4, 1 / 10]).log()
WIDE_LOG_VARIANCE = 10.0


class Encoder(nn.Module):
    def __init__(self, items):
        super().__init__()
        self.table = nn.EmbeddingBag(items, HIDDEN, mode="sum", include_last_offset=True)
        nn.init.uniform_(self.table.weight, -1 / math.sqrt(items), 1 / math.sqrt(items))
        self.bias = nn.Parameter(torch.zeros(HIDDEN))
        self.layers = nn.ModuleList(nn.Linear(HIDDEN, HIDDEN) for _ in range(DEPTH - 1))
        self.norms = nn.ModuleList(nn.LayerNorm(HIDDEN, eps=0.1) for _ in range(DEPTH))
        self.mu = nn.Linear(HIDDEN, LATENT)
        self.log_variance = nn.Linear(HIDDEN, LATENT)

    def forward(self, columns, offsets, weights):
        first = self.table(columns, offsets, per_sample_weights=weights) + self.bias
        h = self.norms[0](F.silu(first))
        skipped = h
        for layer, norm in zip(self.layers, self.norms[1:]):
            h = norm(F.silu(layer(h) + skipped))
            skipped = skipped + h
        return self.mu(h), self.log_variance(h)


def log_density(z, mean, log_variance):
    return -0.5 * (log_variance + math.log(2 * math.pi) + (z - mean) ** 2 * torch.exp(-log_variance))


class Autoencoder:
    def __init__(self, bags):
        self.starts, self.columns, items = bags
        self.encoder = Encoder(items)
        self.decoder = nn.Linear(LATENT, items)
        self.old = copy.deepcopy(self.encoder).requires_grad_(False)
        self.encoder_adam = torch.optim.Adam(self.encoder.parameters(), lr=5e-4, fused=True)
        self.decoder_adam = torch.optim.Adam(self.decoder.parameters(), lr=5e-4, fused=True)

    def batch(self, users):
        """Columns, offsets and length-1 weights of some users, and the row of each column."""
        sizes = self.starts[users + 1] - self.starts[users]
        offsets = F.pad(sizes.cumsum(0), (1, 0))
        rows = torch.repeat_interleave(torch.arange(len(users)), sizes)
        within = torch.arange(len(rows)) - offsets[rows]
        columns = self.columns[self.starts[users][rows] + within]
        weights = sizes.float().rsqrt()[rows]
        return columns, offsets, weights, rows

    def dropped(self, columns, offsets, weights, rows):
        kept = torch.rand(len(columns)) >= DROPOUT
        sizes = torch.bincount(rows[kept], minlength=len(offsets) - 1)
        return columns[kept], F.pad(sizes.cumsum(0), (1, 0)), weights[kept] / (1 - DROPOUT)

    def reconstruction(self, z, columns, users, rows):
        """The mean over users of -sum log softmax at their items; the fastest way for bags of any size."""
        return -F.log_softmax(self.decoder(z), -1)[rows, columns].sum() / users

    def encoder_step(self, users):
        columns, offsets, weights, rows = self.batch(users)
        mu, log_variance = self.encoder(*self.dropped(columns, offsets, weights, rows))
        z = mu + torch.exp(0.5 * log_variance) * torch.randn_like(mu)
        sizes = offsets.diff()
        loss = self.reconstruction(z, columns, len(users), rows)
        with torch.no_grad():
            old_mu, old_log_variance = self.old(columns, offsets, weights)
        zero = torch.zeros(())
        prior = torch.stack(
            [
                log_density(z, zero, zero) + SHARES[0],
                log_density(z, old_mu, old_log_variance) + SHARES[1],
                log_density(z, zero, zero + WIDE_LOG_VARIANCE) + SHARES[2],
            ]
        ).logsumexp(0)
        kl = (log_density(z, mu, log_variance) - prior).sum(-1)
        loss = loss + (GAMMA * sizes * kl).mean()
        self.encoder_adam.zero_grad(set_to_none=True)
        loss.backward()
        self.encoder_adam.step()
        return loss.item()

    def decoder_step(self, users):
        columns, offsets, weights, rows = self.batch(users)
        with torch.no_grad():
            mu, log_variance = self.encoder(columns, offsets, weights)
            z = mu + torch.exp(0.5 * log_variance) * torch.randn_like(mu)
        loss = self.reconstruction(z, columns, len(users), rows)
        self.decoder_adam.zero_grad(set_to_none=True)
        loss.backward()
        self.decoder_adam.step()
        return loss.item()

    def learn(self, which):
        """Which half learns; the other one's weights are constants."""
        self.encoder.requires_grad_(which == "encoder")
        self.decoder.requires_grad_(which == "decoder")

    def epoch(self, timed):
        """`timed` is called with each step."""
        users = len(self.starts) - 1
        self.learn("encoder")
        for _ in range(ENCODER_PASSES):
            for batch in torch.randperm(users).split(BATCH):
                timed(lambda: self.encoder_step(batch))
        self.old.load_state_dict(self.encoder.state_dict())
        self.learn("decoder")
        for batch in torch.randperm(users).split(BATCH):
            timed(lambda: self.decoder_step(batch))


if __name__ == "__main__":
    serve(lambda arguments: Autoencoder(read_bags(arguments[0])))
