"""Mail straight from the Internet: finding out who stands behind it, before anything is decided from it."""
