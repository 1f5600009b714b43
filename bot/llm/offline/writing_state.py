"""Texts while they are revised, and the brief as they tell it by now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import regex

from bot.llm.offline.writing_compose import Need, need_of
from bot.llm.offline.writing_frames import vocabulary
from bot.llm.offline.writing_headed import head_of
from bot.llm.offline.writing_lines import body_sentences
from bot.llm.offline.writing_material import Material, material
from bot.llm.offline.writing_story import story_of
from bot.llm.offline.writing_text import (
    EMOJI,
    URL,
    WORD,
    sentences,
    tidy,
    words,
)


class Refused(Exception):
    """The order cannot be carried out; `question` is what to ask the person."""

    def __init__(self, question: str) -> None:
        super().__init__(question)
        self.question = question


@dataclass
class State:
    """The texts while they change, by account id."""

    document: Mapping[str, Any]
    texts: dict[str, str]
    card: dict[str, str] | None
    card_before: dict[str, str] | None
    needs: dict[str, Need]
    title: str = ""
    tone: str = ""
    turn: int = 0
    told: list[str] = field(default_factory=list)
    slides: list[dict[str, str]] = field(default_factory=list)
    heads: dict[str, str] = field(default_factory=dict)  # subject and title, which stand above

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> State:
        current = {str(k): str(v) for k, v in (document.get("current") or {}).items()}
        forms = {str(each.get("account")): str(each.get("form") or "") for each in document.get("needs") or ()}
        heads = {account: head_of(text, forms.get(account, "")) for account, text in current.items()}
        texts = {account: text.removeprefix(heads[account]) for account, text in current.items()}
        card = document.get("card")
        needs = {need.account: need for need in map(need_of, document.get("needs") or ())}
        for account in texts:
            needs.setdefault(account, Need(account))
        own = dict(card) if isinstance(card, Mapping) else None
        slides = [dict(each) for each in document.get("slides") or ()]
        title = str(document.get("title") or "")
        return cls(document, texts, dict(own) if own else None, own, needs, title, slides=slides, heads=heads)

    def pieces(self) -> Material:
        """The brief as the texts tell it now: with figures they changed, without what they dropped."""
        return material(dict(self.document) | {"brief": as_told(self)})

    def each(self, change: Callable[[str], str]) -> bool:
        """Change every text; whether anything did."""
        new = {account: tidy(change(text)) for account, text in self.texts.items()}
        changed = new != self.texts
        self.texts = new
        return changed


def swapped(state: State) -> dict[str, Any]:
    """The brief with a figure swapped that was swapped in the texts."""
    brief: dict[str, Any] = dict(state.document.get("brief") or {})
    names = ("topic", "offer", "deadline", "call_to_action")
    told = " ".join(
        [*(str(brief.get(name) or "") for name in names), *(str(fact) for fact in brief.get("facts") or ())]
    )
    texts = "\n".join(state.texts.values())
    gone = [figure for figure in _figures(told) if figure not in _figures(texts)]
    new = [figure for figure in _figures(texts) if figure not in _figures(f"{told} {brief.get('request') or ''}")]
    if len(new) == 1 and gone:
        old = next((figure for figure in gone if figure in _figures(str(brief.get("offer") or ""))), gone[0])

        def swap(text: object) -> str:
            return regex.sub(rf"(?<!\d){regex.escape(old)}(?!\d)", new[0], str(text or ""))

        brief |= {name: swap(brief.get(name)) for name in names}
        brief["facts"] = [swap(fact) for fact in brief.get("facts") or ()]
    return brief


def as_told(state: State) -> dict[str, Any]:
    """The brief brought up to what the texts say: reworded parts reworded, added sentences as facts, lost ones lost."""
    brief = swapped(state)
    texts = EMOJI.sub("", "\n".join(state.texts.values()))
    story = story_of(state.document.get("brief") or {}, str(brief.get("language") or "en")[:2])
    if story is not None:  # the person's own sentences, each as it stands by now
        brief["facts"] = [story.lead, *story.rest]
    for name in ("topic", "offer", "deadline"):
        said = _as_reworded(str(brief.get(name) or ""), texts)
        brief[name] = said if said or name != "topic" else brief.get(name)
    roomy = any(not need.short for need in state.needs.values())
    facts = [(str(fact), _as_reworded(str(fact), texts)) for fact in brief.get("facts") or ()]
    kept = [told or fact for fact, told in facts if told or not roomy]
    link = str(brief.get("link") or "")
    if link and link not in texts:
        brief["link"] = next(iter(URL.findall(texts)), "")
    brief["facts"] = [*kept, *_added(state, brief, kept)]
    brief["verbatim"] = ""
    return brief


def _as_reworded(part: str, texts: str) -> str:
    """A part of the brief as it stands in the texts: as it was, or with words changed between its first and last."""
    asked = words(part)
    if not asked or " ".join(asked) in " ".join(words(texts)):
        return part
    for line in texts.split("\n"):
        for each in sentences(line):
            found = list(WORD.finditer(each))
            for start, first in enumerate(found):
                if first[0].casefold() != asked[0]:
                    continue
                for last in found[start + 1 : start + len(asked) + 3]:
                    share = set(words(each[first.start() : last.end()])) & set(asked)
                    if last[0].casefold() == asked[-1] and len(share) > len(set(asked)) / 2:
                        end = last.end() + (1 if part.endswith(("%", ")")) else 0)
                        return each[first.start() : end]
    return _most_alike(asked, texts)


def _most_alike(asked: list[str], texts: str) -> str:
    """The sentence that shares most words with the part, from its first word on; empty when few are shared."""
    best, most = "", 0.65
    for line in texts.split("\n"):
        for each in sentences(URL.sub("", line)):
            share = len(set(words(each)) & set(asked)) / max(1, len(set(asked)))
            if len(asked) > 3 and share > most:
                start = next((m.start() for m in WORD.finditer(each) if m[0].casefold() == asked[0]), 0)
                best, most = each[start:].strip(" .:"), share
    return best


def _added(state: State, brief: Mapping[str, Any], facts: list[str]) -> list[str]:
    """Sentences in the texts that neither the brief nor a frame explains: somebody put them there."""
    brand = state.document.get("brand") or {}
    known = set(words(" ".join([*facts, str(brand.get("name") or ""), str(brief.get("audience") or "")])))
    for name in ("topic", "offer", "deadline", "call_to_action"):
        known |= set(words(str(brief.get(name) or "")))
    known |= vocabulary("en") | vocabulary("de")
    longest = max(state.texts.values(), key=len, default="")
    found = []
    for each in body_sentences(EMOJI.sub("", longest)):
        if any(word not in known for word in words(each)):
            head, colon, rest = each.removeprefix("•").strip().partition(": ")
            framed = colon and all(word in known for word in words(head))
            found.append(rest if framed else each.removeprefix("•").strip())
    return found


def _figures(text: str) -> list[str]:
    return list(dict.fromkeys(regex.findall(r"\d+(?:[.,:’']\d+)*", URL.sub("", text))))
