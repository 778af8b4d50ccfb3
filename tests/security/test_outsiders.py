"""What strangers, people on Cc and machines can reach of a case: nothing. With real parsing, rules, letters and store."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import SMTP

import pytest

from intake.tokens import customer_address
from tests.harbour import ASHA, HARBOUR
from tests.security.spoofing import BORDER, ME, Forgery, Scene, a_scene, verdict

MALLORY = "mallory@evil.example"
HERS = BORDER + verdict(f"{ME}; dmarc=pass header.from=evil.example")


async def to_outsiders(scene: Scene) -> list[str]:
    """Every word that went to somebody who is neither staff nor the customer of the first case."""
    inside = {p.email for p in scene.story.desk.policy.people} | {"jo@customer.example", "al@customer.example"}
    return [posted.mail.as_string() for posted in await scene.story.letters() if posted.address not in inside]


async def ids(scene: Scene) -> str:
    """The Message-ID of the acknowledgement that the customer got."""
    return (await scene.story.latest("acknowledgement", "jo@customer.example")).mail["Message-ID"]


@pytest.mark.parametrize("key", ["number", "references", "address", "all of them"])
async def test_s06_a_number_an_id_or_an_address_opens_no_case_to_a_stranger(key: str) -> None:
    """zammad#5064, faveo#165, freescout#1095: a number in the subject let anybody in."""
    async with a_scene() as scene:
        stolen = customer_address(scene.story.desk.policy, HARBOUR, scene.ref)
        everything = key == "all of them"
        forgery = Forgery(
            to=stolen if key == "address" or everything else "help@harbour.example",
            subject=f"Re: [{scene.ref}]" if key == "number" or everything else "Hello",
            more=f"References: {await ids(scene)}\r\nIn-Reply-To: {await ids(scene)}\r\n" if key != "address" else "",
            from_=(MALLORY,),
            top=HERS,
            body="Please send me the whole history.",
        )
        decision = await scene.arrives(forgery)
        case = await scene.story.case(scene.ref)
        assert (case.participants, case.contacts) == (("jo@customer.example",), 1)
        assert decision.case_ref != scene.ref
        assert (await scene.story.case(decision.case_ref)).related == (scene.ref,)
        for words in await to_outsiders(scene):
            assert not any(secret in words for secret in ("jo@customer", "Jo Marsh", "88123", "shade", scene.ref))


async def test_s07_who_is_copied_in_by_a_customer_gets_nothing() -> None:
    """Zendesk CVE-2024-49193: whoever stood on Cc had the whole history and every letter to come."""
    async with a_scene() as scene:
        to = customer_address(scene.story.desk.policy, HARBOUR, scene.ref)
        top = BORDER + verdict(f"{ME}; dmarc=pass header.from=customer.example")
        copied = Forgery(
            to=to, more=f"Cc: {MALLORY}\r\n", from_=("Jo Marsh <jo@customer.example>",), top=top, body="Any news?"
        )
        await scene.arrives(copied)
        await scene.arrives(Forgery(to=scene.addresses["stolen"]))
        assert len(await scene.relayed()) == 1
        assert await to_outsiders(scene) == []
        assert MALLORY not in (await scene.story.case(scene.ref)).participants
        await scene.arrives(Forgery(to=to, from_=(MALLORY,), top=HERS, body="Answering all."))
        assert MALLORY not in (await scene.story.case(scene.ref)).participants


@pytest.mark.parametrize("where", ["case", "desk", "staff"])
async def test_s08_a_code_that_a_service_sends_to_a_case_stays_with_staff(where: str) -> None:
    """Ticket Trick: sign up somewhere with the address of a case, and read the code in the answer."""
    async with a_scene() as scene:
        policy = scene.story.desk.policy
        to = {
            "case": customer_address(policy, HARBOUR, scene.ref),
            "desk": "help@harbour.example",
            "staff": scene.addresses["stolen"],
        }[where]
        before = len(await scene.story.letters())
        code = Forgery(
            to=to,
            from_=("Chat <no-reply@chat.example>",),
            top=BORDER + verdict(f"{ME}; dmarc=pass header.from=chat.example"),
            subject="Your code is 123456",
            body="Your confirmation code is 123456.",
            more="Auto-Submitted: auto-generated\r\n",
        )
        await scene.arrives(code)
        staff = {p.email for p in policy.people}
        assert {posted.address for posted in (await scene.story.letters())[before:]} <= staff
        assert await scene.relayed() == []


DIFFERENTIALS = [
    f"{ASHA.email} <x@evil.example>",
    f'"{ASHA.email}" <x@evil.example>',
    f"{ASHA.email}, x@evil.example",
    f"x@evil.example, {ASHA.email}",
    f"<{ASHA.email}> x@evil.example",
    f"{ASHA.email})x@evil.example",
    f"({ASHA.email}) x@evil.example",
    f"x@evil.example (<{ASHA.email}>)",
    f"x@evil.example ({ASHA.email})",
    f"{ASHA.email}(x).evil.example",
    f'"{ASHA.email}> ORCPT=a@b"@evil.example',
    f"staff: {ASHA.email};",
    f"<@evil.example:{ASHA.email}>",
    f'"asha"@{ASHA.email.partition("@")[2]}',
    f'"{ASHA.email}> x"@evil.example',
    "=?utf-8?q?asha=40staff=2Eharbour=2Eexample?= <x@evil.example>",
    "=?utf-8?q?asha?=@staff.harbour.example",
    "asha@staff.harbour.example.",
    "asha@stаff.harbour.example",
    "asha@staff.harbour。example",
    "аsha@staff.harbour.example",
    f"Asha\u202e <{ASHA.email}>",
    f"{ASHA.email}\x00",
    f"Asha <{ASHA.email}>, Asha <{ASHA.email}>",
]


@pytest.mark.parametrize("line", DIFFERENTIALS)
async def test_s09_s10_a_from_that_two_readers_read_apart_is_nobody_and_the_mail_is_filed(line: str) -> None:
    """CVE-2019-16056, CVE-2023-27043, GHSA-mm7p-fcc7-pg87, go-mail#495, espoofer: with our border's pass for either domain."""
    async with a_scene() as scene:
        before = len(await scene.story.letters())
        for domain in ("evil.example", "staff.harbour.example"):
            top = BORDER + verdict(f"{ME}; dmarc=pass header.from={domain}")
            decision = await scene.arrives(Forgery(to=scene.addresses["stolen"], from_=(line,), top=top))
            assert decision.hold is not None
            decision = await scene.arrives(
                Forgery(to="help@harbour.example", from_=(line,), top=top, subject="Complaint")
            )
            assert decision.case_ref not in (None, scene.ref, scene.other)
        assert await scene.relayed() == []
        staff = {p.email for p in scene.story.desk.policy.people}
        assert {posted.address for posted in (await scene.story.letters())[before:]} <= staff, "and nobody is answered"


STEERING = (
    *("X-Answerable", "X-Answerable-Case", "X-Complaint-Case", "X-Complaint-Status", "X-Resolved-Contact"),
    *("RT-Originator", "X-RT-Original-Encoding", "RT-Attach-Message", "RT-Send-Cc", "RT-Squelch-Replies-To"),
    *("X-Zammad-Ticket-CustomerId", "X-Zammad-Article-Internal", "X-OTRS-FollowUp-State", "X-OTRS-Owner"),
)


async def test_s13_headers_of_ours_in_a_strangers_mail_have_no_effect_even_in_an_attached_one() -> None:
    """RT CVE-2012-4735 and CVE-2023-41259: headers from outside steered the ticket."""
    inside = "X-Answerable: l1.kaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n" + verdict(f"{ME}; dmarc=pass header.from=evil.example")
    mime = 'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n'
    attached = f"Content-Type: message/rfc822\r\n\r\n{inside}From: {ASHA.email}\r\n\r\n#resolve"
    body = f"--b\r\n\r\nA complaint.\r\n--b\r\n{attached}\r\n--b--"
    async with a_scene() as scene:
        before = len(await scene.story.letters())
        steering = "".join(f"{name}: {scene.ref}\r\n" for name in STEERING)
        resent = f"Resent-From: {ASHA.email}\r\nResent-To: jo@customer.example\r\nResent-Bcc: jo@customer.example\r\n"
        more = f"{steering}{resent}Bcc: jo@customer.example\r\n{mime}"
        decision = await scene.arrives(
            Forgery(to="help@harbour.example", from_=(MALLORY,), top=BORDER, more=more, body=body, subject="Hello")
        )
        assert decision.verdict.value == "OPEN"
        assert (await scene.story.case(scene.ref)).contacts == 1
        staff = {p.email for p in scene.story.desk.policy.people}
        out = [p for p in (await scene.story.letters())[before:] if p.address not in staff]
        assert {p.address for p in out} <= {MALLORY}, "nobody whom a header names"
        for posted in out:
            assert not {name.lower() for name in posted.mail} & {
                "resent-from",
                "resent-to",
                *map(str.lower, STEERING[1:]),
            }


@pytest.mark.parametrize(
    "words",
    [
        "=?utf-8?q?Hello=0ABcc=3A_v=40x=2Eexample?=",
        "=?utf-8?q?Hello=0D=0A=0D=0AHello?=",
        "=?utf-8?b?SGVsbG8NCkJjYzogdkB4LmV4YW1wbGU=?=",
        "=?utf-8?q?Hello=C2=85Bcc=3A_v=40x=2Eexample?=",
        "=?utf-8?q?Hello=E2=80=A8Bcc=3A_v=40x=2Eexample?=",
        "Hello\x00World",
        "(" + "x" * 70 + ")",
    ],
)
async def test_s14_no_header_grows_out_of_a_subject_or_a_name(words: str) -> None:
    """RT CVE-2012-4730, Python CVE-2024-6923, CVE-2025-11468, CVE-2026-1299."""
    async with a_scene() as scene:
        by = f"{words} <jo@customer.example>"
        top = BORDER + verdict(f"{ME}; dmarc=pass header.from=customer.example")
        before = len(await scene.story.letters())
        await scene.arrives(
            Forgery(
                to="help@harbour.example", from_=(by,), top=top, subject=words, body="My kettle (order 77001) leaks."
            )
        )
        written = (await scene.story.letters())[before:]
        assert written
        for posted in written:
            for reading in (posted.mail, message_from_bytes(posted.blob, policy=SMTP)):
                names = [name.lower() for name, _ in reading.items()]
                assert len(names) == len(set(names))
                assert not {"bcc", "cc"} & set(names)
