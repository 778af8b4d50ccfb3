"""Whether the domain in From stands behind a mail: DMARC (RFC 9989), from answers of the DNS that somebody else has fetched.

A tree walk finds the record that holds for a domain and the organisation that it belongs to; no list of public suffixes is
needed. Which names to ask is `questions`, what the answers mean is `evaluate`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

MAX_LABELS = 8  # a longer name is asked for itself, then for its last seven labels: eight questions at most
MAX_RECORD = 4096  # characters

Policy: TypeAlias = Literal["none", "quarantine", "reject"]
Answers: TypeAlias = Mapping[str, "Record"]  # by domain: its one record

_VERSION = re.compile(r"v\s*=\s*DMARC1\s*(?:;|\Z)")  # the only thing in a record in which case counts
_POLICIES: Mapping[str, Policy] = {"none": "none", "quarantine": "quarantine", "reject": "reject"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """What a domain has published at `_dmarc`."""

    policy: Policy = "none"  # p
    of_subdomains: Policy = "none"  # sp, else p
    of_missing: Policy = "none"  # np, else sp: for names that are not there
    strict_dkim: bool = False
    strict_spf: bool = False
    public_suffix: bool | None = None  # psd: True y, False n, None not said
    testing: bool = False  # t


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """The verdict, and what the domain asks for mail that fails."""

    verdict: Literal["pass", "fail", "none"]
    policy: Policy = "none"


def record(texts: Iterable[str]) -> Record | None:
    """The record among the TXT texts of a name. None where there is none, or more than one. Tags in error are left out."""
    found = [text for text in texts if _VERSION.match(text)]
    if len(found) != 1:
        return None
    tags: dict[str, str] = {}
    for pair in found[0][:MAX_RECORD].split(";"):
        name, _, value = pair.partition("=")
        tags.setdefault(name.strip().lower(), value.strip().lower())
    policy = _POLICIES.get(tags.get("p", ""), "none")
    of_subdomains = _POLICIES.get(tags.get("sp", ""), policy)
    return Record(
        policy=policy,
        of_subdomains=of_subdomains,
        of_missing=_POLICIES.get(tags.get("np", ""), of_subdomains),
        strict_dkim=tags.get("adkim") == "s",
        strict_spf=tags.get("aspf") == "s",
        public_suffix={"y": True, "n": False}.get(tags.get("psd", "")),
        testing=tags.get("t") == "y",
    )


def questions(domain: str) -> tuple[str, ...]:
    """The domains whose records a tree walk from this one may need, the longest first."""
    labels = domain.split(".")
    start = 0 if len(labels) < MAX_LABELS else len(labels) - MAX_LABELS + 1
    shorter = (".".join(labels[at:]) for at in range(start, len(labels)))
    return tuple(dict.fromkeys((domain, *shorter)))


def organisation(domain: str, answers: Answers) -> str:
    """The organisation that a domain belongs to (section 4.10.2)."""
    highest = domain
    for name in questions(domain):
        found = answers.get(name)
        if found is None:
            continue
        if found.public_suffix:
            return _one_label_below(name, domain)
        highest = name
        if found.public_suffix is False:
            break
    return highest


def evaluate(author: str, *, dkim: Sequence[str], spf: str, exists: bool, answers: Answers) -> Result:
    """The verdict about a From domain.

    `dkim` are the domains of good signatures, `spf` is the domain that passed or "", `exists` says whether the From domain is
    known to the DNS, and `answers` holds the records of everything that `questions` named for all of them.
    """
    at, found = _applies(author, answers)
    if found is None:
        return Result(verdict="none")
    by_dkim = any(aligned(author, each, strict=found.strict_dkim, answers=answers) for each in dkim)
    by_spf = bool(spf) and aligned(author, spf, strict=found.strict_spf, answers=answers)
    if by_dkim or by_spf:
        return Result(verdict="pass", policy=found.policy)
    asked = found.policy if at == author else found.of_subdomains if exists else found.of_missing
    return Result(verdict="fail", policy="none" if found.testing else asked)


def aligned(author: str, other: str, *, strict: bool, answers: Answers) -> bool:
    """Whether a proven domain speaks for the From domain: it is the same, or, unless strict, of the same organisation."""
    if strict or author == other:
        return author == other
    return organisation(author, answers) == organisation(other, answers)


def _one_label_below(name: str, domain: str) -> str:
    """The part of a domain that is one label longer than the public suffix above it; all of it, where it is that suffix."""
    labels = domain.split(".")
    return ".".join(labels[-2 - name.count(".") :])


def _applies(author: str, answers: Answers) -> tuple[str, Record | None]:
    """The record that holds: the domain's own, else its organisation's, else that of the public suffix above (4.10.1)."""
    whose = organisation(author, answers)
    above = (name for name in questions(author) if (found := answers.get(name)) and found.public_suffix)
    for name in (author, whose, *above):
        if answers.get(name) is not None:
            return name, answers[name]
    return author, None
