"""Measuring ways beside each other: in turns within one run, because single runs differ by a third on a shared machine.

Figures are medians over the rounds; a ratio is taken within each round, so that what slows both sides down cancels out.
"""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import signal
import sys
import tempfile
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from typing import Any, TypeVar

import structlog
import uvloop

T = TypeVar("T")
Rates = dict[str, list[float]]


def rounds(ways: Mapping[str, Callable[[int], float]], number: int) -> Rates:
    """Messages a second of every way, round by round. Each is given the number of the round; the first one, 0, warms up."""
    tidy()
    found: Rates = {name: [] for name in ways}
    for turn in range(number + 1):
        for name, way in ways.items():
            rate = way(turn)
            if turn:
                found[name].append(rate)
    return found


def report(found: Rates) -> None:
    """One line a way: median rate, and the median and range of its ratio to the first."""
    base = next(iter(found.values()))
    for name, rates in found.items():
        ratios = sorted(rate / other for rate, other in zip(rates, base, strict=True))
        print(
            f"{name:42} {median(rates):8.0f}/s  {median(ratios):5.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f}) of the first"
        )


def run(work: Coroutine[Any, Any, T]) -> T:
    """In a loop of its own, as the daemon's."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


Serve = Callable[[Path, Connection], Coroutine[Any, Any, None]]


@contextmanager
def serving(serve: Serve) -> Iterator[tuple[Any, Connection]]:
    """A server in a process and a folder of its own: what it says first (its address), and the line to it."""
    spawn = multiprocessing.get_context("spawn")
    outer, inner = spawn.Pipe()
    with tempfile.TemporaryDirectory(prefix="answerable-bench-") as folder:
        process = spawn.Process(target=_serve, args=(serve, Path(folder), inner), daemon=True)
        process.start()
        try:
            yield outer.recv(), outer
        finally:
            process.terminate()
            process.join()


def _serve(serve: Serve, folder: Path, said: Connection) -> None:
    quiet()
    gc.freeze()  # as the daemon does, for all sides
    run(serve(folder, said))


def tidy() -> None:
    """From now on SIGTERM ends us as Ctrl-C does: what was started is ended, and its folders go."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))


def quiet() -> None:
    """Log lines are no part of what is compared."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
