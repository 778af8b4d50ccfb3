"""Reads the settings file and everything it names, and says all that is wrong with them at once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from config import keys as key_file
from config.checks import check
from config.options import Faults, build
from config.settings import Blobs, Database, Document, Loaded, Settings
from intake.letters.rehearsal import rehearse
from intake.letters.stationery import PAPERS, Stationery
from intake.policy import Key, Policy

__all__ = ["Faults", "build", "default_text", "examine", "load", "read"]

HERE = Path(__file__).parent
LOCAL = Path("var")  # where the local configuration lives when none is named


def load(
    path: Path | None, *, environ: Mapping[str, str], spare_key: Key | None = None, rehearsal: bool = True
) -> Loaded:
    """Settings, policy and letter templates, checked together. Raises `Faults` with everything that is wrong.

    Without a path it is the documented local configuration, with its data under `var`. `spare_key` is used where there is no
    key file: for a dry run, which signs nothing that matters. Without a `rehearsal` the templates are not tried out, which takes
    half a second.
    """
    document, base = _document(path)
    faults: list[str] = []
    loaded = _loaded(document, base, environ, spare_key, faults)
    if rehearsal and not faults:
        faults += rehearse(loaded.policy, loaded.stationery)
    if faults:
        raise Faults(faults)
    return loaded


def examine(path: Path | None, *, environ: Mapping[str, str], spare_key: Key) -> tuple[Loaded, list[str]]:
    """All that is wrong, and what can be tried out nevertheless: what is badly formed is left out, or as documented.

    Raises `Faults` for a file that is not TOML.
    """
    try:
        loaded = load(path, environ=environ, spare_key=spare_key)
    except Faults as error:
        table, base = _table(path)
        sound = {key: value for key, value in table.items() if _is_sound(key, value)}
        stand_in = {} if {"brand", "person", "department"} <= sound.keys() else tomllib.loads(default_text())
        people = {key: stand_in[key] for key in ("brand", "person", "department") if key in stand_in}
        return _loaded(build(Document, sound | people, ""), base, environ, spare_key, []), list(error.faults)
    return loaded, []


def _is_sound(key: str, value: Any) -> bool:
    try:
        build(Document, {key: value}, "")
    except Faults:
        return False
    return True


def _loaded(
    document: Document, base: Path, environ: Mapping[str, str], spare_key: Key | None, faults: list[str]
) -> Loaded:
    """What the file describes, and into `faults` what is wrong with that."""
    settings = _settings(document, base, environ, faults)
    policy = Policy(
        brands=document.brand,
        people=document.person,
        departments=document.department,
        keys=_keys(settings.keys, spare_key, faults),
        authserv_ids=document.desk.authserv_ids,
        border=document.desk.border,
        token_days=document.desk.token_days,
        department_of=document.desk.department_of,
    )
    faults += check(settings, policy)
    return Loaded(settings=settings, policy=policy, stationery=Stationery(_templates(settings.letters, faults)))


def read(path: Path | None, *, environ: Mapping[str, str]) -> Settings:
    """Only the settings: enough to know which files a first start has to make. Raises `Faults`."""
    document, base = _document(path)
    faults: list[str] = []
    settings = _settings(document, base, environ, faults)
    if faults:
        raise Faults(faults)
    return settings


def default_text() -> str:
    """The documented local configuration, as a first start writes it."""
    return (HERE / "default.toml").read_text()


def _document(path: Path | None) -> tuple[Document, Path]:
    table, base = _table(path)
    return build(Document, table, ""), base


def _table(path: Path | None) -> tuple[dict[str, Any], Path]:
    """The file, and the folder that its paths start from. Raises `Faults`."""
    try:
        return tomllib.loads(path.read_text() if path else default_text()), path.parent if path else LOCAL
    except OSError:
        raise Faults([f"The settings file {path} cannot be read."]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Faults([f"The settings file {path} is not TOML: {error}."]) from None


def _settings(document: Document, base: Path, environ: Mapping[str, str], faults: list[str]) -> Settings:
    data = base / document.data
    return Settings(
        data=data,
        database=_database(document.database, data, environ, faults),
        blobs=_blobs(document.blobs, data),
        space=document.space,
        log=document.log,
        keys=data / document.keys.file,
        letters=base / document.letters.folder if document.letters.folder else None,
        dns=document.dns,
        export=document.export,
        scanner=document.scanner,
        retention=document.retention,
        http=document.http,
        channel=document.channel,
        outgoing=document.outgoing,
    )


def _holds_password(url: str) -> bool:
    try:
        return bool(urlsplit(url).password)
    except ValueError:  # its words would quote the address; whoever opens the database says that it cannot be read
        return False


def _database(given: Database, data: Path, environ: Mapping[str, str], faults: list[str]) -> Database:
    """With its addresses complete."""
    return replace(
        given,
        url=_address("url", given.url, given.url_env, data, environ, faults),
        keys=_address("keys", given.keys, given.keys_env, data, environ, faults),
    )


def _address(name: str, url: str, variable: str, data: Path, environ: Mapping[str, str], faults: list[str]) -> str:
    """A password belongs into the environment."""
    if variable:
        if variable not in environ:
            faults.append(f"database.{name}_env: there is no environment variable {variable}.")
        return environ.get(variable, url)
    if _holds_password(url):
        faults.append(
            f"database.{name} has a password in it: put the address into the environment, and its name here as {name}_env."
        )
    scheme, marker, file = url.partition(":///")
    if scheme.startswith("sqlite") and marker and file and not file.startswith("/"):
        return f"{scheme}:///{(data / file).as_posix()}"
    return url


def _blobs(given: Blobs, data: Path) -> Blobs:
    """With the path of a folder complete."""
    if not given.url or "://" in given.url:
        return given
    return replace(given, url=(data / given.url).absolute().as_posix())


def _keys(path: Path, spare: Key | None, faults: list[str]) -> tuple[Key, ...]:
    if not path.exists() and spare is not None:
        return (spare,)
    try:
        found, wrong = key_file.read(path.read_text())
    except (OSError, UnicodeDecodeError):
        faults.append(f"keys.file: {path} cannot be read; the first start of the daemon makes it.")
        return ()
    faults += [f"keys.file: {path}: {fault}." for fault in wrong]
    return found


def _templates(own: Path | None, faults: list[str]) -> dict[str, str]:
    """The built-in templates, and over them those of the company."""
    folder = HERE / "templates"
    built_in = {p.relative_to(folder).as_posix(): p.read_text() for p in _files(folder)}
    if own is None:
        return built_in
    if not own.is_dir():
        faults.append(f"letters.folder: there is no folder {own}.")
        return built_in
    return built_in | {p.relative_to(own).as_posix(): p.read_text() for p in _files(own)}


def _files(folder: Path) -> list[Path]:
    return [p for p in sorted(folder.rglob("*")) if p.name in PAPERS or p.suffix == ".jinja"]
