"""The loops: the only place where time passes."""

import sys

# structlog takes rich along where it is there, and rich all lexers there are, for tracebacks that we never print: 11 MB.
if "rich" not in sys.modules:
    sys.modules["rich"] = None  # type: ignore[assignment]
    import structlog  # noqa: F401

    del sys.modules["rich"]
