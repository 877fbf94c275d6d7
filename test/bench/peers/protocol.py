"""
How a peer is driven: `python PEER.py FILE THREADS`. It writes a line of JSON {"versions": {...}} when it is ready; then,
for each line that it reads, it learns one block and answers {"seconds": [...], "cpu": s, "loss": l}: the wall time of
each step, the CPU time of all of them, the last step's loss.
"""

import json
import os
import sys
import time

import torch


def read_bags(path):
    """int32: users, items, then users + 1 starts, then columns. Returns starts and columns as int64, and items."""
    numbers = torch.from_file(path, size=os.path.getsize(path) // 4, dtype=torch.int32).long()
    users, items = numbers[0].item(), numbers[1].item()
    return numbers[2 : users + 3], numbers[users + 3 :].contiguous(), items


def answer(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def serve(create):
    """`create(arguments)` gives a model with `epoch(timed)`: a block of steps, each handed to `timed`."""
    *arguments, threads = sys.argv[1:]
    torch.set_num_threads(int(threads))
    torch.set_flush_denormal(True)
    torch.manual_seed(1)
    model = create(arguments)
    answer({"versions": {"torch": torch.__version__}})
    for _ in sys.stdin:
        seconds = []
        loss = 0.0

        def timed(step):
            nonlocal loss
            started = time.perf_counter()
            loss = step()
            seconds.append(time.perf_counter() - started)

        cpu = time.process_time()
        model.epoch(timed)
        answer({"seconds": seconds, "cpu": time.process_time() - cpu, "loss": loss})
