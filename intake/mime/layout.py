"""Which part plays which role: the words, another version of the same words, or a file (RFC 2046, 2387, 1847; RFC 8621 4.1.4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from intake.mime.defects import Defect
from intake.mime.reader import Node

TEXT_TYPES = frozenset({"text/plain", "text/html", "text/enriched", "text/richtext", "text/markdown"})
REPORT_TYPES = frozenset(
    {
        "message/delivery-status",
        "message/global-delivery-status",
        "message/disposition-notification",
        "message/global-disposition-notification",
        "message/feedback-report",
        "text/rfc822-headers",
        "message/rfc822-headers",  # as some write it
        "message/global-headers",
    }
)
SIGNATURES = frozenset({"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Body:
    """One stretch of words, and the same stretch as HTML. Either may be absent."""

    plain: tuple[Node, ...] = ()
    html: tuple[Node, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """The bodies in reading order, and the files."""

    bodies: tuple[Body, ...] = ()
    files: tuple[Node, ...] = ()

    def __add__(self, other: Layout) -> Layout:
        return Layout(bodies=self.bodies + other.bodies, files=self.files + other.files)


def of(node: Node, *, first: bool = True, related: bool = False) -> Layout:
    """The roles in a part. `first`: nothing stands before it in its container; `related`: it goes with an HTML page."""
    if node.children:
        return _container(node)
    if _is_body(node, first=first, related=related):
        return Layout(bodies=(Body(html=(node,)) if node.type == "text/html" else Body(plain=(node,)),))
    return Layout(files=(node,))


def leaves(node: Node) -> Iterator[Node]:
    """Every part without children, in order."""
    if not node.children:
        yield node
    for child in node.children:
        yield from leaves(child)


def marks(node: Node) -> Iterator[Defect]:
    """What is special about a part: signed, encrypted, an invitation."""
    if node.type == "multipart/signed":
        protocols = (node.params.get("protocol", ""), *(child.type for child in node.children))
        yield Defect.SIGNED_PGP if any("pgp" in protocol for protocol in protocols) else Defect.SIGNED_SMIME
    elif node.type == "multipart/encrypted":
        yield Defect.ENCRYPTED_PGP
    elif node.type in ("application/pkcs7-mime", "application/x-pkcs7-mime"):
        yield Defect.SIGNED_SMIME if node.params.get("smime-type") == "signed-data" else Defect.ENCRYPTED_SMIME
    elif node.type == "text/calendar":
        yield Defect.CALENDAR
    elif node.type == "text/plain" and node.content.lstrip().startswith(b"-----BEGIN PGP "):
        encrypted = node.content.lstrip().startswith(b"-----BEGIN PGP MESSAGE")
        yield Defect.ENCRYPTED_PGP if encrypted else Defect.SIGNED_PGP
    for child in node.children:
        yield from marks(child)


def _container(node: Node) -> Layout:
    if node.type == "multipart/alternative":
        return _alternative(node)
    if node.type == "multipart/related":
        return _related(node)
    laid = Layout()
    for child in node.children:
        laid += of(child, first=not laid.bodies and not laid.files)
    return laid


def _alternative(node: Node) -> Layout:
    """The children say the same thing: one body, of what only the plain versions hold and of the last one with HTML.

    `text/enriched` and its like hold nothing that the plain version does not.
    """
    versions = [of(child) for child in node.children]
    rich = [version for version in versions if _has_page(version)]
    plain = tuple(
        part for version in versions if not _has_page(version) for body in version.bodies for part in body.plain
    )
    plain = tuple(part for part in plain if part.type == "text/plain" and part.content.strip()) or plain[-1:]
    bodies: tuple[Body, ...] = rich[-1].bodies if rich else ()
    if plain:
        bodies = (Body(plain=plain, html=tuple(part for body in bodies for part in body.html)),)
    return Layout(bodies=bodies, files=tuple(file for version in versions for file in version.files))


def _has_page(version: Layout) -> bool:
    return any(body.html for body in version.bodies)


def _related(node: Node) -> Layout:
    """A page and what it shows. The page is named by `start`, else it is the first part that has words."""
    start = node.params.get("start", "").strip("<> ")
    pages = [child for child in node.children if start and child.content_id == start]
    pages = pages or [child for child in node.children if of(child).bodies][:1]
    laid = Layout()
    for child in node.children:
        laid += of(child) if child in pages[:1] else of(child, first=False, related=True)
    return laid


def _is_body(node: Node, *, first: bool, related: bool) -> bool:
    if node.type not in TEXT_TYPES or node.disposition == "attachment":
        return False
    return first or not (related or node.file_name)
