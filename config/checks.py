"""What a settings file can say in good form and still be wrong: people who are not there, hours that cannot be, weak patterns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

from babel import Locale, UnknownLocaleError
from babel.numbers import is_currency

from config.settings import Blobs, Retention, Scanner, Settings, name_server
from intake.hours import Calendar
from intake.policy import Brand, Person, Policy
from intake.reference import make
from intake.retention import Class, since
from intake.senders.identity import canonical
from intake.tokens import bounce_address, customer_address, staff_address

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PERSON_ID = re.compile(r"[a-z0-9]{1,32}")
PREFIX = re.compile(r"[A-Z]{2,4}")
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


def check(settings: Settings, policy: Policy) -> list[str]:
    """Every fault, a sentence each."""
    return [
        *_blobs(settings.blobs),
        *_channels(settings),
        *_dns(settings),
        *_scanner(settings.scanner),
        *_retention(settings.retention),
        *_people(policy),
        *_departments(policy),
        *_brands(policy),
    ]


def _blobs(blobs: Blobs) -> Iterator[str]:
    place = urlsplit(blobs.url)
    if place.scheme not in ("", "file", "s3") or (place.scheme == "s3") != bool(place.netloc):
        yield "blobs.url should be a folder, file:///folder or s3://bucket/prefix."
    elif "@" in place.netloc:
        yield "blobs.url has credentials in it: they belong into the environment, as AWS_ACCESS_KEY_ID and so on."
    if blobs.after_days < 0:
        yield "blobs.after_days cannot be less than nothing."


def _channels(settings: Settings) -> Iterator[str]:
    for name, table in settings.channel.items():
        if not isinstance(table.get("kind"), str):
            yield f'channel.{name}.kind is missing: which kind of channel it is, such as kind = "smtp".'
    if not isinstance(settings.outgoing.get("kind"), str):
        yield 'outgoing.kind is missing: kind = "outbox" for a folder, or kind = "smarthost".'


def _dns(settings: Settings) -> Iterator[str]:
    for server in settings.dns.servers:
        try:
            ip_address(name_server(server)[0])
        except ValueError:
            yield f'dns.servers: {server!r} should be an address, with or without a port, such as "127.0.0.1:53".'
    if settings.dns.timeout <= 0:
        yield "dns.timeout should be more than no time at all."
    for name, table in settings.channel.items():
        if table.get("edge") and table.get("protocol") == "lmtp":
            yield f"channel.{name}.edge: no mail comes straight from the Internet by LMTP."


def _scanner(scanner: Scanner) -> Iterator[str]:
    port = scanner.address.rpartition(":")[2]
    if scanner.address and "/" not in scanner.address and (port == scanner.address or not port.isdigit()):
        yield 'scanner.address should be a host with a port, such as "127.0.0.1:3310", or the path of a socket.'
    if min(scanner.timeout, scanner.max_size, scanner.patience_minutes) <= 0:
        yield "scanner: timeout, max_size and patience_minutes should be more than nothing."


def _retention(retention: Retention) -> Iterator[str]:
    """A complaint outlasts the mail that it began with."""
    now = datetime(2026, 1, 13, tzinfo=UTC)
    starts: dict[Class, datetime] = {}
    for what, period in retention.periods.items():
        try:
            starts[what] = since(period, now)
        except ValueError as error:
            yield f"retention.{what}: {error}."
    for what in (Class.MAIL, Class.CHAT):
        if Class.COMPLAINTS in starts and starts.get(what, now) < starts[Class.COMPLAINTS]:
            yield f"retention.{what} is longer than retention.complaints, with which everything of a case goes."


def _people(policy: Policy) -> Iterator[str]:
    if not policy.people:
        yield "There is nobody to answer: at least one [[person]] is needed."
    yield from _twice("person", "the id", [p.id for p in policy.people])
    yield from _twice("person", "the address", [a for p in policy.people for a in (p.email, *p.also)])
    yield from _twice("person", "the login", [p.login for p in policy.people if p.login])
    ours = {a for brand in policy.brands for a in brand.addresses}
    for person in policy.people:
        where = f"person {person.id}"
        if not PERSON_ID.fullmatch(person.id):
            yield f"{where}: an id is made of small letters and digits, at most 32, such as asha."
        if not person.name.strip():
            yield f"{where}: the name is missing; customers are told who looks after them."
        for address in (person.email, *person.also):
            yield from _address(where, address)
            if address in ours:
                yield f"{where}: {address} is an address that customers write to; staff need one of their own."
        if person.limit < 0:
            yield f"{where}: limit cannot be less than nothing."
        yield from _somebody(f"{where}.approver", [person.approver] if person.approver else [], policy)


def _departments(policy: Policy) -> Iterator[str]:
    yield from _twice("department", "the name", [d.name.casefold() for d in policy.departments])
    for department in policy.departments:
        yield from _somebody(f"department {department.name}.handler", [department.handler], policy)


def _brands(policy: Policy) -> Iterator[str]:
    if not policy.brands:
        yield "There is nobody to write to: at least one [[brand]] is needed."
    yield from _twice("brand", "the id", [b.id for b in policy.brands])
    yield from _twice("brand", "the prefix", [b.prefix for b in policy.brands])
    yield from _twice("brand", "the address", [a for b in policy.brands for a in b.addresses])
    for brand in policy.brands:
        where = f"brand {brand.id}"
        yield from _looks(where, brand)
        yield from _hours(where, brand)
        yield from _rota(where, brand, policy)
        yield from _numbers(where, brand)
        yield from _signed(where, brand, policy)


def _looks(where: str, brand: Brand) -> Iterator[str]:
    if not PREFIX.fullmatch(brand.prefix):
        yield f"{where}.prefix: {brand.prefix!r} should be two to four capital letters, such as HH."
    if not brand.name.strip():
        yield f"{where}.name is missing."
    if not COLOUR.fullmatch(brand.colour):
        yield f"{where}.colour: {brand.colour!r} should be written like #0b5c55."
    if not is_currency(brand.currency):
        yield f"{where}.currency: {brand.currency!r} is no currency; write it like GBP."
    if not brand.addresses:
        yield f"{where}.addresses: at least one address is needed, for customers to write to."
    for address in brand.addresses:
        yield from _address(where, address)
        if "+" in address.partition("@")[0]:
            yield f"{where}: {address} has a plus sign in it, which we need for signed addresses."
    for locale in (brand.locale, *brand.locales):
        try:
            Locale.parse(locale)
        except (UnknownLocaleError, ValueError):
            yield f"{where}: {locale!r} is no locale; write it like en_GB."


def _hours(where: str, brand: Brand) -> Iterator[str]:
    hours = brand.hours
    wrong = [day for day in hours.days if day not in DAYS]
    if wrong:
        yield f"{where}.hours.days: {', '.join(wrong)}; days are {', '.join(DAYS)}."
    if not hours.opens < hours.cut_off <= hours.closes:
        yield f"{where}.hours: cut_off should lie between opens and closes."
    try:
        Calendar(hours)
    except ValueError as error:
        yield f"{where}.hours: {error}."


def _rota(where: str, brand: Brand, policy: Policy) -> Iterator[str]:
    """The owner of a case is never blank: on every working day somebody is there to take it."""
    for day in brand.rota:
        if day not in DAYS:
            yield f"{where}.rota.{day}: days are {', '.join(DAYS)}."
    for day in brand.hours.days:
        if not brand.rota.get(day):
            yield f"{where}.rota.{day}: nobody takes new cases on this working day."
    yield from _somebody(f"{where}.rota", [p for people in brand.rota.values() for p in people], policy)
    yield from _somebody(f"{where}.seniors", brand.seniors, policy)


def _numbers(where: str, brand: Brand) -> Iterator[str]:
    promises, matching = brand.promises, brand.matching
    if list(promises.nudge_at) != sorted(set(promises.nudge_at)) or not all(0 < n < 100 for n in promises.nudge_at):
        yield f"{where}.promises.nudge_at: percents between 1 and 99, the smallest first, such as [50, 75, 90]."
    if promises.follow_up_hours < 1 or promises.renew_working_hours < 1 or promises.quiet_minutes < 0:
        yield f"{where}.promises: hours should be at least 1, and quiet_minutes at least 0."
    if not 0 < matching.doubt_at <= matching.join_at <= 100:
        yield f"{where}.matching: doubt_at should be at most join_at, and both between 1 and 100."
    for pattern in matching.matter_patterns:
        yield from _pattern(f"{where}.matching.matter_patterns", pattern)


def _pattern(where: str, pattern: str) -> Iterator[str]:
    """Strangers' text is searched with it, so it must not be able to run away."""
    try:
        groups = re.compile(pattern).groups
    except re.error as error:
        yield f"{where}: {pattern!r} is no regular expression: {error}."
        return
    if groups != 1:
        yield f"{where}: {pattern!r} should have exactly one group, round what is to be compared."
    if re.search(r"\([^)]*[+*][^)]*\)[+*{]", pattern):
        yield f"{where}: {pattern!r} repeats a repetition, which can take for ever; write it without."


def _signed(where: str, brand: Brand, policy: Policy) -> Iterator[str]:
    """Signed addresses must fit into 64 characters before the @, for every person."""
    if not brand.addresses or not policy.keys or not PREFIX.fullmatch(brand.prefix):
        return
    ref, then = make(brand.prefix, 0), datetime(2026, 1, 1, tzinfo=UTC)
    try:
        customer_address(policy, brand, ref)
        bounce_address(policy, brand, ref, "0" * 16)
    except ValueError:
        yield f"{where}: {brand.addresses[0]} is too long before the @ to be signed; put a shorter address first."
        return
    for person in policy.people:
        try:
            staff_address(policy, brand, ref, person.id, then)
        except ValueError:
            yield f"{where}: the id {person.id} is too long to be signed together with {brand.addresses[0]}."


def _address(where: str, address: str) -> Iterator[str]:
    if canonical(address) != address:
        yield f"{where}: {address!r} is no address we can use; write it in small letters, like help@harbour.example."


def _somebody(where: str, ids: Iterable[str], policy: Policy) -> Iterator[str]:
    for person_id in dict.fromkeys(ids):
        if not isinstance(policy.person(person_id), Person):
            yield f"{where}: there is no person with the id {person_id!r}."


def _twice(where: str, what: str, values: list[str]) -> Iterator[str]:
    for value, count in Counter(values).items():
        if count > 1:
            yield f"{where}: {what} {value!r} is used {count} times."
