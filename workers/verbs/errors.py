"""What went wrong with a verb, said in sentences: a traceback helps nobody who mistyped a setting."""

from __future__ import annotations

from collections.abc import Callable

from config.loader import Faults
from intake.ports import CannotListen, TryLater
from store.errors import StoreError
from workers.verbs import output


def spoken(verb: Callable[[], int]) -> int:
    """The verb's exit status; 2 for wrong settings, 1 for a database or a port that will not do."""
    try:
        return verb()
    except Faults as error:
        for fault in error.faults:
            output.complain(fault)
        return 2
    except (StoreError, CannotListen) as error:
        output.complain(f"{error}")
        return 1
    except TryLater:
        output.complain("the database does not answer")
        return 1
    except (BrokenPipeError, KeyboardInterrupt):
        return 130
