"""Bytes to text, as mail programs do: labels by the WHATWG Encoding Standard, detection only where the label fails.

RFC 2978 names, RFC 6532 for UTF-8 without a label. Only text codecs are reachable from a stranger's label.
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

import cchardet

from intake.mime.defects import Defect

SAMPLE = 64_000  # bytes that detection looks at
_SEVEN_BITS = frozenset({"us-ascii", "ascii", "ansi_x3.4-1968"})  # what programs write that do not know
_TELLING = 6  # bytes beyond ASCII from which a charset can be told; fewer are read as Windows-1252
_ASCII = bytes(range(0x80))
_CONTROLS = bytes([*range(9), 0x0B, *range(0x0E, 0x20), 0x7F])
_AS_LATIN_1 = bytes([*range(0x80), *range(0xA0, 0x100)])
_OF_SEVERAL_BYTES = frozenset({"cp932", "euc_jp", "gb18030", "big5hkscs", "cp949"})
_LATE_CONTROL = re.compile(r"[\x80-\x84\x86-\x9f]")  # in UTF-8 all of them begin with C2

# Where the WHATWG label, or plain practice, means more than the name Python knows.
_WIDER = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "iso2022_jp": "iso2022_jp_ext",
    "iso2022_jp_1": "iso2022_jp_ext",
    "iso2022_jp_2": "iso2022_jp_2",
    "utf-16": "utf-16-le",
    "euc_jis_2004": "euc_jp",
}
_ALIASES = {
    "unicode-1-1-utf-8": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
    "x-unknown": "",
    "unknown-8bit": "",
    "unknown": "",
    "8bit": "",
    "default": "",
    "x-user-defined": "",
    "ansi": "cp1252",
    "x-ansi": "cp1252",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "ms_kanji": "cp932",
    "x-euc-jp": "euc_jp",
    "x-gbk": "gb18030",
    "x-x-big5": "big5hkscs",
    "cn-big5": "big5hkscs",
    "cn-gb": "gb18030",
    "gb2312-80": "gb18030",
    "chinese": "gb18030",
    "iso-ir-58": "gb18030",
    "korean": "cp949",
    "windows-949": "cp949",
    "windows-874": "cp874",
    "dos-874": "cp874",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601-1989": "cp949",
    "ksc5601": "cp949",
    "ksc_5601": "cp949",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8",
    "logical": "iso8859-8",
    "visual": "iso8859-8",
    "koi": "koi8-r",
    "koi8": "koi8-r",
    "koi8-ru": "koi8-u",
    "x-mac-cyrillic": "mac-cyrillic",
    "x-mac-ukrainian": "mac-cyrillic",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
    "x-cp1250": "cp1250",
    "x-cp1251": "cp1251",
    "x-cp1252": "cp1252",
    "iso-2022-cn": "gb18030",
}
_TEXT_CODEC = re.compile(
    r"(?:cp\d{3,4}|iso8859-\d+|koi8-[rut]|mac-(?:roman|cyrillic|greek|turkish|latin2|iceland|croatian|romanian)"
    r"|utf-(?:7|8|16-le|16-be)|iso2022_(?:kr|jp_(?:ext|2|3|2004))|gb18030|hz|big5hkscs|euc_jp|euc_jisx0213|johab|tis-620)"
)


@lru_cache(maxsize=256)
def codec_of(label: str) -> str | None:
    """The Python codec a charset label stands for, or None for a label that names no text encoding."""
    name = label.strip(" \t\"'").lower()[:40]
    if name.startswith("utf8") or name in ("utf-8", ""):
        return "utf-8" if name else None
    name = _ALIASES.get(name, name)
    name = re.sub(r"^(?:windows|cp|ms|x-windows)-?(\d{3,4})$", r"cp\1", name)
    name = re.sub(r"^iso[-_ ]?8859[-_ ]?(\d{1,2})(?:-[a-z]|:\d+)?$", r"iso8859-\1", name)
    try:
        known = codecs.lookup(name).name if name.isascii() and name else ""
    except (LookupError, ValueError):
        return None
    known = _WIDER.get(known, known)
    return known if _TEXT_CODEC.fullmatch(known) else None


def decode(data: bytes, label: str = "", hint: str = "") -> tuple[str, tuple[Defect, ...]]:
    """The text of `data`, and what had to be guessed. `hint` is tried before detection where there is no usable label."""
    if (
        data.isascii()
        and b"\x1b" not in data
        and label.lower() not in ("utf-7", "hz-gb-2312", "utf-16", "utf-16le", "utf-16be")
    ):
        return data.decode("ascii"), ()
    marked = _by_mark(data)
    if marked is not None:
        return marked, ()
    codec = codec_of(label)
    if data.isascii() and (codec is None or not codec.startswith(("iso2022", "utf-7", "utf-16", "hz"))):
        escaped = _by_escape(data)
        if escaped is not None:
            return escaped, (Defect.CHARSET_WRONG if codec else Defect.CHARSET_MISSING,)
    if codec is None:
        missing = Defect.CHARSET_UNKNOWN if label.strip() else Defect.CHARSET_MISSING
        text, more = guess(data, hint)
        return text, (missing, *more)
    if label.strip().lower() in _SEVEN_BITS and len(data.translate(None, _ASCII)) >= _TELLING:
        text, more = guess(data, hint)
        return text, (Defect.CHARSET_WRONG, *more)
    return _by_label(data, codec)


def _by_mark(data: bytes) -> str | None:
    """Decoded by its byte order mark, where it has one."""
    for mark, codec in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if data.startswith(mark):
            return data[len(mark) :].decode(codec, "replace")
    return None


def _by_escape(data: bytes) -> str | None:
    """Decoded as the ISO 2022 that its escape sequences announce: seven bits, so that it passes for ASCII unlabelled."""
    codecs_by_escape = ((b"\x1b$)C", "iso2022_kr"), (b"\x1b$", "iso2022_jp_ext"))
    codec = next((codec for escape, codec in codecs_by_escape if escape in data[:SAMPLE]), None)
    return strictly(data, codec) if codec else None


def _by_label(data: bytes, codec: str) -> tuple[str, tuple[Defect, ...]]:
    text = strictly(data, "utf-8")
    if text is not None and not codec.startswith(("utf-16", "iso2022", "utf-7", "hz")):
        return text, () if codec == "utf-8" else (Defect.CHARSET_WRONG,)
    text = strictly(data, codec)
    if text is not None:
        return text, ()
    # Of one byte a character, few bytes are none: one of those may be damage, or half of a character in another charset.
    if codec.startswith("cp12"):
        found = _detected(data)
        text = strictly(data, found) if found in _OF_SEVERAL_BYTES else None
        if text is not None:
            return text, (Defect.CHARSET_WRONG,)
    text = data.decode(codec, "replace")
    # A few bytes that do not fit are damage; when most do not fit, the label is wrong.
    lost = text.count("\ufffd")
    if lost * 4 <= sum(char > "\x7f" for char in text[:SAMPLE]) or codec.startswith("cp"):
        return text, (Defect.CHARSET_LOSSY,)
    text, more = guess(data, "")
    return text, (Defect.CHARSET_WRONG, *more)


def guess(data: bytes, hint: str = "") -> tuple[str, tuple[Defect, ...]]:
    """Text without a label: UTF-8 if it is that, then the hint, then what statistics say, then Windows-1252."""
    for codec in ("utf-8", codec_of(hint)):
        text = strictly(data, codec) if codec else None
        if text is not None:
            return text, ()
    text = strictly(data, _detected(data))
    if text is not None:
        return text, ()
    text = data.decode("cp1252", "replace")
    return text, (Defect.CHARSET_LOSSY,)


def _detected(data: bytes) -> str:
    """The codec that statistics name."""
    return codec_of(str(cchardet.detect(data[:SAMPLE])["encoding"] or "")) or "cp1252"


def strictly(data: bytes, codec: str) -> str | None:
    """Decoded without a single repair, or None."""
    if codec == "cp1252" and not data.translate(None, _AS_LATIN_1):
        return data.decode("latin-1")  # the same for these bytes, and many times quicker
    try:
        return data.decode(codec)
    except (UnicodeDecodeError, LookupError):
        return None


def readable(text: str) -> str:
    """Line ends made one kind, control characters without a meaning in text removed.

    Those beyond ASCII are Windows-1252 that somebody took for Latin-1: what it means is shown.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    data = text.encode("utf-8", "surrogatepass").translate(None, _CONTROLS)
    text = data.decode("utf-8", "surrogatepass")
    return _LATE_CONTROL.sub(_as_meant, text) if b"\xc2" in data else text


def _as_meant(control: re.Match[str]) -> str:
    return control[0].encode("latin-1").decode("cp1252", "ignore")
