"""What the tests noticed of broken code, by module: `mutmut results --all true | python -m bench.mutants` (or `make mutants`).

Lists what they did not notice; docs/mutants.md says of each why. Ends with status 1 where they noticed less than AIM.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable

AIM = 0.9
NOTICED = {"killed", "timeout"}


def counted(lines: Iterable[str]) -> dict[str, Counter[str]]:
    """How many mutants of each module ended how, from lines like "intake.tokens.x_prove__mutmut_1: killed"."""
    modules: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for line in lines:
        name, _, status = line.strip().rpartition(": ")
        modules[name.partition(".x_")[0]][status] += 1
        if status not in NOTICED:
            print(f"{status}: {name}")
    return modules


def main() -> int:
    missed = False
    for module, ends in counted(sys.stdin).items():
        noticed = sum(ends[status] for status in NOTICED)
        missed |= noticed < AIM * ends.total()
        print(f"{noticed:4} of {ends.total():4} ({noticed / ends.total():4.0%}) {module}")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
