"""What an operator may write into the settings file, and what they are told when it is wrong."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

import channels
from channels import http
from config import keys
from config.loader import Faults, build, default_text, load, read
from config.settings import Blobs, Desk, Dns, Document, Texts
from config.settings import Keys as KeyFile
from intake.policy import AckLimits, Brand, Department, Hours, Key, Matching, Person, Promises

SPARE = Key(id="a", secret=b"only for tests, thirty-two bytes")
ENVIRONMENT = {
    "ANSWERABLE_DATABASE": "postgresql+psycopg://desk:hidden@db/answerable",
    "ANSWERABLE_KEYS": "postgresql+psycopg://desk:hidden@keys/answerable",
}
EVERYTHING = re.sub(r"(?m)^#(?=[\w\[])", "", default_text())  # with every optional setting switched on


def settings_file(tmp_path: Path, text: str = default_text()) -> Path:
    path = tmp_path / "answerable.toml"
    path.write_text(text)
    (tmp_path / "keys").write_text(keys.new_file(bytes(range(32))))
    (tmp_path / "letters").mkdir(exist_ok=True)
    return path


def faults_of(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(Faults) as raised:
        load(settings_file(tmp_path, text), environ=ENVIRONMENT)
    return list(raised.value.faults)


# The reference


def test_the_documented_configuration_loads_as_it_is(tmp_path: Path) -> None:
    loaded = load(settings_file(tmp_path), environ={})
    assert [p.name for p in loaded.policy.people] == ["Asha Patel", "Ben Okoro", "Kim Lindqvist", "Wes Tan"]
    assert loaded.policy.brands[0].name == "Harbour Home"
    assert loaded.policy.keys == (Key(id="a", secret=bytes(range(32))),)
    assert loaded.settings.database.url == f"sqlite:///{tmp_path}/answerable.db"
    assert loaded.settings.data == tmp_path


def test_it_loads_with_every_optional_setting_switched_on(tmp_path: Path) -> None:
    loaded = load(settings_file(tmp_path, EVERYTHING), environ=ENVIRONMENT)
    assert loaded.policy.brands[0].matching.matter_patterns == (r"\bPOL-(\d{6,9})\b",)
    assert loaded.settings.database.url == ENVIRONMENT["ANSWERABLE_DATABASE"]


def test_without_a_file_it_is_the_documented_configuration_under_var() -> None:
    settings = load(None, environ={}, spare_key=SPARE).settings
    assert (settings.data, settings.keys) == (Path("var"), Path("var/keys"))


@pytest.mark.parametrize(
    "shape",
    [
        Document,
        Blobs,
        Desk,
        Dns,
        KeyFile,
        Texts,
        Brand,
        Person,
        Department,
        Hours,
        Promises,
        AckLimits,
        Matching,
        http.Options,
    ],
)
def test_every_setting_there_is_stands_in_the_documented_configuration(shape: Any) -> None:
    written = names(tomllib.loads(EVERYTHING))
    assert {field.name for field in fields(shape)} <= written


@pytest.mark.parametrize("kind", sorted(set(channels.kinds()) - {"http"}))
def test_every_option_of_every_channel_stands_there_and_is_good(kind: str) -> None:
    options = channels.load(kind).Options
    tables = [t for t in documented_tables() if t["kind"] == kind]
    assert {f.name for f in fields(options)} <= {key for table in tables for key in table}
    for table in tables:
        build(options, table, kind)


def documented_tables() -> list[dict[str, Any]]:
    table = tomllib.loads(EVERYTHING)
    smarthost = tomllib.loads("\n".join(re.findall(r"(?m)^#   (\w+ = .*)$", default_text())))
    return [*table["channel"].values(), table["outgoing"], smarthost]


def names(table: Any) -> set[str]:
    if isinstance(table, list):
        return {name for entry in table for name in names(entry)}
    return set(table) | {n for value in table.values() for n in names(value)} if isinstance(table, dict) else set()


# What is wrong is said, all at once


def test_every_fault_is_told_at_once_with_its_place_and_what_would_be_right(tmp_path: Path) -> None:
    text = (
        EVERYTHING.replace('prefix = "HH"', 'prefx = "HH"')
        .replace("opens = 09:00:00", 'opens = "nine"')
        .replace("limit = 25000", 'limit = "lots"')
        .replace('format = "auto"', 'format = "xml"')
    )
    assert sorted(faults_of(tmp_path, text)) == [
        "brand[1].hours.opens: 'nine' will not do; it should be a time, such as 09:00:00.",
        "brand[1].prefx is no setting; perhaps 'prefix' is meant.",
        "log.format: 'xml' will not do; it should be 'auto' or 'json' or 'console'.",
        "person[2].limit: 'lots' will not do; it should be a whole number.",
    ]


@pytest.mark.parametrize(
    ("right", "wrong", "fault"),
    [
        ('handler = "wes"', 'handler = "wez"', "department Warehouse.handler: there is no person with the id 'wez'."),
        (
            'servers = ["127.0.0.1"]',
            'servers = ["127.0.0.1:53", "ns.example"]',
            "dns.servers: 'ns.example' should be an address, with or without a port, such as \"127.0.0.1:53\".",
        ),
        (
            'address = "/run/clamav/clamd.ctl"',
            'address = "clamd"',
            'scanner.address should be a host with a port, such as "127.0.0.1:3310", or the path of a socket.',
        ),
        (
            "max_size = 25000000",
            "max_size = 0",
            "scanner: timeout, max_size and patience_minutes should be more than nothing.",
        ),
        (
            'listen = "127.0.0.1:2424"',
            'listen = "127.0.0.1:2424"\nedge = true',
            "channel.lmtp.edge: no mail comes straight from the Internet by LMTP.",
        ),
        ("token_days = 30", "token_days = true", "desk.token_days: this will not do; it should be a whole number."),
        ("timeout = 4.0", 'timeout = "short"', "dns.timeout: 'short' will not do; it should be a number."),
        ("closed_on = [2026-12-24]", 'closed_on = ["Xmas"]', "closed_on[1]: 'Xmas' will not do; it should be a day"),
        ('seniors = ["ben"]', 'seniors = "ben"', "brand[1].seniors: 'ben' will not do; it should be a list."),
        ("first_contact_counts = true", "first_contact_counts = 1", "will not do; it should be true or false."),
        ('mon = ["asha", "kim"]', "mon = [1]", "brand[1].rota.mon[1]: 1 will not do; it should be text."),
        ('approver = "ben"', 'approver = "bob"', "person asha.approver: there is no person with the id 'bob'."),
        ('seniors = ["ben"]', 'seniors = ["bob"]', "brand harbour.seniors: there is no person with the id 'bob'."),
        ('mon = ["asha", "kim"]', "mon = []", "brand harbour.rota.mon: nobody takes new cases on this working day."),
        (
            "cut_off = 15:30:00",
            "cut_off = 18:30:00",
            "brand harbour.hours: cut_off should lie between opens and closes.",
        ),
        ('zone = "Europe/London"', 'zone = "Europe/Londn"', "brand harbour.hours: unknown time zone 'Europe/Londn'."),
        ('country = "GB"', 'country = "QQ"', "brand harbour.hours: no public holidays known for 'QQ' 'ENG'."),
        (
            'days = ["mon"',
            'days = ["monday"',
            "brand harbour.hours.days: monday; days are mon, tue, wed, thu, fri, sat, sun.",
        ),
        ("#0b5c55", "teal", "brand harbour.colour: 'teal' should be written like #0b5c55."),
        (
            'prefix = "HH"',
            'prefix = "h1"',
            "brand harbour.prefix: 'h1' should be two to four capital letters, such as HH.",
        ),
        ('locale = "en_GB"', 'locale = "xx_YY"', "brand harbour: 'xx_YY' is no locale; write it like en_GB."),
        ('currency = "GBP"', 'currency = "Quid"', "brand harbour.currency: 'Quid' is no currency; write it like GBP."),
        (
            'addresses = ["help@',
            'addresses = ["Help@',
            "brand harbour: 'Help@harbour.example' is no address we can use; write it in small letters",
        ),
        (
            'email = "wes@staff.harbour.example"',
            'email = "help@harbour.example"',
            "person wes: help@harbour.example is an address that customers write to; staff need one of their own.",
        ),
        ('id = "kim"', 'id = "ben"', "person: the id 'ben' is used 2 times."),
        ("nudge_at = [50, 75, 90]", "nudge_at = [90, 50]", "percents between 1 and 99, the smallest first"),
        ("doubt_at = 50", "doubt_at = 90", "brand harbour.matching: doubt_at should be at most join_at"),
        (r'"\\bPOL-(\\d{6,9})\\b"', '"(POL"', "is no regular expression"),
        (r'"\\bPOL-(\\d{6,9})\\b"', '"POL"', "should have exactly one group"),
        (r'"\\bPOL-(\\d{6,9})\\b"', '"(a+)+"', "repeats a repetition"),
        ('kind = "outbox"', "", "outgoing.kind is missing"),
        ('kind = "chat"', "", "channel.chat.kind is missing"),
        ('folder = "letters"', 'folder = "nowhere"', "letters.folder: there is no folder"),
        ('url = "sqlite:///answerable.db"', 'url = "postgresql://a:b@c/d"', "database.url has a password in it"),
        ('url = "s3://harbour-desk/blobs"', 'url = "ftp://desk/blobs"', "blobs.url should be a folder"),
        ('url = "s3://harbour-desk/blobs"', 'url = "s3:///blobs"', "blobs.url should be a folder"),
        ('url = "s3://harbour-desk/blobs"', 'url = "s3://key:secret@desk"', "blobs.url has credentials in it"),
        ("after_days = 30", "after_days = -1", "blobs.after_days cannot be"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(tmp_path: Path, right: str, wrong: str, fault: str) -> None:
    text = EVERYTHING.replace('url_env = "ANSWERABLE_DATABASE"\n', "")
    assert right in text
    assert any(fault in told for told in faults_of(tmp_path, text.replace(right, wrong, 1)))


def test_an_address_too_long_to_be_signed_is_named(tmp_path: Path) -> None:
    told = faults_of(tmp_path, default_text().replace("help@", "customer-care-and-complaints@"))
    assert any("customer-care-and-complaints@harbour.example" in t and "too long" in t for t in told)


def test_an_empty_file_says_what_a_desk_needs(tmp_path: Path) -> None:
    told = faults_of(tmp_path, "")
    assert "There is nobody to answer: at least one [[person]] is needed." in told
    assert "There is nobody to write to: at least one [[brand]] is needed." in told


@pytest.mark.parametrize("text", ["[[[", "data = 'caf\udce9'"])
def test_a_file_that_is_no_toml_is_a_fault_not_a_crash(tmp_path: Path, text: str) -> None:
    path = tmp_path / "answerable.toml"
    path.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(Faults, match="is not TOML"):
        load(path, environ={})


def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(Faults, match="cannot be read"):
        load(tmp_path / "nothing.toml", environ={})


def test_what_stands_where_a_secret_is_kept_is_not_repeated() -> None:
    with pytest.raises(Faults) as raised:
        build(
            channels.load("smarthost").Options,
            {"kind": "smarthost", "host": "h", "password_file": 12345678},
            "outgoing",
        )
    assert "12345678" not in str(raised.value)


# Keys


def test_the_settings_can_be_read_before_there_is_a_key(tmp_path: Path) -> None:
    path = settings_file(tmp_path)
    (tmp_path / "keys").unlink()
    assert read(path, environ={}).keys == tmp_path / "keys"
    with pytest.raises(Faults, match="the first start of the daemon makes it"):
        load(path, environ={})
    assert load(path, environ={}, spare_key=SPARE).policy.keys == (SPARE,)


def test_the_first_key_of_a_file_signs_and_all_verify() -> None:
    text = keys.new_file(b"n" * 32, key_id="b") + keys.new_file(b"o" * 32)
    assert keys.read(text) == ((Key(id="b", secret=b"n" * 32), Key(id="a", secret=b"o" * 32)), [])


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "it holds no key"),
        ("a 1234", "line 1 is no key"),
        ("abc " + "0" * 64, "line 1 is no key"),
        (("a " + "0" * 64 + "\n") * 2, "line 2 uses the id a a second time"),
    ],
)
def test_a_weak_or_broken_key_is_refused(text: str, fault: str) -> None:
    (told,) = keys.read(text)[1]
    assert fault in told


def test_a_new_file_of_webhook_secrets_holds_one_secret() -> None:
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=\n", keys.new_webhook_secrets(bytes(32)))


# Letters of one's own


def with_own_acknowledgement(tmp_path: Path, template: str) -> Path:
    path = settings_file(tmp_path, EVERYTHING)
    (tmp_path / "letters" / "en_GB").mkdir()
    (tmp_path / "letters" / "en_GB" / "acknowledgement.jinja").write_text(template)
    return path


def test_a_companys_own_template_comes_before_the_built_in_one(tmp_path: Path) -> None:
    template = "{% set subject %}Hi {{ ref }}{% endset %}{{ ref }} - we are on it."
    loaded = load(with_own_acknowledgement(tmp_path, template), environ=ENVIRONMENT)
    assert loaded.stationery.templates["en_GB/acknowledgement.jinja"] == template
    assert "en_GB/reply.jinja" in loaded.stationery.templates


def test_a_companys_own_template_is_rehearsed_before_it_is_used(tmp_path: Path) -> None:
    path = with_own_acknowledgement(tmp_path, "{% set subject %}Hi{% endset %}{{ reff }}")
    with pytest.raises(Faults, match="en_GB/acknowledgement for brand harbour: 'reff' is undefined"):
        load(path, environ=ENVIRONMENT)
