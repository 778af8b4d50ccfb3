"""`cases`, `case`, `register`, `parked`, `audit`, `migrate`, `check`: what operators see, and what scripts get."""

from __future__ import annotations

import asyncio
import csv
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import openpyxl
import pytest

from intake.register import HEADERS
from store.database import Store
from tests.store.examples import REF, decision, letter, opened, submission, take_in
from tests.workers.verbs.conftest import Verb
from tests.workers.verbs.mails import SETTINGS
from workers.verbs import spreadsheet


def tamper(settings: Path, statement: str, name: str = "answerable.db") -> None:
    """What no verb does."""
    with closing(sqlite3.connect(settings.parent / name)) as database:
        database.executescript(statement)


def test_cases_are_listed_for_people_and_for_scripts(verb: Verb, filled: Path) -> None:
    listed = verb("cases", "--json", "--config", filled).lines
    assert len(listed) == 3
    assert {"ref", "status", "owner", "handler", "received_at", "due_at", "issue"} <= set(listed[0])
    out = verb("cases", "--config", filled).out
    assert all(each["ref"] in out for each in listed)
    [held] = verb("cases", "--json", "--status", "held", "--config", filled).lines
    assert held["status"] == "held"


def test_a_status_that_there_is_not_is_a_wrong_command_line(verb: Verb, filled: Path) -> None:
    assert verb("cases", "--status", "lost", "--config", filled).status == 2


@pytest.mark.parametrize("spell", [str, str.lower, lambda ref: ref.replace("-", ""), lambda ref: ref.replace("-", " ")])
def test_a_case_is_found_however_its_reference_is_spelled(verb: Verb, filled: Path, spell) -> None:
    ref = verb("cases", "--json", "--config", filled).lines[0]["ref"]
    [found] = verb("case", spell(ref), "--json", "--config", filled).lines
    assert found["ref"] == ref
    assert found["history"][0]["kind"] == "case_opened"
    assert ref in verb("case", spell(ref), "--config", filled).out


def test_a_case_that_there_is_not_is_a_sentence(verb: Verb, filled: Path) -> None:
    said = verb("case", "HH-0000-0000X", "--config", filled)
    assert (said.status, said.err) == (1, "HH-0000-0000X: there is no such case\n")


def test_the_register_has_nine_columns_wherever_it_goes(verb: Verb, filled: Path, tmp_path: Path) -> None:
    lines = verb("register", "--json", "--config", filled).lines
    assert [tuple(line) for line in lines] == [HEADERS] * len(lines)
    assert len(lines) >= 2
    assert len(HEADERS) == 9

    said = verb("register", "--output", "r.xlsx", "--config", filled)
    assert (said.status, said.out) == (0, f"{len(lines)} rows written to r.xlsx\n")
    first, *rows = openpyxl.load_workbook(tmp_path / "r.xlsx").active.iter_rows(values_only=True)
    assert first == HEADERS
    assert [[cell or "" for cell in row] for row in rows] == [list(line.values()) for line in lines]

    verb("register", "--output", "r.csv", "--config", filled)
    with (tmp_path / "r.csv").open(encoding="utf-8-sig", newline="") as file:
        first, *rows = csv.reader(file)
    assert tuple(first) == HEADERS
    assert rows == [list(line.values()) for line in lines]


def test_a_register_that_cannot_be_written_is_a_sentence(verb: Verb, filled: Path) -> None:
    said = verb("register", "--output", "r.pdf", "--config", filled)
    assert (said.status, said.err) == (1, "r.pdf: the register is written as .xlsx or .csv\n")
    assert verb("register", "--output", "none/r.csv", "--config", filled).status == 1


HOSTILE = ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", " =1", "=HYPERLINK(1)"]


@pytest.mark.parametrize("cell", HOSTILE)
def test_h05_what_a_customer_wrote_is_never_a_formula(tmp_path: Path, cell: str) -> None:
    """osTicket #3767."""
    rows = [[cell, "https://evil.example/", "0123", *[""] * 6]]
    spreadsheet.write(tmp_path / "r.xlsx", rows)
    [found] = openpyxl.load_workbook(tmp_path / "r.xlsx").active.iter_rows(min_row=2)
    assert {each.data_type for each in found} <= {"s", "n"}
    assert found[0].value is not None
    assert all(each.data_type == "s" and each.hyperlink is None for each in found[:3])
    spreadsheet.write(tmp_path / "r.csv", rows)
    with (tmp_path / "r.csv").open(encoding="utf-8-sig", newline="") as file:
        written = list(csv.reader(file))[1][0]
    assert not written.lstrip().startswith(("=", "+", "-", "@", "\t", "\r", "＝"))


def test_control_characters_and_very_long_words_do_not_spoil_a_file(tmp_path: Path) -> None:
    rows = [["a\x00b\x0bc\x1bd\x7f\ud800e\ufffe", "x" * 40_000, "two\nlines", *[""] * 6]]
    for name in ("r.xlsx", "r.csv"):
        assert spreadsheet.write(tmp_path / name, rows) == 1
    [found] = openpyxl.load_workbook(tmp_path / "r.xlsx").active.iter_rows(min_row=2, values_only=True)
    assert found[0].startswith("abcd")
    assert len(found[1]) == 32_767
    assert found[2] == "two\nlines"


def test_what_waits_for_a_person_is_listed_and_can_be_released_once(verb: Verb, filled: Path) -> None:
    [held] = verb("parked", "--json", "--config", filled).lines
    assert (held["state"], held["reason"]) == ("held", "stranger-on-case")
    assert held["case_ref"] in verb("parked", "--config", filled).out
    done = verb("parked", "--release", held["inbound_id"], "--config", filled)
    assert (done.status, done.out) == (0, f"{held['inbound_id']}: released\n")
    again = verb("parked", "--release", held["inbound_id"], "--config", filled)
    assert (again.status, again.err) == (1, f"{held['inbound_id']}: no such message waits\n")


def test_a_parked_message_can_be_decided_again(verb: Verb, filled: Path) -> None:
    tamper(filled, "UPDATE inbound SET state = 'parked', fault = 'ValueError at decide.py:1' WHERE id = 1")
    listed = {each["inbound_id"]: each for each in verb("parked", "--json", "--config", filled).lines}
    assert (listed[1]["state"], listed[1]["fault"]) == ("parked", "ValueError at decide.py:1")
    assert verb("parked", "--config", filled).out.splitlines()[1].split()[:2] == ["1", "parked"]
    assert verb("parked", "--retry", 1, "--config", filled).out == "1: will be decided again\n"
    assert 1 not in [each["inbound_id"] for each in verb("parked", "--json", "--config", filled).lines]


@pytest.mark.parametrize(
    ("found_out", "words", "state"),
    [("--resend", "will be sent again", "pending"), ("--arrived", "has arrived", "sent")],
)
def test_a_letter_of_unknown_fate_is_listed_until_a_person_says_what_became_of_it(
    verb: Verb, filled: Path, found_out: str, words: str, state: str
) -> None:
    asyncio.run(write(f"sqlite:///{filled.parent}/answerable.db"))
    tamper(filled, "UPDATE outbox SET state = 'unknown'")
    [lost] = [each for each in verb("parked", "--json", "--config", filled).lines if each["state"] == "unknown"]
    assert (lost["outbox_id"], lost["case_ref"]) == (1, REF)
    assert REF in verb("parked", "--config", filled).out
    assert verb("parked", found_out, 1, "--config", filled).out == f"1: {words}\n"
    with closing(sqlite3.connect(filled.parent / "answerable.db")) as database:
        assert database.execute("SELECT state FROM outbox").fetchall() == [(state,)]
    again = verb("parked", found_out, 1, "--config", filled)
    assert (again.status, again.err) == (1, "1: no such letter waits\n")


async def write(url: str) -> None:
    """A case, and a letter about it."""
    store = await Store.open(url)
    await store.write(lambda tx: take_in(tx, decision(opened()), (letter(), submission())))
    await store.close()


def test_an_audit_proves_that_all_is_there_and_ends_badly_where_it_is_not(verb: Verb, filled: Path) -> None:
    clean = verb("audit", "--config", filled)
    assert (clean.status, clean.out.splitlines()[-1]) == (0, "clean")
    tamper(filled, "UPDATE \"case\" SET head_hash = 'another'")
    broken = verb("audit", "--json", "--config", filled)
    assert broken.status == 1
    assert "chain-cut" in {fault["slug"] for fault in broken.lines[0]["faults"]}


def test_migrate_makes_the_tables_once(verb: Verb, settings: Path) -> None:
    before = verb("cases", "--config", settings)
    assert (before.status, before.err) == (1, "the database has no tables yet: run `main.py migrate`\n")
    assert verb("migrate", "--config", settings).out == "the tables were brought up to date\n"
    assert verb("migrate", "--config", settings).out == "the tables are up to date\n"
    assert verb("cases", "--json", "--config", settings).lines == []


def test_check_finds_nothing_wrong_with_a_good_desk_and_stores_nothing(verb: Verb, settings: Path) -> None:
    said = verb("check", "--config", settings)
    assert (said.status, said.err) == (0, "")
    assert said.out.startswith("All is well")
    assert not (settings.parent / "answerable.db").exists()


def test_check_names_bad_settings_an_absent_mailbox_and_a_bad_database_together(verb: Verb, settings: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    wrong = f"""
[log]
levle = "info"
[database]
url = "sqlite:///newer.db"
[channel.mailbox]
kind = "imap"
host = "127.0.0.1"
port = {port}
tls = "none"
user = "help"
password_file = "keys"
[channel.fax]
kind = "fax"
[channel.chat]
kind = "chat"
colour = "red"
"""
    settings.write_text(SETTINGS.replace('handler = "asha"', 'handler = "nobody"') + wrong)
    tamper(
        settings, "CREATE TABLE alembic_version (version_num); INSERT INTO alembic_version VALUES ('9999')", "newer.db"
    )
    said = verb("check", "--config", settings)
    assert said.status == 1
    for word in ("levle", "mailbox", "newer than this code", "fax", "colour"):
        assert word in said.err
    assert len(said.err.splitlines()) == len(set(said.err.splitlines()))


def test_check_names_an_object_store_that_cannot_be_written_to(verb: Verb, settings: Path) -> None:
    for url, status in (("keys/blobs", 1), ("blobs", 0)):  # the first one is in a file
        settings.write_text(f'{SETTINGS}\n[blobs]\nurl = "{url}"\n')
        said = verb("check", "--config", settings)
        assert (said.status, "blobs.url: the object store cannot be written to" in said.err) == (status, bool(status))


def test_an_audit_looks_into_the_object_store_unless_it_is_told_not_to(verb: Verb, filled: Path) -> None:
    tamper(filled, "UPDATE blob SET content = NULL WHERE sha256 IN (SELECT blob_id FROM inbound WHERE state = 'done')")
    said = verb("audit", "--config", filled)
    assert (said.status, "FAULT object-store-unnamed: blobs.url" in said.out) == (1, True)
    for url, heard in (("blobs", "FAULT blob-missing: blob:"), ("keys/blobs", "the object store does not answer")):
        filled.write_text(f'{SETTINGS}\n[blobs]\nurl = "{url}"\n')
        said = verb("audit", "--config", filled)
        assert (said.status, heard in said.out + said.err) == (1, True)
        assert verb("audit", "--no-moved", "--config", filled).status == 0


def test_check_says_whether_the_scanner_answers(verb: Verb, settings: Path) -> None:
    settings.write_text(f'{settings.read_text()}\n[scanner]\naddress = "{settings.parent / "no-socket"}"\n')
    said = verb("check", "--config", settings)
    assert (said.status, "scanner.address: no clamd answers there" in said.err) == (1, True)


def test_check_names_a_faulty_dkim_key_and_name_servers_that_do_not_answer(verb: Verb, settings: Path) -> None:
    key = '{ domain = "harbour.example", selector = "s", key_file = "keys" }'
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        text = f'{settings.read_text()}\n[outgoing]\nkind = "smarthost"\nhost = "127.0.0.1"\ndkim = [{key}]\n'
        text += f'\n[dns]\nservers = ["127.0.0.1:{silent.getsockname()[1]}"]\ntimeout = 0.2\n'
        text += '\n[channel.edge]\nkind = "smtp"\nlisten = "127.0.0.1:0"\nedge = true\n'
        settings.write_text(text)
        said = verb("check", "--config", settings)
    assert said.status == 1
    assert "the DKIM key keys is no private key in PEM" in said.err
    assert "dns: no name server answers" in said.err


@pytest.mark.parametrize("name", ["run", "cases", "explain"])
def test_settings_that_cannot_be_read_are_a_sentence_and_status_two(verb: Verb, name: str, tmp_path: Path) -> None:
    (tmp_path / "wrong.toml").write_text("data = [")
    for file, words in (("none.toml", "cannot be read"), ("wrong.toml", "is not TOML")):
        said = verb(name, "--config", file)
        assert said.status == 2
        assert words in said.err
        assert "Traceback" not in said.err


def test_a_case_that_differs_from_its_history_is_made_again_from_it(verb: Verb, filled: Path) -> None:
    ref = verb("cases", "--json", "--status", "open", "--config", filled).lines[0]["ref"]
    before = verb("register", "--json", "--config", filled).lines
    tamper(
        filled,
        f"UPDATE \"case\" SET owner = 'nobody' WHERE ref = '{ref}'; DELETE FROM register WHERE case_ref = '{ref}'",
    )
    assert verb("audit", "--config", filled).status == 1
    assert verb("rebuild", ref, "--config", filled).status == 0
    assert verb("audit", "--config", filled).status == 0
    assert verb("register", "--json", "--config", filled).lines == before


def test_a_case_that_there_is_not_cannot_be_made_again(verb: Verb, filled: Path) -> None:
    said = verb("rebuild", "HH-0000-0000X", "--config", filled)
    assert (said.status, said.err) == (1, "HH-0000-0000X: there is no such case\n")
