"""Whether letters are what was meant, whatever words stand in them: `python -m bench.approved --count 50000`.

Hostile subjects, names, ids, bodies and files go into letters; the finished bytes are read by hand, by the standard library and
by fast-mail-parser. None may find another header, recipient or part, or a line that ends oddly. Status 1 where one does.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from email import message_from_bytes
from email.policy import SMTP
from email.utils import getaddresses
from random import Random

import fast_mail_parser

from intake.case import Route
from intake.letters.compose import compose
from intake.letters.letter import Letter, LetterKind, Submission
from intake.message import Attachment
from intake.reference import make
from intake.tokens import customer_address
from tests.harbour import HARBOUR, POLICY, TUESDAY

WHO, VICTIM = "jo.marsh@example.org", "victim@example.net"
HEADERS = {
    *("date", "from", "to", "reply-to", "subject", "message-id", "in-reply-to", "references", "x-answerable"),
    *("auto-submitted", "x-auto-response-suppress", "mime-version", "content-type"),
}
SPLINTERS = (
    *(
        "\r\n",
        "\n",
        "\r",
        "\r\n\r\n",
        "\n\n",
        "\x00",
        "\x0b",
        "\x0c",
        "\x1c",
        "\x85",
        "\u2028",
        "\u2029",
        "\ufeff",
        "\u202e",
    ),
    *(
        "Bcc: ",
        "To: ",
        "Cc: ",
        "Content-Type: text/html",
        "--=_",
        "boundary=b",
        ".",
        "\r\n.\r\n",
        "From ",
        "MIME-Version: 1.0",
    ),
    *(
        "=?utf-8?q?",
        "=0D=0ABcc=3A",
        "?=",
        "=?utf-8?b?DQpCY2M6IHhAeA==?=",
        "=?us-ascii?q?=0A?=",
        "\ud800",
        "ü",
        "日本",
        "😀",
    ),
    *("<", ">", ",", ";", ":", '"', "\\", "(", ")", "@", " ", "\t", VICTIM, f"<{VICTIM}>", f"group: {VICTIM};"),
    *("(" * 70, "x" * 1000, " " * 80, "a" * 75, "{{7*7}}", "<script>", "</html>", "%0d%0a", "\\r\\n", "\x1b[31m"),
)


def hostile(seed: int) -> Letter:
    """A letter whose every text is made of splinters."""
    chance = Random(seed)

    def words(most: int = 8) -> str:
        return "".join(chance.choice(SPLINTERS) for _ in range(chance.randint(0, most)))

    ref = make("HH", seed)
    files = [
        Attachment(name=words(), type=words(3), size=4, content=words().encode("utf-8", "replace"))
        for _ in range(chance.randint(0, 2))
    ]
    return Letter(
        kind=chance.choice(list(LetterKind)),
        cause="x",
        case_ref=ref,
        brand="harbour",
        to=Route(channel="mail", address=WHO),
        to_name=words(),
        subject=words(),
        text=words(30),
        html=words(30),
        automatic=chance.random() < 0.5,
        from_name=words(),
        reply_address=customer_address(POLICY, HARBOUR, ref),
        in_reply_to=words(4),
        references=tuple(words(3) for _ in range(chance.randint(0, 30))),
        attachments=tuple(files),
    )


def amiss(letter: Letter) -> list[str]:
    """What a reader finds in a letter that was not meant, by who found it."""
    made = compose(letter, brand=HARBOUR, policy=POLICY, letter_id="l000000000000001", now=TUESDAY)
    found = {"the envelope": made.rcpt_to == (WHO,), "by hand": _by_hand(made), "stdlib": _by_stdlib(made, letter)}
    found["fast-mail-parser"] = _by_another(made)
    return [who for who, agrees in found.items() if not agrees]


def _by_hand(made: Submission) -> bool:
    head = made.blob.partition(b"\r\n\r\n")[0].replace(b"\r\n ", b" ")
    names = Counter(line.partition(b":")[0].decode().lower() for line in head.split(b"\r\n"))
    bare = made.blob.replace(b"\r\n", b"")
    lines = max(map(len, made.blob.split(b"\r\n"))) <= 998 and b"\r" not in bare and b"\n" not in bare
    return set(names) <= HEADERS and set(names.values()) == {1} and lines and made.blob.isascii()


def _by_stdlib(made: Submission, letter: Letter) -> bool:
    mail = message_from_bytes(made.blob, policy=SMTP)
    people = [address for _, address in getaddresses([str(mail["To"])])]
    leaves = [part for part in mail.walk() if not part.is_multipart()]
    names = [name.lower() for name in mail.keys()]  # noqa: SIM118 - a header may stand there twice
    sound = people == [WHO] and len(names) == len(set(names)) and set(names) <= HEADERS
    return sound and len(leaves) == 2 + len(letter.attachments) and not any(part.defects for part in mail.walk())


def _by_another(made: Submission) -> bool:
    mail = fast_mail_parser.parse_email(made.blob)
    doubled = [name for name, values in mail.headers.items() if len(values) != 1]
    known = {name.lower() for name in mail.headers} <= HEADERS
    return known and not doubled and not mail.cc and not mail.bcc and [each.address for each in mail.to] == [WHO]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    wrong: Counter[str] = Counter()
    for seed in range(chosen.seed, chosen.seed + chosen.count):
        wrong.update(amiss(hostile(seed)))
    print(f"{chosen.count} letters; found what was not meant: {dict(wrong) or 'nobody'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
