"""Mails in files, and the settings of a desk that gets them."""

from __future__ import annotations

from pathlib import Path

SETTINGS = """
[http]
listen = "127.0.0.1:0"

[[person]]
id = "asha"
name = "Asha Patel"
email = "asha@staff.harbour.example"
department = "Customer Care"

[[department]]
name = "Customer Care"
handler = "asha"

[[brand]]
id = "harbour"
name = "Harbour Home"
prefix = "HH"
addresses = ["help@harbour.example"]
rota = { mon = ["asha"], tue = ["asha"], wed = ["asha"], thu = ["asha"], fri = ["asha"] }
"""


def mail(number: int = 1, sender: str = "jo@customer.example", **headers: str) -> bytes:
    """A complaint that came on 13 January 2026."""
    lines = {
        "Received": "from mx (mx [192.0.2.1]) by desk; Tue, 13 Jan 2026 10:04:00 +0000",
        "From": f"Jo Marsh <{sender}>",
        "To": "help@harbour.example",
        "Date": "Tue, 13 Jan 2026 10:03:00 +0000",
        "Subject": f"Broken thing {number}",
        "Message-ID": f"<m{number}@customer.example>",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\n" for name, value in lines.items())
    return f"{head}\nThing number {number} arrived broken. I am disappointed.\n".encode()


def mbox(path: Path, *mails: bytes) -> Path:
    path.write_bytes(b"".join(b"From jo Tue Jan 13 10:04:00 2026\n" + each + b"\n" for each in mails))
    return path


def maildir(path: Path, *mails: bytes) -> Path:
    for folder in ("cur", "new", "tmp"):
        (path / folder).mkdir(parents=True)
    for number, each in enumerate(mails):
        (path / ("new" if number else "cur") / f"{number}.host{':2,S' if not number else ''}").write_bytes(each)
    return path


def folder(path: Path, *mails: bytes) -> Path:
    (path / "deep").mkdir(parents=True)
    for number, each in enumerate(mails):
        (path / ("deep" if number else ".") / f"{number}.eml").write_bytes(each)
    return path
