"""What a brand's posts are like: its manner, whom they speak to, its words, small print, hashtags and times."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, Field

from storage.record import Frozen

Line = Annotated[str, Field(min_length=1, max_length=300)]
Word = Annotated[str, Field(min_length=1, max_length=60)]
Sample = Annotated[str, Field(min_length=1, max_length=3000)]


class Manner(Frozen):
    """How the brand speaks, besides what its `voice` says in a few words."""

    adjectives: tuple[Word, ...] = Field((), max_length=12, description="e.g. warm, plain, curious")
    do: tuple[Line, ...] = Field((), max_length=30)
    dont: tuple[Line, ...] = Field((), max_length=30)
    samples: tuple[Sample, ...] = Field((), max_length=12, description="posts that sound like it, word for word")


class Audience(Frozen):
    """People whom the brand speaks to."""

    name: Word
    about: str = Field("", max_length=500, description="who they are and what matters to them")
    share: int | None = Field(None, ge=0, le=100, description="percent of posts that are meant to be for them")


class Preferred(Frozen):
    """A word that the brand uses, and those that it is used for."""

    say: Word
    instead_of: tuple[Word, ...] = Field((), max_length=12)


class Disclaimer(Frozen):
    """Small print that stands below a post, word for word. Empty conditions always hold; all of them must."""

    text: str = Field(min_length=1, max_length=600)
    mentions: tuple[Word, ...] = Field(
        (), max_length=20, description="where the post names one of these, e.g. products"
    )
    regions: tuple[Annotated[str, Field(pattern=r"^[A-Z]{2}$")], ...] = Field(
        (), max_length=40, description="ISO 3166-1 alpha-2, of the account or of the post's language"
    )
    channels: tuple[Word, ...] = Field((), max_length=30, description="names of channels, e.g. linkedin")


class HashtagRule(Frozen):
    """Which hashtags posts carry, where their channel has them; written without #."""

    always: tuple[Word, ...] = Field((), max_length=10)
    never: tuple[Word, ...] = Field((), max_length=50)
    most: int | None = Field(None, ge=0, le=30, description="in one post; None: as the channel likes it")


def _on_the_brands_clock(moment: datetime) -> datetime:
    if moment.tzinfo is not None:
        raise ValueError("is said on the brand's own clock, without a zone")
    return moment


class Embargo(Frozen):
    """A word of which nothing goes out before a time."""

    about: Word
    until: Annotated[datetime, AfterValidator(_on_the_brands_clock)] = Field(description="on the brand's clock")


class Blackout(Frozen):
    """A time in which nothing of the brand goes out: days from the first to the last, or a day of every week."""

    first: date | None = None
    last: date | None = None
    weekday: int | None = Field(None, ge=0, le=6, description="Monday is 0; then there are no days")
    why: str = Field("", max_length=120)
    blocks: bool = Field(True, description="else it warns")


class Timing(Frozen):
    """When posts of the brand may go out."""

    gap_minutes: int = Field(60, ge=0, le=10_080, description="at least between two posts on one account; 0: any")
    embargoes: tuple[Embargo, ...] = Field((), max_length=60)
    blackouts: tuple[Blackout, ...] = Field((), max_length=60)


class Profile(Frozen):
    """All of it."""

    manner: Manner = Manner()
    audiences: tuple[Audience, ...] = Field((), max_length=12)
    prefers: tuple[Preferred, ...] = Field((), max_length=60)
    disclaimers: tuple[Disclaimer, ...] = Field((), max_length=30)
    hashtags: HashtagRule = HashtagRule()
    timing: Timing = Timing()
