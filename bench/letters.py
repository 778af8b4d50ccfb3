"""What it costs to write letters: `python -m bench.letters`.

Milliseconds of the processor for one letter of each kind to the customer and to staff, in one run and in turns: running its
templates (as it is done once for every situation), filling its form in, and making its bytes.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from statistics import median
from typing import Any

from bench.journey import house
from intake.letters.compose import compose
from intake.letters.forms import Written
from intake.letters.kinds import Letters
from intake.letters.letter import Letter, LetterKind
from intake.letters.rehearsal import NOW, PROMISE, sample
from intake.letters.stationery import Stationery


class Running(Stationery):
    """Stationery that runs the templates for every letter."""

    def write(self, kind: LetterKind, *, locale: str, values: Mapping[str, Any]) -> Written:
        found = self.locale_for(kind, locale)
        return self.run(f"{found}/{kind}.jinja", {**values, "locale": found})


def writers(pen: Letters) -> dict[str, Callable[[int], Letter]]:
    """Two letters that every complaint causes, for one customer of many."""
    person, brand = pen.policy.people[0], pen.policy.brands[0]
    case = replace(sample(pen.policy, brand), related=(), promises=(), ideas=())

    def acknowledgement(number: int) -> Letter:
        mine = replace(case, customer_name=f"Jo Marsh {number}")
        return pen.acknowledgement(mine, cause="bench", now=NOW, promise=PROMISE, ask_first_time=True)

    def notification(number: int) -> Letter:
        told: dict[str, Any] = {"words": f"{case.words}\n{number}", "reasons": ("first-contact",), "kind_of": "new"}
        mine = replace(case, customer_name=f"Jo Marsh {number}")
        return pen.notification(mine, person, cause="bench", now=NOW, promise=PROMISE, **told)

    return {"acknowledgement": acknowledgement, "notification": notification}


def cost(run: Callable[[int], object], count: int) -> float:
    began = time.process_time()
    for number in range(count):
        run(number)
    return 1000 * (time.process_time() - began) / count


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=300)
    options.add_argument("--rounds", type=int, default=7)
    chosen = options.parse_args()
    loaded = house()
    policy, brand = loaded.policy, loaded.policy.brands[0]
    by_form = writers(Letters(policy=policy, stationery=loaded.stationery))
    by_running = writers(Letters(policy=policy, stationery=Running(loaded.stationery.templates)))
    print(f"{'milliseconds of the processor a letter':40} templates run   form filled   bytes made")
    for name, write in by_form.items():
        letter = write(0)

        def made(_: int, letter: Letter = letter) -> object:
            return compose(letter, brand=brand, policy=policy, letter_id="a" * 16, now=NOW)

        rounds = [[cost(run, chosen.count) for run in (by_running[name], write, made)] for _ in range(chosen.rounds)]
        print(f"{name:40} " + "   ".join(f"{median(values):11.3f}" for values in zip(*rounds, strict=True)))


if __name__ == "__main__":
    main()
