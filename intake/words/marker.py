"""The line in our own letters above which people are asked to write: our surest sign of where their words end."""

from __future__ import annotations

from collections.abc import Sequence

from intake.words.lines import bare, unquoted

# One sentence a language of our letters; the dashes keep clients and people from taking it for prose.
REPLY_MARKERS = {
    "en": "-- Please write your answer above this line --",
    "de": "-- Bitte schreiben Sie Ihre Antwort über diese Zeile --",
    "fr": "-- Veuillez écrire votre réponse au-dessus de cette ligne --",
    "es": "-- Escriba su respuesta por encima de esta línea --",
    "it": "-- Scriva la sua risposta sopra questa riga --",
    "nl": "-- Schrijf uw antwoord boven deze regel --",
    "pl": "-- Prosimy pisać odpowiedź powyżej tej linii --",
    "pt": "-- Escreva a sua resposta acima desta linha --",
    "sv": "-- Skriv ditt svar ovanför den här raden --",
    "da": "-- Skriv dit svar over denne linje --",
    "no": "-- Skriv svaret ditt over denne linjen --",
    "fi": "-- Kirjoita vastauksesi tämän rivin yläpuolelle --",
    "cs": "-- Odpověď prosím napište nad tento řádek --",
    "ru": "-- Пожалуйста, пишите ответ выше этой строки --",
    "ja": "-- ご返信はこの行より上にご記入ください --",
    "zh": "-- 请在此行上方回复 --",
    "ko": "-- 이 줄 위에 답장을 적어 주세요 --",
    "tr": "-- Lütfen yanıtınızı bu satırın üstüne yazın --",
    "ar": "-- يرجى كتابة ردكم فوق هذا السطر --",
}
REPLY_MARKER = REPLY_MARKERS["en"]

_DASHES = "-–—"  # clients like to turn two hyphens into a dash
_MOST_LINES = 4  # that a client wraps it to


def _squeezed(text: str) -> str:
    """Without white space of any kind, for clients wrap where they like and like no-break spaces."""
    return "".join(text.split()).strip(_DASHES).lower()


_SENTENCES = frozenset(map(_squeezed, REPLY_MARKERS.values()))
_LONGEST = max(map(len, _SENTENCES))


def reply_marker_end(lines: Sequence[str], at: int) -> int | None:
    """The line behind the marker of one of our letters that begins on line `at`, in any language, wrapped or not; or None."""
    if not bare(unquoted(lines[at])).startswith(tuple(_DASHES)):
        return None
    said = ""
    for end in range(at, min(len(lines), at + _MOST_LINES)):
        said += _squeezed(bare(unquoted(lines[end])))
        if said in _SENTENCES:
            return end + 1
        if not said or len(said) > _LONGEST:
            return None
    return None
