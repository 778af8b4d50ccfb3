"""What `main.py VERB` does: one file a verb. A verb prints for people, or with `--json` for scripts, and returns an exit status."""
