"""Where something was asked in Discord, kept with the request, so that its answer finds back after a restart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError

Way = Literal["room", "direct", "private"]


class Asking(BaseModel):
    """`room`: a room, a thread or a forum post, in answer to a message; `direct`: the same with AdMind alone;
    `private`: for one person's eyes, in answer to an interaction with this `token`.

    `thread` is the thread that it was said in, or "". `files` are Discord's ids of what came with the message, or
    addresses of what came with a command or a form; `names` is what is known of their names, `others` are
    names of files that are known to be no pictures.
    """

    model_config = ConfigDict(frozen=True)

    way: Way
    team: str
    channel: str
    user: str
    message: str = ""
    thread: str = ""
    token: str = ""
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
        """What is remembered together: a thread, or what one person says in a room."""
        return f"discord:{self.team}:{self.channel}:{self.thread or self.user}"
