"""What stood in windows that could not be taken as they were: they open again filled in, after a restart too."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.bootstrap import AdMind
from handlers.discord.fields import Sent


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True)

    user: str
    form: str
    texts: Mapping[str, str]
    chosen: Mapping[str, tuple[str, ...]]


class Typed:
    def __init__(self, admind: AdMind) -> None:
        self._admind = admind

    async def keep(self, workspace: str, user: str, form: str, sent: Sent) -> str:
        """What it is found by. Raises AdMindError when it cannot be kept."""
        kept = _Kept(user=user, form=form, texts=dict(sent.texts), chosen=dict(sent.chosen)).model_dump_json()
        return await self._admind.typed.keep(workspace, kept)

    async def find(self, workspace: str, user: str, name: str) -> tuple[str, Sent] | None:
        """The window's id and what stood in it; None for somebody else, and after a day."""
        try:
            kept = _Kept.model_validate_json(await self._admind.typed.find(workspace, name))
        except ValidationError:
            return None
        return (kept.form, Sent(kept.texts, kept.chosen)) if kept.user == user else None
