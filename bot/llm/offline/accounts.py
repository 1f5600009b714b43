# ruff: noqa: E501  (a phrase is easier to read unbroken)
"""Which accounts a message names. Names are matched against those that exist; an unknown platform is passed on as said,
so that the workflow can ask.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Final

from bot.llm.around import Around
from bot.llm.offline.phrases import pattern
from bot.llm.offline.sheet import COVERED, TAKEN, Sheet

PLATFORMS: Final = (
    "instagram", "insta", "facebook", "linkedin", "twitter", "x", "mastodon", "bluesky", "telegram", "tiktok", "youtube",
    "threads", "pinterest", "newsletter", "blog", "feed", "rss", "webhook", "website", "discord", "slack", "reddit",
    "nostr", "wordpress", "ghost", "medium", "whatsapp",
)  # fmt: skip
_PLATFORM: Final = "|".join(PLATFORMS)


def take_accounts(sheet: Sheet, around: Around) -> list[str]:
    """The accounts named, in the order of the message; their words are taken off."""
    names = [account.name for account in around.accounts]
    if names and sheet.take(pattern("everywhere")):
        return names
    found: list[tuple[int, str]] = []
    for name in sorted(names, key=len, reverse=True):
        for match in list(_named(name).finditer(sheet.text)):
            found.append((match.start(), name))
            sheet.take_span(match.start(), match.end())
    for account in around.accounts:
        handle = account.handle.lstrip("@")
        if handle:
            for match in list(re.finditer(rf"(?:{_AT})?@?{re.escape(handle)}\b", sheet.text, re.I)):
                found.append((match.start(), account.name))
                sheet.take_span(match.start(), match.end())
    alone = "|".join([*(re.escape(name) for name in names if len(name) > 1), _PLATFORM])
    for match in list(re.finditer(_ALONE.replace("NAMES", alone), sheet.text, re.I)):
        if match[1] != "x":
            found += [(match.start(1), account) for account in _called(match[1], around)]
            sheet.take_span(match.start(1), match.end())
    for match in list(_KIND.finditer(sheet.text)):
        found += [(match.start(), account) for account in _called(match[1], around)]
        sheet.take_span(match.start(), match.end())
    for match in list(_PLACES.finditer(sheet.text)):
        parts = re.split(r"\s*(?:,|&|\band\b|\bund\b)\s*", match[1], flags=re.I)
        said = [re.sub(r"^(?:the|our|den|auf)\s+", "", part.strip(" ,"), flags=re.I) for part in parts]
        found += [(match.start(), account) for word in said if word for account in _called(word, around)]
        sheet.take_span(match.start(), match.end())
    return list(dict.fromkeys(name for _, name in sorted(found, key=lambda pair: pair[0])))[:20]


def ends_with_place(text: str, around: Around) -> bool:
    """Whether these words end by naming where to post: "… on the feed"."""
    tail = text[-160:].rstrip(" ,")
    if _ends_with_platform(tail):
        return True
    return any(tail.casefold().endswith(account.name.casefold()) for account in around.accounts if account.name)


@lru_cache(maxsize=512)  # a message is looked at several times, at each of its times
def _ends_with_platform(tail: str) -> bool:
    return re.search(rf"(?:{_AT})(?:{_PLATFORM})(?:{pattern('place_after').pattern})$", tail, re.I) is not None


def _called(word: str, around: Around) -> list[str]:
    """The accounts meant by one word such as "feed": by a word of their name, else by their channel."""
    said = word.casefold()
    by_word = [a.name for a in around.accounts if said in a.name.casefold().split()]
    if by_word:
        return by_word if len(by_word) == 1 else [word]
    by_channel = [a.name for a in around.accounts if said == a.channel.casefold().partition("_")[0]]
    return by_channel if len(by_channel) == 1 else [word]


_AT: Final = pattern("at_place").pattern
_PLACES: Final = re.compile(
    rf"(?:{_AT})((?:{_PLATFORM})\b(?:\s*(?:,|&|\band\b|\bund\b)\s*(?:the |our |den |auf )?(?:{_PLATFORM})\b){{0,5}})"
    rf"(?:{pattern('place_after').pattern})(?!\w)",
    re.I,
)


_KIND: Final = re.compile(
    rf"\b((?!(?:x|blog|website)\b)(?:{_PLATFORM}))(?=[ -](?:posts?|beitrag|beiträge|updates?|post-idee)\b)", re.I
)


# A name by itself where instructions stand: "Feed, tomorrow 9am", "…, with an image. Blog.", "LinkedIn: we're hiring".
# "…, feed" at the very end too: instructions come last.
_ALONE: Final = (
    rf"(?:(?:^|(?<=[.!?;。！？\n{TAKEN}{COVERED}]))\s*|(?<={TAKEN}),\s*|,\s*(?=\w+\s*[.!]?\s*(?:$|,\s*{TAKEN})))(NAMES)"
    rf"(?:\s*:|(?=\s*(?:$|[.;。\n{TAKEN}]|,\s*(?:{TAKEN}|(?:to|this|next|on|at|mon|tue|wed|thu|fri|sat|sun|heute|morgen|am|um|mit|with|no)\w*))))"
)


_JOINED: Final = r"\s*(?:,|&|\+|/|\b(?:and|und)\b)\s*(?:(?:the|our|den|unseren?|das)\s+)?"
# What a message begins with that is for us alone: "As a thread for Mastodon: …", "Newsletter and blog: …".
_OPENING: Final = (
    r"^\W*(?:(?P<form>as|als)\s+(?:(?:an?|einen?|ein)\s+)?(?:(?:long|short|langer|langen|kurzer|kurzen)\s+)?"
    r"(?:thread|post|update|beitrag)\b\s*)?"
    rf"(?:(?:for|on|für|auf|to)\s+)?(?:(?:the|our|den|unseren?|das)\s+)?(?P<list>(?:NAMES)(?:{_JOINED}(?:NAMES))*)?\s*:"
)


def take_opening(sheet: Sheet, around: Around) -> list[str]:
    """The accounts that a message names before it says anything, several or with the form; their words are taken off."""
    names = "|".join([*(re.escape(each.name) for each in around.accounts if len(each.name) > 1), _PLATFORM])
    match = re.match(_OPENING.replace("NAMES", names), sheet.text, re.I)
    parts = re.split(_JOINED, match["list"] or "", flags=re.I) if match is not None else []
    if match is None or not (match["form"] or len(parts) > 1):
        return []
    sheet.take_span(*match.span())
    return [account for part in parts if part.strip() for account in _called(part.strip(), around)]


def take_handles(sheet: Sheet, around: Around) -> list[str]:
    """Accounts told as places where one has a dot in its name: "for velo.bikes and velo.bsky.social". Their words are
    taken off; what looks like a link there is none of the post.
    """
    names = {
        said.casefold().lstrip("@"): each.name for each in around.accounts for said in (each.name, each.handle) if said
    }
    if not any("." in name for name in names):
        return []
    one = rf"@?(?:{'|'.join(re.escape(name) for name in sorted(names, key=len, reverse=True))}|{_PLATFORM})(?![\w/@-])"
    places = re.compile(
        rf"(?<!\w)(?:(?:for|für)\s+{one}(?:{_JOINED}{one})*|(?:on|auf|to|in)\s+{one}(?:{_JOINED}{one})+)(?=\s*(?:[.,;:!?]|$))",
        re.I,
    )
    found: list[str] = []
    for match in places.finditer(sheet.original):
        parts = [part.lstrip("@").casefold() for part in re.split(_JOINED, match[0].split(maxsplit=1)[1], flags=re.I)]
        if not any("." in part for part in parts):
            continue
        found += [account for part in parts for account in ([names[part]] if part in names else _called(part, around))]
        sheet.take_span(*match.span())
        inside = [match.start() <= start < match.end() for start in sheet.link_starts]
        sheet.links = [link for link, gone in zip(sheet.links, inside, strict=True) if not gone]
        sheet.link_ends = [end for end, gone in zip(sheet.link_ends, inside, strict=True) if not gone]
        sheet.link_starts = [start for start, gone in zip(sheet.link_starts, inside, strict=True) if not gone]
    return found


@cache
def _named(name: str) -> re.Pattern[str]:
    """The name as people write it. One common word counts only where a place is meant ("on Blog", "Blog only")."""
    words = r"\s+".join(re.escape(part) for part in name.split())
    after = pattern("place_after").pattern
    if len(name.split()) > 1:
        return re.compile(rf"(?:{_AT})?(?<!\w){words}(?!\w)(?:{after})", re.I)
    return re.compile(rf"(?:{_AT}){words}(?!\w)(?!\s+(?:post|article|beitrag|artikel)\b)(?:{after})", re.I)
