"""The line in our own letters above which people are asked to write: our surest sign of where their words end."""

from __future__ import annotations

from intake.words.lines import bare

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

_DASHES = "-–— "  # clients like to turn two hyphens into a dash
_SENTENCES = frozenset(marker.strip(_DASHES).lower() for marker in REPLY_MARKERS.values())


def is_reply_marker(line: str) -> bool:
    """True for the marker line of one of our letters, in any language, as clients give it back."""
    text = bare(line)
    return text[:1] in ("-", "–", "—") and text.strip(_DASHES).lower() in _SENTENCES
