"""What asks for slots, a campaign, the calendar, a report or advice beyond doubt: the call that answers it.

The grammars of `bot.planning` read the words; what they cannot read comes back as a question.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from bot.llm.campaigns import campaign_of
from bot.llm.offline.said import Call

LONGEST: Final = 600
_ASKS: Final = (
    r"^\W*(?:(?:please|bitte|hey|hi|hello|hallo|so|and|und)\W+)*(?:we|i|let|lets|can|could|would|will|please|set|plan|"
    r"plane|make|run|propose|suggest|reserve|wir|ich|lass|kannst|könntest|bitte|richte|mach|schlag|reservier)\b"
)
_SLOTS: Final = re.compile(
    rf"{_ASKS}.{{0,200}}\b(?:(?:recurring|regular|repeating|fixed|weekly|daily|wiederkehrende|regelmä(?:ß|ss)ige|feste|"
    r"wöchentliche|tägliche)\w*\s+(?:slots?|posts?|places|beiträge|plätze|termine)|slots\b)",
    re.I | re.S,
)
_CAMPAIGN: Final = re.compile(
    rf"{_ASKS}.{{0,60}}\b(?:an?|another|the next|eine|noch eine|die nächste)\s+(?:\w+\s+)?(?:campaign|kampagne)\b",
    re.I | re.S,
)
_CHANGE: Final = re.compile(
    r"^\W*(?:in|for|of|bei|für)\s+(?:the\s+|our\s+|der\s+|die\s+)?(?:campaign|kampagne)\s+(?P<name>[^:,\n]{1,100}?)\s*[:,]"
    r"\s*(?P<words>[^\n]*(?:\b(?:fewer|less|more|weniger|mehr)\b[^\n]*\b(?:week|woche)|\b(?:move|shift|postpone|"
    r"verschieb\w*|verleg\w*)\b[^\n]*\b(?:launch|start|lancierung)|\b(?:teasers?|reveal)\s+(?:before|after|vor|nach))"
    r"[^\n]*)$",
    re.I,
)
_SHOWS: Final = (
    r"^\W*(?:(?:please|bitte|can you|could you|kannst du)\W+)?(?:show|give|let|zeig|gib)\w*\W+(?:me|us|mir|uns)?\W*"
    r"(?:bitte\W+)?(?:see\W+)?(?:a|an|the|our|my|den|die|einen|unseren|unsere)?\W*(?:whole|full|ganzen?)?\W*"
)
_CALENDAR: Final = re.compile(rf"{_SHOWS}(?:calendar|kalender)\b(?P<rest>.*)", re.I | re.S)
_REPORT: Final = re.compile(
    rf"(?:{_SHOWS}(?:\w+ )?(?:report|bericht|numbers|zahlen|results|ergebnisse)\b|"
    r"^\W*how did (?:we|our posts|the posts) (?:do|perform)\b|"
    r"^\W*wie (?:liefen|waren) (?:unsere|die) (?:posts|beiträge|zahlen)\b)(?P<rest>.*)",
    re.I | re.S,
)
_ADVICE: Final = re.compile(
    r"^\W*(?:what|was)\W+(?:should|shall|could|sollen|sollten|könnten)\W+(?:we|i|wir|ich)\W+(?:als nächstes\W+)?"
    r"(?:post|posten)\b[^.]{0,40}$",
    re.I,
)
_DAYS: Final = re.compile(
    r"\b(?:today|tomorrow|yesterday|(?:this|next|last) (?:week|month|weekend)|(?:next|last) \d{1,3} days|january|"
    r"february|march|april|may|june|july|august|september|october|november|december|januar|februar|märz|mai|juni|juli|oktober|"
    r"dezember|heute|morgen|gestern|(?:diese|nächste|letzte)[nrs]? (?:woche|monat))\b",
    re.I,
)


def proposal(said: str, accounts: Sequence[str] = ()) -> Call | None:
    """None for everything that may be about something else. `accounts` are the names that slots may begin with."""
    if len(said) > LONGEST or "http" in said:
        return None
    if _ADVICE.match(said):
        return Call("advise_next", {})
    for pattern, tool, name in ((_CALENDAR, "show_calendar", "period"), (_REPORT, "show_report", "what")):
        if match := pattern.match(said):
            days = _DAYS.search(match["rest"])
            return Call(tool, {name: days[0] if days else ""})
    if match := _CHANGE.match(said):
        return Call("change_campaign", {"campaign": match["name"].strip(), "words": match["words"].strip()})
    if campaign_of(said):
        return None  # a post for a campaign that there is
    if _CAMPAIGN.match(said):
        return Call("propose_campaign", {"words": said})
    if _SLOTS.match(said) and re.search(r"\d|noon|mittags?", said):
        return Call("plan_slots", {"words": _from_account(said, accounts)})
    return None


def _from_account(said: str, accounts: Sequence[str]) -> str:
    """The part that the grammar reads: from the first account on."""
    places = [each.start() for name in accounts if (each := re.search(rf"(?<!\w){re.escape(name)}(?!\w)", said, re.I))]
    return said[min(places) :].rstrip(" ?!.") if places else said
