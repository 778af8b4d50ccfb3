"""What holds for every case, whatever happens to it and in whatever order."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from intake.case import Case, Event, Kind, PromiseState, Status
from intake.deciding.decision import Decision, Due, Facts, Sent
from intake.deciding.due import due
from intake.deciding.promising import next_look
from intake.history import FOLDS, fold, replay
from intake.letters.letter import LetterKind
from intake.signals import Direction, Origin, Token
from tests.harbour import HARBOUR, POLICY, TUESDAY
from tests.intake.asking import ask, decided
from tests.paper import letters

WORDS = [
    "Yes",
    "No",
    "Thanks!",
    "All good now, thank you",
    "It is still broken",
    "Where is it?",
    "yes please call me",
    "😡",
]
ORDERS = [
    "It is on its way.",
    "#note called the depot",
    "#pass Warehouse",
    "#promise tomorrow\nYou hear from me tomorrow.",
    "#complex",
    "#resolve replaced",
    "#resolve replaced\nA new one is on its way.",
    "#followup yes",
    "#followup no",
    "#followup voicemail",
    "#reopen",
    "#idea count the boxes",
    "#status",
]
ASHA = "Asha Patel <asha@staff.harbour.example>"
STEPS = st.one_of(
    st.tuples(st.just("customer"), st.sampled_from(WORDS)),
    st.tuples(st.just("staff"), st.sampled_from(ORDERS)),
    st.tuples(st.just("robot"), st.just("I am away.")),
    st.tuples(st.just("time"), st.sampled_from(["1", "5", "26", "80"])),
)
ANSWERABLE = (LetterKind.ACKNOWLEDGEMENT, LetterKind.REPEAT_ACKNOWLEDGEMENT, LetterKind.REPLY, LetterKind.FOLLOW_UP)


class Life:
    """One case, and everything that is decided about it."""

    def __init__(self) -> None:
        self.now = TUESDAY
        self.events: list[Event] = []
        self.answers: Sent | None = None
        self.take(decided(ask()))

    @property
    def case(self) -> Case:
        return replay(self.events)

    def step(self, who: str, what: str) -> None:
        self.now += timedelta(minutes=7)
        if who == "time":
            self.now += timedelta(hours=int(what))
            pen = letters()
            self.take(due(self.case, pen.policy, pen, now=self.now))
            return
        token = Token(direction=Direction.STAFF, ref="x", subject="asha") if who == "staff" else None
        signals = {"tokens": (token,) if token else (), "login": "asha" if token else None}
        signals |= {"origin": Origin.AUTO_REPLY} if who == "robot" else {}
        facts = Facts(by_token=self.case, answers=None if token else self.answers)
        by = {"by": ASHA} if token else {}
        self.take(decided(ask(what, now=self.now, facts=facts, signals=signals, **by)))  # type: ignore[arg-type]

    def take(self, done: Decision | Due) -> None:
        before = self.case if self.events else None
        new = [event for change in done.changes for event in change.events]
        self.events += new
        assert self.case == (fold(before, new) if before else replay(new)), "the projection is the history replayed"
        for letter in done.letters:
            if letter.kind in ANSWERABLE:
                self.answers = Sent(
                    outbox_id=1,
                    case_ref=self.case.ref,
                    kind=letter.kind,
                    message_id="l1@harbour.example",
                    recipient=letter.to.address,
                    text=letter.text,
                    in_flight=False,
                )
            assert letter.to.address


@settings(deadline=None, max_examples=40)
@given(st.lists(STEPS, max_size=8))
def test_whatever_happens_a_case_keeps_its_owner_its_truth_and_its_next_look(steps: list[tuple[str, str]]) -> None:
    life = Life()
    for who, what in steps:
        life.step(who, what)
        case = life.case
        assert POLICY.person(case.owner)
        assert case.owner == "asha", "who is accountable does not change by itself"
        assert POLICY.person(case.handler)
        if case.settled:
            assert case.followed_up_on is not None
            assert case.resolution
            assert not any(p.state is PromiseState.OPEN for p in case.promises)
            assert _followed_up_since_reopened(life.events)
        assert next_look(case, HARBOUR) or _waits_for_the_customer(case) or case.status is Status.RESOLVED


def _followed_up_since_reopened(events: list[Event]) -> bool:
    reopened = max((n for n, e in enumerate(events) if e.kind is Kind.CASE_REOPENED), default=0)
    return any(
        (e.kind is Kind.FOLLOW_UP_ANSWERED and e.data["answer"] == "yes") or e.data.get("followed_up_on")
        for e in events[reopened:]
    )


def _waits_for_the_customer(case: Case) -> bool:
    """A person has answered them, or they were asked whether all is well."""
    return bool(case.replies or case.follow_up_sent_at)


def test_every_kind_of_event_has_its_fold_but_those_that_a_case_begins_with() -> None:
    assert set(FOLDS) == set(Kind) - {Kind.CASE_OPENED, Kind.ERASED}
