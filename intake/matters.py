"""What a complaint is about: the numbers it names, and one line for the register that gives no secret away.

Numbers only count where a word says what they are ("order 88123", "Rechnung Nr. RE-2026/117"), so telephone numbers, dates
and prices are left alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

import re2

from intake import reference
from intake.masking import is_account, is_card, mask
from intake.message import Message
from intake.spotting import starts

MAX_TEXT = 20_000  # characters that are looked at
MAX_MATTERS = 10
MAX_SUMMARY = 200
MAX_LINE = 2_000  # characters of the subject and of the text that a summary is made from

# What a number can belong to, as people call it in English, German, French, Spanish, Italian and Dutch.
_THINGS = (
    "order|po|bestellung|bestell|auftrag|auftrags|commande|pedido|ordine|bestelling|bestel",
    "invoice|bill|receipt|rechnung|rechnungs|beleg|facture|factura|fattura|factuur",
    "customer|client|account|kunden|konto|compte|cliente|cuenta|conto|klant|klanten",
    "contract|policy|agreement|vertrag|vertrags|contrat|contrato|contratto|polis",
    "tracking|parcel|shipment|consignment|sendung|sendungs|paket|colis|suivi|envío|spedizione|zending|pakket",
    "booking|reservation|buchung|buchungs|réservation|reserva|prenotazione|boeking|boekings",
    "return|rma|retoure|retouren|retour|devolución|reso|serial|serien|série|article|artikel|item",
)
_CALLED = r"numbers?|numero|número|numéro|nummer|num|nos?|nr|n[°ºo]|id|code|reference|ref|is|was|ist|war|est|es|è"
_GLUE = r"[\s:#.\-–=(\[\"'*_]{0,4}"
_NUMBER = r"[a-z]{0,10}[\-/.]?[0-9][a-z0-9]{0,30}(?:[\-/.][a-z0-9]{1,30}){0,4}"
_NO_AMOUNT = r"(?![^\W_])(?!\s?(?:[€£$%]|eur|gbp|usd|chf|pound|quid|day|week|month|hour|tage|wochen))"
_AND = r"(?:\s{0,3}(?:,|&|\+|\b(?:and|und|et|y|e|en)\b)\s{0,3})"
_THING = "|".join(_THINGS)
# Where `_NAMED` may begin, and at a few other places: all things are looked for in one pass.
_BEGINNING = re2.compile(
    rf"[\W_](?:{_THING})s?(?:[^a-z0-9]{{0,4}}(?:{_CALLED})){{0,3}}[^a-z0-9]{{0,4}}[a-z]{{0,10}}[\-/.]?[0-9]"
)
_NAMED = re.compile(
    rf"[\W_](?:{_THING})s?(?:{_GLUE}(?:{_CALLED})){{0,3}}{_GLUE}"
    rf"(?<![^\W_])({_NUMBER}(?:{_AND}{_NUMBER}){{0,9}}){_NO_AMOUNT}"
)
_HASHED = re.compile(rf"#(?<![^\W_]#)\s?([0-9][0-9\-]{{3,20}}){_NO_AMOUNT}")
_EACH = re.compile(_NUMBER)
_DATE = re.compile(r"\d{4}[\-/.]\d{1,2}[\-/.]\d{1,2}|\d{1,2}[\-/.]\d{1,2}[\-/.]\d{2,4}|(?:19|20)\d\d")
_PHONE = re.compile(r"0\d{9,10}")
_PRICE = re.compile(r"\d+\.\d\d")

_ANSWERING = re.compile(
    r"\s*(?:re|fwd?|aw|wg|sv|vs|tr|rif|ref|antw|rv|odp|r|i)\s?(?:[\[(]\d{1,3}[\])])?\s?[::]\s*", re.IGNORECASE
)
_GREETING = re.compile(
    r"(?:hi|hello|hey|dear|good (?:morning|afternoon|evening)|to whom|hallo|guten (?:morgen|tag|abend)|sehr geehrte|liebe|"
    r"bonjour|bonsoir|madame|chère?|hola|estimad|buen[oa]s|buongiorno|gentile|salve|beste|geachte|goede)\b.{0,60}$",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n\s*\n")


def matters(text: str, patterns: Iterable[str] = ()) -> tuple[str, ...]:
    """The numbers that a text names, as capital letters and digits: each once, in order, at most ten.

    `patterns` are further regular expressions with one group each: the company's own kinds of number.
    """
    seen = unicodedata.normalize("NFKC", text[:MAX_TEXT])
    folded = "\n" + seen.lower()
    named = [number for hit in _named(folded) for number in _EACH.findall(hit[1])]
    named += [hit[1] for hit in _HASHED.finditer(folded)]
    found = [_plain(number) for number in named if _means_something(number)]
    for pattern in patterns:
        found += [_plain(hit[1]) for hit in re.finditer(pattern, seen, re.IGNORECASE) if hit[1]]
    return tuple(dict.fromkeys(found))[:MAX_MATTERS]


def _named(folded: str) -> Iterator[re.Match[str]]:
    end = 0
    for start in starts(_BEGINNING, folded):
        hit = _NAMED.match(folded, start) if start >= end else None
        if hit:
            end = hit.end()
            yield hit


def summary(message: Message) -> str:
    """One line, at most 200 characters: the subject and the first sentence, without references, greetings and secrets."""
    subject = _one_line(_without_prefixes(reference.without(message.subject[:MAX_LINE])))
    sentence = _one_line(_first_sentence(reference.without((message.reply or message.text)[:MAX_LINE])))
    if sentence.casefold().startswith(subject.casefold()):
        said = sentence
    elif sentence and sentence.casefold() not in subject.casefold():
        said = f"{subject.rstrip(':')}: {sentence}"
    else:
        said = subject
    return _shorten(mask(said)) or "(no words)"


def _means_something(number: str) -> bool:
    plain = _plain(number)
    if sum(map(str.isdigit, plain)) < 4 or reference.expand(plain.lower()):
        return False
    if any(pattern.fullmatch(number) for pattern in (_DATE, _PRICE)) or _PHONE.fullmatch(plain):
        return False
    return not (plain.isdigit() and is_card(plain)) and not is_account(plain)


def _plain(number: str) -> str:
    return "".join(filter(str.isalnum, number)).upper()


def _without_prefixes(subject: str) -> str:
    start = 0
    while match := _ANSWERING.match(subject, start):
        start = match.end()
    return subject[start:]


def _first_sentence(text: str) -> str:
    """The first sentence after the greeting; a very short one brings the next with it."""
    lines = text.strip().split("\n")
    body = "\n".join(lines[1:] if _GREETING.match(lines[0].strip()) else lines)
    sentence = ""
    for part in filter(str.strip, _sentences(body.strip())):
        sentence = f"{sentence} {part}".strip()
        if len(sentence) >= 20:
            break
    return sentence


def _sentences(text: str) -> Iterator[str]:
    """One after the other, so that no more of a long text is looked at than is wanted."""
    start = 0
    for end in _SENTENCE_END.finditer(text):
        yield text[start : end.start()]
        start = end.end()
    yield text[start:]


def _one_line(text: str) -> str:
    shown = text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)
    return " ".join(shown.split())


def _shorten(text: str) -> str:
    return text if len(text) <= MAX_SUMMARY else text[: MAX_SUMMARY - 1].rsplit(" ", 1)[0][: MAX_SUMMARY - 1] + "…"
