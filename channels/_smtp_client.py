"""Handing a letter to a mail server: a transaction, and what becomes of each recipient (RFC 5321)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress

from aiosmtplib import SMTPException, SMTPResponse

from channels._smtp_wire import LEAVING, Wire
from intake.letters.letter import Delivery, Outcome, Submission

ANSWER_SECONDS = 600.0  # for the answer to a whole message, RFC 5321 section 4.5.3.2.6
LONGEST_DIAGNOSTIC = 300
DATA, RSET = b"DATA\r\n", b"RSET\r\n"
GO_ON = 354  # with the content
_OUTCOMES = {2: Outcome.ACCEPTED, 5: Outcome.REJECTED}
_STATUS = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:\s+|$)")
_SAFE = re.compile(r"[!#-'*+\--9=?A-Z^-~]+@[A-Za-z0-9.-]+", re.ASCII)  # dot-atom and domain: nothing that needs quoting
_LINE_END = re.compile(rb"\r\n|\r|\n")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class NoAnswer(SMTPException):
    """The whole message was handed over, and no answer came: it may have arrived."""


def malformed(recipient: str) -> bool:
    """Whether an address could mean something else on the wire than it seems to. Such a recipient is never tried."""
    return not _SAFE.fullmatch(recipient)


async def transact(wire: Wire, submission: Submission, recipients: Sequence[str]) -> list[Delivery]:
    """Hand a letter to a server: a result for each recipient.

    Raises aiosmtplib's exceptions where the connection fails before the end of the content, `NoAnswer` after it.
    """
    envelope = [_command("MAIL FROM", submission.mail_from), *(_command("RCPT TO", each) for each in recipients)]
    sender, *answers = await wire.say(*envelope, DATA) if wire.pipelining else await wire.say(*envelope)
    asked = answers[len(recipients) :]
    if sender.code // 100 != 2:
        answers = [sender] * len(recipients)
    results = {r: delivery(r, answer) for r, answer in zip(recipients, answers, strict=False)}
    if taken := [r for r, result in results.items() if result.outcome is Outcome.ACCEPTED]:
        [go_on] = asked or await wire.say(DATA)
        answer = await _content(wire, submission.blob) if go_on.code == GO_ON and wire.open else go_on
        results |= {r: delivery(r, answer) for r in taken}
    elif asked and asked[0].code == GO_ON:
        wire.close()  # it took nobody, and waits for a content
    if all(each.outcome is not Outcome.ACCEPTED for each in results.values()):
        await _begin_anew(wire)
    return [results[r] for r in recipients]


def delivery(recipient: str, reply: SMTPResponse) -> Delivery:
    """What a reply to this recipient means. What is neither 2yz nor 5yz is tried again."""
    line = one_line(reply.message)
    status = _STATUS.match(line)
    return Delivery(
        recipient=recipient,
        outcome=_OUTCOMES.get(reply.code // 100, Outcome.DEFERRED),
        code=reply.code,
        status=status[1] if status else "",
        diagnostic=line[status.end() :] if status else line,
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


async def _begin_anew(wire: Wire) -> None:
    """Leave nothing over for the next letter. A connection that fails at this is noticed when it is used again."""
    with suppress(SMTPException, OSError):
        await wire.say(RSET)


def _command(verb: str, address: str) -> bytes:
    """With an address as it is: of recipients what needs quoting is `malformed`, and return paths are ours."""
    if not address.isprintable():
        raise ValueError("an address with a control character")
    return f"{verb}:<{address}>\r\n".encode("ascii")


async def _content(wire: Wire, blob: bytes) -> SMTPResponse:
    try:
        [answer] = await wire.say(stuffed(blob), seconds=ANSWER_SECONDS)
    except (SMTPException, OSError) as error:
        if getattr(error, "code", 0) == LEAVING:
            raise
        raise NoAnswer(type(error).__name__) from error
    return answer


def stuffed(blob: bytes) -> bytes:
    """The content with every line ended by CRLF, dots doubled, and its end."""
    lines = _LINE_END.sub(b"\r\n", blob).removesuffix(b"\r\n")
    return (b"\r\n" + lines).replace(b"\r\n.", b"\r\n..")[2:] + b"\r\n.\r\n"
