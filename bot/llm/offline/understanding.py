# ruff: noqa: E501  (a phrase is easier to read unbroken)
"""A person's message → one tool call or one reply. Pure: no network, no clock of its own, never raises.

The order is the safety: what only a person may do is answered before anything is made of it, and what is quoted or
posted is data. Only the first 6,000 characters are read for meaning; all of the message is kept in the brief.
"""

from __future__ import annotations

import re
from typing import Final

from bot.llm.around import Around
from bot.llm.campaigns import without_campaign
from bot.llm.declaring import declared
from bot.llm.offline.followups import follow_up, has_draft, target_of
from bot.llm.offline.phrases import MAX_READ, PRICE, full, language_of, offers, pattern, safe_echo
from bot.llm.offline.proposals import proposal
from bot.llm.offline.said import Answer, Call, Say
from bot.llm.offline.sayings import language_name, sentence
from bot.llm.offline.several import TimesMissing, post_ideas
from bot.llm.offline.sheet import COVERED, TAKEN, Sheet
from bot.llm.offline.times import read_times
from bot.llm.offline.wishes import variants_of

__all__ = ["TOOLS", "Call", "Say", "understand"]

TOOLS: Final = frozenset(
    {
        "draft_posts",
        "revise_draft",
        "reschedule_draft",
        "choose_option",
        "look_up",
        "explain_draft",
        "resolve_time",
        "advise_next",
        "plan_slots",
        "fill_slots",
        "propose_campaign",
        "change_campaign",
        "show_calendar",
        "show_report",
    }
)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


def understand(text: str, around: Around) -> Answer:
    """What the person wants, as a call of one of AdMind's tools or as words to say."""
    said = re.sub(r"[^\S\n]+", " ", _CONTROL.sub(" ", text[:MAX_READ])).strip()
    language = _language(said, around)
    if not said and around.documents:
        return Call("draft_posts", {"posts": [{"topic": ""}]})
    if not said and around.uploads and around.focus:
        return Call("revise_draft", {"instruction": "", "draft": around.focus})
    if not said:
        return _say("picture_for" if around.uploads else "empty", language, around)
    declares = declared(said)
    if declares is not None and (answer := _declaring(said, declares.rest, around)) is not None:
        return answer
    if declares is not None and declares.rest:
        said = declares.rest  # the brief keeps every word; the post is not told about itself
    sheet = Sheet(said)
    for step in (_small_talk, _persons_own, _proposal, _question, _overriding):
        answer = step(said, sheet, around, language)
        if answer is not None:
            return answer
    answer = follow_up(said, sheet, around, language)
    if answer is not None:
        return answer
    if _asks_for_post(said, sheet, around):
        return _draft(said, around, language)
    return _unclear(said, around, language)


def _declaring(said: str, rest: str, around: Around) -> Answer | None:
    """What a person declares of a draft that is there, alone or with a change; None when it comes with a new post."""
    if not around.drafts or (len(rest.split()) > 3 and _asks_for_post(rest, Sheet(rest), around)):
        return None
    target = target_of(said, around)
    if target.unclear:
        return None
    return Call("revise_draft", {"instruction": said} | ({"draft": target.draft} if target.draft else {}))


def _language(said: str, around: Around) -> str:
    found = language_of(said) or around.language
    return "de" if found.startswith("de") else "en"


def _say(key: str, language: str, around: Around, **values: object) -> Say:
    words = sentence(key, language, **values)
    if around.unread_files:
        files = ", ".join(safe_echo(name, 40) for name in around.unread_files[:5])
        words += " " + sentence("unread", language, files=files)
    return Say(words)


def _small_talk(said: str, sheet: Sheet, around: Around, language: str) -> Answer | None:
    if len(said) > 120:
        return None
    waiting = [draft for draft in around.drafts if draft.status in ("waiting", "changes", "late", "held")]
    if full("greeting").fullmatch(said):
        return _say("hello", language, around)
    if full("help").fullmatch(said):
        account = around.accounts[0].name if around.accounts else ("the feed" if language == "en" else "dem Feed")
        return _say("help", language, around, account=account)
    if full("who").fullmatch(said):
        return _say("who", language, around)
    if full("thanks").fullmatch(said):
        one = waiting[0].id if len(waiting) == 1 else ""
        return _say("thanks_open", language, around, id=one) if one else _say("thanks", language, around)
    if full("no").fullmatch(said):
        return _say("never_mind", language, around)
    if full("yes").fullmatch(said):
        return _say("yes", language, around)
    return None


def _persons_own(said: str, sheet: Sheet, around: Around, language: str) -> Answer | None:
    """What no message may do: decide, stop, set up. The reply says who can, and how."""
    if len(said) > 160:
        return None
    if full("decide").fullmatch(said):
        return _say("person_only", language, around, how=_how(around, language))
    if full("stop").fullmatch(said):
        return _say("stop", language, around)
    if full("settings").fullmatch(said) and not pattern("asks_for_post").search(said):
        return _say("settings", language, around)
    return None


def _proposal(said: str, sheet: Sheet, around: Around, language: str) -> Answer | None:
    names = [name for each in around.accounts for name in (each.name, each.channel) if name]
    return None if around.uploads or around.documents else proposal(said, names)


def _how(around: Around, language: str) -> str:
    drafts = [draft for draft in around.drafts if draft.status not in ("approved", "rejected", "replaced")]
    if not drafts:
        return sentence("how_none", language)
    if len(drafts) == 1:
        return sentence("how_one", language, id=drafts[0].id)
    listed = ", ".join(f"{draft.id} ({safe_echo(draft.title, 40)})" for draft in drafts[-6:])
    return sentence("how_many", language, list=listed)


def _overriding(said: str, sheet: Sheet, around: Around, language: str) -> Answer | None:
    """Attempts to talk the rules away. Inside a real request they are left out of the brief; alone they are refused."""
    if not pattern("override").search(sheet.text):
        return None
    calm = Sheet(said)
    calm.take_sentences(pattern("override"))
    rest = calm.left().replace(TAKEN, " ")
    if len(rest.split()) >= 4 and _asks_for_post(rest, Sheet(rest), around):
        return None
    if pattern("decide_inside").search(said):
        return _say("person_only", language, around, how=_how(around, language))
    return _say("override", language, around)


_ASKING: Final = re.compile(
    r"^\W*(?:(?:and|und|so|also|please|bitte|hey|hi|hello|hallo|ok)\W+)*(?:what|which|when|why|how|show|list|is|are|did|do|does|"
    r"any|anything|who|where|was|has|have|status|state|calendar|schedule|agenda|plan|drafts|open drafts|my drafts|our|the|"
    r"last|latest|can you (?:tell|show)|tell me|welche\w*|wann|warum|wieso|weshalb|zeig\w*|gibt|gab|wie|wer|wo|liegt|ist|haben|"
    r"hat|kalender|entwürfe|offene|meine|unsere|letzte\w*|wartet|sag mir)\b",
    re.I,
)
_PERIOD: Final = re.compile(
    r"\b(?:(?:this|next|last|coming|past) (?:week|month|weekend|year|quarter)|today|tomorrow|yesterday|tonight|"
    r"(?:the )?(?:next|last|past) \d{1,3} days|(?:on |last |next |this )?(?:mon|tues|wednes|thurs|fri|satur|sun)day|"
    r"in (?:january|february|march|april|may|june|july|august|september|october|november|december)|"
    r"(?:diese|nächste|letzte|kommende|vergangene)[nrs]? (?:woche|monat|wochenende|jahr)|heute|morgen|gestern|übermorgen|vorgestern|"
    r"(?:die )?(?:nächsten|letzten) \d{1,3} tage|(?:am |letzten |nächsten )?(?:mon|diens|donners|frei|sams|sonn)tag|"
    r"(?:am |letzten |nächsten )?mittwoch|"
    r"im (?:januar|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember))\b",
    re.I,
)
_QUESTIONS: Final = (
    ("ask_why", ""),
    ("ask_problems", "problems"),
    ("ask_published", "published"),
    ("ask_drafts", "drafts"),
    ("ask_scheduled", "scheduled"),
)


def _question(said: str, sheet: Sheet, around: Around, language: str) -> Answer | None:
    short = len(said) <= 200 and not sheet.links
    if not short or not (said.rstrip().endswith("?") or _ASKING.match(said)):
        return None
    if pattern("asks_for_post").search(said) and not _ASKING.match(said):
        return None
    for name, what in _QUESTIONS:
        if pattern(name).search(sheet.text):
            if not what:
                return Call("explain_draft", {"draft": named} if (named := has_draft(said, around)) else {})
            period = _PERIOD.search(said)
            words = re.sub(r"^(?:on|the|am|die)\s+", "", period[0], flags=re.I) if period else ""
            return Call("look_up", {"what": what, "period": words})
    return None


def _asks_for_post(said: str, sheet: Sheet, around: Around) -> bool:
    """Whether the message asks for a post, or holds what only a post would: an offer, a link, news of one's own."""
    if any(pattern(name).search(sheet.text) for name in _LEADS):
        return True
    words = len(re.findall(r"[^\W\d_]{2,}", said))
    if said.rstrip().endswith("?") and not sheet.links:
        return False
    files = around.uploads + around.documents
    signals = bool(sheet.links) or offers().search(sheet.text) or PRICE.search(sheet.text) or files
    if (signals and words >= 2) or (words >= 3 and read_times(Sheet(said), language_of(said), around).posting):
        return True
    if words >= 12 and not around.drafts and re.search(r"[a-zäöü]", said):
        return True  # a whole story: a draft is cheap, a question about it is not
    news = said.partition(":")[2].strip() or said
    return words >= 4 and any(pattern("statement").search(part) for part in (said, news))


MAX_LINK: Final = 2000
_LEADS: Final = ("asks_for_post", "announce", "inform", "promote", "invite", "remind", "thank", "hire", "ask")


def _draft(said: str, around: Around, language: str) -> Answer:
    try:
        posts = post_ideas(without_campaign(said), around)
    except TimesMissing as missing:
        times = sentence("one_time" if missing.times == 1 else "many_times", language, count=missing.times)
        return Say(sentence("times", language, posts=missing.posts, times=times))
    if not all(map(_has_matter, posts)):
        return _no_topic(posts, around, language)
    if any(_TO_US.match(claim) for post in posts for claim in _told(post)) and not any(
        post.get("verbatim") for post in posts
    ):
        return _say("which_words", language, around)
    for post in posts:
        wanted, told = str(post.get("language", ""))[:2], _told_in(post)
        if wanted and told and wanted != told:
            names = {"wanted": language_name(wanted, language), "said": language_name(told, language)}
            return Say(sentence("no_translation", language, **names))
    args: dict[str, object] = {"posts": posts}
    if (variants := variants_of(said)) > 1:
        args["variants"] = variants
    return Call("draft_posts", args)


def _has_matter(post: dict[str, object]) -> bool:
    """Whether there is something to write from: words, or a page to read."""
    told = any(post.get(name) for name in ("topic", "facts", "verbatim"))
    return told or 0 < len(str(post.get("link", ""))) <= MAX_LINK


# Words that a person says to AdMind, never a brand to its readers.
_TO_US: Final = re.compile(
    r"(?:hey|hi|hello|hallo)?\W*(?:(?:can|could|would|will) (?:you|we|i) (?:please |maybe |also )*(?:put|get|write|post|make|draft|do|have|schedule|"
    r"create|prepare|add|use|send|publish)\b|(?:please )?(?:write|draft|create|prepare|make|do) (?:me |us )?(?:a |an |another |some |two |three )"
    r"(?:\w+ )?(?:posts?|text|caption|teaser|update)\b|(?:kannst|könntest|würdest) du\b|(?:schreib|mach|teile?|sag|erstell|kündige?|poste?|"
    r"verfass|erinner)\w* (?:bitte|mal|etwas|einen|uns|mir|mit|allen)\b|something (?:funny|nice|short|warm|playful)\b)",
    re.I,
)


def _told(post: dict[str, object]) -> list[str]:
    facts = post.get("facts")
    return [str(post.get("verbatim") or post.get("topic") or ""), *(map(str, facts) if isinstance(facts, list) else ())]


def _told_in(post: dict[str, object]) -> str:
    """The language of what the post shall say; empty when a few words do not tell."""
    words = " ".join(_told(post))
    return language_of(words) if len(words.split()) > 2 else ""


def _no_topic(posts: list[dict[str, object]], around: Around, language: str) -> Say:
    first = posts[0]
    parts = []
    if accounts := first.get("accounts"):
        assert isinstance(accounts, list)  # noqa: S101 - for the type checker
        parts.append(sentence("for", language, accounts=", ".join(safe_echo(str(name), 40) for name in accounts)))
    if when := first.get("when"):
        parts.append(f"({safe_echo(str(when), 60)})")
    if first.get("image"):
        parts.append(sentence("with_card" if first["image"] == "card" else "with_upload", language))
    return _say("no_topic", language, around, parts="".join(" " + part for part in parts))


def _unclear(said: str, around: Around, language: str) -> Say:
    echo = safe_echo(said.replace(TAKEN, " ").replace(COVERED, " "))
    if not re.search(r"\w", echo):
        return _say("no_words", language, around)
    if len(around.drafts) == 1:
        return _say("unclear_draft", language, around, said=echo, title=safe_echo(around.drafts[0].title, 50))
    return _say("unclear", language, around, said=echo)
