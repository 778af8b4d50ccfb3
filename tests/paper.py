"""The letters of Harbour Home, for tests: with the templates that are built in."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from config.loader import load
from intake.letters.kinds import Letters
from intake.letters.stationery import Stationery
from tests.harbour import HARBOUR, POLICY

BILINGUAL = replace(HARBOUR, locales=("en_GB", "de_DE"))


@cache
def stationery() -> Stationery:
    return load(None, environ={}, spare_key=POLICY.keys[0]).stationery


def letters(**brand: object) -> Letters:
    """The pen of Harbour Home, which also writes German. `brand` changes values of the brand."""
    return Letters(policy=replace(POLICY, brands=(replace(BILINGUAL, **brand),)), stationery=stationery())
