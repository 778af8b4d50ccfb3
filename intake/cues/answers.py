"""How people answer our two questions: is it your first time, and is everything resolved to your satisfaction?

A wrong yes closes a complaint, so a yes is taken only where nothing speaks against it.
"""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

from intake.cues.plain import plain, words
from intake.spotting import Expressions, Spotter

Answer: TypeAlias = Literal["yes", "no", "unclear"]

MAX_ANSWER = 1_000  # characters: an answer comes at once

_YES = words(r"yes|yep|yeah|yup|ja|jawohl|oui|sí|si|sì|jazeker")
_NO = words(
    r"no|nope|nah|nein|non|nee|not really|not yet|not quite|noch nicht|nicht wirklich|pas (?:encore|vraiment)",
    r"todavía no|aún no|non ancora|nog niet",
)
_OPENING = re.compile(
    r"[\s\W]*(?:(?:hi|hello|hallo|hey|dear|bonjour|hola|ciao|beste)\b[^\n,!.]{0,40}[\n,!.]\s*)?[\s\W]*"
)

# Phrases with a yes or no in them that answer nothing, taken out before anything else.
_EMPTY = words(
    r"no (?:problem|worries|thanks|thank you|rush|need|doubt)",
    r"(?:no|nothing|nichts|nein) (?:more|else|further|weiter\w*)|nein danke|non merci",
    r"no gracias|no grazie|nee (?:bedankt|dank je|dank u)|kein problem|pas de (?:problème|souci)|sin problema",
    r"geen probleem|nessun problema",
)
_FIRST_TIME = r"first time|erste(?:s|n)? mal|première fois|primera vez|prima volta|eerste keer"
_ABOUT_FIRST_TIME = re.compile(
    r"(?:(?:yes|no|ja|nein|oui|non|sí|si|sì|nee|not|nicht|pas|niet|and|und|et|y|e|en)\b[\s,.:;–—-]*){0,4}"
    r"(?:\b(?:it|this|that|das|dies|es|c'est|ce n'est|è|het|dit|is|was|ist|war|it's|that's|my|the|our|zum|la|de|meine?|"
    rf"ma|mi|mijn|not|nicht|pas|niet|es la)\b ?){{0,6}}(?:{_FIRST_TIME})"
)
_GOOD = words(
    r"all (?:is |now )?(?:good|fine|well|ok|okay|sorted|resolved|done|set)",
    r"everything(?:'s| is| was)? (?:now )?(?:fine|good|ok|okay|sorted|great|perfect|resolved|well)",
    r"sorted|resolved|fixed|solved|perfect|(?:very |really |quite |so )?(?:happy|satisfied|pleased|delighted)",
    r"works(?: now| fine| again)?|working (?:now|again|fine)",
    r"arrived (?:today|safely|this morning|now)|that's (?:great|fine|lovely|brilliant)|lovely|brilliant|excellent",
    r"alles (?:gut|bestens|in ordnung|erledigt|klar|goed|opgelost)|erledigt|gelöst|perfekt|zufrieden",
    r"funktioniert (?:jetzt|wieder)|in ordnung",
    r"tout (?:va bien|est (?:bon|réglé|résolu|parfait)|est en ordre)|réglée?|résolue?|parfait|satisfaite?",
    r"todo (?:bien|correcto|solucionado|resuelto|perfecto)|resuelt[oa]|solucionad[oa]|perfecto|satisfech[oa]",
    r"content[oa]",
    r"tutto (?:bene|a posto|ok|risolto|perfetto)|risolt[oa]|perfetto|soddisfatt[oa]|opgelost|in orde|tevreden",
    r"helemaal goed",
)
_BAD = words(
    r"(?:not|never|isn't|wasn't|aren't|hasn't|haven't|doesn't|didn't|don't|can't|won't|couldn't)(?: \w+){0,3}",
    r"un(?:happy|resolved|satisfied|acceptable)|dissatisfied|still|missing|broken|wrong|again|worse|disappointed",
    r"faulty|damaged|far from",
    r"(?:nicht|kein\w*|nie)(?: \w+){0,2}|immer noch|fehlt|fehlen|kaputt|falsch\w*|unzufrieden|leider",
    r"(?:ne|n'est|n'a|pas|jamais|aucune?)(?: \w+){0,2}|toujours|manque|cassée?",
    r"(?:no|nunca) (?:está|esta|ha|han|funciona|estoy|he|llegó)(?: \w+)?",
    r"sigue|falta|faltan|rot[oa]|(?:non|mai) (?:è|e'|ha|funziona|sono|ho)(?: \w+)?|manca|mancano|rott[oa]",
    r"(?:niet|geen|nooit)(?: \w+)?|nog steeds|ontbreekt|kapot",
)
_BUT = words(
    r"but|however|although|though|except|apart from|only|just one|one (?:more )?(?:thing|question)|aber|jedoch",
    r"allerdings|nur|ausser|mais|cependant|sauf|pero|excepto",
    r"ma|però|tranne|maar|echter|behalve|rude|another|also|call me|ring me|phone me|contact me|write to me|get back",
    r"let me know",
    r"please (?:call|ring|phone|send|contact|refund|tell|check|confirm|collect|arrange|write|email|e-mail)",
    r"(?:can|could|will|would|when|where|what|why|how) (?:you|i|we|will|is|do|does|can)",
    r"bitte|rufen sie|s'il vous plaît|svp|por favor|per favore|graag|alstublieft|bel (?:me|mij)",
)


_THANKS = re.compile(
    r"(?>[\s\W]|(?:many |much )?(?:thanks|thank you)|cheers|ta\b|great|ok\b|okay|noted|hi\b|hello|dear|regards|kind|best|all the"
    r"|(?:very|so) much|a lot|a million|again|indeed|for (?:your|the|all(?: your)?|that)"
    r"|(?:quick |prompt |kind )?(?:help|reply|answer|response|support|update|letting me know)"
    r"|danke\w*+|vielen dank|dank|schön|sehr|merci|beaucoup|gracias|muchas|grazie|mille|bedankt|hartelijk|je wel){1,60}+"
)
_THANKING = words(r"thanks|thank you|cheers|ta|danke\w*|dank|merci|gracias|grazie|bedankt")


def merely_thanks(text: str, name: str = "") -> bool:
    """Whether somebody, called `name`, only says thank you: it asks for nothing, answers nothing, and opens nothing again."""
    lines = plain(text[:MAX_ANSWER]).strip().splitlines()
    if len(lines) > 1 and set(lines[-1].split()) <= set(plain(name).split()):
        lines.pop()
    said = "\n".join(lines)
    return len(said) <= 200 and bool(_THANKING.search(said)) and _THANKS.fullmatch(said) is not None


def says_resolved(text: str, *, asked: bool = True) -> Answer:
    """The answer to "has everything been resolved to your satisfaction?".

    A reservation, a request or a question beside a yes makes it unclear, and so does praise beside a no. What is said about
    the first time does not count here. Where nobody `asked`, a bare yes or no answers something else.
    """
    said = _EMPTY.sub(" ", _ABOUT_FIRST_TIME.sub(" ", plain(text[:MAX_ANSWER])))
    start = _OPENING.match(said)
    begin = start.end() if start else 0
    opens_no, opens_yes = asked and _NO.match(said, begin), asked and _YES.match(said, begin)
    rest = _BAD.sub(" ", said)
    good, bad = bool(_GOOD.search(rest)), rest != said
    if opens_no:
        return "unclear" if good and not bad else "no"
    if bad:
        return "unclear" if opens_yes or good else "no"
    if opens_yes or good:
        return "unclear" if _BUT.search(said) or "?" in said else "yes"
    return "unclear"


_NOT_FIRST = Expressions(
    rf"(?:not|isn't|nicht|pas|no es|non è|niet)(?: \w+){{0,3}} (?:{_FIRST_TIME})",
    r"(?:second|third|fourth|fifth|2nd|3rd|4th) time|already (?:told|wrote|written|called|rang|e-?mailed|contacted)",
    r"(?:told|wrote|written|called|rang|e-?mailed|contacted|complained)(?: to)? (?:you|before|already|your|twice|last)",
    r"already (?:complained|raised|reported)|(?:zweite|dritte)(?:s|n)? mal",
    r"(?:schon|bereits) (?:\w+ ){0,3}(?:geschrieben|gemeldet|mitgeteilt|gesagt|angerufen|beschwert)",
    r"(?:deuxième|troisième) fois|déjà (?:écrit|dit|signalé|contacté|appelé)",
    r"(?:segunda|tercera) vez|ya (?:\w+ ){0,2}(?:escrit\w*|escribí|dije|llamé)",
    r"(?:seconda|terza) volta|già (?:scritto|detto|segnalato|chiamato)",
    r"(?:tweede|derde) keer|al eerder|al (?:gemeld|geschreven|gebeld)",
)
_OTHER_FIRST = Expressions(
    rf"(?:{_FIRST_TIME})(?: (?:that|when))? (?:i|we|ich|je|j'ai|ho|ik) (?:(?:have|ever|'ve) )?"
    r"(?:ordered|bought|used|shopped|wrote|called|rang|told|tried|bestellt|gekauft)",
    r"first time (?:buyer|customer|user|order|ordering|buying|shopping)",
)
_FOUR_WORDS = re.compile(r"(?:\W*+\w++){4}")
_TIMES = Spotter({"not-first": _NOT_FIRST, "other-first": _OTHER_FIRST, "first": Expressions(_FIRST_TIME)})


def first_time_answer(text: str, *, asked: bool = True) -> Literal["yes", "no", ""]:
    """The answer to "is this the first time you have told us about this?"; "" where there is none.

    A bare yes or no is one too where it was `asked`: it is the only question in the acknowledgement.
    """
    said = plain(text[:MAX_ANSWER])
    start = _OPENING.match(said)
    begin = start.end() if start else 0
    opens_no, opens_yes = _NO.match(said, begin), _YES.match(said, begin)
    # "yes, all good" answers the other question
    bare = asked and not _FOUR_WORDS.match(said, begin) and not _GOOD.search(said)
    heard = _TIMES.spot(said)
    if "not-first" in heard or (opens_no and (bare or "first" in heard)):
        return "no"
    if ("first" in heard and "other-first" not in heard) or (opens_yes and bare):
        return "yes"
    return ""
