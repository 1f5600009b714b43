"""What does an instruction ask for? Read into orders, in English and German; what fits none is handed back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import regex

_Q = r"[\"“”„«»‹›‘’']"
_QUOTED = r"(?:[\"“„«](?P<{0}q>[^\"“”„«»]+)[\"”“»]|(?P<{0}b>{1}))"


@dataclass(frozen=True)
class Order:
    """One change. `one` and `two` are the person's own words, exact when they stood in quotes."""

    kind: str
    one: str = ""
    two: str = ""


def _quoted(name: str, otherwise: str = r".+?") -> str:
    return _QUOTED.format(name, otherwise)


_TONE_WORDS = {
    "playful": r"playful|fun(?:ny|nier)?|cheek(?:y|ier)|witt(?:y|ier)|light(?:er)?(?:-hearted)?|verspielt(?:er)?|"
    r"locker(?:er)?|witzig(?:er)?|lustig(?:er)?|frech(?:er)?",
    "formal": r"formal|professional|serious|corporate|business-?like|förmlich(?:er)?|formell(?:er)?|sachlich(?:er)?|"
    r"seriös(?:er)?|professionell(?:er)?|ernst(?:er)?",
    "urgent": r"urgent|pressing|dringend(?:er)?|dringlich(?:er)?",
    "warm": r"warm(?:er)?|friendl(?:y|ier)|personal|kind(?:er)?|heartfelt|freundlich(?:er)?|herzlich(?:er)?|"
    r"persönlich(?:er)?|wärmer",
    "plain": r"plain(?:er)?|simple(?:r)?|clear(?:er)?|neutral(?:er)?|calm(?:er)?|matter-of-fact|less (?:salesy|"
    r"pushy|playful|formal|urgent)|einfach(?:er)?|schlicht(?:er)?|klarer|nüchtern(?:er)?|ruhiger|"
    r"weniger (?:werblich|verspielt|förmlich|aufdringlich)",
}
_MAKE = (
    r"(?:(?:please |bitte )?(?:can you |could you |kannst du |könntest du )?(?:make|write|turn|keep|"
    r"mach(?:e|t)?|schreib(?:e|t)?|gestalte|formuliere)\s+(?:it|this|that|the (?:text|post|copy|tone|"
    r"draft)|es|das|den (?:text|post|ton)|ihn)?\s*(?:sound |be |in a )?)?"
)
_MUCH = (
    r"(?:(?:a (?:bit|little|lot)|much|more|slightly|even|somewhat|rather|still|too|etwas|ein bisschen|"
    r"ein wenig|viel|noch|deutlich|mehr|bitte)\s+)*"
)
_TAIL = r"(?:\s+(?:tone|please|bitte|version|text|post|copy|now|by (?:a )?half))*"

_LANGUAGES = r"(?P<language>english|german|deutsch|englisch|french|französisch|italian|italienisch|spanish|spanisch)"
_NTH = r"(?P<nth>first|second|third|last|opening|closing|ersten|zweiten|dritten|letzten|erste|zweite|dritte|letzte)"

_PATTERNS: tuple[tuple[str, str], ...] = (
    (
        "replace",
        rf"(?:please |bitte )?(?:replace|swap|change|ersetze?|tausche|ändere)\s+(?:the (?:word|words|"
        rf"phrase)s? |das wort |die worte )?{_quoted('a')}\s+(?:with|by|to|for|into|durch|mit|in|gegen|auf|"
        rf"zu)\s+{_quoted('b', '.+')}",
    ),
    ("replace", rf"{_quoted('a', '[^,]+?')}\s*(?:→|->|=>)\s*{_quoted('b', '.+')}"),
    (
        "replace",
        rf"(?:say|write|use|make it|put|schreib(?:e)?|sag(?:e)?|nimm|mach)\s+{_quoted('b')}\s+(?:instead of|"
        rf"rather than|not|statt|anstatt|anstelle von)\s+{_quoted('a', '.+')}",
    ),
    (
        "replace",
        rf"(?:instead of|statt|anstatt)\s+{_quoted('a')},?\s+(?:say|write|use|put|schreib(?:e)?|sag(?:e)?|"
        rf"nimm)\s+{_quoted('b', '.+')}",
    ),
    (
        "replace",
        rf"{_quoted('a', r'[^,]*[0-9][^,]*?')}\s+(?:should be|must be|needs to be|is (?:actually|really)|"
        rf"soll(?:te)?|muss)\s+{_quoted('b', '.+?')}(?:\s+(?:sein|heissen|heißen))?",
    ),
    (
        "figure",
        r"(?:make|set|change|raise|lower|ändere|setze|erhöhe|senke|mach)\s+(?:it|the (?:discount|offer|"
        r"percentage|rate)|es|den rabatt|das angebot|daraus)?\s*(?:to|auf|"
        r"zu)?\s*(?P<bb>\d+(?:[.,]\d+)?\s?%)(?:\s+(?:off|rabatt))?",
    ),
    (
        "headline",
        rf"(?:change |set |make |ändere |setze )?(?:the |die |den )?(?:card(?:['’]s)? )?(?:headline|"
        rf"überschrift|kartentitel)(?: (?:on|of) the card| auf der karte)?\s*(?::|to|should (?:be|say|read)|is|"
        rf"=|auf|zu|soll(?:te)?(?: lauten| heissen| sein)?|in)\s*{_quoted('b', '.+')}",
    ),
    (
        "start",
        rf"(?:start|begin|open)(?: it| the (?:text|post))?\s+with\s*:?\s*{_quoted('b', '.+')}|(?:beginne?|"
        rf"starte|fang)(?: (?:es|den text))?\s+mit\s*:?\s*{_quoted('c', '.+?')}(?:\s+an)?",
    ),
    (
        "end",
        rf"(?:end|close|finish)(?: it| the (?:text|post))?\s+with\s*:?\s*{_quoted('b', '.+')}|(?:ende|"
        rf"schliesse?|schließe?|hör)(?: (?:es|den text))?\s+mit\s*:?\s*{_quoted('c', '.+?')}(?:\s+(?:ab|auf))?",
    ),
    (
        "hashtags_off",
        r"(?:no|without|drop|remove|delete|lose|kill|skip|cut|leave out|keine|ohne|entferne?|streiche?|"
        r"lösche?|lass)(?: (?:the|all|any|all the|die|alle))? (?:hash ?tags?)(?: weg)?",
    ),
    (
        "hashtag_off",
        r"(?:drop|remove|delete|lose|cut|entferne?|streiche?|lösche?|without|"
        r"ohne)(?: the)?(?: hashtags?)? (?P<bb>#\w[\w-]*)",
    ),
    (
        "hashtags_on",
        r"(?:add|include|use|put in|with|füge|ergänze|mit|setz(?:e)?)(?: (?:the|a|some|these|den|die|das|"
        r"einen|ein paar))?(?: hash ?tags?)?:?\s+(?P<bb>#\w[\w-]*(?:(?:,|\s|and|"
        r"und)+#\w[\w-]*)*)(?:\s+(?:hinzu|ein|an))?",
    ),
    (
        "hashtags_own",
        r"(?:add|include|use|with|put in|füge|ergänze|mit|setz(?:e)?)(?: (?:a|some|a few|the|einen|ein paar|"
        r"passende))? hash ?tags?(?:\s+(?:hinzu|ein))?",
    ),
    (
        "emoji_off",
        r"(?:no|without|drop|remove|delete|lose|skip|cut|keine|ohne|entferne?|streiche?|lösche?|"
        r"lass)(?: (?:the|all|any|all the|das|die|alle))? (?:emojis?|smileys?|emoticons?)(?: weg)?",
    ),
    (
        "emoji_on",
        r"(?:add|include|use|with|put in|füge|ergänze|mit|setz(?:e)?)(?: (?:an|a|some|a few|ein|einen|"
        r"ein paar))? (?:emojis?|smileys?)(?:\s+(?:hinzu|ein))?",
    ),
    (
        "exclamation_off",
        r"(?:no|without|drop|remove|fewer|keine|ohne|entferne?)(?: (?:the|any|die|"
        r"alle))? (?:exclamation (?:marks?|points?)|ausrufezeichen)",
    ),
    (
        "sentence_off",
        rf"(?:drop|remove|delete|lose|cut|skip|take out|leave out|without|ohne|no|entferne?|streiche?|lösche?|"
        rf"lass)(?: out)?(?: the| den)? {_NTH} (?:sentence|line|paragraph|satz|zeile|absatz)(?: weg)?",
    ),
    (
        "link_on",
        r"(?:add|include|put in|insert|use|füge|setz(?:e)?|ergänze|nimm)(?: (?:the|a|our|this|den|einen|"
        r"unseren|diesen))? (?:link|url)(?: (?P<bb>https?://\S+))?(?:\s+(?:hinzu|ein|back))?|(?:add|use|"
        r"include|füge) (?P<bc>https?://\S+)(?: hinzu)?",
    ),
    (
        "link_off",
        r"(?:no|without|drop|remove|delete|cut|ohne|keinen|entferne?|streiche?)(?: (?:the|den|any))? (?:link|url)s?",
    ),
    (
        "call_on",
        r"(?:add|include|füge|ergänze)(?: (?:a|the|einen?|den|eine))? (?:cta|call[- ]to[- ]action|"
        r"handlungsaufforderung|aufforderung)(?:\s+hinzu)?",
    ),
    (
        "language",
        rf"(?:(?:translate|switch|change|write|put|rewrite)(?: (?:it|this|everything))? )?(?:to|into|in|"
        rf"auf) {_LANGUAGES}(?: please| bitte)?|übersetze(?: (?:es|das))? (?:ins|auf|"
        rf"in) (?P<languageb>deutsche?|englische?|französische?)|(?P<languagec>german|english|deutsch|"
        rf"englisch)(?: please| bitte| version)?",
    ),
    (
        "limit",
        r"(?:(?:make|keep|get|cut) (?:it|this) )?(?:to |at )?(?:max(?:imum|imal)?\.?|at most|under|below|"
        r"less than|no more than|within|up to|höchstens|unter|weniger als) (?P<bb>\d{2,4}) (?:characters|"
        r"chars|zeichen|letters)",
    ),
    (
        "shorter",
        rf"{_MAKE}{_MUCH}(?:short(?:er)?|tight(?:er)?|punchier|brief(?:er)?|more concise|concise|crisp(?:er)?|"
        rf"half as long|kürzer|knapper|kurz|straffer)(?: and snappy)?{_TAIL}|(?:please |bitte )?(?:shorten|"
        rf"trim|tighten|condense|cut|kürze)(?: (?:it|this|the text|das|es|den text))?(?: down)?(?: bitte)?|"
        rf"too long|zu lang",
    ),
    (
        "longer",
        rf"{_MAKE}{_MUCH}(?:long(?:er)?|more detailed|detailed|länger|ausführlicher){_TAIL}|(?:add|"
        rf"give) (?:a bit |some )?more (?:detail|details|info|information)|mehr (?:details|infos)|too short|"
        rf"zu kurz",
    ),
    *((f"tone:{tone}", rf"{_MAKE}{_MUCH}(?:{words}){_TAIL}") for tone, words in _TONE_WORDS.items()),
    (
        "again",
        r"(?:please )?(?:try again|again|another (?:version|one|try|wording|take)|(?:something|"
        r"a bit) different|different(?:ly)?|rewrite(?: it)?|reword(?: it)?|new version|nochmal|noch einmal|"
        r"noch ein versuch|anders|neu schreiben|andere version|eine andere (?:version|fassung)|"
        r"schreib(?:e)? (?:es|das) (?:neu|um|anders))",
    ),
    (
        "verbatim",
        r"(?:use (?:this|exactly this|the following)(?: text| wording)?|(?:the )?(?:text|wording|"
        r"post) (?:should (?:be|read|say)|is)|change (?:it|the text) to|make it|write|say(?: exactly)?|"
        r"nimm (?:diesen|folgenden) text|der text (?:soll(?:te)? (?:lauten|sein)|lautet)|"
        r"schreib(?:e)?)\s*:?\s*[\"“„«](?P<bb>[^\"“”„«»]+)[\"”“»]|[\"“„«](?P<bc>[^\"“”„«»]+)[\"”“»]",
    ),
    (
        "drop",
        rf"(?:don['’]t mention|do not mention|no mention of|drop|remove|delete|lose|cut|skip|take out|"
        rf"leave out|without|no|ohne|entferne?|"
        rf"streiche?|lösche?|erwähne nicht)\s+(?:the (?:part|bit|sentence|line|piece|"
        rf"word|words) (?:about |with |on )?|the |den (?:teil|satz) (?:über |mit )?|das wort |die |den |"
        rf"das )?{_quoted('b', '.+')}",
    ),
    ("drop", rf"lass\s+(?:den satz (?:über |mit )?|die |den |das )?{_quoted('b', '.+?')}\s+weg"),
    (
        "mention",
        rf"(?:please |bitte |also |auch )*(?:mention|add|include|say|note|point out|tell them|put in|erwähne|"
        rf"ergänze|sag(?:e)?|schreib(?:e)? dazu)(?: also| auch| noch| in| the fact)?(?: that|"
        rf"(?P<dass>,? dass))?\s*:?\s*{_quoted('b', '.+')}|füge\s+{_quoted('c', '.+?')}\s+(?:hinzu|an|ein)",
    ),
)
PATTERNS = tuple((kind, regex.compile(rf"(?i)(?:{pattern})")) for kind, pattern in _PATTERNS)
_FREE = frozenset({"replace", "headline", "start", "end", "drop", "mention"})
_LEAD = regex.compile(
    r"(?i)^(?:please|bitte|and|und|but|aber|then|dann|also|auch|ok(?:ay)?|hm+|great|nice|super|gut|now|"
    r"jetzt|can you|could you|kannst du|i(?:['’]d| would) like (?:it|you) to|let['’]s)[,:\s]+"
)
_JOINT = regex.compile(
    r"(?i)\s*(?:[.;!]\s+|\n|,\s+(?:and |but |und |aber |then |dann )?|\s+(?:and|but|und|aber|then|dann)\s+)"
)


def read_orders(instruction: str) -> tuple[list[Order], str]:
    """The orders in their sequence, and the first part that none of them explains (empty when all is understood)."""
    said = instruction.strip().rstrip(".!").strip()
    if not said:
        return [], ""
    whole = _one(said)
    pieces = list(_pieces(said))
    if whole is not None and (len(pieces) < 2 or whole.kind not in _FREE):
        return [whole], ""
    orders: list[Order] = []
    place = 0
    while place < len(pieces):
        # The longest run of pieces that makes one order without free text, else the shortest that makes any.
        for size in (1, 2, 3):
            run = _rest(said, pieces, place, size)
            order = _one(run) if place + size <= len(pieces) else None
            if order is not None:
                break
        else:
            return ([whole], "") if whole is not None else ([], pieces[place][0])
        if order.kind in _FREE and place + size < len(pieces) and _one(_rest(said, pieces, place + size, 1)) is None:
            order = _one(_rest(said, pieces, place, len(pieces) - place)) or order
            size = len(pieces) - place
        orders.append(order)
        place += size
    return orders, ""


def _pieces(said: str) -> Iterator[tuple[str, int, int]]:
    """Parts between joints, none of them inside quotes."""
    shielded = regex.sub(r"[\"“„«][^\"“”„«»]*[\"”“»]", lambda match: "q" * len(match[0]), said)
    start = 0
    for joint in _JOINT.finditer(shielded):
        if joint.start() > start:
            yield said[start : joint.start()], start, joint.start()
        start = joint.end()
    if start < len(said):
        yield said[start:], start, len(said)


def _rest(said: str, pieces: list[tuple[str, int, int]], place: int, size: int) -> str:
    last = pieces[min(place + size, len(pieces)) - 1]
    return said[pieces[place][1] : last[2]]


def _one(said: str) -> Order | None:
    text = said.strip().rstrip(".!").strip()
    while True:
        shorter = _LEAD.sub("", text)
        if shorter == text or not shorter:
            break
        text = shorter
    for kind, pattern in PATTERNS:
        match = pattern.fullmatch(text)
        if match is None:
            continue
        part = {name: value.strip() for name, value in match.groupdict().items() if value}
        one = part.get("aq") or part.get("ab") or part.get("dass") or ""
        two = next((part[name] for name in ("bq", "bb", "bc", "cq", "cb") if name in part), "")
        if kind == "language":
            two = next((part[n] for n in ("language", "languageb", "languagec") if n in part), "").casefold()
        if kind == "sentence_off":
            two = part["nth"].casefold()
        return Order(kind, one, two)
    return None
