"""Changes to what is there already: another time, another wording, an edit, one of several."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.llm.around import Around, KnownDraft
from bot.llm.commenting import comment_wish
from bot.llm.offline.accounts import take_accounts
from bot.llm.offline.phrases import DRAFT_ID, full, pattern, safe_echo
from bot.llm.offline.said import Answer, Call, Say
from bot.llm.offline.sayings import sentence
from bot.llm.offline.sheet import Sheet
from bot.when import find_phrases

_ORDINALS: Final = (("first", 1), ("second", 2), ("third", 3), ("fourth", 4), ("last", -1))
_PART: Final = (
    r"(?!\s+(?:sentence|paragraph|line|words?|hashtags?|emoji|bullet|chance|week|month|day|year|time|satz|absatz|zeile|wort|"
    r"woche|monat|tag|chance|mal|jahr))"
)
_LONGEST: Final = 600


@dataclass(frozen=True, slots=True)
class Target:
    """The draft meant (empty: the only one there is), and the message without the words that named it."""

    draft: str
    rest: str
    unclear: bool = False


def follow_up(said: str, sheet: Sheet, around: Around, language: str) -> Answer | None:
    """The change that the message asks for; None when it is no change of a draft."""
    if len(sheet.text) > _LONGEST and not sheet.quotes:
        return None
    named = DRAFT_ID.search(said) is not None
    if not around.drafts and not named:
        return _without_draft(said, sheet, language)
    if _is_new_request(sheet) and not named:
        return None
    target = _target(said, sheet, around)
    answer = (
        _picture(target, around)
        or _choice(said, sheet, around, language)
        or _wording(said, sheet, around, target)
        or _another_time(target, around, language)
        or _below(target, around)
        or _edit(target, sheet, around)
    )
    if isinstance(answer, Call) and target.unclear and "draft" not in answer.args:
        listed = ", ".join(f"{n} {safe_echo(d.title, 40)}" for n, d in enumerate(_counted(around), 1))
        return Say(sentence("which_draft", language, said=safe_echo(target.rest, 60), list=listed))
    return answer


def _below(target: Target, around: Around) -> Call | None:
    """Another first comment, or none."""
    if comment_wish(target.rest) is None:
        return None
    return Call("revise_draft", {"instruction": target.rest} | ({"draft": target.draft} if target.draft else {}))


def has_draft(said: str, around: Around) -> str:
    """The id of the draft that a question names; empty when it is left open."""
    return _target(said, Sheet(said), around).draft


def target_of(said: str, around: Around) -> Target:
    """The draft that a message is about."""
    return _target(said, Sheet(said), around)


_PICTURE: Final = r"(?:image|picture|photo|pic|one|bild|foto|grafik)"
_THIS_PICTURE: Final = re.compile(
    rf"^\W*(?:(?:please|bitte|and|und|but|aber|now|jetzt|no|nein)\W+)*(?:(?:use|take|here'?s?|put|with|add|attach|replace|swap|change|"
    rf"nimm|verwende|benutze|hier|mit|tausch\w*|ersetz\w*)\W+)+(?:(?:is|ist|it|its|by|for|with|against|in|the|this|that|these|my|our|a|an|"
    rf"another|other|new|better|please|bitte|besseres|das|dieses|diese|den|dem|durch|gegen|mit|ein|anderes|neues?)\W+)*{_PICTURE}s?(?:er|en)?\b"
    r"(?:\W+(?:instead|please|too|now|as well|for it|for this|for that|stattdessen|bitte|dafür|dazu|from now on))*\W*?"
    r"(?:[:,–—-]\s*(?P<shows>[^\n]{3,400}))?\W*$",
    re.I,
)
_SHOWS: Final = re.compile(
    rf"^\W*(?:alt(?:[ -]?text)?\s*:\s*|(?:it|(?:the|this) {_PICTURE})\s+shows\s+|(?:das|dieses) {_PICTURE} zeigt\s+|"
    r"(?:man sieht|zu sehen (?:ist|sind))\s+)(?P<shows>[^\n]{3,400})$",
    re.I,
)


def _picture(target: Target, around: Around) -> Answer | None:
    """Another picture, which came along, or what the one that is there shows. Words about both are for the picture."""
    this = _THIS_PICTURE.match(target.rest) if around.uploads else None
    found = this or _SHOWS.match(target.rest)
    if found is None:
        return None
    args: dict[str, object] = {"instruction": ""}
    if found["shows"]:
        args["shows"] = found["shows"].strip()
    if target.draft or around.focus:
        args["draft"] = target.draft or around.focus
    return Call("revise_draft", args)


_THE: Final = re.compile(
    r"\b(?:the|this|that|my|our|its?|den|der|das|dem|diesen?|unseren?)\s+(?:\w+\s+)?(?:posts?|drafts?|texts?|copy|updates?|beitrag|"
    r"entwurf|text|announcement|caption|versions?|messages?)\b",
    re.I,
)


def _is_new_request(sheet: Sheet) -> bool:
    for name in ("asks_for_post", "announce", "promote", "invite", "thank", "remind", "ask"):
        match = pattern(name).search(sheet.text)
        if match is None:
            continue
        if name == "asks_for_post" and (
            _THE.search(match[0]) or re.search(r"\b(?:text|copy|version)\W*$", match[0], re.I)
        ):
            continue
        return match.start() <= 40
    return bool(sheet.links) and len(sheet.text.split()) > 8 and not pattern("revise").match(sheet.text)


def _without_draft(said: str, sheet: Sheet, language: str) -> Answer | None:
    """ "shorter" with nothing to shorten."""
    words = said.split()
    if len(words) > 8 or sheet.links or _is_new_request(sheet):
        return None
    edits = (
        pattern("revise").match(_EDIT_LEAD.sub("", said.strip())) is not None
        or pattern("move").match(said.strip()) is not None
    )
    if edits and not full("greeting").fullmatch(said):
        return Say(sentence("no_draft", language, said=safe_echo(said, 60)))
    return None


_EDIT_LEAD: Final = re.compile(
    r"^(?:(?:can|could|please|kannst|bitte|du|you)\s+)*(?:make|mach\w*)\s+"
    r"(?:(?:it|them|the|es|den|die|das|\w+en|\w+ one|a|bit)\s+)*",
    re.I,
)


def _target(said: str, sheet: Sheet, around: Around) -> Target:
    match = DRAFT_ID.search(said)
    if match:
        return Target(match[0], _without(said, match.start(), match.end()))
    drafts = around.drafts
    if len(drafts) < 2:
        return Target("", said)
    counted = _counted(around)
    for name, number in _ORDINALS:
        found = re.search(
            rf"\b(?:in |on |of |im |beim )?(?:the |den |die |das |der )?(?:{pattern(name).pattern})\b{_PART}"
            rf"(?:{pattern('which_one').pattern})",
            sheet.text,
            re.I,
        )
        if found and -len(counted) <= (number if number < 0 else number - 1) < len(counted):
            draft = counted[number if number < 0 else number - 1]
            return Target(draft.id, _without(said, found.start(), found.end()))
    by_name = _by_title(sheet.text, drafts)
    if by_name is not None:
        return Target(by_name.id, said)
    if around.focus:
        return Target(around.focus, said)
    return Target("", said, unclear=True)


def _counted(around: Around) -> tuple[KnownDraft, ...]:
    """The drafts that "the second one" counts: those last shown as a list, else all."""
    by_id = {draft.id: draft for draft in around.drafts}
    return tuple(by_id[name] for name in around.listed if name in by_id) or around.drafts


def _by_title(text: str, drafts: tuple[KnownDraft, ...]) -> KnownDraft | None:
    """The one draft of which a telling word stands in the message."""
    said = set(re.findall(r"\w{4,}", text.casefold()))
    scores = [(len(said & set(re.findall(r"\w{4,}", draft.title.casefold()))), draft) for draft in drafts]
    best = max(scores, key=lambda pair: pair[0])
    return best[1] if best[0] and [score for score, _ in scores].count(best[0]) == 1 else None


def _without(said: str, start: int, end: int) -> str:
    rest = f"{said[:start]} {said[end:]}"
    return (
        re.sub(r"\s+", " ", re.sub(r"^\W*(?:make|mach\w*)?\s*[:,]?\s*", _keep_make, rest.strip())).strip(" ,:;") or said
    )


def _keep_make(match: re.Match[str]) -> str:
    return "make it " if "make" in match[0].casefold() else ""


_NUMBER: Final = re.compile(
    rf"(?:{pattern('option_word').pattern})\s*(\d|[a-d])\b|(?:^|\s)#?(\d)(?:[.)]|\s*(?:please|bitte|!))?\s*$|^\W*([a-d])\W*$",
    re.I,
)


def _choice(said: str, sheet: Sheet, around: Around, language: str) -> Answer | None:
    """One of the wordings of a draft, or of several drafts."""
    if len(said) > 80 or find_phrases(said, language):
        return None
    number = 0
    verb = pattern("choose").search(sheet.text)
    for name, value in _ORDINALS:
        found = re.search(rf"\b(?:{pattern(name).pattern})\b{_PART}(?:{pattern('which_one').pattern})", said, re.I)
        if found and (verb or not re.search(r"\w{3,}", _THE_ONE.sub(" ", said[: found.start()] + said[found.end() :]))):
            number = value
    match = _NUMBER.search(said)
    if not number and match and (verb or len(said.split()) <= 3):
        mark = (match[1] or match[2] or match[3]).casefold()
        number = int(mark) if mark.isdecimal() else "abcd".index(mark) + 1
    if not number:
        return None
    draft = _one_with_options(said, around)
    if draft is not None:
        return Call("choose_option", {"number": draft.options if number < 0 else number, "draft": draft.id})
    index = number if number < 0 else number - 1
    counted = _counted(around)
    if len(counted) > 1 and -len(counted) <= index < len(counted):
        chosen = counted[index]
        return Say(sentence("chosen_draft", language, title=safe_echo(chosen.title, 50), id=chosen.id))
    return Call("choose_option", {"number": max(number, 1)}) if len(around.drafts) == 1 else None


_THE_ONE: Final = re.compile(r"\b(?:the|please|bitte|die|den|das|der|one|yes|ja|ok)\b", re.I)


def _one_with_options(said: str, around: Around) -> KnownDraft | None:
    with_options = [draft for draft in around.drafts if draft.options > 1]
    focused = [draft for draft in with_options if draft.id in (around.focus, *DRAFT_ID.findall(said))]
    if focused:
        return focused[0]
    return with_options[0] if len(with_options) == 1 else None


def _wording(said: str, sheet: Sheet, around: Around, target: Target) -> Answer | None:
    """The exact new text: in quotes, alone or with words that say so, or after a colon and a line break."""
    if len(sheet.quotes) == 1:
        start, end = sheet.quotes[0]
        head, alone = said[:start].strip(), not re.search(r"\w", said[:start] + said[end:])
        if (alone or pattern("word").match(head)) and len(sheet.quoted(0)) >= 3:
            return _revise(said, sheet.quoted(0), target, sheet, around)
        return None
    match = re.match(r"^([^\n:]{3,60}):[ \t]*\n+(.{10,})$", said, re.S)
    if match and pattern("word").match(match[1].strip()):
        return _revise(match[1], match[2].strip(), target, sheet, around)
    return None


def _revise(instruction: str, wording: str, target: Target, sheet: Sheet, around: Around) -> Call:
    args: dict[str, object] = {"instruction": instruction[:1000]}
    if wording:
        args["wording"] = wording
        accounts = take_accounts(sheet, around)
        if len(accounts) == 1:
            args["account"] = accounts[0]
    if target.draft:
        args["draft"] = target.draft
    return Call("revise_draft", args)


def _another_time(target: Target, around: Around, language: str) -> Answer | None:
    said = target.rest
    if len(said) > 160:
        return None
    later = pattern("later").search(said)
    if later:
        return _later(later, target, around, language)
    moved = pattern("move").search(said)
    rest = said[moved.end() :] if moved and moved.start() <= 30 else said
    rest = pattern("move_end").sub("", rest).strip(" ,")
    found = find_phrases(rest, language)
    if not found and moved is not None:  # German verbs come last: "auf Montag 7:30 verschieben"
        rest, found = said, find_phrases(said, language)
    if not found:
        explicit = moved is not None and re.match(
            r"\W*(?:please |bitte )?(?:move|reschedul|postpone|shift|verschieb|verleg)", said, re.I
        )
        return _move(rest, target) if explicit and rest and len(rest.split()) <= 6 else None
    longest = max(found, key=lambda phrase: phrase.end - phrase.start)
    around_it = re.sub(
        r"\b(?:on|at|for|to|the|am|um|auf|an|den|dem|it|please|yes|ok|no|and|ja|nein)\b|\W",
        "",
        rest[: longest.start] + rest[longest.end :],
        flags=re.I,
    )
    if not around_it:
        return _move(longest.text, target)
    if re.search(r"\b(?:verschieb|verleg|umplan|reschedul|postpon)\w*", said, re.I) and len(found) == 1:
        return _move(longest.text, target)
    if moved is not None and len(around_it) <= 12 and not pattern("revise").match(said):
        return _move(rest[longest.start :] if target.draft else rest, target)  # before it stands what is moved
    named = re.match(r"\W*(?:please |bitte )?(?:move|reschedul\w*|postpone|shift)\b", said, re.I)
    if named and target.draft and moved is not None:  # the title may be long
        return _move(rest[longest.start :], target)
    return None


def _move(when: str, target: Target) -> Call:
    return Call("reschedule_draft", {"when": when} | ({"draft": target.draft} if target.draft else {}))


_AMOUNTS: Final = {
    "a": 1.0, "an": 1.0, "one": 1.0, "two": 2.0, "three": 3.0, "half an": 0.5, "a half": 0.5, "ein": 1.0, "eine": 1.0,
    "einen": 1.0, "zwei": 2.0, "drei": 3.0, "eine halbe": 0.5,
}  # fmt: skip
_UNITS: Final = {"m": "minutes", "h": "hours", "s": "hours", "d": "days", "t": "days", "w": "weeks"}


def _later(match: re.Match[str], target: Target, around: Around, language: str) -> Answer:
    """ "An hour later" counts from the time the draft has; without one there is nothing to count from."""
    groups = [group for group in match.groups() if group]
    draft = next((d for d in around.drafts if d.id == target.draft), None) or (
        around.drafts[0] if len(around.drafts) == 1 else None
    )
    if draft is None or draft.due is None or len(groups) < 3:
        return Say(sentence("later", language))
    amount = _AMOUNTS.get(groups[0].casefold()) or float(groups[0]) if not groups[0].isdecimal() else float(groups[0])
    step = timedelta(**{_UNITS[groups[1][0].casefold()]: amount})
    back = groups[2].casefold() in ("earlier", "früher")
    local = (draft.due - step if back else draft.due + step).astimezone(ZoneInfo(around.zone))
    return Call("reschedule_draft", {"when": f"{local:%Y-%m-%d %H:%M}", "draft": draft.id})


def _edit(target: Target, sheet: Sheet, around: Around) -> Answer | None:
    said = re.sub(r"[\s,]*\b(?:please|pls|bitte)\b[\s.!]*$", "", target.rest, flags=re.I).strip()
    match = pattern("revise").search(sheet.text)
    hashtag = re.match(r"\W*(?:add|plus|with|mit|und)?\s*#\w+", said, re.I)
    if match is None and not hashtag:
        return None
    if match is not None and match.start() > 60:
        return None
    return _revise(said or target.rest, "", target, sheet, around)
