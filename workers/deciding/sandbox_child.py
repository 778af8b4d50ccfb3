"""The child of `sandbox`: takes messages on its standard input, answers on its output, and dies of what is too much.

Both ways values are pickles, one after the other. Only our own daemon is at the other end.
"""

from __future__ import annotations

import os
import pickle
import resource
import sys
from contextlib import suppress
from typing import BinaryIO, TypeAlias

from intake.message import Message
from intake.signals import Signals
from workers.deciding.understanding import understand

Answer: TypeAlias = tuple[Message, Signals]
PROCESSOR_SECONDS = 2  # for one message
MEMORY = 512 * 1024 * 1024  # bytes of address space


def main() -> None:
    """Serve until the input ends."""
    asked, answers = sys.stdin.buffer, _answers()
    limit_memory()
    with suppress(EOFError):
        policy = pickle.load(asked)  # noqa: S301
        while True:
            raw = pickle.load(asked)  # noqa: S301
            limit_time()
            found = understand(raw, policy)
            pickle.dump((found.message, found.signals), answers, protocol=pickle.HIGHEST_PROTOCOL)
            answers.flush()


def limit_memory() -> None:
    """More than this is a MemoryError, and where the machine has less, this process ends before the daemon does.

    No core file is written either: it would hold the message.
    """
    with suppress(OSError), open("/proc/self/oom_score_adj", "w") as first_to_go:
        first_to_go.write("1000")
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def limit_time() -> None:
    """SIGXCPU ends the process when this message has had its time: the limit counts the process's whole life."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime) + 1 + PROCESSOR_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))


def _answers() -> BinaryIO:
    """Our standard output, kept from whatever a library may print."""
    kept = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return os.fdopen(kept, "wb")


if __name__ == "__main__":
    main()
