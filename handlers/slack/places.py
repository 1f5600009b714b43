"""Where something was asked in Slack, kept with the request, so that its answer finds back after a restart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError

Way = Literal["thread", "direct", "private"]


class Asking(BaseModel):
    """`thread`: in a room, below what was said; `direct`: the same with AdMind alone; `private`: for one person's eyes
    in a room. `files` are Slack's ids of what came with it, `names` what is known of their names, `others` the names of
    files that are known to be no pictures.
    """

    model_config = ConfigDict(frozen=True)

    way: Way
    team: str
    channel: str
    user: str
    thread: str = ""
    response_url: str = ""
    files: tuple[str, ...] = ()
    names: Mapping[str, str] = {}
    others: tuple[str, ...] = ()

    def dump(self) -> str:
        return self.model_dump_json(exclude_defaults=True)

    @classmethod
    def load(cls, text: str) -> Self | None:
        try:
            return cls.model_validate_json(text)
        except ValidationError:
            return None

    @property
    def conversation(self) -> str:
        """What is remembered together: a thread, or what one person says privately in a room."""
        return f"slack:{self.team}:{self.channel}:{self.thread or self.user}"
