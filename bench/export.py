"""How long it takes to hand over what is kept about somebody.

    .venv/bin/python -m bench.export [MESSAGES] [OTHERS]

So many mails of one person with a file of 20 kB each, among so many automatic ones of others that came to no case and have to be
looked at; imported into SQLite, then exported three times.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from tests.workers.verbs.conftest import furnish
from tests.workers.verbs.mails import mail, mbox
from workers.verbs import exporting, importing

FILE = 20_000
TIMES = 3


def with_file(number: int) -> bytes:
    """A complaint with something beside it."""
    head, _, words = mail(number, Content_Type='multipart/mixed; boundary="b"').partition(b"\n\n")
    file = os.urandom(FILE // 2).hex().encode()
    part = b'Content-Type: text/plain\nContent-Disposition: attachment; filename="log.txt"\n\n' + file
    return b"\n".join((head, b"", b"--b", b"", words, b"--b", part, b"--b--", b""))


def main(messages: int = 1000, others: int = 10_000) -> None:
    robots = (
        mail(n, f"robot{n}@elsewhere.example", Auto_Submitted="auto-replied") for n in range(10**6, 10**6 + others)
    )
    with tempfile.TemporaryDirectory() as folder:
        settings = furnish(Path(folder))
        box = mbox(Path(folder) / "box", *map(with_file, range(messages)), *robots)
        importing.run(box, settings)
        for number in range(TIMES):
            began = perf_counter()
            exporting.run("jo@customer.example", Path(folder) / f"{number}.zip", settings)
            size = (Path(folder) / f"{number}.zip").stat().st_size
            print(f"{perf_counter() - began:.1f} s, {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
