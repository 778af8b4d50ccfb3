"""`parse` and `explain`: what is in a file, and what would become of it. Nothing is stored."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workers.verbs.conftest import Verb
from tests.workers.verbs.mails import mail, mbox
from workers.verbs.explain import together

CONTRACT = [
    *("path", "index", "message_id", "in_reply_to", "references", "subject", "from", "to", "cc", "reply_to", "sent_at"),
    *("text", "html", "reply", "signature", "quoted", "forwarded", "attachments"),
    *("origin", "auto_reply_allowed", "auto_reply_reason", "reports", "defects"),
]


def test_parse_prints_one_object_a_line_with_the_keys_of_the_contract(verb: Verb, tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(mail())
    [found] = verb("parse", "--json", path).lines
    assert list(found) == CONTRACT
    assert (found["path"], found["index"], found["subject"]) == (str(path), 0, "Broken thing 1")


def test_an_unreadable_file_is_an_object_with_an_error_and_all_others_are_answered(verb: Verb, tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(mail())
    for name in ("parse", "explain"):
        said = verb(name, "--json", path, tmp_path / "none.eml", tmp_path, path)
        assert said.status == 1
        assert ["error" in each for each in said.lines] == [False, True, True, False]
        assert said.lines[1] == {"path": str(tmp_path / "none.eml"), "error": "No such file or directory"}


@pytest.mark.parametrize(
    ("form", "content", "text"),
    [
        ("text", b"Plain words.\n", "Plain words."),
        ("html", b"<p>Marked <b>words</b>.</p>", "Marked words."),
        ("eml", mail(), "Thing number 1 arrived broken. I am disappointed."),
    ],
)
def test_parse_reads_every_form(verb: Verb, tmp_path: Path, form: str, content: bytes, text: str) -> None:
    (tmp_path / "file").write_bytes(content)
    [found] = verb("parse", "--format", form, "--json", tmp_path / "file").lines
    assert found["text"].strip() == text


def test_an_mbox_is_read_message_by_message_and_its_quoted_from_lines_are_mended(verb: Verb, tmp_path: Path) -> None:
    second = mail(2).replace(b"I am", b"\n>From what I saw I am")
    path = mbox(tmp_path / "box", mail(1), second)
    found = verb("parse", "--format", "mbox", "--json", path).lines
    assert [(each["index"], each["subject"]) for each in found] == [(0, "Broken thing 1"), (1, "Broken thing 2")]
    assert "\nFrom what I saw I am" in found[1]["text"]


def test_parse_for_people_shows_what_was_newly_written(verb: Verb, tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(mail())
    said = verb("parse", "a.eml", "none.eml")
    assert "Thing number 1 arrived broken." in said.out
    assert said.err == "none.eml: No such file or directory\n"


def test_explain_plays_messages_in_order_so_that_an_answer_meets_its_case(verb: Verb, tmp_path: Path) -> None:
    (tmp_path / "1.eml").write_bytes(mail())
    (tmp_path / "2.eml").write_bytes(mail(2, Subject="Re: Broken thing 1", In_Reply_To="<m1@customer.example>"))
    said = verb("explain", "--json", "1.eml", "2.eml")
    first, second = said.lines
    assert said.status == 0
    assert set(CONTRACT) < set(first)
    assert (first["verdict"], second["verdict"]) == ("OPEN", "APPEND")
    assert first["case"] == second["case"] == first["case_ref"]
    assert first["reasons"][0] == "first-contact"
    assert [letter["kind"] for letter in first["letters"]] == ["acknowledgement", "notification"]
    assert not (tmp_path / "var").exists()


def test_explain_says_for_people_which_rules_hit_and_missed_and_shows_the_letters(verb: Verb, tmp_path: Path) -> None:
    (tmp_path / "1.eml").write_bytes(mail())
    out = verb("explain", "1.eml").out
    assert "    yes  first-contact" in out
    assert "    no   second-delivery" in out
    assert "letter: notification to asha@staff.harbour.example" in out


def test_in_an_mbox_strangers_who_answer_each_other_share_a_case(verb: Verb, tmp_path: Path) -> None:
    """What would really be decided about a stranger stands beside it: their contact is held."""
    stranger = mail(2, "kit@elsewhere.example", Subject="Re: Broken thing 1", In_Reply_To="<m1@customer.example>")
    path = mbox(tmp_path / "box", mail(1), stranger, mail(3, "bo@third.example", Subject="A different matter"))
    first, second, third = verb("explain", "--format", "mbox", "--json", path).lines
    assert first["case"] == second["case"] != third["case"]
    assert second["verdict"] == "HOLD"
    assert second["case_ref"] != first["case_ref"]


@pytest.mark.parametrize(
    ("refs", "numbers", "mailbox", "names"),
    [
        (["A", "A", "B"], [0, 0, 1], True, ["A", "A", "B"]),
        (["A", "B", None], [0, 0, 0], True, ["A", "A", "A"]),
        (["A", "A"], [0, 1], True, ["A", "thread-1"]),
        ([None, None, "A"], [0, 1, 1], True, ["thread-0", "A", "A"]),
        (["A", "B", None, None], [0, 0, 0, 1], False, ["A", "B", "A", None]),
    ],
)
def test_messages_are_named_after_the_first_case_of_their_thread(
    refs: list[str | None], numbers: list[int], mailbox: bool, names: list[str | None]
) -> None:
    assert together(refs, numbers, mailbox=mailbox) == names


def test_explain_with_settings_asks_the_real_database_and_writes_nothing_to_it(verb: Verb, settings: Path) -> None:
    data = settings.parent
    (data / "1.eml").write_bytes(mail())
    (data / "2.eml").write_bytes(mail(2, Subject="Re: Broken thing 1", In_Reply_To="<m1@customer.example>"))
    assert verb("import", "1.eml", "--config", settings).status == 0
    before = verb("audit", "--json", "--config", settings).lines
    [answer] = verb("explain", "--json", "--config", settings, "2.eml").lines
    [case] = verb("cases", "--json", "--config", settings).lines
    assert (answer["verdict"], answer["case"]) == ("APPEND", case["ref"])
    assert verb("audit", "--json", "--config", settings).lines == before
