"""
The recurrent model of packages/models (a gated linear recurrence in one block, sampled softmax with logQ) as its users
would write it in PyTorch. All rows are of one length, so that a batch is some rows and the loop goes over their times.

python recurrent.py FILE THREADS; protocol: protocol.py. The block is one pass over the rows.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F

from protocol import read_bags, serve

WIDTH, BATCH, DRAWS, EXPONENT = 128, 200, 2048, 0.5
DROPOUT, RATE, CLIP = 0.2, 2e-3, 5.0


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.update = nn.Linear(WIDTH, WIDTH)
        with torch.no_grad():
            self.update.bias.copy_(torch.linspace(-2, 2, WIDTH))
        self.candidate = nn.Linear(WIDTH, WIDTH, bias=False)
        self.gate = nn.Linear(WIDTH, WIDTH, bias=False)
        self.out = nn.Linear(WIDTH, WIDTH, bias=False)
        self.mixed = nn.LayerNorm(WIDTH)
        self.expand = nn.Linear(WIDTH, 4 * WIDTH)
        self.contract = nn.Linear(4 * WIDTH, WIDTH)
        self.output = nn.LayerNorm(WIDTH)

    def forward(self, e):
        """[times, rows, width]."""
        z = torch.sigmoid(self.update(e))
        keep, add = 1 - z, z * self.candidate(e)
        state = torch.zeros_like(add[0])
        states = []
        for kept, added in zip(keep.unbind(0), add.unbind(0)):
            state = torch.addcmul(added, kept, state)
            states.append(state)
        r = self.out(torch.stack(states) * F.silu(self.gate(e)))
        x = self.mixed(e + F.dropout(r, DROPOUT, self.training))
        fed = self.contract(F.gelu(self.expand(x), approximate="tanh"))
        return self.output(x + F.dropout(fed, DROPOUT, self.training))


class Model(nn.Module):
    def __init__(self, items):
        super().__init__()
        self.table = nn.Embedding(items, WIDTH)
        nn.init.uniform_(self.table.weight, -1 / math.sqrt(WIDTH), 1 / math.sqrt(WIDTH))
        self.bias = nn.Parameter(torch.zeros(items))
        self.event = nn.LayerNorm(WIDTH)
        self.block = Block()

    def forward(self, events):
        return self.block(self.event(F.dropout(self.table(events), DROPOUT, self.training)))


class Recurrent:
    def __init__(self, rows):
        starts, columns, items = rows
        self.rows = columns.view(len(starts) - 1, -1)
        targets = self.rows[:, 1:].flatten()
        support = torch.bincount(targets, minlength=items).double()
        self.chances = support**EXPONENT / (support**EXPONENT).sum()
        # of being among the candidates by the draws or as the target of another position
        positions = BATCH * (self.rows.shape[1] - 1)
        missed = DRAWS * torch.log1p(-self.chances) + (positions - 1) * torch.log1p(-support / len(targets))
        self.log_chance = torch.log(-torch.expm1(missed)).float()
        self.cumulative = self.chances.cumsum(0)
        self.place = torch.empty(items, dtype=torch.long)
        self.model = Model(items)
        self.adam = torch.optim.Adam(self.model.parameters(), lr=RATE, fused=True)

    def candidates(self, targets):
        draws = torch.searchsorted(self.cumulative, torch.rand(DRAWS, dtype=torch.double))
        items = torch.cat([targets, draws.clamp_(max=len(self.place) - 1)]).unique()
        self.place[items] = torch.arange(len(items))
        return items

    def step(self, rows):
        events, targets = rows[:, :-1].T, rows[:, 1:].T.flatten()
        items = self.candidates(targets)
        outputs = self.model(events).view(-1, WIDTH)
        log_chance = self.log_chance[items]
        scores = F.linear(outputs, self.model.table(items), self.model.bias[items] - log_chance)
        places = self.place[targets]
        # a position's own target is a candidate for certain
        own = scores.scatter_add(1, places[:, None], log_chance[places][:, None])
        loss = F.cross_entropy(own, places)
        self.adam.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), CLIP)
        self.adam.step()
        return loss.item()

    def epoch(self, timed):
        for rows in self.rows.split(BATCH):
            timed(lambda: self.step(rows))


if __name__ == "__main__":
    serve(lambda arguments: Recurrent(read_bags(arguments[0])))
