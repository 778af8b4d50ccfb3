"""What the operating system allows this process."""

from __future__ import annotations

import resource

OPEN_FILES = 65_536


def allow_many_connections() -> None:
    """As many open files as we may have: every connection is one, and the usual 1,024 are few."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
