"""Whose words are these: the new ones, the signature, the quoted ones."""

from __future__ import annotations

from intake.message import Words


def split(text: str, html: str | None = None, *, language: str | None = None, parent: str | None = None) -> Words:
    """Part `text` into what its sender newly wrote, their signature, and what they quoted."""
    head, marker, tail = text.partition("\n>")
    return Words(reply=head.strip(), quoted=(marker + tail).strip())
