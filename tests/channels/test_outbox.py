"""The local folder for letters, and failures to order."""

from __future__ import annotations

import asyncio
import email
from datetime import timedelta

import pytest

from channels._faults import fault
from channels.outbox import Options, build
from intake.letters.letter import Outcome, Submission
from intake.ports import TryLater
from tests.channels.contract import Desk
from tests.channels.wire import stop, tools
from tests.harbour import FakeClock

LETTER = b"From: help@harbour.example\r\nSubject: We have it\r\n\r\nDear Jo\r\n.\r\n"


def submission(*recipients: str, message_id: str = "l48291357@harbour.example") -> Submission:
    return Submission(
        channel="mail",
        mail_from="help+b.x@harbour.example",
        rcpt_to=recipients or ("jo@customer.example",),
        message_id=message_id,
        blob=LETTER,
    )


async def test_a_letter_becomes_a_file_byte_for_byte(tmp_path):
    (delivery,) = await build("outbox", Options(), tools(tmp_path)).send(submission())
    assert (delivery.recipient, delivery.outcome) == ("jo@customer.example", Outcome.ACCEPTED)
    (file,) = (tmp_path / "outbox").iterdir()
    assert file.read_bytes() == LETTER
    assert file.name == "20260113T100400.000000Z-l48291357.eml"


async def test_files_sort_by_time_and_a_second_sending_does_not_replace_the_first(tmp_path):
    clock = FakeClock()
    outbox = build("outbox", Options(folder="a/b"), tools(tmp_path, clock=clock))
    for letter in ("z", "m", "m", "a"):
        await outbox.send(submission(message_id=f"{letter}@harbour.example"))
        clock.at += timedelta(milliseconds=1)
    names = sorted(file.name for file in (tmp_path / "a/b").iterdir())
    assert [name.partition("-")[2] for name in names] == ["z.eml", "m.eml", "m.eml", "a.eml"]


async def test_a_message_id_cannot_choose_another_folder(tmp_path):
    await build("outbox", Options(), tools(tmp_path)).send(submission(message_id="../../x@y"))
    (file,) = (tmp_path / "outbox").iterdir()
    assert file.name.endswith("-.._.._x.eml")


async def test_a_folder_that_cannot_be_written_defers_the_letter(tmp_path):
    (tmp_path / "outbox").write_text("in the way")
    outbox = build("outbox", Options(), tools(tmp_path))
    (delivery,) = await outbox.send(submission())
    assert (delivery.outcome, delivery.diagnostic) == (Outcome.DEFERRED, "the outbox folder cannot be written")
    assert len(await outbox.probe()) == 1


async def test_failures_happen_to_order_only_where_that_is_switched_on(tmp_path):
    recipients = (
        "defer@customer.example",
        "jo+refuse@customer.example",
        "slow@customer.example",
        "jo@customer.example",
    )
    clock = FakeClock()
    began = clock.now()
    outbox = build("outbox", Options(local_faults=True), tools(tmp_path, clock=clock))
    deliveries = await outbox.send(submission(*recipients))
    assert [(d.recipient, d.outcome.value, d.code, d.status) for d in deliveries] == [
        (recipients[0], "deferred", 451, "4.2.0"),
        (recipients[1], "rejected", 550, "5.7.1"),
        (recipients[2], "accepted", 250, "2.0.0"),
        (recipients[3], "accepted", 250, "2.0.0"),
    ]
    assert clock.now() - began == timedelta(seconds=5)
    plain = await build("outbox", Options(), tools(tmp_path)).send(submission(*recipients))
    assert {d.outcome for d in plain} == {Outcome.ACCEPTED}


async def test_a_letter_that_nobody_takes_is_not_written(tmp_path):
    await build("outbox", Options(local_faults=True), tools(tmp_path)).send(submission("defer@customer.example"))
    assert not (tmp_path / "outbox").exists()


class LivelyClock(FakeClock):
    """Others run while somebody sleeps."""

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds)
        await asyncio.sleep(0)


async def test_a_bounce_comes_back_in_to_the_return_path_even_if_the_store_is_busy_at_first(tmp_path):
    desk, outbox = Desk(), build("outbox", Options(local_faults=True), tools(tmp_path, clock=LivelyClock()))
    (delivery,) = await outbox.send(submission("jo+bounce@customer.example"))
    assert delivery.outcome is Outcome.ACCEPTED
    desk.fault = TryLater()
    task = asyncio.create_task(outbox.receive(desk.deliver))
    await desk.begun.wait()
    desk.fault = None
    await asyncio.sleep(0.1)
    await stop(task)
    (bounce,) = desk.messages
    assert (bounce.envelope.mail_from, bounce.envelope.rcpt_to) == ("", ("help+b.x@harbour.example",))
    report = email.message_from_bytes(bounce.blob)
    assert report.get_content_type() == "multipart/report"
    words, status, headers = report.get_payload()
    assert words.get_content_type() == "text/plain"
    about_all, about_one = status.get_payload()
    assert about_all["Reporting-MTA"] == "dns; customer.example"
    assert (about_one["Final-Recipient"], about_one["Action"], about_one["Status"]) == (
        "rfc822; jo+bounce@customer.example",
        "failed",
        "5.1.1",
    )
    assert "Subject: We have it" in headers.get_payload()
    assert b"\n" not in bounce.blob.replace(b"\r\n", b"")


@pytest.mark.parametrize(
    ("address", "word"),
    [
        ("defer@x.example", "defer"),
        ("DEFER@x.example", "defer"),
        ("help+bounce@x.example", "bounce"),
        ("slow+anything@x.example", "slow"),
        ("refuse", None),
        ("deferred@x.example", None),
        ("help+defer+x@x.example", None),
        ("jo@defer.example", None),
    ],
)
def test_only_the_whole_local_part_or_tag_orders_a_failure(address, word):
    assert fault(address) == word
