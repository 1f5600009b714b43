"""Copy in its shapes: what models fill in, what a channel asks of it, and what comes out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, Field

Ask = Callable[[type[Any], list[Any]], Awaitable[Any]]
"""One structured call, (schema, messages) → the schema filled in; raises the errors of `bot.llm.errors`."""
Faults = Callable[[Mapping[str, str]], Awaitable[Mapping[str, Sequence[str]]]]
"""What the checks say against texts, both by account."""


class CardText(BaseModel):
    """What is written on a card picture."""

    kicker: str = Field("", description="one to three words above the headline, e.g. Now hiring")
    headline: str = Field("", description="at most 60 characters")
    sub: str = Field("", description="one line below, at most 90 characters")
    cta: str = Field("", description="at most 28 characters, only when there is a link")
    offer: str = Field("", description="the figure alone as the brief states it, e.g. 20%; empty when there is none")


class PostPlan(BaseModel):
    """What a post rests on, and from which side it is told."""

    facts: list[str] = Field(
        default_factory=list,
        description="the most useful first, each copied word for word from brief, brand or sources",
    )
    ideas: list[str] = Field(
        default_factory=list, description="as many as `variants`: each another side to tell it from, in one sentence"
    )
    title: str = Field("", description="what the post is, at most 90 characters, no link")
    card: CardText = CardText()


class AccountCopy(BaseModel):
    """One post for one account."""

    text: str = Field(description="the whole text as it goes out")


class Problem(BaseModel):
    account: str = Field(description="the account's id")
    quote: str = Field("", description="the words it is about, exactly as they stand in the text")
    reason: str = Field(description="what is wrong with them, one sentence")
    fix: str = Field("", description="what to do instead, one sentence")


class CopyReview(BaseModel):
    """What is wrong with finished copy; usually nothing."""

    problems: list[Problem] = Field(default_factory=list)


class Slide(BaseModel):
    """One page of a carousel."""

    headline: str = Field("", description="one statement, at most 60 characters")
    text: str = Field("", description="one line more, at most 110 characters, or empty")


class Slides(BaseModel):
    """A carousel: its cover, what it tells page by page, and its last page."""

    title: str = Field("", description="on the cover, at most 60 characters")
    slides: list[Slide] = Field(default_factory=list, description="one to six pages")
    call: str = Field("", description="on the last page: the one thing to do, at most 60 characters")


class AccountText(BaseModel):
    account: str = Field(description="the account's id, as in needs")
    text: str


class RevisedCopy(BaseModel):
    """Copy changed as instructed."""

    understood: bool = Field(description="false when the instruction is unclear; then ask one question")
    question: str = ""
    versions: list[AccountText] = Field(default_factory=list)
    card: CardText | None = None
    slides: list[CardText] | None = Field(
        None, description="all pages of its carousel, when words of one change; else null"
    )
    alt: str = ""
    title: str = Field("", description="only when words of the title change; else empty")
    summary: str = Field("", description="what changed, one short sentence")


@dataclass(frozen=True, slots=True)
class Need:
    """What one account's channel takes; `limit` counts in `unit`, `language` is empty for the brief's.

    `form` is what a post is there: post, article, e-mail, chat message, caption, pin; `headed`: its first line becomes
    the title or subject; `thread`: what is longer than the limit goes out as several posts in a row.
    """

    account: str
    name: str
    channel: str
    limit: int | None
    unit: str
    hashtags: str = "few"
    links: str = "in text"
    picture: bool = False
    alt_limit: int | None = None
    language: str = ""
    form: str = "post"
    headed: bool = False
    thread: bool = False


Measuring = Callable[[Need, str], int]


@dataclass(frozen=True, slots=True)
class Written:
    """Exactly one text for each need, in their order; `variants` are further tellings, with the idea behind each.

    `prompts` are the stamps (id@version+sha) of what the model was told; `rounds` how often it had to mend something.
    """

    versions: tuple[AccountText, ...]
    card: CardText
    alt: str
    title: str
    prompts: tuple[str, ...]
    variants: tuple[tuple[AccountText, ...], ...] = ()
    ideas: tuple[str, ...] = ()
    rounds: int = 0
    slides: tuple[CardText, ...] = ()


@dataclass(frozen=True, slots=True)
class Revised:
    copy: RevisedCopy
    prompts: tuple[str, ...]


def as_given(text: str, needs: Sequence[Need]) -> Written | None:
    """A person's own text for every account, as if it had been written; None without one."""
    if not text.strip():
        return None
    title = text.strip().split("\n", 1)[0].strip()[:90]
    versions = tuple(AccountText(account=need.account, text=text) for need in needs)
    return Written(versions=versions, card=CardText(headline=title[:60]), alt="", title=title, prompts=())
