"""Access tokens for mail servers that no longer take passwords (RFC 6749; XOAUTH2 as Google and Microsoft document it).

Two grants: a refresh token for a person's mailbox, client credentials for an application. A refresh token that the server
replaces is written back, or the mailbox would go dark weeks later.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any

from intake.ports import Clock

EARLY = timedelta(minutes=2)  # a token is renewed before it ends, so that it does not end half-way through a login
TIMEOUT_SECONDS = 8  # a daemon that stops waits for it


class NoToken(Exception):
    """The token server answers, but with no token: consent was withdrawn, a secret has ended. The argument is its slug."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OAuth:
    """How tokens are got. With `refresh_token_file` the refresh grant, without it client credentials."""

    token_url: str
    client_id: str
    client_secret_file: str = ""  # relative to the data folder
    refresh_token_file: str = ""  # likewise; it is written to
    scope: str = ""


class TokenSource:
    """The current access token of one account. Blocking and thread-safe: call it from a thread."""

    def __init__(self, options: OAuth, clock: Clock, folder: Path) -> None:
        self._options = options
        self._clock = clock
        self._folder = folder
        self._lock = Lock()
        self._token = ""
        self._good_until: datetime | None = None

    def token(self) -> str:
        """A token that is good for a while yet. Raises `NoToken` or OSError when none can be got."""
        with self._lock:
            if self._good_until is None or self._clock.now() >= self._good_until:
                self._renew()
            return self._token

    def forget(self) -> None:
        """The server refused the token: get another one next time."""
        with self._lock:
            self._good_until = None

    def _renew(self) -> None:
        # Imported where it is needed: it takes a third of a second and 15 MB, and few mailboxes use it.
        from authlib.common.errors import AuthlibBaseError

        try:
            answer = self._ask()
            token, seconds = str(answer["access_token"]), int(answer.get("expires_in", 3600))
        except OSError:  # The network's, and most of what requests raises.
            raise
        except AuthlibBaseError as refused:
            raise NoToken(str(refused.error)) from refused
        except (KeyError, TypeError, ValueError) as garbled:
            raise NoToken("not_a_token") from garbled
        self._token = token
        self._good_until = self._clock.now() + timedelta(seconds=seconds) - EARLY

    def _ask(self) -> dict[str, Any]:
        """What the token server answers. A refresh token that it replaces is kept before anything else is done."""
        from authlib.integrations.requests_client import OAuth2Session

        options = self._options
        secret = self._read(options.client_secret_file)
        with OAuth2Session(
            options.client_id,
            secret or None,
            scope=options.scope or None,
            # As Google and Microsoft document it: in the header, special characters would have to be escaped.
            token_endpoint_auth_method="client_secret_post" if secret else "none",
        ) as session:
            if not options.refresh_token_file:
                found = session.fetch_token(options.token_url, grant_type="client_credentials", timeout=TIMEOUT_SECONDS)
                return dict(found)
            old = self._read(options.refresh_token_file)
            found = session.refresh_token(options.token_url, refresh_token=old, timeout=TIMEOUT_SECONDS)
            self._keep_refresh_token(found, old)
            return dict(found)

    def _keep_refresh_token(self, answer: dict[str, Any], old: str) -> None:
        new = answer.get("refresh_token")
        if new and new != old:
            path = self._folder / self._options.refresh_token_file
            draft = path.with_suffix(".new")
            with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.write(str(new))
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)

    def _read(self, path: str) -> str:
        return (self._folder / path).read_text(encoding="utf-8").strip() if path else ""
