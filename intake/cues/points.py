"""How many separate issues a text seems to raise: list items, words that add another, clauses that each name a fault."""

from __future__ import annotations

import re

from intake.spotting import Expressions

MAX_POINTS = 20

_ITEM = re.compile(
    r"\n(?:\(?(?:\d{1,2}|[a-h])[.)](?= )|[-*•–·](?= )|(?:firstly|secondly|thirdly|erstens|zweitens|drittens)\b)"
)
_ADDING = Expressions(
    r"also|secondly|thirdly|in addition|additionally|on top of (?:that|this|it all)|and on top",
    r"another (?:thing|issue|problem|point)|furthermore|moreover",
    r"besides|ausserdem|zweitens|drittens|zudem|darüber hinaus|des weiteren|obendrein|en plus|de plus|deuxièmement",
    r"par ailleurs|en outre",
    r"además|en segundo lugar|por otra parte|inoltre|in secondo luogo|per di più|bovendien|ten tweede|daarnaast",
)
_SENTENCE = re.compile(r"[.!?;]\s|\n")
_CLAUSE = re.compile(r",| - | – |—|&|\b(?:and|but|und|aber|et|mais|y|pero|e|ma|en|maar)\b")
_FAULT = Expressions(
    r"(?:over|double )?charged|billed|missed|closed on|cut (?:me )?off|hung up|broke|broken|late|damaged|wrong",
    r"missing|never|not|\w+n't|cancelled",
    r"ignored|refused|lost|delayed|failed|rude|leak(?:s|ing|ed)|stopped|faulty|scratched|cracked|declined|crashed",
    r"dirty|torn|overdue|lied|burnt",
    r"abgebucht|verpasst|kaputt|beschädigt|falsch\w*|fehlt|fehlen|nie|nicht|kein\w*|verspätet|ignoriert",
    r"unfreundlich|verloren",
    r"débité\w*|manqu\w+|cassée?|abîmée?|fausse?|jamais|pas|aucune?|retard|perdue?|impolie?|cobrado|roto|rota",
    r"dañad[oa]|falta|nunca|equivocad[oa]|tarde|perdid[oa]",
    r"addebitat[oa]|rott[oa]|danneggiat[oa]|sbagliat[oa]|manca|mai|ritardo|pers[oa]|maleducat[oa]|kapot|beschadigd",
    r"verkeerd\w*|ontbreekt|nooit|geen|niet|kwijt",
)


def points(folded: str) -> int:
    """1 to 20, of a folded text. The largest of the three counts: a list introduced by "also" is counted once."""
    added = sum(1 for _ in _ADDING.each(folded))
    clauses = max(map(_distinct, _faults(folded)), default=0)
    return min(MAX_POINTS, max(1, len(_ITEM.findall(f"\n{folded}")), 1 + added, clauses))


def _faults(folded: str) -> list[list[set[str]]]:
    """The faults that are named: a list for each sentence that names some, in it a set for each clause that does."""
    sentences: list[list[set[str]]] = []
    for before, fault in _FAULT.each(folded):
        if not sentences or _SENTENCE.search(before):
            sentences.append([{fault}])
        elif _CLAUSE.search(before):
            sentences[-1].append({fault})
        else:
            sentences[-1][-1].add(fault)
    return sentences


def _distinct(clauses: list[set[str]]) -> int:
    """How many clauses of a sentence name a fault that no other one names."""
    found: set[str] = set()
    for named in clauses:
        found |= set() if named & found else {min(named)}
    return len(found)
