"""
The inverse that EDLAE is, by LAPACK from its Cholesky factor in float32: what SciPy has for a symmetric positive
definite matrix, and half the work of numpy.linalg.inv.

python inverse.py ITEMS THREADS; protocol: protocol.py, without PyTorch. A block is one inverse; its "loss" is the first
number of the inverse's diagonal.
"""

import json
import os
import sys
import time

items, threads = (int(argument) for argument in sys.argv[1:])
for name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ[name] = str(threads)  # read when the library is loaded

import numpy  # noqa: E402
import scipy  # noqa: E402
from scipy.linalg.lapack import spotrf, spotri  # noqa: E402


def answer(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


answer({"versions": {"scipy": scipy.__version__}})
for _ in sys.stdin:
    # in columns, as LAPACK has it: else it would be copied within the time
    matrix = numpy.full((items, items), 0.01, numpy.float32, order="F")
    numpy.fill_diagonal(matrix, items)
    started, cpu = time.perf_counter(), time.process_time()
    factor, broken = spotrf(matrix, lower=1, overwrite_a=1, clean=0)
    inverse, singular = spotri(factor, lower=1, overwrite_c=1)
    seconds = time.perf_counter() - started
    if broken or singular:
        raise ArithmeticError(f"no inverse: {broken}, {singular}")
    answer({"seconds": [seconds], "cpu": time.process_time() - cpu, "loss": float(inverse[0, 0])})
