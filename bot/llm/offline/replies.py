"""The reply after a tool has run: what was understood, as the tool says it stands, and the next step.

Everything said comes from the tool's result. A result that is no document is a sentence for the person.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.llm.around import Around
from bot.llm.offline.phrases import language_of
from bot.llm.offline.sayings import sentence
from bot.llm.offline.several import TimesMissing, is_day_by_day, post_ideas

MAX_LISTED: Final = 15


@dataclass(frozen=True, slots=True)
class Told:
    """A tool's result: its text, and the document in it when it is one."""

    text: str
    document: Mapping[str, Any] | None


def speak(results: Sequence[Told], around: Around, words: str, *, first: bool) -> str:
    """The final reply to the person's `words`. `first`: nothing was said in this conversation before."""
    language = language_of(words) or around.language
    parts = [_speak(result, language) for result in results]
    made = any(result.document and result.document.get("did") in ("drafted", "revised") for result in results)
    drafted = [result.document for result in results if result.document and result.document.get("did") == "drafted"]
    if any(len(document.get("drafts", ())) > 1 for document in drafted) and is_day_by_day(words, around):
        parts.append(sentence("day_by_day", language))
    if drafted and _is_thin(words, around):
        parts.append(sentence("thin", language))
    if first and made:
        parts.append(sentence("limits", language))
    return "\n".join(part for part in parts if part)


def _is_thin(words: str, around: Around) -> bool:
    """Whether the request held a topic of a few words and nothing else that copy could be made of."""
    try:
        ideas = post_ideas(words, around)
    except TimesMissing:
        return False
    told = ("facts", "offer", "deadline", "link", "verbatim")
    return any(
        not any(set(idea.get(name) or ()) - {idea.get("topic")} for name in told)
        and len(str(idea.get("topic", "")).split()) <= 6
        for idea in ideas
    )


def _speak(result: Told, language: str) -> str:
    document = result.document
    if document is None:
        return _plain(result.text)
    match document.get("did"):
        case "drafted":
            return _drafted(document, language)
        case "revised" | "moved" | "chosen" as did:
            return _changed(did, document, language)
        case "looked_up":
            return _looked_up(document, language)
        case "explained":
            return _explained(document, language)
        case "resolved":
            return sentence("resolved", language, when=document.get("say", ""))
    return str(document.get("say") or _plain(result.text))


def _plain(text: str) -> str:
    """What the policy around the tools says is partly meant for a model."""
    words = re.sub(r"^Not allowed:\s*", "", text)
    return words.replace("Tell the person; do not try another way.", "").strip()[:1500]


def _drafted(document: Mapping[str, Any], language: str) -> str:
    drafts = [draft for draft in document.get("drafts", ()) if isinstance(draft, dict)]
    if len(drafts) == 1:
        head = sentence("drafted_one", language, title=drafts[0].get("title", ""), id=drafts[0].get("id", ""))
        lines = [head + " " + _facts(drafts[0], language), *_findings(drafts[0], language)]
        how = _how(document, drafts[0], language)
    else:
        lines = [sentence("drafted_many", language, count=len(drafts))]
        for number, draft in enumerate(drafts, 1):
            lines.append(
                f"{number}. “{draft.get('title', '')}” ({draft.get('id', '')}): {_facts(draft, language, False)}"
            )
            lines += _findings(draft, language)
        how = sentence("how_here_many" if _at_terminal(document) else "how_card_many", language)
    return "\n".join([*lines, sentence("next_draft", language, how=how)])


def _changed(did: str, document: Mapping[str, Any], language: str) -> str:
    draft = document.get("draft") or {}
    head = sentence(did, language, title=draft.get("title", ""), id=draft.get("id", ""))
    lines = [head + " " + _facts(draft, language), *_findings(draft, language)]
    if draft.get("replaces"):
        lines.append(sentence("candidate", language))
    how = _how(document, draft, language)
    return "\n".join([*lines, sentence("next_draft", language, how=how)])


def _at_terminal(document: Mapping[str, Any]) -> bool:
    return document.get("asked_from") in ("terminal", "api", "program")


def _how(document: Mapping[str, Any], draft: Mapping[str, Any], language: str) -> str:
    """How one approves where one asked."""
    return sentence("how_here" if _at_terminal(document) else "how_card", language, id=draft.get("id", ""))


def _facts(draft: Mapping[str, Any], language: str, capital: bool = True) -> str:
    """Accounts, absolute time and zone, image, link: what the person must be able to correct."""
    when = draft.get("when")
    image = draft.get("image")
    parts = [
        sentence("for", language, accounts=", ".join(draft.get("accounts", ()))),
        sentence("goes_out", language, when=when) if when else sentence("asap", language),
        sentence(
            {"card": "with_card", "generate": "with_card", "upload": "with_upload"}.get(str(image), "no_picture"),
            language,
        ),
    ]
    if draft.get("link"):
        where = "comment" if str(draft["link"]) in str(draft.get("first_comment") or "") else "link"
        parts.append(sentence(where, language, link=draft["link"]))
    if int(draft.get("wordings", 1)) > 1:
        parts.append(sentence("wordings", language, count=draft["wordings"]))
    words = ", ".join(parts) + "."
    return words[:1].upper() + words[1:] if capital else words


def _findings(draft: Mapping[str, Any], language: str) -> list[str]:
    blocks = [str(what) for what in draft.get("must_be_mended", ())][:4]
    warns = [str(what) for what in draft.get("look_at", ())][:4]
    return [sentence("blocked", language, what=what) for what in blocks] + [
        sentence("warned", language, what=what) for what in warns
    ]


def _explained(document: Mapping[str, Any], language: str) -> str:
    """What must be mended first, then what it waits for, then what became of its posts."""
    name = f"“{document.get('title', '')}” ({document.get('id', '')})"
    blocks = [sentence("blocked", language, what=what) for what in document.get("must_be_mended", ())]
    looks = [sentence("warned", language, what=what) for what in document.get("look_at", ())]
    waits = [str(what) for what in document.get("waits_for", ())]
    posts = [
        " ".join(
            str(part)
            for part in (
                f"{post.get('where')}, {post.get('when')}: {post.get('state')}.",
                post.get("why"),
                post.get("url"),
            )
            if part
        )
        for post in document.get("posts", ())
        if isinstance(post, dict)
    ]
    lines = [*blocks, *waits, *posts, *looks, *(str(why) for why in document.get("reasons", ()))]
    if not lines:
        lines = [sentence("nothing_wrong", language, status=document.get("status", ""))]
    when = document.get("when")
    head = sentence(
        "stands",
        language,
        name=name,
        when=sentence("goes_out", language, when=when) if when else sentence("asap", language),
    )
    return "\n".join([head, *(f"• {line}" for line in lines)])


def _looked_up(document: Mapping[str, Any], language: str) -> str:
    what = str(document.get("what", "drafts"))
    items = [item for item in document.get("items", ()) if isinstance(item, dict)]
    period = str(document.get("period", ""))
    if not items:
        words = sentence(f"none_{what}", language, period=period)
        return " ".join((words[:1].upper() + words[1:]).replace(" .", ".").split())
    lines = [" ".join(sentence(f"lead_{what}", language, period=period).replace(" :", ":").split())]
    for item in items[:MAX_LISTED]:
        facts = [str(item[name]) for name in ("when", "where", "state", "why", "url") if item.get(name)]
        lines.append(f"• {item.get('title', '')} ({item.get('id', '')}): {', '.join(facts)}")
    left = int(document.get("more", 0)) + max(0, len(items) - MAX_LISTED)
    return "\n".join([*lines, *([sentence("more", language, count=left)] if left else [])])
