"""The words that complaints are made of, by group: English first, then the commonest in five other languages."""

from __future__ import annotations

from dataclasses import dataclass

from intake.spotting import Expressions


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """The slug is noted where one of the expressions occurs; `negatable` ones do not count after a "not"."""

    slug: str
    said: Expressions
    negatable: bool = False


GROUPS = (
    Group(
        slug="waiting",
        said=Expressions(
            r"still waiting|still (?:no|not|haven't|hasn't)|heard nothing|(?:no ?one|nobody) has (?:got|come) back",
            r"chas(?:ing|ed)|any (?:update|news)",
            r"how much longer|you said (?:you'd|it would|friday|monday|by)|(?:was|were) (?:promised|supposed to)",
            r"promised me|weeks now|overdue",
            r"warte (?:immer )?noch|immer noch (?:nicht|kein\w*)|seit wochen|keine (?:antwort|rückmeldung)",
            r"wie lange noch",
            r"toujours (?:pas|rien)|j'attends|aucune (?:réponse|nouvelle)|sigo esperando|sin respuesta|todavía no",
            r"aún no",
            r"sto (?:ancora )?aspettando|nessuna risposta|ancora (?:nessun|non)|wacht nog|nog (?:steeds|niets|geen)",
        ),
    ),
    Group(
        slug="repetition",
        said=Expressions(
            r"(?:already|previously) (?:told|said|wrote|written|e-?mailed|called|phoned|rang)",
            r"(?:already|previously) (?:complained|contacted|explained|reported|raised)",
            r"(?:i|i've|we|we've) (?:told|written to|asked) you (?:before|already|twice|on|last)|as i (?:said|told)",
            r"told your|for the last time",
            r"(?:second|third|fourth|fifth|2nd|3rd|4th|5th|umpteenth) (?:time|e-?mail|complaint|message|call)",
            r"pillar to post|every time i call",
            r"keep being told|yet again|once again|following up again|explained (?:this )?before",
            r"not (?:my|the) first (?:time|complaint|e-?mail)",
            r"(?:bereits|schon) (?:\w+ ){0,3}(?:geschrieben|gemeldet|mitgeteilt|gesagt|angerufen|beschwert|kontaktiert)",
            r"zum (?:zweiten|dritten|wiederholten) mal",
            r"déjà (?:\w+ ){0,2}(?:écrit|dit|signalé|contacté|appelé|expliqué)|(?:deuxième|troisième|énième) fois",
            r"ya (?:\w+ ){0,3}(?:escrit\w*|escribí|dicho|dije|llamé|llamado|contact\w+|reclam\w+)",
            r"(?:segunda|tercera|enésima) vez",
            r"già (?:\w+ ){0,2}(?:scritto|detto|segnalato|chiamato|contattato)|(?:seconda|terza|ennesima) volta",
            r"al (?:\w+ ){0,3}(?:geschreven|gemeld|gezegd|gebeld|gemaild)|(?:tweede|derde|zoveelste) keer",
        ),
    ),
    Group(
        slug="disappointment",
        negatable=True,
        said=Expressions(
            r"disappoint(?:ed|ing|ment)|let down|expected better|not good enough|unhappy",
            r"not (?:impressed|happy|satisfied|acceptable)|poor service",
            r"frustrat(?:ed|ing)|fed up|had enough|sick of|ridiculous|shambles|(?:a|absolute) joke|appalling",
            r"disgust(?:ed|ing)|unacceptable",
            r"outrageous|disgrace(?:ful)?|terrible|awful|dreadful|shocking|thieves|rubbish|useless|worst",
            r"dissatisfied|complain(?:t|ts|ing)?|wrong|broken",
            r"faulty|damaged|missing|never (?:arrived|came|turned up)|rude",
            r"enttäusch\w*|unzufrieden|unverschämt\w*|frechheit|inakzeptabel|unmöglich|beschwerde|reklamation",
            r"kaputt|defekt|falsch\w*",
            r"déçue?s?|mécontente?s?|inacceptable|scandaleux|inadmissible|réclamation|cassée?s?|défectueu\w+",
            r"decepcionad[oa]s?|insatisfech[oa]s?|inaceptable|vergüenza|queja|reclamación|rot[oa]s?|defectuos[oa]s?",
            r"delus[oaie]|insoddisfatt[oaie]|inaccettabile|vergogn\w+|reclamo|rott[oaie]|difettos[oaie]",
            r"teleurgesteld|ontevreden|onacceptabel|schandalig|klacht|kapot|defect",
        ),
    ),
    Group(
        slug="fault",
        said=Expressions(
            r"(?:doesn't|does not|didn't|did not|won't|isn't|not|stopped|never) (?:\w+ )?(?:work(?:ing)?|arrived?|received?)",
            r"haven't received",
            r"(?:unable|failed?|refuses?) to|no (?:reply|response|answer)",
            r"(?:been|being|charg(?:ed|ing)) (?:me|us|extra|charged)|error code|stranded",
            r"(?:keeps?|kept) (?:crashing|failing|stopping|asking)|poor quality|let us down",
            r"(?:out of|lost) (?:service|in the post)",
            r"funktioniert (?:\w+ )?nicht|nicht (?:angekommen|erhalten)|ne (?:fonctionne|marche) (?:pas|plus)",
            r"pas (?:reçu|arrivée?)",
            r"no (?:funciona|ha llegado|he recibido)|non (?:funziona|è arrivat[oa]|ho ricevuto)|werkt niet",
            r"niet (?:ontvangen|aangekomen)",
        ),
    ),
    Group(
        slug="understatement",
        negatable=True,
        said=Expressions(
            r"i must say|with respect|not ideal|somewhat surprised|a bit much|less than (?:satisfactory|ideal)",
            r"would have thought|forgive me but",
            r"bit (?:disappointed|fed up)|not complaining",
        ),
    ),
    Group(
        slug="distrust",
        said=Expressions(
            r"don't believe|not convinced|how can i trust|lied to|misled|fobbed off|ignored|nobody cares",
            r"what am i paying for|scam(?:med)?|fraud",
            r"ripped off|rip-off|betrug|betrogen|abzocke|arnaque|estafa|truffa|oplichting",
        ),
    ),
    Group(
        slug="money",
        said=Expressions(
            r"refund|money back|chargeback|dispute the payment|won't pay|compensation|out of pocket|overcharged",
            r"(?:double|twice) charged|charged twice",
            r"rückerstattung|geld zurück|entschädigung|remboursement|rembourse[rz]?|reembolso|rimborso",
            r"terugbetaling|geld terug",
        ),
    ),
    Group(
        slug="escalation",
        said=Expressions(
            r"(?:speak|talk) to (?:a|your|the) (?:manager|supervisor|director)",
            r"your (?:manager|supervisor|director|ceo)|head office|take (?:this|it) further",
            r"formal complaint|complaints? procedure|in writing|done with agents|vorgesetzte\w*|geschäftsführ\w+",
            r"responsable|supérieur|encargado|responsabile",
        ),
    ),
    Group(
        slug="external",
        said=Expressions(
            r"ombudsman|ofcom|ofgem|trading standards|citizens advice|solicitors?|lawyer|small claims",
            r"letter before action|legal action|court|my mp",
            r"newspaper|watchdog|trustpilot|the press|regulator|anwalt|rechtsanwalt|verbraucherzentrale|avocat",
            r"tribunal|abogado|avvocato|advocaat",
        ),
    ),
    Group(
        slug="impact",
        said=Expressions(
            r"missed work|day off|no heating|losing sleep|stressed|embarrass(?:ed|ing)|cost me|had to buy another",
            r"ruined|wedding|birthday|overdrawn",
            r"late fee|default on my file|funeral",
        ),
    ),
    Group(
        slug="urgent-care",
        said=Expressions(
            r"end my life|kill myself|no point (?:in )?going on|suicid\w+|harm myself|can't go on|he'll hurt me",
            r"want to die",
            r"umbringen|nicht mehr leben|me tuer|suicidarme|matarme|uccidermi|zelfmoord|niet meer leven",
        ),
    ),
    Group(
        slug="danger",
        said=Expressions(
            r"caught fire|on fire|burn(?:ed|t) (?:her|his|my|their)|injur(?:ed|y|ies)|electric shock|gas leak",
            r"hospital|ambulance|explod(?:ed|es)",
            r"feuer gefangen|verletzt|pris feu|blessée?|se incendió|herid[oa]|preso fuoco|ferit[oa]|in brand|gewond",
        ),
    ),
    Group(
        slug="complex",
        said=Expressions(
            r"several (?:issues|problems|complaints)",
            r"(?:number|list|catalogue|series) of (?:issues|problems|complaints|failings|failures|errors)",
            r"discriminat\w+|data (?:breach|protection)|gdpr|negligen(?:ce|t)|bereavement",
            r"mehrere (?:probleme|mängel)|plusieurs problèmes",
            r"varios problemas|diversi problemi|meerdere problemen",
        ),
    ),
)
