"""What a press does about posts, as Slack shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from handlers.chat import deciding, on_posts
from handlers.chat.visiting import Visitor
from handlers.slack import modals
from handlers.slack.calling import Json
from handlers.slack.forms import Carried
from handlers.slack.listeners import home, opening
from handlers.slack.slack import Slack


@dataclass(frozen=True, slots=True)
class Where:
    """The message whose button was pressed; in App Home the brand that it shows."""

    channel: str = ""
    message: str = ""
    thread: str = ""
    brand: str = ""

    @classmethod
    def of(cls, carried: Carried) -> Self:
        return cls(carried.room, carried.message, carried.thread, carried.brand)

    def carried(self, *, post: str = "", draft: str = "", digest: str = "") -> Carried:
        return Carried(
            post=post,
            draft=draft,
            digest=digest,
            room=self.channel,
            message=self.message,
            thread=self.thread,
            brand=self.brand,
        )


async def press(slack: Slack, visitor: Visitor, verb: str, named: str, where: Where, trigger: str) -> str:
    """What to say to who pressed, alone; "" when a window opened. Raises AdMindError."""
    if verb in on_posts.OPENS:
        await opening.show(slack, visitor, trigger, await _window(slack, visitor, verb, named, where))
        return ""
    said = await on_posts.press(slack.admind, visitor, verb, named)
    if verb == "done" or not where.message:
        slack.after(home.refresh(slack, visitor, where.brand))
    if verb in on_posts.REDRAWS:
        _redraw(slack, visitor, named, where)
    return said


async def choose_held(slack: Slack, visitor: Visitor, brand: str, where: Where, trigger: str) -> None:
    """Raises AdMindError."""
    posts, zone = await on_posts.kept_back(slack.admind, visitor, brand), await deciding.zone_of(slack.admind, visitor)
    await opening.show(slack, visitor, trigger, modals.held_modal(posts, where.carried(), zone))


async def send_later(slack: Slack, visitor: Visitor, post: str, due: datetime, where: Where) -> str:
    """Raises AdMindError."""
    said = await on_posts.send_later(slack.admind, visitor, post, due)
    _redraw(slack, visitor, post, where)
    return said


async def take_down(slack: Slack, visitor: Visitor, posts: Sequence[str], where: Where) -> None:
    """What became of each is told to who asked, the card says it to all."""
    said = await on_posts.take_down(slack.admind, visitor, posts)
    team, user = visitor.who.team, visitor.who.user
    await slack.telling.privately(team, where.channel, user, said, thread=where.thread)
    await home.refresh(slack, visitor, where.brand)


async def _window(slack: Slack, visitor: Visitor, verb: str, named: str, where: Where) -> Json:
    if verb == "takedown":
        posts = await on_posts.standing(slack.admind, visitor, named)
        return modals.take_down_modal(posts, where.carried(post=posts[0].id))
    post = await slack.admind.looking.post(visitor.workspace, visitor.member.id, named)
    if verb == "later":
        zone = await deciding.zone_of(slack.admind, visitor)
        return modals.later_modal(post, where.carried(post=post.id), zone=zone, now=slack.admind.clock.now())
    draft = await opening.draft_of(slack, visitor, post.draft)
    return modals.edit_modal(draft, where.carried(draft=draft.id, digest=draft.digest))


def _redraw(slack: Slack, visitor: Visitor, post: str, where: Where) -> None:
    slack.after(on_posts.redraw(slack.admind, visitor, post, channel=where.channel, message=where.message))
