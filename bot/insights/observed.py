"""A post that went out with what it was and what it brought: what learning starts from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Observation:
    """`hour` and `weekday` (Monday is 0) are local. Numbers that nobody told are None, never zero; clicks are those on
    the post's own short links until its impressions were read, `raw` with known bots and all else.
    """

    post: str
    draft: str
    account: str
    title: str
    url: str
    out_at: datetime
    hour: int
    weekday: int
    form: str = ""
    pillar: str = ""
    audience: str = ""
    slot: str = ""
    impressions: int | None = None
    engagements: int | None = None
    clicks: int | None = None
    raw: int | None = None
    read_at: datetime | None = None

    @property
    def value(self) -> float | None:
        """What it brought: engagements and clicks of a thousand people who saw it; None where that is not known."""
        if not self.impressions or (self.engagements is None and self.clicks is None):
            return None
        return 1000 * ((self.engagements or 0) + (self.clicks or 0)) / self.impressions
