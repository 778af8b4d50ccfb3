"""What `main.py VERB` does: a verb prints for people, or with `--json` for scripts, and returns an exit status."""
