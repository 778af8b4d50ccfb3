"""Nothing that a stranger writes runs where it is shown, and nothing is fetched: letters, parsed pages, the chat window.

H-04. RT CVE-2011-2083 and CVE-2022-25802, OTRS CVE-2021-36092, FreeScout GHSA-q3fh-rj9h-jfrc, sanitize-html CVE-2026-44990.
Letters are shown without any policy, as a careless mail program would; our own pages have a strict one besides.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import Message as Mail
from pathlib import Path

import pytest
from aiohttp import ClientSession
from playwright.async_api import Browser, Page, expect

from intake.message import Envelope, Message, RawMessage
from intake.mime import html
from tests.browser import a_browser, needed
from tests.channels.talk import ChatDesk, chat
from tests.harbour import TUESDAY, FakeClock
from tests.security.payloads import PAYLOADS
from tests.story import a_story

FRAMES = """pages => Promise.all(pages.map(page => {
    const frame = document.createElement("iframe");
    frame.srcdoc = page;
    document.body.append(frame);
    return new Promise(done => frame.addEventListener("load", () => done()));
}))"""
BOXES = """pages => pages.forEach(page => {
    const box = document.createElement("div");
    document.body.append(box);
    box.innerHTML = page;
})"""
SCHEMES = """() => [document, ...[...document.querySelectorAll("iframe")].map(frame => frame.contentDocument)]
    .flatMap(root => [...root.querySelectorAll("a, area")].map(each => each.protocol))"""
LINKS = {"http:", "https:", "mailto:", "tel:", "cid:", ":", "about:"}  # ":" is a link without an address


@dataclass
class Watched:
    """A page, and what happened in it that should not."""

    page: Page
    ran: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    async def show(self, pages: Sequence[str], how: str) -> None:
        """Show pages of HTML, and let them do what they would."""
        await self.page.evaluate(how, list(pages))
        await self.page.wait_for_timeout(500)

    async def schemes(self) -> set[str]:
        """Of all links, as the browser understands them."""
        return set(await self.page.evaluate(SCHEMES))


@asynccontextmanager
async def watched(browser: Browser) -> AsyncIterator[Watched]:
    page = await browser.new_page()
    there = Watched(page)
    await page.expose_function("told", lambda: there.ran.append("alert"))
    await page.add_init_script("window.alert = () => top.told()")
    page.on("request", lambda request: there.asked.append(request.url))
    await page.route("**/*", lambda route: route.abort())
    yield there
    await page.close()


def mails() -> Iterator[RawMessage]:
    """Each payload as subject, name, words, name of a file and its type, in one mail."""
    for number, payload in enumerate(PAYLOADS):
        line = payload.translate({10: " ", 13: " "})
        quoted = line.replace("\\", "\\\\").replace('"', '\\"')
        head = f'From: "{quoted}" <jo{number}@customer.example>\r\nTo: help@harbour.example\r\nSubject: {line}\r\n'
        mime = 'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\n'
        kind = f'Content-Type: text/{line}; name="{quoted}"\r\n'
        file = f'--b\r\n{kind}Content-Disposition: attachment; filename="{quoted}"\r\n\r\nx'
        yield RawMessage(
            channel="smtp",
            account="smtp",
            source_id=str(number),
            envelope=Envelope(mail_from=f"jo{number}@customer.example", rcpt_to=("help@harbour.example",)),
            blob=f"{head}{mime}{payload}\r\n{file}\r\n--b--\r\n".encode(),
            received_at=TUESDAY,
        )


async def letters() -> list[str]:
    """Every page of every letter that those mails cause."""
    async with a_story() as story:
        for raw in mails():
            await story.arrives(raw)
        return [page for posted in await story.letters() for page in pages_of(posted.mail)]


def pages_of(mail: Mail) -> Iterator[str]:
    for part in mail.walk():
        if part.get_content_type() == "text/html" and not part.get_filename():
            body = part.get_payload(decode=True)
            assert isinstance(body, bytes)
            yield body.decode()


@needed
async def test_h04_no_payload_runs_or_fetches_anything_where_mail_is_shown() -> None:
    safe = [html.safe(Message(page=payload)) or "" for payload in PAYLOADS]
    written = await letters()
    assert len(written) > len(PAYLOADS)
    async with a_browser() as browser:
        async with watched(browser) as raw:
            await raw.show(PAYLOADS, FRAMES)
            assert len(raw.ran) > 30, "the payloads work where nobody cleans them"
            assert len(raw.asked) > 15
        for pages in (safe, written):
            async with watched(browser) as there:
                await there.show(pages, FRAMES)
                await there.show(pages, BOXES)
                assert await there.schemes() <= LINKS
                assert (there.ran, there.asked) == ([], [])


@needed
async def test_h04_no_payload_runs_in_the_chat_window_under_its_policy(tmp_path: Path) -> None:
    desk = ChatDesk()
    async with chat(desk, tmp_path, FakeClock()) as (channel, site, _), a_browser() as browser:
        page = await browser.new_page()
        outside: list[str] = []
        ran: list[str] = []
        page.on("request", lambda asked: outside.append(asked.url) if not asked.url.startswith(site.base) else None)
        page.on("dialog", lambda dialog: ran.append(dialog.message))
        await page.goto(f"{site.base}/demo")
        await page.get_by_role("button", name="Start a conversation").click()
        await page.get_by_label("Your message").fill(PAYLOADS[0])
        await page.get_by_role("button", name="Send").click()
        await expect(page.get_by_text("· Sent")).to_be_visible()
        for payload in PAYLOADS:
            await desk.answer(channel, payload, sent_at=TUESDAY.isoformat(), from_name=payload, html=payload)
        await expect(page.locator(".message")).to_have_count(len(PAYLOADS) + 1)
        schemes = await page.get_by_role("log").locator("a").evaluate_all("links => links.map(each => each.protocol)")
        assert set(schemes) <= {"http:", "https:"}
        assert await page.get_by_role("log").locator("img, script, iframe, svg, style").count() == 0
        assert (ran, [url for url in outside if not url.startswith("data:,")]) == ([], [])


@pytest.mark.parametrize("path", ["/", "/demo", "/widget.js", "/demo.css", "/healthz", "/metrics", "/nowhere"])
async def test_h04_every_answer_forbids_what_is_not_its_own(path: str, tmp_path: Path) -> None:
    async with chat(ChatDesk(), tmp_path, FakeClock()) as (_, _, client):
        await says_so(client, path)


async def says_so(client: ClientSession, path: str) -> None:
    async with client.get(path) as said:
        policy = said.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'")
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert "*" not in policy
        assert said.headers["X-Content-Type-Options"] == "nosniff"
