"""Address fields for reading (RFC 5322 section 3.4, RFC 6532), in one linear pass over their characters.

Whatever is written is shown as well as can be; who somebody *is* comes from `intake.senders.identity`, which refuses doubt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from intake.message import Address
from intake.mime import encoded_words, headers
from intake.mime.defects import Defect

MAX_ADDRESSES = 500

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"?|\\.|[(),:;<>]|[^"\\(),:;<>]+', re.DOTALL)
_SPACE = re.compile(r"\s+")
_ESCAPE = re.compile(r"\\(.)")
_ROUTE = re.compile(r"\s*(?:@[^:\s]{1,255}:)+")
# One mailbox as most programs write it: told at one glance, to the same effect as below.
_ATOMS = r"(?a:[\w.!#$%&*+/^`{|}~-]{1,320})"
_USUAL = re.compile(rf'(?:"([^"\\]*)"\s*|([^"(),:;<>@\\]*))<({_ATOMS}@{_ATOMS})>\s*')
_ADDR = re.compile(r"[^\s\"'<>()]{1,320}@[^\s\"'<>()]{1,320}")


def parse(value: str) -> tuple[tuple[Address, ...], tuple[Defect, ...]]:
    """The mailboxes in order, groups flattened, and what was wrong. Beyond the limit the rest is left out."""
    if not value:
        return (), ()
    usual = _USUAL.fullmatch(value)
    if usual:
        return (Address(name=_phrase([usual[1] or usual[2] or ""]), email=usual[3]),), ()
    found: list[Address] = []
    defects: dict[Defect, None] = {}
    for tokens in _mailboxes(value):
        if len(found) == MAX_ADDRESSES:
            defects[Defect.LIMIT_ADDRESSES] = None
            break
        address = _address(tokens)
        if address is None:
            continue
        if address.email.count("@") != 1 or " " in address.email:
            defects[Defect.ADDRESS_BROKEN] = None
        found.append(address)
    return tuple(found), tuple(defects)


def _mailboxes(value: str) -> Iterator[list[str]]:
    """The tokens of one mailbox after the other: cut at commas and semicolons outside brackets and comments."""
    current: list[str] = []
    comment = angle = 0
    for match in _TOKEN.finditer(value):
        token = match[0]
        if token == "(":
            comment += 1
        elif token == ")" and comment:
            comment -= 1
        elif not comment and token in "<>":
            angle = token == "<"
        elif not comment and not angle and token in ",;":
            yield current
            current = []
            continue
        elif not comment and not angle and token == ":" and not any("@" in one for one in current):
            current = []  # the name of a group
            continue
        current.append(token)
    yield current


def _address(tokens: list[str]) -> Address | None:
    phrase, angle, comments = _sorted_out(tokens)
    shown = _phrase(phrase)
    if angle is not None:
        email = _spec(angle)
        name = shown or _phrase(comments)
        if not email and "@" in name:
            return _bare(name, "")
        return Address(name=name, email=email) if email or name else None
    return _bare(shown, _phrase(comments)) if shown else None


def _sorted_out(tokens: list[str]) -> tuple[list[str], str | None, list[str]]:
    """The words before the angle bracket, what the first bracket pair holds, and the comments."""
    phrase: list[str] = []
    comments: list[str] = []
    angle: str | None = None
    inside, depth = False, 0
    for token in tokens:
        if token == "(" or (depth and token == ")"):
            depth += 1 if token == "(" else -1
        elif depth:
            comments.append(token)
        elif token == "<" and angle is None:
            inside, angle = True, ""
        elif token == ">":
            inside = False
        elif inside:
            angle = (angle or "") + token
        elif token != "<" and angle is None:
            phrase.append(token)
    return phrase, angle, comments


def _phrase(tokens: list[str]) -> str:
    """A display name: quotes removed, encoded words decoded, on one line."""
    text = "".join([_unquote(token) for token in tokens]).strip()
    if text.isprintable() and "=?" not in text and "  " not in text:
        return text.strip('"').strip()  # as most are
    text, _ = headers.one_line(encoded_words.decode(text)[0])
    return _SPACE.sub(" ", text).strip().strip('"').strip()


def _unquote(token: str) -> str:
    if not token.startswith('"'):
        return token
    inner = token[1:-1] if token.endswith('"') and len(token) > 1 else token[1:]
    return _ESCAPE.sub(r"\1", inner)


def _spec(text: str) -> str:
    """An addr-spec: a source route and white space around the dots removed."""
    text = encoded_words.decode(text)[0]
    route = _ROUTE.match(text)
    text = text[route.end() :] if route else text
    text, _ = headers.one_line(text)
    return _SPACE.sub("", text) if text.count("@") == 1 and '"' not in text else text.strip()


def _bare(text: str, comment: str) -> Address:
    """No brackets: the address is the word with the at sign, the rest is its name."""
    match = _ADDR.search(text)
    if match is None:
        return Address(name=comment, email=_SPACE.sub("", text) if "@" in text else text)
    rest = (text[: match.start()] + text[match.end() :]).strip(" \"'[]")
    return Address(name=comment or rest, email=match[0].strip(".,[]"))
