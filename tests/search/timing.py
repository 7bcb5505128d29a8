"""Telling time in proportion to the size of an input from time that grows with its square."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

FACTOR = 8


def assert_linear(work: Callable[[int], object], small: int) -> None:
    """Check that ``work`` on eight times the size takes nowhere near sixty-four times as long.

    Processor time of the best of three runs; what the collector does with the rest of the process's objects is
    not part of it.
    """
    gc.collect()
    gc.disable()
    try:
        short, long = _seconds(work, small), _seconds(work, FACTOR * small)
    finally:
        gc.enable()
    assert long < 3 * FACTOR * short + 0.05, f"{small}: {short:.4f} s, {FACTOR * small}: {long:.4f} s"


def _seconds(work: Callable[[int], object], size: int) -> float:
    best = float("inf")
    for _ in range(3):
        started = time.process_time()
        work(size)
        best = min(best, time.process_time() - started)
    return best
