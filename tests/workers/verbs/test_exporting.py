"""`export`: a person gets what is kept about them, in files that can be read, and nothing of anybody else."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from zipfile import ZipFile

import pytest
from sqlalchemy import select

from config.loader import load
from config.settings import Blobs, Export, Loaded
from intake.message import Envelope, RawMessage
from store import blobs, erasing
from store.objects import Objects
from store.person import Person
from store.schema import blob
from store.writer import Tx
from tests.harbour import POLICY, TUESDAY
from tests.story import DESK, JO, Story, a_story
from tests.workers.verbs.conftest import Verb
from tests.workers.verbs.mails import SETTINGS
from workers.verbs.exporting import hand_over
from workers.verbs.gathering import NotAtHand

BO = "Bo Lane <bo@third.example>"
SECRETS = ("BO-WORDS", "STAFF-WORDS", "NOTE-WORDS", "CY-WORDS")  # that Jo must not see


@pytest.fixture
async def story() -> AsyncIterator[Story]:
    async with a_story() as told:
        yield told


def loaded(story: Story, *, notes: bool = False) -> Loaded:
    found = load(None, environ={}, spare_key=POLICY.keys[0], rehearsal=False)
    return replace(found, policy=story.desk.policy, settings=replace(found.settings, export=Export(notes=notes)))


async def exported(story: Story, who: str, folder: Path, **options: bool) -> dict[str, str]:
    """The archive's files and what stands in them."""
    path = folder / f"{len(os.listdir(folder))}.zip"
    await story.store.read(lambda tx: hand_over(tx, who, path, loaded(story, **options), story.now))
    with ZipFile(path) as file:
        assert file.testzip() is None
        return {name: file.read(name).decode("utf-8", "replace") for name in file.namelist()}


async def two_people(story: Story) -> str:
    """Jo complains, Bo joins in, staff talk among themselves, and Cy has a case of their own."""
    opened = await story.mail("My lamp (order 88123) leaks. I am disappointed. JO-WORDS", subject="Lamp", Cc=BO)
    ref = opened.case_ref or ""
    ack = await story.latest("acknowledgement")
    told = await story.latest("notification")
    await story.staff(told, "#note NOTE-WORDS bo@third.example is rude, see cy@fourth.example")
    await story.staff(told, "Dear Jo, a new lamp is on its way. ANSWER-WORDS")
    await story.reply(ack, "BO-WORDS I live there too", by=BO)
    held = await story.latest("notification")
    await story.staff(held, f"#join {ref}")
    await story.mail("CY-WORDS my kettle (order 55555) is broken, I want to complain", by="Cy <cy@fourth.example>")
    return ref


async def test_what_somebody_wrote_and_got_is_theirs_byte_for_byte(story: Story, tmp_path: Path) -> None:
    ref = await two_people(story)
    files = await exported(story, "jo@customer.example", tmp_path)
    mails = {name: text for name, text in files.items() if name.endswith(".eml")}
    assert {name.split("/")[0] for name in mails} == {ref}
    assert sum("JO-WORDS" in text for name, text in mails.items() if "-to-us-" in name) == 1
    assert sum("ANSWER-WORDS" in text for name, text in mails.items() if "-from-us-" in name) == 1
    sent = {letter.blob for letter in await story.letters(address="jo@customer.example")}
    assert {text.encode() for name, text in mails.items() if "-from-us-" in name} == sent


async def test_nothing_of_another_person_or_of_staff_is_in_it(story: Story, tmp_path: Path) -> None:
    """H-05."""
    await two_people(story)
    files = await exported(story, "jo@customer.example", tmp_path)
    whole = "\n".join(text for name, text in files.items() if not name.endswith(".eml"))
    assert [word for word in SECRETS if word in "\n".join(files.values())] == []
    for address in ("bo@third.example", "cy@fourth.example", "asha@staff.harbour.example"):
        assert address not in whole
    assert "Bo Lane" not in whole


async def test_who_joined_later_gets_their_own_mail_and_not_the_complaint(story: Story, tmp_path: Path) -> None:
    ref = await two_people(story)
    files = await exported(story, "bo@third.example", tmp_path)
    case = json.loads(files[f"{ref}/case.json"])
    assert (case["opened_by_you"], case["register"], case["your_name"]) == (False, None, None)
    apart = "\n".join(text for name, text in files.items() if not name.endswith(".eml"))
    assert "JO-WORDS" not in apart
    assert "ANSWER-WORDS" not in apart
    assert "Jo Marsh" not in apart
    mails = [text for name, text in files.items() if "-to-us-" in name]
    assert sum("BO-WORDS" in text for text in mails) == 1
    assert sum("JO-WORDS" in text for text in mails) == 1, "Jo sent Bo a copy"


async def test_notes_of_staff_are_shown_only_where_the_settings_say_so(story: Story, tmp_path: Path) -> None:
    ref = await two_people(story)
    silent = await exported(story, "jo@customer.example", tmp_path)
    assert "internal notes: 1" in silent["README.txt"]
    open_ = await exported(story, "jo@customer.example", tmp_path, notes=True)
    assert "noted: NOTE-WORDS [somebody else's address] is rude" in open_[f"{ref}/history.txt"]
    assert "internal notes" not in open_["README.txt"]


async def test_another_persons_case_is_not_named(story: Story, tmp_path: Path) -> None:
    ref = await two_people(story)
    other = (await story.mail("CY-WORDS again", by="Cy <cy@fourth.example>", subject=f"Re: [{ref}]")).case_ref
    files = await exported(story, "cy@fourth.example", tmp_path)
    assert other
    assert ref not in "".join(text for name, text in files.items() if not name.endswith(".eml"))
    assert "[another case]" in files[f"{other}/history.txt"]


async def test_a_chat_is_told_line_by_line(story: Story, tmp_path: Path) -> None:
    said = await story.says("My kettle leaks, this is a complaint", name="Kit", address="")
    ref = said.case_ref or ""
    said_there = (await exported(story, "c1", tmp_path))[f"{ref}/chat.txt"]
    assert said_there.startswith("2026-01-13 10:04  You:\nMy kettle leaks, this is a complaint\n")
    assert "Harbour Home:\n" in said_there


async def test_mail_that_came_to_no_case_is_found_by_who_wrote_it(story: Story, tmp_path: Path) -> None:
    await story.mail("Out of office", Auto_Submitted="auto-replied")
    await story.mail("Out of office CY-WORDS", by="cy@fourth.example", Auto_Submitted="auto-replied")
    files = await exported(story, "JO@customer.example", tmp_path)
    [name] = [name for name in files if name.startswith("without-a-case/")]
    assert "Out of office" in files[name]
    assert "CY-WORDS" not in "".join(files.values())


HOSTILE = ("../../etc/passwd", "..\\..\\boot.ini", "/absolute.txt", "CON", "a\u202egpj.exe", "\x00nul", "", "x" * 400)


async def test_names_that_strangers_gave_their_files_lead_nowhere_else(story: Story, tmp_path: Path) -> None:
    """H-05, P-08."""
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = JO, DESK, "../../../tmp/evil"
    letter["Message-ID"] = "<hostile@customer.example>"
    letter.set_content("My lamp is broken, I want to complain.")
    for name in HOSTILE:
        letter.add_attachment(b"harmless", maintype="application", subtype="octet-stream", filename=name or None)
    raw = RawMessage(
        channel="smtp",
        account="smtp",
        source_id="hostile",
        envelope=Envelope(mail_from="jo@customer.example", rcpt_to=(DESK,)),
        blob=letter.as_bytes(),
        received_at=TUESDAY,
    )
    ref = (await story.arrives(raw)).case_ref
    names = list(await exported(story, "jo@customer.example", tmp_path))
    files = [name for name in names if "/attachments/" in name]
    assert len(files) == len(set(files)) == len(HOSTILE)
    for name in names:
        assert name.count("/") <= 2
        assert ".." not in name.split("/")
        assert "\\" not in name
        assert name.isprintable()
        assert name.split("/")[0] in (ref, "README.txt", "person.json")
        assert len(name.split("/")[-1]) <= 140


async def test_the_same_archive_is_made_of_the_same_store(story: Story, tmp_path: Path) -> None:
    await two_people(story)
    for name in ("one.zip", "two.zip"):
        await story.store.read(
            lambda tx, name=name: hand_over(tx, "jo@customer.example", tmp_path / name, loaded(story), story.now)
        )
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


async def test_the_covering_letter_is_in_the_customers_language(story: Story, tmp_path: Path) -> None:
    words = "Guten Tag, die Lampe (Bestellung 88123) ist kaputt angekommen und ich bin sehr enttäuscht davon."
    await story.mail(words, subject="Lampe kaputt")
    files = await exported(story, "jo@customer.example", tmp_path)
    assert files["README.txt"].startswith("Was Harbour Home über Sie speichert, Stand 13. Januar 2026")


def test_a_person_is_handed_over_by_address_and_by_number(verb: Verb, filled: Path, tmp_path: Path) -> None:
    said = verb("export", "jo@customer.example", "jo.zip", "--config", filled)
    assert (said.status, said.err) == (0, "")
    assert said.out.startswith("jo.zip: messages 1")
    with ZipFile(tmp_path / "jo.zip") as file:
        person = json.loads(file.read("person.json"))
        assert "Hello, you asked what we keep about you." in file.read("README.txt").decode()
    assert person["reached_at"] == [{"kind": "mail", "value": "jo@customer.example"}]
    assert verb("export", person["contact"], "again.zip", "--config", filled).status == 0
    assert (tmp_path / "jo.zip").stat().st_mode & 0o777 == 0o600


def test_of_somebody_who_was_erased_it_says_so(verb: Verb, filled: Path, tmp_path: Path) -> None:
    verb("export", "jo@customer.example", "jo.zip", "--config", filled)
    with ZipFile(tmp_path / "jo.zip") as file:
        number = json.loads(file.read("person.json"))["contact"]
    assert verb("erase", number, "--yes", "--even-open", "--config", filled).status == 0
    said = verb("export", number, "gone.zip", "--config", filled)
    assert (said.status, said.err) == (1, f"{number}: what was kept about them was erased\n")
    said = verb("export", "jo@customer.example", "gone.zip", "--config", filled)
    assert (said.status, said.err) == (1, "jo@customer.example: nothing is kept about them\n")


async def test_of_an_erased_case_only_that_is_told(story: Story, tmp_path: Path) -> None:
    ref = await two_people(story)
    whole = Person(contact_id=None, name="", points=(), refs=(ref,), opened=frozenset({ref}))
    await story.store.write(
        lambda tx: erasing.erase(tx, erasing.doomed(tx, whole), policy=story.desk.policy, now=story.now)
    )
    files = await exported(story, "jo@customer.example", tmp_path)
    assert [name for name in files if name.startswith(f"{ref}/messages")] == []
    assert files[f"{ref}/history.txt"] == "Tue 13 Jan 2026 10:04  Answerable erased all that was before\n"
    assert json.loads(files[f"{ref}/case.json"])["issue"] == "erased"


def test_no_file_is_replaced(verb: Verb, filled: Path, tmp_path: Path) -> None:
    (tmp_path / "jo.zip").write_text("precious")
    said = verb("export", "jo@customer.example", "jo.zip", "--config", filled)
    assert (said.status, said.err) == (1, "jo.zip: there is such a file already\n")
    assert (tmp_path / "jo.zip").read_text() == "precious"


@pytest.mark.parametrize("who", ["nobody@nowhere.example", "4711", "no address"])
def test_of_a_stranger_there_is_nothing_and_no_file(verb: Verb, filled: Path, tmp_path: Path, who: str) -> None:
    said = verb("export", who, "who.zip", "--config", filled)
    assert (said.status, said.err) == (1, f"{who}: nothing is kept about them\n")
    assert not (tmp_path / "who.zip").exists()


def test_a_folder_that_is_not_there_is_a_sentence(verb: Verb, filled: Path) -> None:
    said = verb("export", "jo@customer.example", "none/jo.zip", "--config", filled)
    assert (said.status, said.err) == (1, "none/jo.zip: No such file or directory\n")


async def moved_away(story: Story, to: Objects) -> None:
    """All bytes of settled mail lie in the object store."""

    def move(tx: Tx) -> None:
        for blob_id in tx.scalars(select(blob.c.sha256)).all():
            to.put(blob_id, blobs.sealed(tx, blob_id) or b"")
            blobs.let_go(tx, [blob_id])

    await story.store.write(move)


async def test_mail_that_was_moved_to_the_object_store_is_fetched_from_there(story: Story, tmp_path: Path) -> None:
    await story.mail("My lamp leaks. JO-WORDS")
    await moved_away(story, Objects(str(tmp_path / "blobs"), story.store.unseal))
    known = loaded(story)
    with pytest.raises(NotAtHand):
        await story.store.read(lambda tx: hand_over(tx, "jo@customer.example", tmp_path / "no.zip", known, story.now))
    assert not (tmp_path / "no.zip").exists()
    named = replace(known, settings=replace(known.settings, blobs=Blobs(url=str(tmp_path / "blobs"))))
    await story.store.read(lambda tx: hand_over(tx, "jo@customer.example", tmp_path / "yes.zip", named, story.now))
    with ZipFile(tmp_path / "yes.zip") as file:
        assert any(b"JO-WORDS" in file.read(name) for name in file.namelist() if "-to-us-" in name)


def test_a_covering_letter_that_cannot_be_written_is_found_before_it_is_needed(verb: Verb, filled: Path) -> None:
    own = filled.parent / "letters" / "en_GB"
    own.mkdir(parents=True)
    (own / "covering.jinja").write_text("{% set subject %}x{% endset %}{{ paper.heading(nobody.name) }}")
    filled.write_text(f'[letters]\nfolder = "letters"\n{SETTINGS}')
    said = verb("check", "--config", filled)
    assert (said.status, "letter en_GB/covering for brand harbour: 'nobody' is undefined" in said.err) == (1, True)
