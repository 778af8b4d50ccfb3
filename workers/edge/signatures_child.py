"""The child that looks at the signatures on one large mail, which could hold up the daemon, and may die of it.

A pickle comes in, a pickle goes out. Only our own daemon is at the other end.
"""

from __future__ import annotations

import pickle
import resource
import sys

from workers.edge.signatures import key_names, verify

PROCESSOR_SECONDS = 10
MEMORY = 1024 * 1024 * 1024  # bytes of address space; dkimpy takes a mail apart into lines


def main() -> None:
    """Say which keys are needed; with the keys, what they prove."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold the mail
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    blob, keys = pickle.load(sys.stdin.buffer)  # noqa: S301
    pickle.dump(key_names(blob) if keys is None else verify(blob, keys), sys.stdout.buffer)


if __name__ == "__main__":
    main()
