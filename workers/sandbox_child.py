"""The child of `workers.sandbox`: takes messages on its standard input, answers on its output, and dies of what is too much.

Both ways a value is a pickle after its length. Only our own daemon is at the other end.
"""

from __future__ import annotations

import os
import pickle
import resource
import struct
import sys
from typing import Any, BinaryIO, TypeAlias

from intake.message import Message
from intake.signals import Signals
from workers.understanding import understand

Answer: TypeAlias = tuple[Message, Signals]
LENGTH = struct.Struct(">Q")
PROCESSOR_SECONDS = 2  # for one message
MEMORY = 512 * 1024 * 1024  # bytes of address space


def main() -> None:
    """Serve until the input ends."""
    commands, answers = sys.stdin.buffer, _answers()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold the message
    policy = _take(commands)
    while (raw := _take(commands)) is not None:
        _limit_time()
        found = understand(raw, policy)
        answer = pickle.dumps((found.message, found.signals))
        answers.write(LENGTH.pack(len(answer)))
        answers.write(answer)
        answers.flush()


def _answers() -> BinaryIO:
    """Our standard output, kept from whatever a library may print."""
    kept = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return os.fdopen(kept, "wb")


def _take(commands: BinaryIO) -> Any:
    """The next value; None at the end."""
    head = commands.read(LENGTH.size)
    return pickle.loads(commands.read(*LENGTH.unpack(head))) if len(head) == LENGTH.size else None  # noqa: S301


def _limit_time() -> None:
    """SIGXCPU ends the process when this message has had its time: the limit counts the process's whole life."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime) + 1 + PROCESSOR_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))


if __name__ == "__main__":
    main()
