"""One connection to one mailbox: blocking, and used by one thread only (imapclient is not thread-safe).

RFC 9051 and RFC 3501, RFC 2177 (IDLE), RFC 6851 (MOVE), RFC 4315 (UIDPLUS). A message is only ever peeked at: what people see
in the mailbox changes after it was kept, not before.
"""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientError, LoginError

from channels._imap_fetch import messages
from channels._oauth import NoToken
from intake.fingerprint import fingerprint

KEYWORD = b"$Answerable"
SLICE_SECONDS = 2.0  # how long one look for notices waits, and so how long stopping can take
CONNECT_SECONDS = 8.0  # also for TLS and the greeting; nothing can cut it short when the daemon stops
READ_SECONDS = 60.0  # a server may search a large mailbox for long
LONGEST_LINE = 10_000_000  # imaplib stops at a million bytes, which a search in a large mailbox exceeds
PASSING = re.compile(
    r"\[(UNAVAILABLE|INUSE|LIMIT|SERVERBUG)\]|Too many simultaneous|Backoff Time"
)  # RFC 5530, Gmail, Microsoft


@dataclass(frozen=True, kw_only=True, slots=True)
class Server:
    """Where the mailbox is, and how to get in."""

    host: str
    port: int
    tls: Literal["implicit", "starttls", "none"]
    ca_file: str
    user: str
    folder: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """A message as the server holds it."""

    uid: int
    blob: bytes
    received_at: datetime  # INTERNALDATE, UTC
    whole: bool = True  # False: only the head, or a stand-in; the message stays where it is
    fingerprint: str = ""  # of the blob, where it was worked out already


class Refused(Exception):
    """The server does not let us in with these credentials."""


class Gone(Exception):
    """The connection is of no more use. The argument is what the server said, if anything."""


GONE = (
    Gone,
    OSError,
    IMAPClientError,
    imaplib.IMAP4.error,
    ValueError,
    EOFError,
)  # whatever a broken server makes libraries raise


class Session:
    """Open it, ask it, leave it, close it; any exception means: close it and open a new one."""

    def __init__(self, server: Server, *, password: Callable[[], str], token: Callable[[], str] | None = None) -> None:
        imaplib._MAXLINE = max(imaplib._MAXLINE, LONGEST_LINE)  # type: ignore[attr-defined]  # noqa: SLF001
        self._server = server
        self._password = password
        self._token = token
        self._client: IMAPClient | None = None
        self._cut = False
        self.uidvalidity = 0
        self.keywords = False  # whether the server keeps a keyword of ours

    def open(self) -> None:
        """Connect, log in, select. Raises `Refused`, or `Gone`'s causes."""
        server = self._server
        context = ssl.create_default_context(cafile=server.ca_file or None) if server.tls != "none" else None
        client = IMAPClient(
            server.host,
            server.port,
            ssl=server.tls == "implicit",
            ssl_context=context if server.tls == "implicit" else None,
            timeout=SocketTimeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
        )
        self._client = client
        client.normalise_times = False
        # imapclient has imaplib write out whatever it reads, for a log: seven times the work of reading it.
        client._imap.debug = 0  # noqa: SLF001
        if self._cut:
            raise Gone("cut")
        if server.tls == "starttls":
            client.starttls(context)
        self._log_in(client)
        self._select(client)

    def _log_in(self, client: IMAPClient) -> None:
        try:
            if self._token is not None:
                client.oauth2_login(self._server.user, self._token())
            else:
                client.login(self._server.user, self._password())
        except NoToken as error:
            raise Refused from error
        except LoginError as error:
            # imapclient says the same of a connection that ended meanwhile, and servers of having no time now.
            passing = isinstance(error.__context__, imaplib.IMAP4.abort) or PASSING.search(str(error))
            raise (Gone(str(error)) if passing else Refused()) from error

    def _select(self, client: IMAPClient) -> None:
        answer = client.select_folder(self._server.folder)
        self.uidvalidity = int(answer[b"UIDVALIDITY"])
        permanent = answer.get(b"PERMANENTFLAGS", ())
        self.keywords = b"\\*" in permanent or KEYWORD in permanent

    def after(self, uid: int) -> list[int]:
        """The UIDs above this one, in order. A server answers "n:*" with the last message even when that is below n."""
        self._announced().pop("EXISTS", None)
        found: Iterable[int] = self._use().search(["UID", f"{uid + 1}:*"])
        return sorted(n for n in found if n > uid)

    def marked(self, uid: int) -> set[int]:
        """Those above this one that carry our keyword."""
        return set(self._use().search(["UID", f"{uid + 1}:*", "KEYWORD", KEYWORD])) if self.keywords else set()

    def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """Bytes of each message that is still there, as the server says. Raises `Gone` as `fetch` does."""
        answer: Mapping[int, Mapping[bytes, Any]] = self._use().fetch(uids, ["RFC822.SIZE"])
        self._check_gone([uid for uid in uids if uid not in answer])
        return {uid: int(answer[uid].get(b"RFC822.SIZE", 0)) for uid in uids if uid in answer}

    def fetch(self, uids: Sequence[int], *, now: datetime, head_only: bool = False) -> list[Fetched]:
        """The messages that are still there, in the order asked for. What was deleted meanwhile is left out.

        Raises `Gone` when the server leaves out one that is there: only what was deleted may be passed over.
        """
        part = b"BODY[HEADER]" if head_only else b"BODY[]"
        wanted = "(INTERNALDATE BODY.PEEK[HEADER])" if head_only else "(INTERNALDATE BODY.PEEK[])"
        said, data = self._use()._imap.uid("FETCH", ",".join(map(str, uids)), wanted)  # noqa: SLF001
        if said != "OK":
            raise Gone(str(data))
        answer = messages(data)
        found = {uid: answer[uid] for uid in uids if uid in answer and answer[uid].get(part) is not None}
        self._check_gone([uid for uid in uids if uid not in found])
        return [
            Fetched(
                uid=uid,
                blob=item[part],
                received_at=_utc(item.get(b"INTERNALDATE"), now),
                whole=not head_only,
                fingerprint=fingerprint(item[part]),  # while the batch before is being kept
            )
            for uid, item in found.items()
        ]

    def _check_gone(self, missing: Sequence[int]) -> None:
        """What a server says nothing of was deleted meanwhile, or it is withheld and must not be passed over."""
        if missing and self._use().search(["UID", missing]):
            raise Gone("withheld")

    def flag(self, uids: Sequence[int]) -> None:
        """Mark as taken in: seen, and with our keyword where the server keeps it. Some say they do and then refuse."""
        client = self._use()
        if self.keywords:
            try:
                client.add_flags(uids, [b"\\Seen", KEYWORD], silent=True)
                return
            except imaplib.IMAP4.abort:
                raise
            except imaplib.IMAP4.error:
                self.keywords = False
        client.add_flags(uids, [b"\\Seen"], silent=True)

    def move(self, uids: Sequence[int], folder: str) -> None:
        """Into another folder, made if need be. Never a bare EXPUNGE: it would delete what others marked."""
        client = self._use()
        if not client.folder_exists(folder):
            client.create_folder(folder)
        if client.has_capability("MOVE"):
            client.move(uids, folder)
            return
        client.copy(uids, folder)
        client.add_flags(uids, [b"\\Deleted"], silent=True)
        if client.has_capability("UIDPLUS"):
            client.uid_expunge(uids)

    def can_idle(self) -> bool:
        return bool(self._use().has_capability("IDLE"))

    def idle(self) -> bool:
        """Begin to wait, unless a message was announced since the last look: then False, for it is not announced again."""
        if self._announced().get("EXISTS"):
            return False
        self._use().idle()
        if self._has_more_to_say():
            self.end_idle()
            return False
        return True

    def notices(self) -> bool:
        """Whether the server has said anything within a slice. Raises `Gone` where the connection has ended.

        imapclient answers at once, and for ever, on a dead connection: silence that did not take its time is the end.
        """
        begun = time.monotonic()
        answers: list[Any] = self._use().idle_check(timeout=SLICE_SECONDS)
        for answer in answers:
            if answer and answer[0] in (b"BYE", "BYE"):
                raise Gone(str(answer[-1]))
        if not answers and time.monotonic() - begun < 0.9 * SLICE_SECONDS:
            raise Gone("silent")
        return bool(answers)

    def end_idle(self) -> None:
        """A server has nothing to do for it: one that does not answer soon is gone, though nobody was told."""
        client = self._use()
        client.socket().settimeout(CONNECT_SECONDS)
        client.idle_done()
        client.socket().settimeout(READ_SECONDS)

    def leave(self) -> None:
        """Say goodbye, to a server that answers."""
        with suppress(*GONE):
            self._use().logout()
        self._client = None

    def close(self) -> None:
        """Let go of the connection, whatever became of it. At once: nothing is said to the server."""
        client, self._client = self._client, None
        if client is not None:
            with suppress(*GONE):
                client.shutdown()

    def cut(self) -> None:
        """From another thread: whatever waits for the server ends now, with an exception."""
        self._cut = True
        client = self._client
        if client is not None:
            with suppress(*GONE):
                client.socket().shutdown(socket.SHUT_RDWR)

    def _has_more_to_say(self) -> bool:
        """Whether a notice came in one packet with "+ idling": it lies in imaplib's buffer, and the socket stays silent."""
        client = self._use()
        client.socket().setblocking(False)
        try:
            return bool(client._imap.file.peek(1))  # noqa: SLF001
        except OSError:  # TLS, and nothing to decrypt
            return False
        finally:
            client.socket().settimeout(READ_SECONDS)

    def _announced(self) -> dict[str, Any]:
        """What the server said beside its answers, which imaplib keeps and imapclient does not show."""
        said: dict[str, Any] = self._use()._imap.untagged_responses  # noqa: SLF001
        return said

    def _use(self) -> IMAPClient:
        if self._client is None:
            raise Gone("closed")
        return self._client


def _utc(stamp: datetime | None, now: datetime) -> datetime:
    """INTERNALDATE in UTC; the present where the server gave none that can be read."""
    if stamp is None:
        return now
    return stamp.astimezone(UTC) if stamp.tzinfo else stamp.replace(tzinfo=UTC)
