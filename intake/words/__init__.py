"""Whose words a message holds: what the sender newly wrote, what they quoted, what they passed on, and in which language."""

from intake.words.forward import is_forward_subject
from intake.words.language import language_of
from intake.words.marker import REPLY_MARKER, REPLY_MARKERS
from intake.words.own import own_words, repeats
from intake.words.splitting import split
from intake.words.telling import told

__all__ = [
    "REPLY_MARKER",
    "REPLY_MARKERS",
    "is_forward_subject",
    "language_of",
    "own_words",
    "repeats",
    "split",
    "told",
]
