"""Every channel that the settings name, made from its table: the only place that knows which file stands behind which kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import channels
from channels import Tools
from channels.http import Options as HttpOptions
from channels.http import Server
from config.loader import Faults, build
from config.settings import Loaded
from intake.ports import Clock, Ids, Receiver, Sender


@dataclass(frozen=True, kw_only=True, slots=True)
class Wires:
    """Every channel that the settings name: by its own name, and by what it can do."""

    named: Mapping[str, Any]
    receivers: Mapping[str, Receiver]
    senders: Mapping[str, Sender]


def wires(loaded: Loaded, clock: Clock, ids: Ids) -> Wires:
    """All channels, made from their tables. Raises `Faults` with everything that is wrong with any of them."""
    made, faults = attempt(loaded, clock, ids)
    if faults:
        raise Faults(faults)
    return made


def attempt(loaded: Loaded, clock: Clock, ids: Ids) -> tuple[Wires, list[str]]:
    """The channels that can be made, and what is wrong with the others."""
    settings = loaded.settings
    tools = Tools(clock=clock, ids=ids, policy=loaded.policy, data=settings.data)
    faults: list[str] = []
    named: dict[str, Any] = {}
    tables = {f"channel.{name}": table for name, table in settings.channel.items()} | {"outgoing": settings.outgoing}
    for where, table in tables.items():
        try:
            named[where.rpartition(".")[2]] = _channel(where, table, tools)
        except Faults as error:
            faults += error.faults
    try:
        server = Server("http", build(HttpOptions, settings.http, "http"))
        server.channels = [channel for channel in named.values() if hasattr(channel, "routes")]
        named["http"] = server
    except Faults as error:
        faults += error.faults
    receivers = {name: channel for name, channel in named.items() if hasattr(channel, "receive")}
    return Wires(named=named, receivers=receivers, senders=_senders(named)), faults


def _channel(where: str, table: Mapping[str, Any], tools: Tools) -> Any:
    name = where.rpartition(".")[2]
    try:
        module = channels.load(str(table.get("kind", "")))
    except ValueError as error:
        raise Faults([f"{where}.kind: {error}."]) from None
    options = build(module.Options, table, where)
    try:
        return module.build(name, options, tools)
    except (OSError, ValueError) as error:
        raise Faults([f"{where}: {error}"]) from None


def _senders(named: Mapping[str, Any]) -> dict[str, Sender]:
    """Letters name their way out: "mail", or the channel that the customer wrote on."""
    senders = {name: channel for name, channel in named.items() if hasattr(channel, "send")}
    return {("mail" if name == "outgoing" else name): channel for name, channel in senders.items()}
