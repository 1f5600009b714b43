"""What a press does about posts: what became of one, sending it after all, taking it down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

from bot.chat import MessageRef
from bot.errors import AdMindError, BadInput
from bot.views import DraftView, PostView
from bot.words import told
from handlers.chat import deciding
from handlers.chat.visiting import Visitor
from handlers.slack import modals
from handlers.slack.calling import Json
from handlers.slack.forms import Carried
from handlers.slack.listeners import home, opening
from handlers.slack.slack import Slack

AT_ONCE: Final = frozenset({"live", "send", "cancel", "done"})
OPENS: Final = frozenset({"takedown", "later", "rework"})
VERBS: Final = AT_ONCE | OPENS


@dataclass(frozen=True, slots=True)
class Where:
    """The message whose button was pressed; empty in App Home."""

    channel: str = ""
    message: str = ""
    thread: str = ""

    @classmethod
    def of(cls, carried: Carried) -> Self:
        return cls(carried.room, carried.message, carried.thread)

    def carried(self, *, post: str = "", draft: str = "", digest: str = "") -> Carried:
        return Carried(
            post=post, draft=draft, digest=digest, room=self.channel, message=self.message, thread=self.thread
        )


async def press(slack: Slack, visitor: Visitor, verb: str, named: str, where: Where, trigger: str) -> str:
    """What to say to who pressed, alone; "" when a window opened. Raises AdMindError."""
    if verb in OPENS:
        await opening.show(slack, visitor, trigger, await _window(slack, visitor, verb, named, where))
        return ""
    posts, workspace, member = slack.admind.posts, visitor.workspace, visitor.member.id
    if verb == "done":
        done = await posts.taken_down(workspace, named, member, "slack")
        slack.after(home.refresh(slack, visitor))
        return done.sentence
    if verb == "cancel":
        done = await posts.cancel(workspace, named, member, "slack")
    else:
        done = await posts.resolve(workspace, named, member, "live" if verb == "live" else "send", "slack")
    slack.after(_redraw(slack, visitor, named, where))
    if not where.message:
        slack.after(home.refresh(slack, visitor))
    return done.sentence


async def send_later(slack: Slack, visitor: Visitor, post: str, due: datetime, where: Where) -> str:
    """Raises AdMindError."""
    done = await slack.admind.posts.resolve(visitor.workspace, post, visitor.member.id, "send", "slack", at=due)
    slack.after(_redraw(slack, visitor, post, where))
    return done.sentence


async def take_down(slack: Slack, visitor: Visitor, posts: Sequence[str], where: Where) -> None:
    """Each for itself; what became of each is told to who asked, the card says it to all."""
    said = list[str]()
    for post in posts:
        try:
            done = await slack.admind.posts.take_down(visitor.workspace, post, visitor.member.id, "slack")
            said.append(done.sentence)
        except AdMindError as error:
            said.append(error.sentence())
    team, user = visitor.who.team, visitor.who.user
    await slack.telling.privately(team, where.channel, user, "\n".join(said), thread=where.thread)
    await home.refresh(slack, visitor)


async def _window(slack: Slack, visitor: Visitor, verb: str, named: str, where: Where) -> Json:
    looking, workspace, member = slack.admind.looking, visitor.workspace, visitor.member.id
    if verb == "takedown":
        posts = await _standing(slack, visitor, named)
        return modals.take_down_modal(posts, where.carried(post=posts[0].id))
    post = await looking.post(workspace, member, named)
    if verb == "later":
        zone = await deciding.zone_of(slack.admind, visitor)
        return modals.later_modal(post, where.carried(post=post.id), zone=zone, now=slack.admind.clock.now())
    draft: DraftView = await opening.draft_of(slack, visitor, post.draft)
    return modals.edit_modal(draft, where.carried(draft=draft.id, digest=draft.digest))


async def _standing(slack: Slack, visitor: Visitor, named: str) -> list[PostView]:
    """The post, or those of the draft, that stand on their channels. Raises NotFound, BadInput when none does."""
    looking, ids = slack.admind.looking, [named]
    if named.startswith("d_"):
        ids = (await opening.draft_of(slack, visitor, named)).posts
    posts = [await looking.post(visitor.workspace, visitor.member.id, each) for each in ids]
    standing = [
        each for each in posts if each.status == "published" and each.receipt and not each.receipt.taken_down_at
    ]
    if not standing:
        raise BadInput(told("Nothing of this stands anywhere any more."), kept=told("Nothing changed."))
    return standing


async def _redraw(slack: Slack, visitor: Visitor, post: str, where: Where) -> None:
    """The message that was pressed says what stands now: nobody presses it once more."""
    messenger = slack.admind.board.hosting.open(visitor.home)
    if not where.message or messenger is None:
        return
    card = await slack.admind.looking.post_card(visitor.workspace, visitor.member.id, post)
    await messenger.update(
        MessageRef(
            home=visitor.home.key, room="", message=where.message, draft=card.draft, digest="", channel=where.channel
        ),
        card,
    )
