"""The closed list of what can be wrong with, or special about, a message. Slugs: they are stored, counted and tested."""

from __future__ import annotations

from enum import StrEnum


class Defect(StrEnum):
    """Each is listed once in `Message.defects`. A limit says that reading stopped there; the raw bytes are whole."""

    LIMIT_SIZE = "limit-size"
    LIMIT_HEADER_LINES = "limit-header-lines"
    LIMIT_HEADER_SIZE = "limit-header-size"
    LIMIT_DEPTH = "limit-depth"
    LIMIT_PARTS = "limit-parts"
    LIMIT_ADDRESSES = "limit-addresses"
    LIMIT_HTML = "limit-html"
    LIMIT_TEXT = "limit-text"
    LIMIT_EFFORT = "limit-effort"  # reading all of it took too much time or memory: only its beginning was read
    UNREADABLE = "unreadable"  # our own fault: shown raw, and a person looks
    EMPTY = "empty"  # no header at all
    HEADER_BROKEN = "header-broken"  # a line in the header that is none
    HEADER_8BIT = "header-8bit"  # bytes beyond ASCII that no encoded word announces
    HEADER_CONTROL = "header-control"  # control characters, removed
    FROM_MISSING = "from-missing"
    FROM_REPEATED = "from-repeated"
    ADDRESS_BROKEN = "address-broken"
    DATE_BROKEN = "date-broken"
    ENCODED_WORD_BROKEN = "encoded-word-broken"
    CHARSET_MISSING = "charset-missing"  # bytes beyond ASCII without a label
    CHARSET_UNKNOWN = "charset-unknown"
    CHARSET_WRONG = "charset-wrong"  # the label does not fit the bytes; another was detected
    CHARSET_LOSSY = "charset-lossy"  # some bytes fit nothing and are shown as U+FFFD
    BOUNDARY_MISSING = "boundary-missing"  # a multipart without parts, shown as text
    TRANSFER_BROKEN = "transfer-broken"  # base64, quoted-printable or uuencode that had to be repaired
    STRUCTURE_BROKEN = "structure-broken"  # the strict reader refused it, the lenient one read it
    TNEF_BROKEN = "tnef-broken"
    TNEF = "tnef"  # winmail.dat, unpacked
    CALENDAR = "calendar"
    SIGNED_PGP = "signed-pgp"
    SIGNED_SMIME = "signed-smime"
    ENCRYPTED_PGP = "encrypted-pgp"
    ENCRYPTED_SMIME = "encrypted-smime"
