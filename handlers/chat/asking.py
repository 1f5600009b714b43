"""A new post as a form asks for it, and in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.when import say
from bot.words import reader, told


@dataclass(frozen=True, slots=True)
class NewPost:
    """`due` in UTC, or as soon as it is approved; `files` are the chat's ids; no `accounts`: where it usually goes."""

    topic: str
    accounts: tuple[str, ...]
    due: datetime | None
    image_wish: str
    files: tuple[str, ...]
    campaign: str

    def request(self, names: dict[str, str], zone: str) -> str:
        """The same in plain words, as somebody would have written it. `names` maps account ids to names."""
        where = ", ".join(names[account] for account in self.accounts if account in names)
        said = (
            (told("Accounts"), where),
            (told("When"), say(self.due, zone, reader()) if self.due else ""),
            (told("Image"), self.image_wish),
            (told("Campaign"), self.campaign),
        )
        return "\n".join([self.topic, *(f"{label}: {words}." for label, words in said if words)])
