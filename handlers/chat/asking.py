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
        when = say(self.due, zone, reader()) if self.due else ""
        return in_words(self.topic, accounts=where, when=when, image=self.image_wish, campaign=self.campaign)


def in_words(topic: str, *, accounts: str, when: str, image: str, campaign: str) -> str:
    """A request as somebody would write it, so that every reader tells wishes from what the post is to say."""
    said = [topic]
    if accounts and when:
        said.append(told("Post it on {accounts}, {when}.", accounts=accounts, when=when))
    elif accounts:
        said.append(told("Post it on {accounts}.", accounts=accounts))
    elif when:
        said.append(told("Post it {when}.", when=when))
    if image:
        said.append(told("With an image of {image}.", image=image))
    if campaign:
        said.append(told("Campaign: {campaign}.", campaign=campaign))
    return "\n".join(said)
