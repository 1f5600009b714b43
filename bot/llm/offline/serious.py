# ruff: noqa: E501  (a phrase is easier to read unbroken)
"""Is this a matter in which nobody wants a cheerful word? Then the copy is the person's own sentences and nothing more.

Taking too much for serious costs a hook; taking too little puts "Guess what?" in front of a death notice.
"""

from __future__ import annotations

from typing import Final

import regex

_ENGLISH: Final = (
    # harm, and warnings of it
    r"recall(?:s|ed|ing)?|safety (?:notice|warning|alert)|hazards?|injur(?:y|ies|ed)|defective|faulty|contaminat\w+|allergens?|undeclared|do not (?:eat|use|drink|ride|consume)|"
    r"stop using|accident|fire (?:in|at|broke|damage|destroyed)|attack(?:ed)?|evacuat\w+|victims?|violence|abuse|war in|flood(?:s|ing|ed)|earthquake",
    # grief and regret
    r"condolences?|passed away|has died|died (?:on|at|in|last|this|suddenly)|in memor\w+|memorial service|funeral|mourn\w*|sad(?:ly|ness)?(?= (?:we|that|to|news|day|our|i)\b)|(?:great|deep) sadness|grief|"
    r"apolog\w+|sorry|regret(?:s|fully)?|unfortunately|bad news",
    # data and trust
    r"data (?:breach|leak|loss)|security incident|gained access|unauthori[sz]ed|hack(?:ed|ers?)|phishing|fraud\w*|scam(?:s|mers?)?|lawsuit|insolven\w+|bankrupt\w*",
    # what no longer works, opens or takes place
    r"outages?|disruptions?|out of (?:service|order)|is down|was down|were down|turned off|cut off|(?:have|has|had) to (?:be )?(?:cancel\w*|close|postpone\w*|raise|increase|lay off)|"
    r"(?:do|does|will|can|could|is|are|has|have) not (?:run|be able|open|take place|operate)|(?:is|are|was|were|be|been) (?:cancelled|canceled|postponed|suspended)|cancel(?:l?ing|l?ation) (?:of )?(?:our|the|tonight|all|this)|"
    r"(?:we(?: are|['’]re)|is|are) closing (?:our|its|their|down|for good|forever|on|after)|(?:is|are|be|stays?|remains?|will be) closed|clos(?:e|es|ing) (?:for good|for ever|forever|permanently|its doors)|closure|layoffs?|laid off|job cuts|redundanc\w+|"
    # prices that go up
    r"(?:raise|increase|raising|increasing) (?:our |the |all )?(?:\w+ )?(?:prices?|fees?|rates?|fares?)|(?:prices?|fees?|rates?|fares?) (?:(?:will|must|have to) )?(?:rise|increase|go(?:es)? up|rises|increases)|(?:price|fee|fare|rate) (?:increase|rise|hike)|"
    r"(?:storm|severe weather|heavy (?:snow|rain)|ice) (?:warning|alert)|due to (?:the |a )?(?:heavy|storm|illness|strike|flood|fire)",
)
_GERMAN: Final = (
    r"rückruf\w*|rückgerufen|zurückgerufen|sicherheits(?:hinweis|warnung)\w*|verletz(?:t|te|ten|ung\w*)|gefahr|defekt\w*|verunreinig\w+|allergen\w*|nicht (?:essen|verwenden|verzehren|benutzen|trinken)|"
    r"unfall|brand (?:im|in|bei|am)|opfer|gewalt|krieg|überschwemm\w+|hochwasser|erdbeben|evakuier\w+",
    r"verstorben|gestorben|verstarb|trauer\w*|beileid|abdankung|beerdigung|gedenk\w+|abschied von|entschuldig\w+|tut uns leid|bedauer\w*|leider|schlechte nachricht\w*|traurig\w*",
    r"datenleck|datenpanne|sicherheitsvorfall|unbefugt\w*|gehackt|hacker\w*|phishing|betrug\w*|betrüger\w*|insolven\w+|konkurs",
    r"störung\w*|(?:strom|wasser|betriebs)?ausfall\w*|ausgefallen|fällt aus|fallen aus|abgesagt|absagen|verschoben|unterbruch|unterbrochen|gesperrt|sperrung|eingestellt|"
    r"(?:bleibt|bleiben|ist|sind) (?:[\w.]+ ){0,10}?geschlossen|schlie(?:ss|ß)(?:t|en)(?= (?:am|per|ende|für|wir|unser\w*|die|das|auf))|schlie(?:ss|ß)ung|für immer|entlass\w+|stellenabbau|"
    r"preiserhöhung\w*|(?:erhöhen|anheben|erhöht) (?:wir )?(?:die|unsere) preise|preise (?:steigen|erhöhen|anheben)|(?:gestiegen\w*|höher\w*) (?:\w+)?(?:preise|kosten)|teurer|unwetter\w*|sturm(?:warnung)?",
)
_SERIOUS: Final = regex.compile(rf"(?i)\b(?:{'|'.join((*_ENGLISH, *_GERMAN))})\b")
_WEEKLY: Final = regex.compile(  # hours, not news
    r"(?i)\b(?:\w+tags|feiertags)\b[^.!?,;]{0,40}?geschlossen|geschlossen[^.!?,;]{0,20}\b\w+tags\b|closed (?:on )?(?:every )?(?:\w+days\b|weekends)|registration (?:is|will be) closed"
)
_DEARER: Final = regex.compile(
    r"(?i)\b(?:costs?|kostet|kosten)\b[^.!?]{0,60}?(\d+(?:[.,]\d+)?)[^.!?\d]{0,20}\b(?:instead of|statt|rather than)\b[^.!?\d]{0,12}(\d+(?:[.,]\d+)?)"
)


def is_serious(text: str) -> bool:
    """Whether it speaks of harm, loss, regret, closure, failure or higher prices."""
    if _SERIOUS.search(_WEEKLY.sub(" ", text)):
        return True
    return any(_number(match[1]) > _number(match[2]) for match in _DEARER.finditer(text))


def _number(text: str) -> float:
    return float(text.replace(",", "."))
