"""Answerable: a complaint intake daemon. `main.py VERB` is the whole command line; `main.py --help` lists the verbs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from intake.case import Status
from workers.verbs.files import Format

app = App(name="main.py", help="Answerable, a complaint intake daemon.", version="0.1.0")
Config = Annotated[Path | None, Parameter(name="--config", help="settings file; without it, the local one under var/")]
Json = Annotated[bool, Parameter(name="--json", negative=(), help="one JSON object a line")]


@app.command
def run(*, config: Config = None) -> int:
    """Start the daemon."""
    from workers.verbs import run as verb

    return verb.run(config)


@app.command
def check(*, config: Config = None) -> int:
    """Read settings, policies and templates, try the database, mailboxes and smarthost; name every fault at once."""
    from workers.verbs import check as verb

    return verb.run(config)


@app.command
def parse(*files: Path, form: Annotated[Format, Parameter(name="--format")] = "eml", as_json: Json = False) -> int:
    """Print what we understand of messages. Pure: no database, no settings."""
    from workers.verbs import parse as verb

    return verb.run(files, form, as_json=as_json)


@app.command
def explain(
    *files: Path,
    form: Annotated[Format, Parameter(name="--format")] = "eml",
    as_json: Json = False,
    config: Config = None,
) -> int:
    """Show what would happen to messages, and why. Nothing is stored."""
    from workers.verbs import explain as verb

    return verb.run(files, form, as_json=as_json, config=config)


@app.command(name="import")
def import_(path: Path, *, config: Config = None) -> int:
    """Take a Maildir, an mbox or a folder of .eml files into the database, quietly. Safe to repeat."""
    from workers.verbs import importing as verb

    return verb.run(path, config)


@app.command
def cases(*, config: Config = None, as_json: Json = False, status: Status | None = None) -> int:
    """List the cases."""
    from workers.verbs import looking as verb

    return verb.cases(config, as_json=as_json, status=status)


@app.command
def case(ref: str, *, config: Config = None, as_json: Json = False) -> int:
    """Show one case with its history."""
    from workers.verbs import looking as verb

    return verb.case(ref, config, as_json=as_json)


@app.command
def register(*, output: Path | None = None, config: Config = None, as_json: Json = False) -> int:
    """Print the register, or write it to an .xlsx or .csv file."""
    from workers.verbs import looking as verb

    return verb.show_register(config, as_json=as_json, to=output)


@app.command
def parked(
    *,
    retry: int | None = None,
    release: int | None = None,
    resend: int | None = None,
    arrived: int | None = None,
    config: Config = None,
    as_json: Json = False,
) -> int:
    """List what waits for a person; retry or release a message; send a letter of unknown fate again, or say it arrived."""
    from workers.verbs import looking as verb

    return verb.parked(config, as_json=as_json, retry=retry, release=release, resend=resend, arrived=arrived)


@app.command
def audit(*, head: str | None = None, config: Config = None, as_json: Json = False, moved: bool = True) -> int:
    """Prove that everything accepted is accounted for; HEAD is one that was logged, and must have been anchored here.

    With --no-moved what lies in the object store is left out.
    """
    from workers.verbs import auditing as verb

    return verb.run(config, as_json=as_json, head=head, moved=moved)


@app.command
def rebuild(ref: str, *, config: Config = None) -> int:
    """Make a case, its promises and its register row again from its history, where `audit` says that they differ."""
    from workers.verbs import looking as verb

    return verb.rebuild(ref, config)


@app.command
def export(contact: str, to: Path, *, config: Config = None) -> int:
    """Write all that is kept about a person into a new zip file TO. CONTACT is an address, or the number of a contact."""
    from workers.verbs import exporting as verb

    return verb.run(contact, to, config)


@app.command
def retention(*, apply: bool = False, config: Config = None, as_json: Json = False) -> int:
    """Say what has been kept for as long as the settings say, by class; with --apply delete it, also from old backups."""
    from workers.verbs import retaining as verb

    return verb.run(config, apply=apply, as_json=as_json)


@app.command
def erase(
    contact: str, *, yes: bool = False, even_open: bool = False, config: Config = None, as_json: Json = False
) -> int:
    """Say what is kept about a contact (a number, an address); with --yes erase it for good, also from old backups.

    A case under a legal hold forbids it. So does one that is not settled, but for --even-open.
    """
    from workers.verbs import erasing as verb

    return verb.erase(verb.Wish(contact=contact, yes=yes, even_open=even_open), config, as_json=as_json)


@app.command
def hold(ref: str, reason: str = "", *, release: bool = False, config: Config = None) -> int:
    """Put a case under a legal hold, and say why: nothing of it can be erased until --release."""
    from workers.verbs import erasing as verb

    return verb.hold(ref, reason, config, release=release)


@app.command
def copy(to: Path, *, config: Config = None) -> int:
    """Copy everything into the empty database that the settings file TO names, and audit both. Stop the daemon first."""
    from workers.verbs import copying as verb

    return verb.run(to, config)


@app.command
def migrate(*, config: Config = None) -> int:
    """Bring the database to the version of this code."""
    from workers.verbs import looking as verb

    return verb.migrate(config)


def main(words: Sequence[str]) -> int:
    """Run a verb: its exit status. What is wrong with settings or the database is a sentence, not a traceback."""
    from workers.verbs.errors import spoken

    return spoken(lambda: int(app(words, result_action="return_value", exit_on_error=False) or 0))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
