"""Hiding what must not be copied about: numbers of payment cards (ISO/IEC 7812) and bank accounts (ISO 13616)."""

from __future__ import annotations

import re

_DIGITS = re.compile(r"\d(?:[ \u00a0.\-]?\d)*")
_ACCOUNT = re.compile(r"(?<![^\W_])[A-Z]{2}\d\d(?:[ \u00a0\-]?[A-Z0-9]{1,4}){3,8}(?![^\W_])")
_GAP = re.compile(r"[ \u00a0\-]")


def mask(text: str) -> str:
    """The text with card and bank account numbers reduced to their last four characters."""
    if not _DIGITS.search(text):  # as in most texts
        return text
    return _ACCOUNT.sub(_mask_account, _DIGITS.sub(_mask_cards, text))


def is_card(digits: str) -> bool:
    """Luhn's check: every second digit from the right is doubled, and the sum of all digits ends in 0."""
    if not 13 <= len(digits) <= 19 or int(digits[0]) not in range(2, 7):
        return False
    doubled = (sum(divmod(2 * int(d), 10)) if place % 2 else int(d) for place, d in enumerate(reversed(digits)))
    return sum(doubled) % 10 == 0


def is_account(plain: str) -> bool:
    """An IBAN: the remainder by 97 is 1, with the first four characters at the end and letters counted from 10."""
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", plain):
        return False
    return int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4])) % 97 == 1


def _mask_cards(run: re.Match[str]) -> str:
    """Hide each card number in a run of digit groups: people put expiry dates and other numbers right beside it."""
    groups = list(re.finditer(r"\d+", run[0]))
    hidden = {place for first in range(len(groups)) for place in _card_from(groups, first)}
    text, end = "", 0
    for place, group in enumerate(groups):
        text += "" if {place - 1, place} <= hidden else run[0][end : group.start()]
        if place not in hidden:
            text += group[0]
        elif place + 1 not in hidden:
            text += f"****{run[0][: group.end()][-4:]}"
        end = group.end()
    return text


def _card_from(groups: list[re.Match[str]], first: int) -> range:
    """The places of the groups that make a card number, beginning with the first."""
    digits = ""
    for place in range(first, min(first + 19, len(groups))):
        digits += groups[place][0]
        if len(digits) > 19:
            break
        if is_card(digits):
            return range(first, place + 1)
    return range(0)


def _mask_account(run: re.Match[str]) -> str:
    """Hide the account number that a run of groups begins with; words in capitals may follow it."""
    ends = [gap.start() for gap in _GAP.finditer(run[0])] + [len(run[0])]
    for end in reversed(ends):
        plain = _GAP.sub("", run[0][:end])
        if is_account(plain):
            return f"****{plain[-4:]}{run[0][end:]}"
    return run[0]
