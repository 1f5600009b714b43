"""Somebody in a chat, as they are here now."""

from __future__ import annotations

from dataclasses import dataclass

from bot.chat import Home, Identified, Member


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person, where they are, and who they are here now."""

    home: Home
    member: Member
    who: Identified

    @property
    def workspace(self) -> str:
        return self.home.workspace

    @property
    def surface(self) -> str:
        return self.who.platform
