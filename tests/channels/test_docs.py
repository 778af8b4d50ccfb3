"""What the documentation shows is what works."""

from __future__ import annotations

import asyncio
import hmac
import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from types import ModuleType

import orjson

from channels._hooks import Request
from tests.channels.contract import Desk
from tests.channels.hook_contract import HookContract
from tests.channels.shop import OURS, webhook
from tests.harbour import TUESDAY, FakeClock

DOCS = Path(__file__).parents[2] / "docs"


def blocks(page: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", (DOCS / page).read_text(), re.DOTALL)


def example() -> tuple[ModuleType, type[HookContract]]:
    """The provider of `adding-a-channel.md`, and its test."""
    channel, test = blocks("adding-a-channel.md")
    postboy = ModuleType("postboy")
    sys.modules["postboy"] = postboy  # its dataclass looks itself up there
    exec(channel, postboy.__dict__)
    names = {
        "postboy": postboy,
        "HookContract": HookContract,
        "Request": Request,
        "datetime": datetime,
        "hmac": hmac,
        "orjson": orjson,
    }
    exec(test, names)
    found = names["TestPostboy"]
    assert isinstance(found, type)
    return postboy, found


postboy, TestTheExampleChannel = example()


def test_a_message_of_the_example_keeps_what_the_provider_sent() -> None:
    genuine = TestTheExampleChannel().genuine()
    (message,) = postboy.read(genuine).messages
    assert orjson.loads(message.blob)["original"] == orjson.loads(genuine.body)


async def test_the_example_of_a_sender_is_believed(tmp_path: Path) -> None:
    (tmp_path / "shop.secrets").write_text(OURS)
    (script,) = blocks("webhook.md")
    desk = Desk()
    async with webhook(tmp_path, FakeClock(), desk.deliver) as (running, _):
        script = script.replace("http://127.0.0.1:8080", running.base).replace("whsec_...", OURS)
        script = script.replace("time.time()", str(TUESDAY.timestamp()))
        sender = await asyncio.create_subprocess_exec(sys.executable, "-c", script, stdout=subprocess.PIPE)
        said, _ = await sender.communicate()
    assert orjson.loads(said) == {"received": 1, "new": 1}
