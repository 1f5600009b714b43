"""What a press does about posts: what became of one, sending it after all, taking it down."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.bootstrap import AdMind
from bot.chat import MessageRef
from bot.errors import AdMindError, BadInput
from bot.views import PostView
from bot.words import told
from handlers.chat.visiting import Visitor

AT_ONCE: Final = frozenset({"live", "send", "cancel", "done"})
OPENS: Final = frozenset({"takedown", "later", "rework"})
VERBS: Final = AT_ONCE | OPENS
REDRAWS: Final = frozenset({"live", "send", "cancel"})  # after these the pressed message says something else


async def press(admind: AdMind, visitor: Visitor, verb: str, post: str) -> str:
    """What to say to who pressed, alone. Raises AdMindError."""
    posts, workspace, member = admind.posts, visitor.workspace, visitor.member.id
    if verb == "done":
        return (await posts.taken_down(workspace, post, member, visitor.surface)).sentence
    if verb == "cancel":
        return (await posts.cancel(workspace, post, member, visitor.surface)).sentence
    done = await posts.resolve(workspace, post, member, "live" if verb == "live" else "send", visitor.surface)
    return done.sentence


async def send_later(admind: AdMind, visitor: Visitor, post: str, due: datetime) -> str:
    """What to say to who asked, alone. Raises AdMindError."""
    done = await admind.posts.resolve(visitor.workspace, post, visitor.member.id, "send", visitor.surface, at=due)
    return done.sentence


async def take_down(admind: AdMind, visitor: Visitor, posts: Sequence[str]) -> str:
    """Each for itself; what became of each, a line each."""
    said = list[str]()
    for post in posts:
        try:
            done = await admind.posts.take_down(visitor.workspace, post, visitor.member.id, visitor.surface)
            said.append(done.sentence)
        except AdMindError as error:
            said.append(error.sentence())
    return "\n".join(said)


async def kept_back(admind: AdMind, visitor: Visitor, brand: str) -> list[PostView]:
    """What a stop, or an account that could not be used, kept back: the earliest first. Raises BadInput without any."""
    found = await admind.looking.posts(
        visitor.workspace, visitor.member.id, status="paused", limit=100, brands=frozenset({brand})
    )
    if not found.items:
        raise BadInput(told("Nothing waits any more."), kept=told("Nothing changed."))
    return found.items[::-1]


async def send_held(admind: AdMind, visitor: Visitor, posts: Sequence[str]) -> str:
    """What to say to who chose, alone. Raises AdMindError."""
    return await admind.posts.send_held(visitor.workspace, posts, visitor.member.id, visitor.surface)


async def standing(admind: AdMind, visitor: Visitor, named: str) -> list[PostView]:
    """The post, or those of the draft, that stand on their channels. Raises NotFound, BadInput when none does."""
    looking, ids = admind.looking, [named]
    if named.startswith("d_"):
        ids = (await looking.draft(visitor.workspace, visitor.member.id, named)).posts
    posts = [await looking.post(visitor.workspace, visitor.member.id, each) for each in ids]
    found = [each for each in posts if each.receipt and not each.receipt.taken_down_at]
    if not found:
        raise BadInput(told("Nothing of this stands anywhere any more."), kept=told("Nothing changed."))
    return found


async def redraw(admind: AdMind, visitor: Visitor, post: str, *, channel: str, message: str) -> None:
    """The message that was pressed says what stands now: nobody presses it once more."""
    messenger = admind.board.hosting.open(visitor.home)
    if not message or messenger is None:
        return
    card = await admind.looking.post_card(visitor.workspace, visitor.member.id, post)
    shown = MessageRef(home=visitor.home.key, room="", message=message, draft=card.draft, digest="", channel=channel)
    await messenger.update(shown, card)
