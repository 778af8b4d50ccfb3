"""The generic JSON channel: anything that can post a JSON contact and sign it by Standard Webhooks.

In: `POST /hooks/{name}` with one contact (`intake.contact_json`) or a list of them. Out: answers are posted to `reply_url`,
signed in the same way. `docs/webhook.md` is what the other side reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import orjson
from aiohttp import ClientError, ClientSession, ClientTimeout

from channels import Tools
from channels._hooks import Hook, Incoming, Reading, Request, Unreadable
from channels._standard_webhooks import TOLERANCE, message_id, sign, verify
from intake.letters.letter import Delivery, Outcome, Submission

__all__ = ["Options", "build", "read", "verify"]

MOST = 100  # contacts in one request
SEND_TIMEOUT = ClientTimeout(total=20)
AGAIN = frozenset({408, 425, 429})  # beside everything from 500 on


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """One sender and what it shares with us."""

    secrets_file: str  # one "whsec_..." a line; relative to the data folder
    brand: str = ""  # a brand's id; "" is the first one
    tolerance: int = TOLERANCE  # seconds that the sender's clock may differ from ours
    max_body: int = 1_000_000  # bytes
    reply_url: str = ""  # where answers are posted; "" when answers go by mail


def read(request: Request) -> Reading:
    """The contacts in a request. Its id names the contact; in a list, together with the contact's place."""
    if request.header("content-type").partition(";")[0].strip().lower() != "application/json":
        raise Unreadable("not_json")
    try:
        said = orjson.loads(request.body)
    except orjson.JSONDecodeError:
        raise Unreadable("bad_json") from None
    name = message_id(request)
    if isinstance(said, dict):
        return Reading(messages=(Incoming(source_id=name, blob=request.body),))
    if not isinstance(said, list) or len(said) > MOST or not all(isinstance(contact, dict) for contact in said):
        raise Unreadable("no_contact")
    # The id of a request never holds a dot, so these are like no other request's id.
    return Reading(
        messages=tuple(Incoming(source_id=f"{name}.{n}", blob=orjson.dumps(contact)) for n, contact in enumerate(said))
    )


class Webhook(Hook):
    """A way in, and the way back."""

    def __init__(self, name: str, options: Options, tools: Tools) -> None:
        super().__init__(
            kind="webhook",
            name=name,
            verify=partial(verify, tolerance=options.tolerance),
            read=read,
            secrets_file=tools.data / options.secrets_file,
            max_body=options.max_body,
            tools=tools,
            brand=options.brand,
        )
        self._reply_url = options.reply_url

    async def send(self, submission: Submission) -> list[Delivery]:
        """Post an answer: the submission's JSON, and the conversation it belongs to."""
        if not self._reply_url:
            return [
                Delivery(recipient=r, outcome=Outcome.REJECTED, diagnostic="no reply_url") for r in submission.rcpt_to
            ]
        return [await self._post(submission, conversation) for conversation in submission.rcpt_to]

    async def _post(self, submission: Submission, conversation: str) -> Delivery:
        body = orjson.dumps({"conversation": conversation, **orjson.loads(submission.blob)})
        try:
            async with (
                ClientSession(timeout=SEND_TIMEOUT) as session,
                session.post(
                    self._reply_url,
                    data=body,
                    headers=self._signed(submission.message_id, body),
                    allow_redirects=False,
                ) as said,
            ):
                return Delivery(recipient=conversation, outcome=_outcome(said.status), code=said.status)
        except (ClientError, TimeoutError, OSError) as wrong:
            return Delivery(recipient=conversation, outcome=Outcome.DEFERRED, diagnostic=type(wrong).__name__)

    def _signed(self, name: str, body: bytes) -> dict[str, str]:
        """Signed with every secret, so that the other side may replace its own when it likes."""
        timestamp = str(int(self.tools.clock.now().timestamp()))
        signatures = " ".join(sign(secret, name, timestamp, body) for secret in self.secrets())
        return {
            "Content-Type": "application/json",
            "webhook-id": name,
            "webhook-timestamp": timestamp,
            "webhook-signature": signatures,
        }


def _outcome(status: int) -> Outcome:
    """2xx took it; a redirect, a fault or "too many" may take it later; anything else never will."""
    if 200 <= status < 300:
        return Outcome.ACCEPTED
    return Outcome.REJECTED if 400 <= status < 500 and status not in AGAIN else Outcome.DEFERRED


def build(name: str, options: Options, tools: Tools) -> Webhook:
    """The channel; it has `routes` for the HTTP listener and, with a `reply_url`, `send` for answers."""
    return Webhook(name, options, tools)
