"""Failures to order over SMTP: what docs/local-faults.md says of each address."""

from __future__ import annotations

from tests.channels.wire import Client, listening, message


async def test_failures_happen_to_order_where_that_is_switched_on(desk, tmp_path):
    async with (
        listening(desk.deliver, tmp_path, local_faults=True) as (listener, _),
        Client.to(listener.address) as client,
    ):
        replies = await client.envelope(
            *("help+defer@harbour.example", "defer@harbour.example", "refuse@harbour.example"),
            *("help+slow@harbour.example", "bounce@harbour.example", "defer@customer.example"),
        )
        assert [r[:3] for r in replies] == ["250", "451", "451", "550", "250", "250", "550"]


async def test_mail_to_a_bouncing_address_is_kept_and_a_bounce_lands_in_the_outbox(desk, tmp_path):
    async with (
        listening(desk.deliver, tmp_path, local_faults=True) as (listener, _),
        Client.to(listener.address) as client,
    ):
        assert (await client.mail(message(), "help+bounce@harbour.example")).startswith("250")
        assert (await client.mail(message(), "help+bounce@harbour.example", sender="")).startswith("250")
    (bounce,) = (tmp_path / "outbox").glob("*.eml")
    assert b"Final-Recipient: rfc822; help+bounce@harbour.example" in bounce.read_bytes()
    assert len(desk.messages) == 2
