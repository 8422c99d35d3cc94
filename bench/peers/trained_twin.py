"""The trained additive model in PyTorch: one epoch as SequenceFactors does it, timed.

usage: trained_twin.py SEQUENCES, lines `user item item ...`. The same model, loss, batches,
negatives, optimiser and number of threads (two) as `endcap_peers trained`, written as one would for
PyTorch: whole batches at a time, every place of a history by one indexed sum.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

FACTORS, HISTORY, DROPOUT, RATE = 128, 50, 0.5, 0.006
TARGETS, NEGATIVES, KEEP = 6000, 512, 0.985


class Twin(torch.nn.Module):  # type: ignore[misc]
    def __init__(self, n_items: int) -> None:
        super().__init__()
        self.queries = torch.nn.Parameter(0.02 * torch.randn(n_items + 1, FACTORS))
        self.items = torch.nn.Parameter(0.02 * torch.randn(n_items, FACTORS))
        self.places = torch.nn.Parameter(0.6 ** torch.arange(HISTORY) * 0.4**0.5)

    def forward(self, windows: Any, columns: Any, offsets: Any, targets: Any) -> Any:
        # windows: (n_targets, HISTORY), newest first, n_items where there is none.
        n_items = len(self.items)
        events = torch.nn.functional.dropout(self.queries[windows], DROPOUT)
        events = events * (windows < n_items).unsqueeze(2)
        sums = torch.einsum("tkd,k->td", events, self.places[: windows.shape[1]])
        sums = torch.nn.functional.layer_norm(sums, (FACTORS,))
        logits = torch.nn.functional.dropout(sums, DROPOUT) @ self.items[columns].T
        own = torch.nn.functional.one_hot(targets, len(columns)).bool()
        logits = torch.where(own, logits, logits + offsets)
        return torch.nn.functional.cross_entropy(logits, targets)


def windows_of(lists: list[list[int]], n_items: int) -> tuple[Any, Any]:
    """Return what stands before each target, and the targets."""
    windows, targets = [], []
    for items in lists:
        for place in range(1, len(items)):
            newest = items[max(0, place - HISTORY) : place][::-1]
            windows.append(newest + [n_items] * (HISTORY - len(newest)))
            targets.append(items[place])
    return torch.tensor(windows), torch.tensor(targets)


def main() -> None:
    torch.set_num_threads(2)
    torch.manual_seed(0)
    lines = Path(sys.argv[1]).read_text().splitlines()
    lists = [[int(number) for number in line.split()[1:]] for line in lines]
    n_items = 1 + max(max(items) for items in lists)
    windows, targets = windows_of(lists, n_items)
    counts = torch.bincount(targets, minlength=n_items) / len(targets)
    model = Twin(n_items)
    optimiser = torch.optim.Adam(model.parameters(), lr=RATE, betas=(0.9, 0.98))
    averages = [weights.detach().clone() for weights in model.parameters()]
    spent = []
    for _ in range(3):
        start = time.perf_counter()
        for batch in torch.randperm(len(targets)).split(TARGETS):
            # No place of a window that is empty in the whole batch is computed.
            longest = int((windows[batch] < n_items).sum(1).max())
            drawn = torch.cat([targets[batch], torch.randint(n_items, (NEGATIVES,))])
            columns = torch.unique(drawn)
            undrawn = (1 - 1 / n_items) ** NEGATIVES
            offsets = -torch.log(1 - undrawn * (1 - counts[columns]) ** len(batch))
            slots = torch.searchsorted(columns, targets[batch])
            padded = windows[batch][:, :longest]
            loss = model(padded, columns, offsets, slots)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            with torch.no_grad():
                for average, weights in zip(averages, model.parameters(), strict=True):
                    average.lerp_(weights, 1 - KEEP)
        spent.append(time.perf_counter() - start)
    print(json.dumps({"model": "torch-trained", "epoch_s": round(float(np.min(spent)), 3)}))


if __name__ == "__main__":
    main()
