"""What stood in windows that could not be taken as they were, so that they open again filled in."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import Final

from handlers.discord.fields import Sent

LIFE_SECONDS: Final = 900.0  # as long as Discord lets us answer what somebody did
MOST_KEPT: Final = 500


@dataclass(frozen=True, slots=True)
class _Kept:
    user: str
    form: str
    sent: Sent
    until: float


class Typed:
    """In memory: what was typed is shown to who typed it as well, so that nothing is lost with it."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}

    def keep(self, user: str, form: str, sent: Sent) -> str:
        """What it is found by."""
        name = secrets.token_hex(8)
        self._kept[name] = _Kept(user, form, sent, time.monotonic() + LIFE_SECONDS)
        while len(self._kept) > MOST_KEPT:
            self._kept.pop(next(iter(self._kept)))
        return name

    def find(self, user: str, name: str) -> tuple[str, Sent] | None:
        """The window's id and what stood in it; None for somebody else, and after a while."""
        kept = self._kept.get(name)
        if kept is None or kept.user != user or kept.until < time.monotonic():
            return None
        return kept.form, kept.sent
