"""Reading the commands at the top of a staff mail, however they were typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.staff.commands import ALSO, COMMANDS, MEANT, Command, read


@pytest.mark.parametrize(
    "line",
    [
        *("#resolve sent", "#Resolve sent", "#RESOLVE sent", "#resolved: sent", "#Resolved, sent", "# resolve sent"),
        *(
            "＃resolve sent",
            "#ｒｅｓｏｌｖｅ sent",
            "  #resolve sent",
            "\u00a0#resolve\u00a0sent",
            "\ufeff#resolve sent",
        ),
        *(
            "*#resolve* sent",
            "*#resolve sent*",
            "#resolve - sent",
            "#resolve – sent",
            "#resolve:sent",
            "#resolve\tsent",
        ),
    ],
)
def test_a_command_is_read_however_it_is_typed(line: str) -> None:
    assert read(f"{line}\nDear Jo").commands == (Command(name="resolve", rest="sent"),)
    assert read(f"{line}\nDear Jo").body == "Dear Jo"


@pytest.mark.parametrize(
    "line", ["#follow-up yes", "#follow up yes", "#followed up yes", "# follow up yes", "#FollowUp yes"]
)
def test_followup_is_one_word_or_two(line: str) -> None:
    assert read(line).commands == (Command(name="followup", rest="yes"),)


def test_several_commands_stand_on_several_lines_or_on_one() -> None:
    expected = (Command(name="resolve", rest="shade sent"), Command(name="idea", rest="check first"))
    assert read("#resolve shade sent\n\n#idea check first\n\nDear Jo").commands == expected
    assert read("#resolve shade sent #idea check first\n\nDear Jo").commands == expected


def test_a_word_after_a_mark_inside_a_line_belongs_to_the_line() -> None:
    assert read("#resolve sent item #lamp and #12 again").commands == (
        Command(name="resolve", rest="sent item #lamp and #12 again"),
    )


@pytest.mark.parametrize(
    ("word", "near"),
    [
        *(("reslved", "resolve"), ("resolv", "resolve"), ("promis", "promise"), ("follwup", "followup")),
        *(("stauts", "status"), ("nte", "note"), ("close", "resolve"), ("assign", "pass"), ("merge", "join")),
        ("lampgate", ""),
    ],
)
def test_what_is_no_command_is_named_with_what_was_meant(word: str, near: str) -> None:
    said = read(f"#{word} something")
    assert said.commands == ()
    assert [(u.word, u.near) for u in said.unknown] == [(word, near)]


@pytest.mark.parametrize("text", ["# Your order", "#1 the lamp", "#88123 is late", "Dear Jo", "# 1", "#", "# - #", ""])
def test_other_uses_of_the_mark_are_text(text: str) -> None:
    said = read(text)
    assert (said.commands, said.unknown, said.late) == ((), (), "")
    assert said.body == text


def test_a_command_below_text_is_noticed() -> None:
    assert read("Hi,\n#note she is lying").late == "note"
    assert read("#resolve sent\nDear Jo\n  *#Pass* Warehouse").late == "pass"
    assert read("Dear Jo,\nit is #resolve that you want\n#lamp").late == ""


def test_a_command_that_is_given_twice_is_noticed() -> None:
    assert read("#pass Warehouse\n#passed Customer Care").twice == "pass"
    assert read("#note a\n#reply").twice == ""


def test_every_word_that_is_taken_for_another_leads_to_a_command() -> None:
    assert {*ALSO.values(), *MEANT.values()} <= set(COMMANDS)
    assert not set(ALSO) & set(COMMANDS)
    assert not set(MEANT) & {*COMMANDS, *ALSO}


@given(st.text(max_size=400))
def test_reading_never_raises_and_loses_no_text(text: str) -> None:
    said = read(text)
    if not said.commands and not said.unknown:
        assert said.body == "\n".join(text.splitlines()).strip()
