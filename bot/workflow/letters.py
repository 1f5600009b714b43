"""The doctor's look at fonts: can cards be drawn in the languages that are spoken here?

Latin, Greek, Cyrillic, Arabic, Hebrew, Devanagari, Thai and emoji are part of AdMind; Chinese, Japanese and Korean come
from the extra `cjk` or the system (`bot.artwork.typefaces`). Where they lack, a card leaves them out and says so.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Mapping
from typing import Final

from bot.checks.language import NAMES
from bot.workflow.symptoms import Symptom
from storage.redis import Database
from storage.stores import TeamStore
from storage.team import Member

WIDE: Final[Mapping[str, str]] = {"zh": "永", "ja": "あ", "ko": "한"}  # a letter that its fonts hold


class Letters:
    """`workspace` is whose machine it is."""

    def __init__(self, database: Database, *, workspace: str) -> None:
        self._team = TeamStore(database)
        self._workspace = workspace

    async def look(self, member: Member) -> list[Symptom]:
        """A row for each such language: what its cards are set in, or how to get it where somebody needs it."""
        if member.workspace != self._workspace:
            return []
        spoken, found = await self._spoken(member), list[Symptom]()
        for code, letter in WIDE.items():
            fonts = await asyncio.to_thread(_font_for, code, letter)
            tongue = NAMES[code]
            if fonts:
                found.append(Symptom(f"pictures in {tongue}", "ok", f"set with the font {fonts}"))
            elif code in spoken:
                found.append(
                    Symptom(
                        f"pictures in {tongue}",
                        "bad",
                        "no font here has its letters, so cards lack them or are left out",
                        "Install the extra “cjk” where AdMind runs, or Noto Sans CJK in the system's folder of fonts.",
                    )
                )
        return found

    async def _spoken(self, member: Member) -> set[str]:
        """Codes of the languages of the member's brands and their accounts."""
        workspace = member.workspace
        brands = [each for each in await self._team.all(self._team.brands, workspace) if each.id in member.roles]
        accounts = [each for each in await self._team.all(self._team.accounts, workspace) if each.brand in member.roles]
        said = [*(each.language for each in brands), *(each.language for each in accounts)]
        return {each.replace("_", "-").partition("-")[0].casefold() for each in said if each}


def _font_for(code: str, letter: str) -> str:
    """The family that a card would use; "" for none. Blocking, and slow the first time: it loads Typst."""
    typefaces = importlib.import_module("bot.artwork.typefaces")
    found = typefaces.outside_font(frozenset(map(ord, letter)), code)
    return str(found.families[0]) if found is not None else ""
