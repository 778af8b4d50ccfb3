"""What the operating system allows this process."""

from __future__ import annotations

import ctypes
import resource
from contextlib import suppress

OPEN_FILES = 65_536
GIVEN_BACK = 1024 * 1024  # bytes; what is as large as this is not kept for later use
_M_MMAP_THRESHOLD = -3


def allow_many_connections() -> None:
    """As many open files as we may have: every connection is one, and the usual 1,024 are few."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def give_memory_back() -> None:
    """Have the memory of a large mail returned when the mail is done with.

    glibc learns from the first large piece to keep such pieces, for a program that would need them again at once. Other C
    libraries do not, and have no such switch.
    """
    with suppress(AttributeError):
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, GIVEN_BACK)
