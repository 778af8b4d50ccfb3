"""What went wrong with a verb, said in sentences: a traceback helps nobody who mistyped a setting."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from cyclopts import CycloptsError
from jinja2 import TemplateError

from config.loader import Faults
from intake.ports import CannotListen, TryLater
from store.errors import StoreError
from workers.verbs import output
from workers.watching.log import configure


def spoken(verb: Callable[[], int]) -> int:
    """The verb's exit status: 2 for wrong settings or a wrong command line, 1 for whatever else will not do."""
    configure("auto", "warning")
    try:
        return verb()
    except Faults as error:
        for fault in error.faults:
            output.complain(fault)
        return 2
    except CycloptsError:
        return 2  # it has said what is wrong
    except TemplateError as error:
        output.complain(f"a letter template cannot be used: {error}; main.py check names all that is wrong")
        return 2
    except (StoreError, CannotListen) as error:
        output.complain(f"{error}")
        return 1
    except TryLater:
        output.complain("the database does not answer")
        return 1
    except BrokenPipeError:
        _flush_to_nobody()
        return 130
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        output.complain(f"{error.filename or 'this machine'}: {error.strerror or 'cannot be used'}")
        return 1


def _flush_to_nobody() -> None:
    """Whoever read what we say has left, and what is still to be said must not fail when it is flushed."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
