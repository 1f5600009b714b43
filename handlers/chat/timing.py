"""A time that somebody said in words."""

from __future__ import annotations

from datetime import datetime

from bot.when import Unclear, resolve
from bot.words import reader, told
from handlers.chat.wrong import FieldErrors


def said_time(said: str, field: str, *, now: datetime, zone: str) -> datetime:
    """The one instant, in UTC, that the words mean in `zone`. Raises FieldErrors at `field`."""
    found = resolve(said, now=now, zone=zone, language=reader())
    if isinstance(found, Unclear):
        options = " · ".join(found.options[:3])
        raise FieldErrors({field: f"{found.question} {options}".strip()})
    if len(found.instants) != 1 or found.recurrence:
        raise FieldErrors({field: told("A draft has one time. Which one?")})
    return found.instants[0]
