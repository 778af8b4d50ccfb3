"""The loops: the only place where time passes."""
