"""File names that are safe to store and to show, and never empty (RFC 2183 section 2.3; names are a stranger's claim)."""

from __future__ import annotations

import mimetypes
import re
import unicodedata

MAX_NAME = 120  # characters, its extension included

_INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
_PATH = re.compile(r"^.*[/\\]", re.DOTALL)
_UNSAFE = re.compile(r'[<>:"|?*]')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)
_EXTENSIONS = {
    "message/rfc822": ".eml",
    "message/global": ".eml",
    "text/plain": ".txt",
    "text/html": ".html",
    "text/calendar": ".ics",
    "image/jpeg": ".jpg",
    "image/tiff": ".tif",
    "application/pgp-signature": ".asc",
    "application/pgp-encrypted": ".asc",
    "application/octet-stream": ".bin",
}
_STEMS = {
    "application/pgp-signature": "signature",
    "application/pkcs7-signature": "smime",
    "text/calendar": "invitation",
}


def safe(claimed: str, media_type: str, number: int = 1) -> str:
    """A name from what the sender claimed; where nothing usable is claimed, one from the type: `attachment-2.pdf`."""
    name = _clean(claimed)
    if not name:
        return f"{_STEMS.get(media_type, 'attachment')}-{number}{extension(media_type)}"
    if _RESERVED.fullmatch(name):
        name = f"_{name}"
    return _shorten(name)


def _clean(claimed: str) -> str:
    name = unicodedata.normalize("NFC", _INVISIBLE.sub("", claimed[:4000]))
    name = _PATH.sub("", name.strip().rstrip("/\\"))
    return _UNSAFE.sub("_", name).strip(" ").lstrip(".").rstrip(". ")


def _shorten(name: str) -> str:
    if len(name) <= MAX_NAME:
        return name
    stem, dot, suffix = name.rpartition(".")
    if not dot or len(suffix) > 12:
        return name[:MAX_NAME]
    return f"{stem[: MAX_NAME - len(suffix) - 1]}.{suffix}"


def extension(media_type: str) -> str:
    """The usual ending of a type's files, ".bin" where there is none."""
    return _EXTENSIONS.get(media_type) or mimetypes.guess_extension(media_type, strict=True) or ".bin"


def type_of(name: str) -> str:
    """The media type a file name suggests."""
    return mimetypes.guess_type(name)[0] or "application/octet-stream"
