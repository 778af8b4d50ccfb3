"""What comes in and what it says: the values from the wire to the parsed message.

`RawMessage` is what every channel delivers; `Message` is what `intake.parse` reads in it.
RFC 5321 (envelope), RFC 5322 (message), RFC 2045-2047 (MIME). Ids are bare, without angle brackets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Literal, TypeAlias

MediaType: TypeAlias = Literal["message/rfc822", "application/json", "text/plain", "text/html"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Envelope:
    """What the transport said, apart from the content (RFC 5321)."""

    mail_from: str | None = None  # "" is the null reverse-path; None where the channel has no envelope
    rcpt_to: tuple[str, ...] = ()
    peer: str = ""  # network address of the client, "" where there is none
    helo: str = ""  # what the client called itself
    direct: bool = False  # straight from the Internet: no server of ours has looked at who wrote it
    login: str | None = None  # the staff login of an authenticated submission, proven by the channel
    verified: bool = False  # the channel proved who sent it: a good webhook signature, a chat session's cookie
    taken_in: bool = False  # its mailbox says that we had it before: what we knew of it then was lost


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """What the DNS said about a mail that came straight from the Internet, when it came. Results are words of RFC 8601."""

    header_from: str  # the From domain that it is about, "" where From names nobody
    dmarc: str = "none"  # pass, fail, none or temperror
    policy: str = "none"  # what that domain asks for mail that fails: none, quarantine or reject
    spf: str = "none"
    dkim: tuple[str, ...] = ()  # the domains of good signatures
    arc: str = "none"  # pass where servers that we trust have handed it on, and say that it was good


@dataclass(frozen=True, kw_only=True, slots=True)
class Scanned:
    """What a virus scanner said about the files of a message, before it was decided."""

    verdict: Literal["clean", "infected", "unscanned"]  # clean: also where there are none
    found: tuple[str, ...] = ()  # what is in them, as the scanner calls it


@dataclass(frozen=True, kw_only=True, slots=True)
class RawMessage:
    """One message as it came, before anybody has tried to understand it.

    `(channel, account, source_id)` names it for ever: delivering it twice stores it once.
    """

    channel: str  # "smtp", "lmtp", "imap", "webhook", "chat", "import", "file"
    account: str  # which mailbox, listener, webhook or chat session
    source_id: str  # unique within (channel, account): UIDVALIDITY and UID, webhook id, fingerprint
    envelope: Envelope = Envelope()
    blob: bytes  # untouched
    media_type: MediaType = "message/rfc822"
    received_at: datetime  # aware, UTC; INTERNALDATE for IMAP
    quiet: bool = False  # imported history: filed, but nobody gets a letter
    by_staff: bool = field(default=False, compare=False)  # at an address that we signed for them: it is decided first
    fingerprint: str = field(default="", compare=False)  # of the blob, where it was worked out already
    confirmed_by: str = ""  # the member of staff who said, when it was held, that they wrote it
    checked: Checked | None = None  # found out after it was kept, where its envelope says `direct`
    scanned: Scanned | None = None  # likewise, where there is a scanner


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """A mailbox as a header shows it: for reading. Who somebody *is* comes from `intake.senders.identity` alone."""

    name: str = ""  # decoded display name
    email: str = ""  # addr-spec as written


@dataclass(frozen=True, kw_only=True, slots=True)
class Attachment:
    """A part that is a file to a person, or an image that the HTML shows in place."""

    name: str  # safe to store and to show, never empty
    type: str  # declared media type, lower case
    size: int  # bytes after decoding
    inline: bool = False  # shown in place by the HTML (cid:), not a file the sender added
    content_id: str = ""
    content: bytes = field(default=b"", repr=False)
    here: bool = True  # False where only its address came

    @property
    def sha256(self) -> str:
        """Of the content, worked out when it is asked for, since few do; "" where it did not come."""
        return sha256(self.content).hexdigest() if self.here else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Forwarded:
    """The message somebody passed on. Fields are as shown to a reader; "" where not stated."""

    from_: str = ""
    to: str = ""
    subject: str = ""
    date: str = ""
    text: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """Whose words a text holds. Put together again, the three lose no word of the text."""

    reply: str  # only what the sender newly wrote
    signature: str = ""
    quoted: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """What a message says. `intake.parse.parse` makes it and never raises: what is wrong is in `defects`."""

    message_id: str | None = None
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    subject: str = ""
    from_: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    sent_at: datetime | None = None  # the Date header, aware; a claim, not a fact
    text: str = ""  # the whole readable body
    page: str | None = field(
        default=None, repr=False
    )  # the sender's own HTML: what may be shown is `intake.mime.html.safe`
    reply: str = ""
    signature: str = ""
    quoted: str = ""
    forwarded: Forwarded | None = None
    attachments: tuple[Attachment, ...] = ()
    language: str | None = None  # BCP 47 primary tag, None when unsure
    conversation: str | None = None  # chat session or provider thread id; only from verified channels
    headers: tuple[tuple[str, str], ...] = ()  # names lower case, unfolded, in order; decoded, but for address fields:
    # their encoded words stay, since a decoded comma or bracket would forge a second address
    parts: tuple[Part, ...] = field(default=(), repr=False)  # the leaves, for whoever reads reports
    defects: tuple[str, ...] = ()  # slugs, each once: what had to be repaired or guessed
    _first: Mapping[str, str] = field(init=False, repr=False, compare=False)  # the first value of each header

    def __post_init__(self) -> None:
        object.__setattr__(self, "_first", dict(reversed(self.headers)))

    def header(self, name: str) -> str:
        """The first value of a header, or ""."""
        return self._first.get(name, "")

    def header_all(self, name: str) -> list[str]:
        """Every value of a header, top first."""
        return [value for key, value in self.headers if key == name] if name in self._first else []

    def bears(self, names: frozenset[str]) -> bool:
        """Whether any header of these names is there."""
        return not names.isdisjoint(self._first)


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A leaf of the MIME tree (also leaves of attached messages), decoded."""

    type: str  # media type, lower case; "message/rfc822" stands for the attached message as a whole
    params: Mapping[str, str] = field(default_factory=dict)
    text: str = ""  # decoded text for text/* and message/*, else ""
    depth: int = 0  # how many attached messages it lies in
