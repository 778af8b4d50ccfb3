"""Nothing personal is ever logged, at no level and on no path, and what is logged can be read by machines."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import logging
import smtplib
import sys
from pathlib import Path
from typing import Literal

import aiohttp
import pytest
import structlog

from tests.e2e.house import PASSWORD, House, StoryClock, open_house
from tests.harbour import TUESDAY
from tests.workers.verbs.mails import SETTINGS
from workers.deciding import reading
from workers.watching.log import configure, where

BIRD = "kanarienvogel"  # stands wherever a customer can put a word
CHANNELS = """
[channel.smtp]
kind = "smtp"
listen = "127.0.0.1:0"
accounts = "accounts"
local_faults = true
[channel.shop]
kind = "webhook"
secrets_file = "webhook-secrets"
[channel.chat]
kind = "chat"
[outgoing]
kind = "outbox"
local_faults = true
"""


def mail(sender: str = f"{BIRD}@customer.example", **headers: str) -> str:
    plain = {
        "From": f"{BIRD} <{sender}>",
        "To": "help@harbour.example",
        "Subject": f"{BIRD} is broken",
        "Message-ID": f"<{BIRD}@customer.example>",
        "Received": f"from {BIRD} by us",
    }
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in (plain | headers).items())
    return f"{head}\r\nMy {BIRD} is broken. Call {BIRD}. Token {BIRD}.\r\n"


def post(house: House, sender: str, recipient: str, text: str) -> None:
    with smtplib.SMTP("127.0.0.1", house.smtp) as client:
        client.sendmail(sender, [recipient], text)


def misbehave(house: House) -> None:
    """Everything that is refused, or breaks."""
    for login, password in ((BIRD, BIRD), ("asha", BIRD), (BIRD, PASSWORD)):
        with smtplib.SMTP("127.0.0.1", house.smtp) as client, pytest.raises(smtplib.SMTPException):
            client.login(login, password)
    with smtplib.SMTP("127.0.0.1", house.smtp) as client:
        for line in (BIRD, f"MAIL FROM:{BIRD}", f"HELO {BIRD}", f"VRFY {BIRD}", f"RCPT TO:<{BIRD}>", f"AUTH {BIRD}"):
            client.docmd(line)
        client.docmd("AUTH PLAIN", base64.b64encode(f"\0{BIRD}\0{BIRD}".encode()).decode())
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        post(house, f"{BIRD}@customer.example", f"{BIRD}@harbour.example", mail())
    with smtplib.SMTP("127.0.0.1", house.smtp) as client:  # leaves in the middle of a mail
        client.ehlo()
        client.docmd(f"MAIL FROM:<{BIRD}@customer.example>")
        client.docmd("RCPT TO:<help@harbour.example>")
        client.docmd("DATA")
        client.send(f"Subject: {BIRD}\r\n".encode())
        client.sock.shutdown(2)


async def browse(house: House) -> None:
    signed = {"webhook-id": BIRD, "webhook-timestamp": "1768298640", "webhook-signature": f"v1,{BIRD}"}
    said = {"text": BIRD, "sender": {"email": f"{BIRD}@customer.example"}}
    async with aiohttp.ClientSession() as web:
        for path in (f"/{BIRD}", f"/hooks/{BIRD}", f"/chat/{BIRD}?{BIRD}={BIRD}", "/healthz", "/readyz", "/metrics"):
            async with web.get(house.web + path) as answer:
                assert BIRD not in await answer.text()
        for body in (said, [BIRD], BIRD):
            async with web.post(f"{house.web}/hooks/shop", json=body, headers=signed) as answer:
                assert answer.status in (400, 401, 403)
            async with web.post(f"{house.web}/chat/messages", json=body, headers={"Cookie": BIRD}) as answer:
                assert answer.status >= 400


async def test_no_word_of_a_customer_reaches_the_log_whatever_happens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, logs_put_back: None
) -> None:
    """Zammad and FreeScout have logged whole mails when one could not be read."""
    understand, log = reading.understand, io.StringIO()

    def clumsy(raw, policy):
        if b"clumsy" in raw.blob:
            raise ValueError(raw.blob)
        return understand(raw, policy)

    monkeypatch.setattr(reading, "understand", clumsy)
    monkeypatch.setattr(sys, "stderr", log)
    configure("json", "debug")
    async with open_house(tmp_path, CHANNELS + SETTINGS, StoryClock(TUESDAY)) as house:
        senders = (f"{BIRD}@customer.example", f"{BIRD}+refuse@customer.example", f"{BIRD}+bounce@customer.example")
        for sender in senders:
            await asyncio.to_thread(post, house, sender, "help@harbour.example", mail(sender))
        broken = mail(From=f'"{BIRD}', Content_Type=f"multipart/mixed; boundary={BIRD}", Subject=f"=?{BIRD}?q?{BIRD}?=")
        await asyncio.to_thread(post, house, "", "help@harbour.example", broken)
        await asyncio.to_thread(post, house, "", "help@harbour.example", mail(Subject=f"clumsy {BIRD}"))
        await asyncio.to_thread(misbehave, house)
        await browse(house)
        await asyncio.sleep(1)
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    events = {line["event"] for line in lines}
    assert {"message_kept", "message_decided", "triage_fault", "letter_handed_over", "smtp_login_failed"} <= events
    assert {"hook_refused", "http_drained"} <= events
    assert [line for line in lines if BIRD in json.dumps(line) or PASSWORD in json.dumps(line)] == []
    assert [line for line in lines if "@" in json.dumps(line)] == []


def test_a_librarys_own_words_do_not_pass_the_bridge(monkeypatch: pytest.MonkeyPatch, logs_put_back: None) -> None:
    log = io.StringIO()
    monkeypatch.setattr(sys, "stderr", log)
    configure("json", "debug")
    try:
        raise ValueError(BIRD)
    except ValueError:
        logging.getLogger("aiosmtpd").exception("cannot read %s", BIRD)
    logging.getLogger("anything").warning("%s@customer.example", BIRD)
    first, second = map(json.loads, log.getvalue().splitlines())
    assert (first["event"], first["library"], first["severity"]) == ("library_warning", "aiosmtpd", "error")
    assert first["fault"].startswith("ValueError at test_log.py:")
    assert second["library"] == "anything"
    assert BIRD not in log.getvalue()


def test_an_address_that_slips_into_a_field_is_masked(monkeypatch: pytest.MonkeyPatch, logs_put_back: None) -> None:
    log = io.StringIO()
    monkeypatch.setattr(sys, "stderr", log)
    configure("json", "info")
    structlog.get_logger().info("slip", field=f"<{BIRD}@customer.example> wrote", many=[f"{BIRD}@x.example"])
    assert BIRD not in log.getvalue()


@pytest.mark.parametrize("form", ["json", "console"])
@pytest.mark.parametrize(
    "hostile", ["a\r\nb", "\x1b[31mred", "\x9b31mred", "\x1b]0;title\x07", "x" * 1_000_000, "\u2028", "\x00"]
)
def test_h05_whatever_slips_into_a_field_is_one_line_and_steers_no_terminal(
    form: Literal["json", "console"], hostile: str, monkeypatch: pytest.MonkeyPatch, logs_put_back: None
) -> None:
    """H-05; CVE-2021-25743, Apache CVE-2013-1862: escape sequences in a log."""
    log = io.StringIO()
    monkeypatch.setattr(sys, "stderr", log)
    configure(form, "info")
    structlog.get_logger().info("slip", field=hostile, many=[hostile])
    (line,) = log.getvalue().splitlines()
    assert hostile.isprintable() or hostile not in line


def test_a_fault_is_its_type_and_its_places_without_its_text() -> None:
    with pytest.raises(KeyError) as caught:
        raise KeyError(BIRD)
    assert where(caught.value).startswith("KeyError at test_log.py:")
    assert BIRD not in where(caught.value)
