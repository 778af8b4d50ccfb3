"""What the operating system allows this process."""

from __future__ import annotations

import ctypes
import resource
from contextlib import suppress

OPEN_FILES = 65_536
GIVEN_BACK = 1024 * 1024  # bytes; what is as large as this is not kept for later use
_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8


def allow_many_connections() -> None:
    """As many open files as we may have: every connection is one, and the usual 1,024 are few."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def give_memory_back() -> None:
    """Have the memory of a large mail returned when the mail is done with, and that of small ones used again by any thread.

    glibc learns from the first large piece to keep such pieces, for a program that would need them again at once; and it gives
    every thread a heap of its own, which keeps what its busiest moment needed. Other C libraries do neither, and have no such
    switches.
    """
    with suppress(AttributeError):
        libc = ctypes.CDLL(None)
        libc.mallopt(_M_MMAP_THRESHOLD, GIVEN_BACK)
        libc.mallopt(_M_ARENA_MAX, 1)
