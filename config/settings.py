"""The settings: what the file may say, apart from the policy values that `intake.policy` defines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from intake.letters.stationery import Stationery
from intake.policy import Brand, Department, Person, Policy
from intake.retention import Class


@dataclass(frozen=True, kw_only=True, slots=True)
class Database:
    """Where everything is stored."""

    url: str = "sqlite:///answerable.db"  # SQLAlchemy; a SQLite file is relative to the data folder
    url_env: str = ""  # the environment variable that holds the address instead, where it has a password in it
    keys: str = ""  # another database, for the keys that personal data is sealed with; "": beside this one
    keys_env: str = ""  # as url_env


@dataclass(frozen=True, kw_only=True, slots=True)
class Blobs:
    """Where the bytes of large mail go when nobody needs them any more."""

    url: str = (
        ""  # a folder, relative to the data folder; file:///folder; s3://bucket/prefix; "" leaves them in the database
    )
    after_days: int = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class Space:
    """What stays free on the disks that the daemon writes to. With less, nothing new is taken in."""

    bytes: int = 64 * 1024 * 1024
    files: int = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Log:
    """What is written to the standard error stream."""

    format: Literal["auto", "json", "console"] = "auto"  # auto: readable on a terminal, else JSON
    level: Literal["debug", "info", "warning", "error"] = "info"


@dataclass(frozen=True, kw_only=True, slots=True)
class Keys:
    """The signing keys of reply addresses."""

    file: str = "keys"  # relative to the data folder


@dataclass(frozen=True, kw_only=True, slots=True)
class Texts:
    """The words of letters."""

    folder: str = ""  # own templates, relative to the settings file; they come before those that are built in


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """What holds for all brands."""

    authserv_ids: tuple[
        str, ...
    ] = ()  # of our own border servers, whose Authentication-Results are believed (RFC 8601)
    border: Literal["standard", "microsoft"] = "standard"  # microsoft: our mailboxes are at Microsoft 365
    token_days: int = 30  # how long a signed staff address is good
    department_of: Literal["owner", "handler"] = "owner"  # column 2 of the register


@dataclass(frozen=True, kw_only=True, slots=True)
class Dns:
    """Whom to ask about mail that comes straight from the Internet."""

    servers: tuple[str, ...] = ()  # addresses, with a port where it is not 53; without any, those of the machine
    timeout: float = 4.0  # seconds for one question
    trusted_sealers: tuple[
        str, ...
    ] = ()  # domains whose ARC seals are believed like a border server of ours (RFC 8617)


@dataclass(frozen=True, kw_only=True, slots=True)
class Export:
    """What a person is given who asks what is kept about them."""

    notes: bool = False  # also what staff noted for themselves


@dataclass(frozen=True, kw_only=True, slots=True)
class Scanner:
    """The virus scanner (clamd) that says of every file, before anybody can get it, whether it is infected."""

    address: str = ""  # "127.0.0.1:3310", or the path of its socket; "" where there is none
    timeout: float = 60.0  # seconds for one file
    max_size: int = 25_000_000  # bytes; larger files are not asked about, and count as not scanned
    patience_minutes: int = 15  # how long a message waits while the scanner is away


@dataclass(frozen=True, kw_only=True, slots=True)
class Retention:
    """How long what is kept is kept: "90 days", "18 months", "6 years"; "" for ever."""

    mail: str = ""
    chat: str = ""
    others: str = ""
    held: str = ""
    complaints: str = ""
    apply: Literal["by-hand", "daily"] = "by-hand"  # daily: the daemon deletes what is due

    @property
    def periods(self) -> dict[Class, str]:
        """Those that there are."""
        return {what: period for what in Class if (period := getattr(self, what))}


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """The whole file, as written. Tables of channels are checked by whoever opens the channel."""

    data: str = "."  # the daemon's own folder, relative to the settings file
    database: Database = Database()
    blobs: Blobs = Blobs()
    space: Space = Space()
    log: Log = Log()
    keys: Keys = Keys()
    letters: Texts = Texts()
    desk: Desk = Desk()
    dns: Dns = Dns()
    export: Export = Export()
    scanner: Scanner = Scanner()
    retention: Retention = Retention()
    http: dict[str, Any] = field(default_factory=dict)
    channel: dict[str, dict[str, Any]] = field(default_factory=dict)
    outgoing: dict[str, Any] = field(default_factory=lambda: {"kind": "outbox"})
    brand: tuple[Brand, ...] = ()
    person: tuple[Person, ...] = ()
    department: tuple[Department, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """How the daemon runs. All paths are ready to use."""

    data: Path  # the daemon's own folder
    database: Database
    blobs: Blobs
    space: Space
    log: Log
    keys: Path
    letters: Path | None
    dns: Dns
    export: Export
    scanner: Scanner
    retention: Retention
    http: Mapping[str, Any]  # options of the HTTP listener
    channel: Mapping[str, Mapping[str, Any]]  # name -> kind and options of a way in
    outgoing: Mapping[str, Any]  # kind and options of the way out


@dataclass(frozen=True, kw_only=True, slots=True)
class Loaded:
    """Everything that was read and found to be right."""

    settings: Settings
    policy: Policy
    stationery: Stationery


def name_server(server: str) -> tuple[str, int]:
    """Address and port of "192.0.2.53", "192.0.2.53:5353", "2001:db8::53" or "[2001:db8::53]:5353"."""
    host, colon, port = server.rpartition(":")
    if colon and port.isdigit() and (host.startswith("[") or ":" not in host):
        return host.strip("[]"), int(port)
    return server.strip("[]"), 53
