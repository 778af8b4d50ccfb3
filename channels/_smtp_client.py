"""One connection to a mail server that we hand letters to: a transaction, and what becomes of each recipient (RFC 5321)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress

from aiosmtplib import SMTP, SMTPException, SMTPResponse, SMTPResponseException

from intake.letters.letter import Delivery, Outcome, Submission

ANSWER_SECONDS = 600.0  # for the answer to a whole message, RFC 5321 section 4.5.3.2.6
LONGEST_DIAGNOSTIC = 300
_STATUS = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:\s+|$)")
_SAFE = re.compile(r"[!#-'*+\--9=?A-Z^-~]+@[A-Za-z0-9.-]+", re.ASCII)  # dot-atom and domain: nothing that needs quoting
_LINE_END = re.compile(rb"\r\n|\r|\n")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class NoAnswer(SMTPException):
    """The whole message was handed over, and no answer came: it may have arrived."""


def malformed(recipient: str) -> bool:
    """Whether an address could mean something else on the wire than it seems to. Such a recipient is never tried."""
    return not _SAFE.fullmatch(recipient)


async def transact(client: SMTP, submission: Submission, recipients: Sequence[str]) -> list[Delivery]:
    """Hand a letter to a connected server: a result for each recipient.

    Raises aiosmtplib's exceptions and OSError where the connection fails before the end of the content, `NoAnswer` after it.
    """
    try:
        await client.mail(submission.mail_from)
    except SMTPResponseException as refusal:
        _about_the_letter(refusal)
        return [delivery(r, refusal.code, refusal.message) for r in recipients]
    answers = {r: await _recipient(client, r) for r in recipients}
    taken = [r for r in recipients if answers[r].outcome is Outcome.ACCEPTED]
    if taken:
        answer = await _content(client, submission.blob)
        answers |= {r: delivery(r, answer.code, answer.message) for r in taken}
    if all(each.outcome is not Outcome.ACCEPTED for each in answers.values()):
        await _begin_anew(client)
    return [answers[r] for r in recipients]


def delivery(recipient: str, code: int, words: str) -> Delivery:
    """What a reply to this recipient means. What is neither 2yz nor 5yz is tried again."""
    outcome = {2: Outcome.ACCEPTED, 5: Outcome.REJECTED}.get(code // 100, Outcome.DEFERRED)
    line = one_line(words)
    status = _STATUS.match(line)
    text = line[status.end() :] if status else line
    return Delivery(
        recipient=recipient, outcome=outcome, code=max(code, 0), status=status[1] if status else "", diagnostic=text
    )


def deferred(recipients: Iterable[str], words: str, *, code: int = 0, maybe_arrived: bool = False) -> list[Delivery]:
    """All of them later, because of the connection and not of the letter."""
    return [
        Delivery(
            recipient=r,
            outcome=Outcome.DEFERRED,
            code=max(code, 0),
            status="4.4.2" if maybe_arrived else "4.4.0",
            diagnostic=one_line(words),
            maybe_arrived=maybe_arrived,
        )
        for r in recipients
    ]


def one_line(words: str) -> str:
    """A server's words without what could harm a terminal or a log, and not too many of them."""
    clean = words.encode("utf-8", "replace").decode("utf-8")
    return " ".join(_CONTROL.sub(" ", clean[: 4 * LONGEST_DIAGNOSTIC]).split())[:LONGEST_DIAGNOSTIC]


async def _begin_anew(client: SMTP) -> None:
    """Leave nothing over for the next letter. A connection that fails at this is noticed when it is used again."""
    with suppress(SMTPException, OSError):
        await client.rset()


async def _recipient(client: SMTP, recipient: str) -> Delivery:
    # Written as it is: aiosmtplib would take the address apart first, and what needs quoting is `malformed`.
    answer = await client.execute_command(b"RCPT", b"TO:<%b>" % recipient.encode("ascii"))
    if answer.code // 100 != 2:
        _about_the_letter(SMTPResponseException(answer.code, answer.message))
    return delivery(recipient, answer.code, answer.message)


def _about_the_letter(refusal: SMTPResponseException) -> None:
    """Raises it again where it is about the connection: the server leaves (421), or cannot be understood."""
    if refusal.code == 421 or not 400 <= refusal.code < 600:
        raise refusal


async def _content(client: SMTP, blob: bytes) -> SMTPResponse:
    """DATA in two steps, because what went wrong before the content was sent can be repeated without harm."""
    asked = await client.execute_command(b"DATA")
    if asked.code != 354 or client.protocol is None:
        return asked
    client.protocol.write(stuffed(blob))
    try:
        return await client.protocol.read_response(timeout=ANSWER_SECONDS)
    except (SMTPException, OSError) as error:
        raise NoAnswer(type(error).__name__) from error


def stuffed(blob: bytes) -> bytes:
    """The content with every line ended by CRLF, dots doubled, and its end."""
    lines = _LINE_END.sub(b"\r\n", blob).removesuffix(b"\r\n")
    return (b"\r\n" + lines).replace(b"\r\n.", b"\r\n..")[2:] + b"\r\n.\r\n"
