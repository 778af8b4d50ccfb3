"""What of a reply is its sender's own, once the letter that it answers is known: the surest sign of what was quoted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from intake.words.echo import echoes
from intake.words.splitting import split

SURE = 6  # words of a line that nobody writes by chance
LEAST = 3  # filled lines in a row: a sentence or two that we wrote too may be meant, such as an answer that we offered


def own_words(reply: str, letter: str) -> str:
    """`reply` as `split` left it, without what repeats `letter`, our text; "" where it holds nothing else. Never raises."""
    lines = reply.splitlines()
    repeated = sorted(at for block in _blocks(lines, echoes(lines, letter)) for at in block)
    if not repeated:
        return reply
    for at in repeated:
        lines[at] = f"> {lines[at]}"  # as the mail program should have marked it
    words = split("\n".join(lines))
    return words.reply if words.quoted else ""  # where nothing is new, `split` gives all of it back


def repeats(text: str, letter: str) -> bool:
    """Whether a whole line of some length stands word for word in `letter`, our text."""
    lines = text.splitlines()
    return any(len(lines[at].split()) >= SURE for at in echoes(lines, letter))


def _blocks(lines: Sequence[str], repeated: frozenset[int]) -> Iterator[list[int]]:
    """The runs of lines that repeat the letter, blank ones aside, if they are long enough to be a quotation."""
    block: list[int] = []
    for at in (*(at for at, line in enumerate(lines) if line.strip()), len(lines)):
        if at in repeated:
            block.append(at)
            continue
        if len(block) >= LEAST:
            yield block
        block = []
