"""Makes the pictures of docs/letters.md again: the letters in a browser, at the width of a phone.

PYTHONPATH=. .venv/bin/python bench/render_letters.py [FOLDER]      default docs/letters; needs chromium and ImageMagick
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from config.loader import load
from intake.hours import promise_due
from intake.letters.kinds import Letters
from intake.letters.letter import Letter
from intake.letters.rehearsal import NOW, PROMISE, sample
from intake.policy import Key

CHROMIUM = [
    "chromium",
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
SMALLER = ("+dither", "-trim", "-bordercolor", "white", "-border", "16", "-colors", "32", "-strip")
WIDTH = 390
ANSWER = """Dear Jo,

thank you for the photo. You are right, that is the shade of the floor lamp, and I am sorry.

The right one is on its way. The courier brings it on Thursday, so you have it in time for Saturday. Please keep the wrong one; \
there is no need to send it back.

Best wishes,
Asha"""


def letters() -> Iterator[tuple[str, Letter, int]]:
    """(name of the picture, letter, height in pixels)."""
    loaded = load(None, environ={}, spare_key=Key(id="a", secret=bytes(32)))
    pen = Letters(policy=loaded.policy, stationery=loaded.stationery)
    brand, asha = loaded.policy.brands[0], loaded.policy.people[0]
    case = replace(sample(loaded.policy, brand), complex=False, handler=asha.id, related=(), promises=(), ideas=())
    promise = replace(PROMISE, due_at=promise_due(NOW, brand.hours))
    renewed = replace(promise, due_at=promise.due_at + timedelta(hours=18, minutes=30))
    late = promise.due_at - timedelta(minutes=5)
    at = {"cause": "picture", "now": NOW}
    ack = {**at, "promise": promise, "ask_first_time": True}
    yield "acknowledgement", pen.acknowledgement(case, **ack), 860
    yield "acknowledgement-de", pen.acknowledgement(replace(case, language="de"), **ack), 960
    yield "reply", pen.reply(case, asha, **at, text=ANSWER), 640
    yield "broken-promise", pen.promise_broken(case, cause="picture", now=late, broken=promise, new=renewed), 720
    yield "follow-up", pen.follow_up(case, **at), 780
    told = {"words": case.words, "reasons": ("first-contact",), "kind_of": "new", "promise": promise}
    yield "notification", pen.notification(replace(case, first_time="asked"), asha, **at, **told), 1500


def picture(letter: Letter, to: Path, height: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "letter.html"
        page.write_text(letter.html)
        shot = [*CHROMIUM, f"--user-data-dir={folder}/profile", f"--window-size={WIDTH},{height}", f"--screenshot={to}"]
        subprocess.run([*shot, page.as_uri()], check=True, capture_output=True, timeout=60)
    subprocess.run(["convert", to, *SMALLER, to], check=True)


if __name__ == "__main__":
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/letters").resolve()
    target.mkdir(parents=True, exist_ok=True)
    for name, letter, height in letters():
        picture(letter, target / f"{name}.png", height)
        print(target / f"{name}.png", letter.subject, sep="\t")
