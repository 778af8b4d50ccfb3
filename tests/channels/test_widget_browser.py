"""The chat window in a real browser, served by the real listener: what a customer sees."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, ViewportSize, expect

from channels.chat import Chat
from tests.browser import a_browser, needed
from tests.channels.talk import SAID, ChatDesk, chat
from tests.channels.web import Site
from tests.harbour import FakeClock

DESKTOP = ViewportSize(width=1100, height=760)
PHONE = ViewportSize(width=390, height=780)

pytestmark = [
    needed,
    pytest.mark.asyncio(loop_scope="module"),
]


@dataclass
class Visit:
    """Somebody on the demo page."""

    page: Page
    desk: ChatDesk
    channel: Chat
    site: Site
    complaints: list[str]  # what the browser itself found wrong: script errors and broken policies

    async def write(self, words: str) -> None:
        await self.page.get_by_label("Your message").fill(words)
        await self.page.get_by_role("button", name="Send").click()


@pytest.fixture
def desk() -> ChatDesk:
    return ChatDesk()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[Browser]:
    expect.set_options(timeout=15_000)  # milliseconds; a busy machine may need them
    async with a_browser() as browser:
        yield browser


@asynccontextmanager
async def visit(
    chromium: Browser, desk: ChatDesk, data: Path, viewport: ViewportSize = DESKTOP
) -> AsyncIterator[Visit]:
    async with chat(desk, data, FakeClock()) as (channel, running, _):
        context = await chromium.new_context(
            viewport=viewport, has_touch=viewport is PHONE, locale="en-GB", timezone_id="Europe/London"
        )
        page = await context.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console", lambda line: complaints.append(line.text) if "Content Security Policy" in line.text else None
        )
        await page.goto(f"{running.base}/demo")
        yield Visit(page, desk, channel, running, complaints)
        await context.close()
        assert complaints == []


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_a_customer_writes_is_answered_and_finds_it_all_again_after_a_reload(
    chromium: Browser, viewport: ViewportSize, tmp_path: Path, desk: ChatDesk
) -> None:
    async with visit(chromium, desk, tmp_path, viewport) as there:
        page = there.page
        await page.get_by_role("button", name="Start a conversation").click()
        await there.write("My kettle leaks.\n<img src=x onerror=alert(1)>")
        log = page.get_by_role("log")
        await expect(log.get_by_text("My kettle leaks.")).to_be_visible()
        await expect(log.get_by_text("· Sent")).to_be_visible()
        await desk.answer(there.channel, "I am sorry. A new one is on its way.", sent_at=SAID)
        for _ in ("at once", "after a reload"):
            await expect(log.get_by_text("A new one is on its way.")).to_be_visible()
            await expect(log.get_by_text("<img src=x onerror=alert(1)>")).to_be_visible()
            await expect(log.get_by_text("Asha Patel")).to_be_visible()
            await expect(log.locator("time").last).to_have_text("10:05")
            await expect(page.get_by_text("Reference HH-4829-1357K")).to_be_visible()
            await expect(log.locator(".message")).to_have_count(2)
            await page.reload()
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_what_could_not_be_sent_says_so_stays_over_a_reload_and_arrives_once(
    chromium: Browser, tmp_path: Path, desk: ChatDesk
) -> None:
    desk.fault = RuntimeError("the disk is full")
    async with visit(chromium, desk, tmp_path) as there:
        await there.page.get_by_role("button", name="Write to us").click()
        await there.write("My kettle leaks.")
        await expect(there.page.get_by_text("· Not sent")).to_be_visible()
        await there.page.reload()
        await expect(there.page.get_by_text("· Not sent")).to_be_visible()
        desk.fault = None
        await there.page.get_by_role("button", name="Try again").click()
        await expect(there.page.get_by_text("· Sent")).to_be_visible()
        await expect(there.page.get_by_text("My kettle leaks.")).to_have_count(1)
    assert len(desk.messages) == 1


async def test_messages_written_in_haste_arrive_in_the_order_in_which_they_were_written(
    chromium: Browser, tmp_path: Path, desk: ChatDesk
) -> None:
    desk.may_finish.clear()
    async with visit(chromium, desk, tmp_path) as there:
        await there.page.get_by_role("button", name="Write to us").click()
        for words in ("first", "second", "third"):
            await there.write(words)
        desk.may_finish.set()
        await expect(there.page.get_by_text("· Sent")).to_have_count(3)
    assert [message.blob.split(b'"text":"')[1].split(b'"')[0] for message in desk.messages] == [
        b"first",
        b"second",
        b"third",
    ]


async def test_it_is_worked_by_keyboard_alone_and_speaks_to_a_screen_reader(
    chromium: Browser, tmp_path: Path, desk: ChatDesk
) -> None:
    async with visit(chromium, desk, tmp_path) as there:
        page = there.page
        opener = page.get_by_role("button", name="Start a conversation")
        await page.keyboard.press("Tab")
        await expect(opener).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("dialog", name="Harbour Home")).to_be_visible()
        await expect(page.get_by_label("Your message")).to_be_focused()
        await page.keyboard.type("My kettle")
        await page.keyboard.press("Shift+Enter")
        await page.keyboard.type("leaks.")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("log").get_by_text("My kettle leaks.")).to_be_visible()
        assert await page.get_by_role("log").get_attribute("aria-live") == "polite"
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_be_hidden()
        await expect(opener).to_be_focused()
        await page.get_by_role("button", name="Write to us").press("Enter")
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("button", name="Write to us")).to_be_focused()


async def test_an_answer_that_came_while_the_window_was_closed_is_counted_until_it_is_read(
    chromium: Browser, tmp_path: Path, desk: ChatDesk
) -> None:
    async with visit(chromium, desk, tmp_path) as there:
        page = there.page
        await page.get_by_role("button", name="Write to us").click()
        await there.write("My kettle leaks.")
        await expect(page.get_by_text("· Sent")).to_be_visible()
        await page.get_by_role("button", name="Close").click()
        await desk.answer(there.channel, "I am sorry.", sent_at=SAID)
        await expect(page.get_by_role("button", name="Write to us, 1 new")).to_be_visible()
        await page.reload()
        await page.get_by_role("button", name="Write to us, 1 new").click()
        await expect(page.get_by_text("I am sorry.")).to_be_visible()
        await page.get_by_role("button", name="Close").click()
        await page.reload()
        await expect(page.get_by_text("I am sorry.")).to_have_count(1)
        await expect(page.get_by_role("button", name="Write to us", exact=True)).to_be_visible()


async def test_a_long_answer_is_shown_from_its_beginning_and_a_short_one_whole(
    chromium: Browser, tmp_path: Path, desk: ChatDesk
) -> None:
    async with visit(chromium, desk, tmp_path, PHONE) as there:
        page = there.page
        await page.get_by_role("button", name="Write to us").click()
        await there.write("My kettle leaks.")
        await expect(page.get_by_text("· Sent")).to_be_visible()
        await desk.answer(there.channel, "Dear Mia,\n" + "and so on\n" * 60, sent_at=SAID)
        paragraph = page.get_by_text("Dear Mia,")
        await expect(paragraph).to_be_in_viewport()
        where = await paragraph.evaluate(
            "p => p.getBoundingClientRect().top - p.closest('.log').getBoundingClientRect().top"
        )
        assert 0 <= where < 100
        await desk.answer(there.channel, "All the best, Asha", sent_at=SAID)
        await expect(page.get_by_text("All the best, Asha")).to_be_in_viewport(ratio=1)


async def test_links_of_ours_can_be_followed_and_lead_nowhere_unsafe(
    chromium: Browser, tmp_path: Path, desk: ChatDesk
) -> None:
    async with visit(chromium, desk, tmp_path) as there:
        page = there.page
        await page.get_by_role("button", name="Write to us").click()
        await there.write("see https://elsewhere.example")
        await expect(page.get_by_text("· Sent")).to_be_visible()
        answer = "Follow https://track.harbour.example/7. Not javascript:alert(1), nor <a href=x>this</a>."
        await desk.answer(there.channel, answer, sent_at=SAID)
        await expect(page.get_by_text("Not javascript:alert(1), nor <a href=x>this</a>.")).to_be_visible()
        links = page.get_by_role("log").get_by_role("link")
        await expect(links).to_have_count(1)
        assert await links.get_attribute("href") == "https://track.harbour.example/7"
        assert await links.get_attribute("rel") == "noopener noreferrer"


async def test_a_conversation_is_forgotten_on_this_device_when_the_customer_says_so(
    chromium: Browser, tmp_path: Path, desk: ChatDesk
) -> None:
    async with visit(chromium, desk, tmp_path) as there:
        page = there.page
        await page.get_by_role("button", name="Write to us").click()
        await page.get_by_label("Name").fill("Mia Lind")
        await there.write("My kettle leaks.")
        await expect(page.get_by_text("· Sent")).to_be_visible()
        await page.get_by_text("You: Mia Lind").click()
        await page.get_by_role("button", name="Forget this conversation").click()
        await page.get_by_role("button", name="Press again").click()
        await page.reload()
        await page.get_by_role("button", name="Write to us").click()
        await expect(page.get_by_text("My kettle leaks.")).to_have_count(0)
        await there.write("Hello")
        await expect(page.get_by_text("· Sent")).to_be_visible()
    assert len({message.source_id.split("/")[0] for message in desk.messages}) == 2
    assert b"Mia" in desk.messages[0].blob
    assert b"Mia" not in desk.messages[1].blob


async def test_a_second_tab_shows_the_same_conversation(chromium: Browser, tmp_path: Path, desk: ChatDesk) -> None:
    async with visit(chromium, desk, tmp_path) as there:
        other = await there.page.context.new_page()
        await other.goto(there.page.url)
        await there.page.get_by_role("button", name="Write to us").click()
        await there.write("My kettle leaks.")
        await expect(there.page.get_by_text("· Sent")).to_be_visible()
        await other.get_by_role("button", name="Write to us").click()
        await expect(other.get_by_text("My kettle leaks.")).to_be_visible()
        await desk.answer(there.channel, "I am sorry.", sent_at=SAID)
        await asyncio.gather(*(expect(page.get_by_text("I am sorry.")).to_be_visible() for page in (there.page, other)))
