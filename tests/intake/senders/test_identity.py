"""From is an identity only where no two readers could read it apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.message import Message
from intake.senders import identity
from intake.senders.identity import canonical, sender


@pytest.fixture(autouse=True)
def _nothing_is_remembered() -> None:
    """What one test left in the cache would hide from the next that the reading behind it broke."""
    identity._known.cache_clear()


def mail(*lines: str) -> Message:
    return Message(headers=tuple(("from", line) for line in lines))


@pytest.mark.parametrize(
    ("line", "address"),
    [
        ("jo@home.example", "jo@home.example"),
        ("<jo@home.example>", "jo@home.example"),
        ("Jo Marsh <jo@home.example>", "jo@home.example"),
        ("Jo Marsh<jo@home.example>", "jo@home.example"),
        ('"Marsh, Jo (Ms)" <Jo.Marsh@Home.Example>', "jo.marsh@home.example"),
        ('"Jo \\"Lamp\\" Marsh" <jo@home.example>', "jo@home.example"),
        ("=?utf-8?q?J=C3=B6_M=C3=A4rsch?= <jo@home.example>", "jo@home.example"),
        ("=?utf-8?b?SsO2?= =?utf-8?b?IE0=?= <jo@home.example>", "jo@home.example"),
        ("Jö Märsch <jo@home.example>", "jo@home.example"),
        ("J. O'Marsh <jo.o'marsh+shop@home.example>", "jo.o'marsh+shop@home.example"),
        ('"jo@home.example" <jo@home.example>', "jo@home.example"),
        ("jo @ home <jo@home.example>".replace(" @ ", " at "), "jo@home.example"),
        ("\t Jo <jo@home.example> ", "jo@home.example"),
        ("Jo <jo@müller.example>", "jo@xn--mller-kva.example"),
        ("Jo <jo@xn--mller-kva.example>", "jo@xn--mller-kva.example"),
        ("ヨー <jo@home.example>", "jo@home.example"),
        ("jo@home.example (Jo Marsh)", "jo@home.example"),
        ("jo@home.example  (=?utf-8?q?J=C3=B6?= Marsh)", "jo@home.example"),
        ('"Jo@Müller.example" <Jo@Müller.example>', "jo@xn--mller-kva.example"),
        ('"jo@xn--mller-kva.example" <jo@müller.example>', "jo@xn--mller-kva.example"),
        ("jo@\U00017000.example", "jo@xn--910f.example"),  # Tangut: letters that Unicode gives no names
        ("J" * (2_000 - len(" <jo@home.example>")) + " <jo@home.example>", "jo@home.example"),
    ],
)
def test_an_ordinary_from_line_is_an_identity(line: str, address: str) -> None:
    assert sender(mail(line)) == (address, None)


@pytest.mark.parametrize(
    ("lines", "refusal"),
    [
        pytest.param([], "from-missing", id="none"),
        pytest.param([""], "from-syntax", id="empty"),
        pytest.param(["ceo@corp.example", "evil@evil.example"], "from-repeated", id="two lines: the first or the last"),
        pytest.param(
            ["ceo@corp.example <evil@evil.example>"], "from-name", id="python reads the first: CVE-2023-27043"
        ),
        pytest.param(
            ['"ceo@corp.example" <evil@evil.example>'], "from-name", id="the name is the only thing phones show"
        ),
        pytest.param(
            ["=?utf-8?q?ceo=40corp.example?= <evil@evil.example>"], "from-name", id="hidden in an encoded word"
        ),
        pytest.param(["ceo＠corp.example <evil@evil.example>"], "from-name", id="full-width at sign"),
        pytest.param(["ceo@corp.example, evil@evil.example"], "from-several", id="two mailboxes"),
        pytest.param(["Marsh, Jo <jo@home.example>"], "from-several", id="comma in a bare name"),
        pytest.param(["alice@corp.example)bob@evil.example"], "from-comment", id="stray bracket"),
        pytest.param(["alice@evil.example(<ceo@corp.example>)"], "from-comment", id="address in a comment"),
        pytest.param(["(ceo@corp.example) evil@evil.example"], "from-comment", id="leading comment"),
        pytest.param(["user@good.example(x)evil.example"], "from-comment", id="comment inside a domain"),
        pytest.param(["jo@home.example (ceo@corp.example)"], "from-comment", id="address in the old kind of name"),
        pytest.param(["jo@home.example (=?utf-8?q?ceo=40corp.example?=)"], "from-name", id="the same, encoded"),
        pytest.param(
            ["jo@home.example (Jo) evil@evil.example"], "from-comment", id="address behind the old kind of name"
        ),
        pytest.param(["jo@home.example (Jo)) (x"], "from-comment", id="old kind of name, unbalanced"),
        pytest.param(["jo@home.example (J(o))"], "from-comment", id="old kind of name, nested"),
        pytest.param(["jo@home.example(Jo)"], "from-comment", id="nothing between address and name"),
        pytest.param(["jo@home.example (Jo\u202e)"], "from-hidden", id="old kind of name, reordered"),
        pytest.param(["Jo (Marsh <jo@home.example>"], "from-comment", id="unclosed comment"),
        pytest.param(["staff: ceo@corp.example;"], "from-group", id="group"),
        pytest.param(["undisclosed-recipients:;"], "from-group", id="empty group"),
        pytest.param(["<@evil.example:ceo@corp.example>"], "from-route", id="route"),
        pytest.param(["<@a.example,@b.example:ceo@corp.example>"], "from-route", id="longer route"),
        pytest.param(['"ceo"@corp.example'], "from-quoted-local", id="quoted local part"),
        pytest.param(
            ['<"ceo@corp.example> x"@evil.example>'], "from-quoted-local", id="quoted local part holds an end"
        ),
        pytest.param(['"foo@x> ORCPT=a@b"@c.example'], "from-quoted-local", id="smuggled parameter: go-mail#495"),
        pytest.param(
            ["=?x?q?a=40evil.example=3e?=@corp.example"], "from-encoded-address", id="encoded word for an address"
        ),
        pytest.param(["<=?utf-8?q?ceo?=@corp.example>"], "from-encoded-address", id="encoded word in angle brackets"),
        pytest.param(["Jo <jo@home.example> <evil@evil.example>"], "from-name", id="two pairs of brackets"),
        pytest.param(["<ceo@corp.example> evil@evil.example"], "from-name", id="address after the brackets"),
        pytest.param(["Jo <jo@home.example> trailing"], "from-syntax", id="words after the brackets"),
        pytest.param(["Jo <jo@home.example"], "from-syntax", id="no closing bracket"),
        pytest.param(["Jo jo@home.example>"], "from-syntax", id="no opening bracket"),
        pytest.param(["Jo << jo@home.example >>"], "from-syntax", id="doubled brackets"),
        pytest.param(["Jo <jo@home.example@evil.example>"], "from-address", id="two at signs"),
        pytest.param(["Jo <jo @home.example>"], "from-syntax", id="space in the address"),
        pytest.param(["Jo Marsh"], "from-syntax", id="no address"),
        pytest.param(["Jo <>"], "from-syntax", id="null address"),
        pytest.param(["Jo <jo>"], "from-address", id="no domain"),
        pytest.param(['"Jo <jo@home.example>'], "from-syntax", id="unclosed quotation"),
        pytest.param(["Jo\\ <jo@home.example>"], "from-syntax", id="stray backslash"),
        pytest.param(["Jo <jo@[192.0.2.1]>"], "from-syntax", id="domain literal"),
        pytest.param(["jö@home.example"], "from-address", id="local part beyond ASCII"),
        pytest.param(["jo@home.example."], "from-address", id="trailing dot"),
        pytest.param(["jo@corp。example"], "from-address", id="ideographic full stop"),
        pytest.param(["jo@ｃorp.example"], "from-address", id="full-width letter"),
        pytest.param(["jo@cоrp.example"], "from-address", id="Cyrillic letter among Latin ones"),
        pytest.param(["jo@xn--crp-sed.example"], "from-address", id="the same in ASCII"),
        pytest.param(["jo@cοrp.example"], "from-address", id="Greek letter among Latin ones"),
        pytest.param(["jo@cօrp.example"], "from-address", id="Armenian letter among Latin ones"),
        pytest.param(["jo@xn--crp-f9p.example"], "from-address", id="Cherokee letter among Latin ones"),
        pytest.param(["Jo\u202e <jo@home.example>"], "from-hidden", id="right-to-left override"),
        pytest.param(["=?utf-8?q?Jo=E2=80=AE?= <jo@home.example>"], "from-hidden", id="the same, encoded"),
        pytest.param(["=?utf-8?q?Jo=0ABcc=3A_x?= <jo@home.example>"], "from-hidden", id="line break in a name"),
        pytest.param(["ceo@corp.example\x00@evil.example"], "from-hidden", id="NUL"),
        pytest.param(["ceo@corp.example\x0b<evil@evil.example>"], "from-hidden", id="vertical tab"),
        pytest.param(["jo@home.example\x0c"], "from-hidden", id="form feed at the end"),
        pytest.param(["jo@home.example\u2028"], "from-syntax", id="line separator at the end"),
        pytest.param(["J" * 2_001], "from-long", id="endless name"),
    ],
)
def test_a_from_line_that_could_be_read_in_two_ways_is_no_identity(lines: list[str], refusal: str) -> None:
    """The families of "Composition kills", espoofer, and CVE-2019-16056, CVE-2023-27043, GHSA-mm7p-fcc7-pg87."""
    assert sender(mail(*lines)) == (None, refusal)


@pytest.mark.parametrize(
    "character", "\u200b\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)
def test_a_name_that_hides_or_reorders_what_is_shown_is_no_identity(character: str) -> None:
    encoded = f"=?utf-8?q?{''.join(f'={byte:02X}' for byte in f'J{character}o'.encode())}?="
    assert sender(mail(f"{encoded} <jo@home.example>")) == (None, "from-hidden")


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("Jo.Marsh@Home.Example", "jo.marsh@home.example"),
        ("jo@MÜLLER.example", "jo@xn--mller-kva.example"),
        ("jo+tag@home.example", "jo+tag@home.example"),
        ("jo@intranet", "jo@intranet"),
        ("jo@home.example ", None),
        ("<jo@home.example>", None),
        ("Jo <jo@home.example>", None),
        ("jo@home.example\r\nBcc: x@y.example", None),
        ('"jo"@home.example', None),
        ("jo(x)@home.example", None),
        ("a@b@c.example", None),
        ("@home.example", None),
        ("jo", None),
        ("", None),
        ("jo@" + "h" * 300 + ".example", None),
    ],
)
def test_an_address_has_one_form_or_none(written: str, form: str | None) -> None:
    assert canonical(written) == form


@given(st.text())
def test_no_text_raises_and_every_identity_is_in_its_final_form(text: str) -> None:
    for address in (canonical(text), sender(mail(text))[0], sender(mail(f"{text} <jo@home.example>"))[0]):
        assert address is None or (canonical(address) == address and address.isascii())


@given(st.text(alphabet='abc@<>"(),:;\\ .=?[]\x00é', max_size=40))
def test_an_address_is_only_accepted_where_every_character_of_it_is_in_the_line(line: str) -> None:
    address, refusal = sender(mail(line))
    assert (address is None) != (refusal is None)
    assert address is None or address in line.lower()


def test_hostile_lines_are_refused_at_once() -> None:
    for line in (
        "(" * 4_000,
        "<" * 1_999,
        '"' * 1_999,
        "a " * 990 + "<",
        "=?" * 990,
        "\\" * 1_999,
        "a@" * 990,
        " " * 1_999,
    ):
        assert sender(mail(line))[0] is None
