"""Stationery: turns the values of a letter into its subject, plain text and HTML.

Templates are data and are handed in; nothing here reads a file. There is one template a kind of letter and locale. It is
rendered twice, on two papers: the paper of plain text and the paper of HTML define macros of the same names (paragraph, panel,
quote, ...), so both forms of a letter say the same words by construction. What people wrote is always a value, never a
template; on the HTML paper every value is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from babel.units import format_unit
from jinja2 import DictLoader, Environment, StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from intake.letters.forms import Form, Situation, Written, blanks, broken, quoted, situation, specimens
from intake.letters.letter import LetterKind

HOME = "en_GB"  # the locale that has every kind of letter
PAPERS = ("paper.txt", "paper.html")
MAX_FORMS = 256  # situations of all letters; a form is about ten kilobytes


class Stationery:
    """All templates, by path: "paper.txt", "paper.html" and "<locale>/<kind>.jinja"."""

    def __init__(self, templates: Mapping[str, str]) -> None:
        self.templates = MappingProxyType(dict(templates))
        self._text = _environment(self.templates, html=False)
        self._html = _environment(self.templates, html=True)
        self._form = lru_cache(maxsize=MAX_FORMS)(self._new_form)

    def locale_for(self, kind: str, locale: str) -> str:
        """The first of `locale`, its language and en_GB that has this kind of letter."""
        wanted = (locale, locale.partition("_")[0], HOME)
        return next((name for name in wanted if f"{name}/{kind}.jinja" in self.templates), HOME)

    def write(self, kind: LetterKind, *, locale: str, values: Mapping[str, Any]) -> Written:
        """One kind of letter. Raises jinja2.TemplateError for a template that asks for a value there is none of."""
        found = self.locale_for(kind, locale)
        name, common = f"{found}/{kind}.jinja", {**values, "locale": found}
        form = self._form(name, tuple(common), situation(common))
        return form.filled(common) if form else self.run(name, common)

    def run(self, name: str, values: Mapping[str, Any]) -> Written:
        """What a template says, by running it."""
        said, text = _on_paper(self._text, "paper.txt", name, values)
        _, html = _on_paper(self._html, "paper.html", name, values)
        return Written(
            subject=_one_line(getattr(said, "subject", "")),
            text=re.sub(r"\n{3,}", "\n\n", text).strip() + "\n",
            html=html.strip() + "\n",
            from_name=_one_line(getattr(said, "from_name", "")),
        )

    def _new_form(self, name: str, names: tuple[str, ...], shapes: Situation) -> Form | None:
        """The form of a template for one situation, or None. It counts only if it shows specimens as the template does."""
        empty = blanks(names, shapes)
        tried = specimens(empty)
        try:
            form = Form(self.run(name, empty))
            return form if form.filled(tried) == self.run(name, tried) else None
        except (TemplateError, LookupError, TypeError):
            return None


def _on_paper(environment: Environment, paper: str, name: str, values: Mapping[str, Any]) -> tuple[Any, str]:
    """What the template defines (its subject), and the whole page."""
    sheet = environment.get_template(paper).make_module(dict(values))
    letter = environment.get_template(name).make_module({**values, "paper": sheet})
    page: Any = getattr(sheet, "page")  # noqa: B009 - the macro is the template's, unknown to the type checker
    return letter, str(page(Markup(str(letter)) if environment.autoescape else str(letter)))  # noqa: S704 - escaped above


def _environment(templates: Mapping[str, str], *, html: bool) -> Environment:
    # The values of a letter are made for it alone, so a template that changes one of them changes nothing for the next letter.
    environment = SandboxedEnvironment(
        loader=DictLoader(templates),
        autoescape=html,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= {"one_line": _one_line, "quoted": quoted, "broken": broken, "duration": duration}
    return environment


def duration(minutes: int, locale: str = HOME) -> str:
    """A stretch of time in words, exact to the minute below a day: "1 hour, 30 minutes"."""
    days, rest = divmod(max(minutes, 0), 24 * 60)
    hours, left = divmod(rest, 60)
    units = [("day", days), ("hour", hours), ("minute", 0 if days else left)]
    return ", ".join(_units(count, unit, locale) for unit, count in units if count) or _units(0, "minute", locale)


@lru_cache(maxsize=1000)
def _units(count: int, unit: str, locale: str) -> str:
    """So many days, hours or minutes in words. Letters say the same few all the time, so they are kept."""
    return format_unit(count, f"duration-{unit}", locale=locale)


def _one_line(text: str) -> str:
    """Runs of white space become one blank. What was escaped stays escaped."""
    return type(text)(" ".join(text.split()))
