"""Wires: one file a channel. A channel turns its wire into `RawMessage`, and submissions into its wire.

A channel's file holds, top to bottom: what it speaks and where that is written down, its `Options`, and `build`. Naming its
kind in the settings is all it takes to use it: modules are found by name, and one that begins with "_" is not a channel.
"""

from __future__ import annotations

import pkgutil
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType

from intake.policy import Policy
from intake.ports import Clock, Ids


@dataclass(frozen=True, kw_only=True, slots=True)
class Tools:
    """What every channel is handed besides its own options."""

    clock: Clock
    ids: Ids
    policy: Policy
    data: Path  # the daemon's own folder


def kinds() -> list[str]:
    """The kinds of channel there are."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))


def load(kind: str) -> ModuleType:
    """The module of one kind, with its `Options` and `build(name, options, tools)`. Raises ValueError for an unknown kind."""
    if kind not in kinds():
        raise ValueError(f"unknown kind of channel {kind!r}; known are {', '.join(kinds())}")
    return import_module(f"channels.{kind}")
