"""Cards in every home of a brand: shown, replaced, updated, and told of.

One message shows one digest, for ever. A new revision gets a new card, and the old one collapses to "Replaced ↓".
Showing is repeated until it worked: it hangs on an entry of the due set, and every home's messenger posts once per key.
Every call tries all homes, or the one that is named, and then raises Undelivered if some were missed.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from bot.cards import Words, client_card, draft_card, post_card, replaced_card
from bot.chat import Card, Messenger
from bot.checks.times import TIMES
from bot.clock import Clock, milliseconds
from bot.errors import AdMindError
from bot.review.delivering import Delivering, to_each
from bot.review.hosting import Hosting
from bot.review.hours import latest_safe
from bot.review.quorum import Standing
from bot.review.round_table import RoundTable
from bot.team.persons import Persons
from bot.words import reading
from storage import shows
from storage.alerts import Alerts
from storage.commit import Change, commit
from storage.drafts import Draft, MessageRef, client_room
from storage.errors import Conflict
from storage.posts import Post, PostState
from storage.redis import Database
from storage.stores import DraftStore, PostStore, TeamStore

log = logging.getLogger(__name__)
T = TypeVar("T")

ALERTS_A_DAY = 3  # a brand; what comes after them stands in one summary
MOST_NAMED = 10
TRIES = 5
WAKES = frozenset({PostState.failed, PostState.unknown, PostState.missed})


class Board:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._drafts = DraftStore(database)
        self._posts = PostStore(database)
        self._team = TeamStore(database)
        self._alerts = Alerts(database)
        self._clock = clock
        self._delivering = Delivering(database, clock)
        self.hosting = Hosting(database, clock)

    def add_home(self, workspace: str, messenger: Messenger) -> None:
        self.hosting.add(workspace, messenger)

    async def homes(self, workspace: str) -> Mapping[str, Messenger]:
        """A workspace's messengers by the names of their homes."""
        return await self.hosting.of(workspace)

    async def round_table(self, workspace: str) -> RoundTable:
        """Everybody and everything that cards and standings name, read once."""
        found = await self._team.whole(workspace)
        return RoundTable(
            found.workspace,
            {brand.id: brand for brand in found.brands},
            found.accounts,
            found.members,
            Persons(found.members, found.identities),
        )

    async def words(self, workspace: str, brand: str) -> Words:
        return (await self.round_table(workspace)).words(brand)

    async def standings(self, draft: Draft) -> tuple[Standing, ...]:
        """Where each version stands now."""
        return (await self.round_table(draft.workspace)).standings(draft, self._clock.now())

    async def card(self, draft: Draft, *, for_client: bool = False) -> Card:
        card, for_clients = await self.cards(draft, await self.round_table(draft.workspace))
        return for_clients if for_client else card

    async def cards(self, draft: Draft, table: RoundTable) -> tuple[Card, Card]:
        """For the team, and for clients."""
        drawn = await self._drawn(draft, table)
        return drawn.card, drawn.for_clients

    async def _drawn(self, draft: Draft, table: RoundTable) -> _Drawn:
        words, to_client = table.words(draft.brand), table.words(draft.brand, for_client=True)
        with reading(words.language):
            standings = table.standings(draft, self._clock.now())
        missing = next((standing.missing for standing in standings if not standing.met), "")
        posts = await self._posts.many(draft.workspace, [v.post for v in draft.versions if v.post])
        internal = bool(standings) and all(standing.internal for standing in standings)
        for_clients = draft_card(draft, to_client, missing=missing, posts=posts)
        return _Drawn(
            draft_card(draft, words, missing=missing, posts=posts, safe=safe_by(draft, table)),
            client_card(for_clients, to_client, internal=internal),
            internal,
        )

    async def show(self, workspace: str, draft_id: str, *, home: str = "") -> None:
        """Bring every home, or this one, up to date with a draft. Client rooms come in once the team has approved."""
        kept = await self._drafts.find(workspace, draft_id)
        if kept is None:
            return
        table = await self.round_table(workspace)
        drawn = await self._drawn(kept.record, table)
        words = table.words(kept.record.brand)
        rooms = await self.hosting.client_rooms(workspace, kept.record.brand)
        showing = _Showing(kept.record, words, drawn, rooms)
        try:
            await self._to_each(workspace, kept.record.brand, showing.in_home, home=home)
        finally:
            if showing.posted and not kept.archived:
                await self._remember(kept.record, showing.posted, showing.done)

    async def _remember(self, draft: Draft, posted: Sequence[MessageRef], done: Sequence[MessageRef]) -> None:
        """Where the cards stand: what each shows at once, and with the draft once all old ones there are replaced, so
        that a showing that was cut off is done again.
        """
        for _ in range(TRIES):
            change = Change(draft.workspace)
            for ref in posted:
                shows.put(change, ref)
            kept = await self._drafts.get(draft.workspace, draft.id)
            new = tuple(ref for ref in done if not any(_same(ref, known) for known in kept.record.messages))
            if new:
                self._drafts.save(change, kept.record.changed(messages=(*kept.record.messages, *new)), ver=kept.ver)
            try:
                await commit(self._database, change)
                return
            except Conflict:
                log.info("draft changed while its cards were posted draft=%s", draft.id)

    async def tell_post(self, workspace: str, post_id: str, *, home: str = "") -> None:
        """Receipt, failure or question into every home, and the draft's card brought up to date.

        A failure, a doubt, a missed time and what an embargo or a day without posts holds wake who asked for the post
        and the brand's owners; a receipt nobody.
        """
        kept = await self._posts.find(workspace, post_id)
        if kept is None:
            return
        post: Post = kept.record
        draft = await self._drafts.find(workspace, post.draft)
        siblings = await self._posts.many(workspace, [v.post for v in draft.record.versions if v.post] if draft else [])
        table = await self.round_table(workspace)
        card = post_card(post, table.words(post.brand), siblings)
        if post.state in WAKES or (post.failure is not None and post.failure.code in TIMES):
            asked = table.persons.one(post.requested_by)
            card = card.model_copy(update={"ping": tuple(dict.fromkeys((asked, *table.owners(post.brand))))})
        messages = draft.record.messages if draft else ()

        async def told(messenger: Messenger) -> None:
            there = [ref for ref in messages if (ref.home, ref.room) == (messenger.home, post.brand)]
            if not (messenger.receipts_on_card and there and _plain_receipt(post)):
                under = there[-1] if there else None
                ref = await messenger.post(post.brand, card, key=_telling(post), under=under)
                if ref is not None and _by_hand(post) and not post.by_hand:
                    await messenger.update(ref, card)  # what asked for it says that it is done

        try:
            await self._to_each(workspace, post.brand, told, home=home)
        finally:
            await self.show(workspace, post.draft, home=home)

    async def post_card(self, post: Post) -> Card:
        """What stands in the chats about this post now."""
        draft = await self._drafts.find(post.workspace, post.draft)
        names = [v.post for v in draft.record.versions if v.post] if draft else []
        words = (await self.round_table(post.workspace)).words(post.brand)
        return post_card(post, words, await self._posts.many(post.workspace, names))

    async def tell_delay(self, workspace: str, post_id: str, *, home: str = "") -> None:
        """An alert that a post is late because something does not answer; it is still being tried."""
        kept = await self._posts.find(workspace, post_id)
        if kept is not None and kept.record.state is PostState.scheduled:
            words, key = await self.words(workspace, kept.record.brand), _telling(kept.record)
            await self.alert(workspace, kept.record.brand, post_card(kept.record, words), key=key, home=home)

    async def alert(self, workspace: str, brand: str, card: Card, *, key: str, home: str = "") -> None:
        """Something that people should know of and that is no failure, doubt or stop: these are told in any number.

        After three a day in the brand's zone the others stand in one summary, which is brought up to date.
        """
        table = await self.round_table(workspace)
        day = self._clock.now().astimezone(ZoneInfo(table.words(brand).zone)).date()
        titles = await self._alerts.add(workspace, brand, day, key, card.title)
        mine = list(titles).index(key)

        async def told(messenger: Messenger) -> None:
            if mine < ALERTS_A_DAY:
                await messenger.post(brand, card, key=f"alert:{key}")
                return
            summary = _summary(table.brands[brand].name, list(titles.values())[ALERTS_A_DAY:])
            ref = await messenger.post(brand, summary, key=f"alerts:{brand}:{day}")
            if ref is not None:
                await messenger.update(ref, summary)

        await self._to_each(workspace, brand, told, home=home)

    async def tell(
        self,
        workspace: str,
        room: str,
        card: Card,
        *,
        key: str,
        home: str = "",
        leave_out: str = "",
        or_else: str = "",
    ) -> None:
        """A word into a room (`owners`, `member:<id>`, a brand's) of every home but one, once per key.

        `or_else` is the room in homes that have no such room.
        """

        async def told(messenger: Messenger) -> None:
            if messenger.home != leave_out and await messenger.post(room, card, key=key) is None and or_else:
                await messenger.post(or_else, card, key=key)

        await self._to_each(workspace, "", told, home=home)

    async def _to_each(
        self, workspace: str, brand: str, work: Callable[[Messenger], Awaitable[T]], *, home: str
    ) -> None:
        homes = await self.homes(workspace)
        chosen = {name: messenger for name, messenger in homes.items() if home in ("", name)}
        _, missed = await to_each(chosen, work)
        await self._delivering.settled(workspace, brand, chosen, missed, homes)


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A draft's card for the team and for clients. `internal`: the team's part is given."""

    card: Card
    for_clients: Card
    internal: bool


class _Showing:
    """One draft on its way into homes: what was posted, and what of it needs no second look.

    `rooms`: the channels of the brand's client rooms by home.
    """

    def __init__(self, draft: Draft, words: Words, drawn: _Drawn, rooms: Mapping[str, tuple[str, ...]]) -> None:
        self._draft = draft
        self._words = words
        self._card = drawn.card
        self._for_client = drawn.for_clients
        self._internal = drawn.internal
        self._rooms = rooms
        self.posted: list[MessageRef] = []
        self.done: list[MessageRef] = []

    async def in_home(self, messenger: Messenger) -> None:
        """Every room of the home is tried, then raises what one of them raised."""
        draft, failed = self._draft, list[AdMindError]()
        shown = f"{draft.id}:{draft.digest}"
        if any(mark.digest == draft.digest for mark in draft.history):  # a former wording again: a card of its own
            shown += f":{draft.revision}"
        rooms = [(draft.brand, self._card, f"draft:{shown}", True), *self._for_clients(messenger, shown)]
        for room, card, key, new in rooms:
            try:
                await self._in_room(messenger, room, card, key, new=new)
            except AdMindError as error:
                failed.append(error)
        if failed:
            raise next((each for each in failed if each.retry_after_seconds is None), failed[0])

    def _for_clients(self, messenger: Messenger, shown: str) -> list[tuple[str, Card, str, bool]]:
        """Client rooms, each with its card, the key of that, and whether a new one may come."""
        draft, card = self._draft, self._for_client
        channels = self._rooms.get(messenger.home, ("",))
        rooms = {client_room(draft.brand, each): f"client:{each}" if each else "client" for each in channels}
        found = [(room, card, f"{kind}:{shown}", self._internal) for room, kind in rooms.items()]
        # In a room that is the brand's no more its cards still say what became of them, and no new ones come.
        here = {ref.room for ref in draft.messages if ref.home == messenger.home}
        left = {room for room in here if room.partition("/")[0] == client_room(draft.brand)} - rooms.keys()
        return [*found, *((room, card, "", False) for room in sorted(left))]

    async def _in_room(self, messenger: Messenger, room: str, card: Card, key: str, *, new: bool) -> None:
        mine = [ref for ref in self._draft.messages if (ref.home, ref.room) == (messenger.home, room)]
        current = mine[-1] if mine else None
        if current is not None and current.digest == self._draft.digest:
            await messenger.update(current, card)
            return
        ref = await messenger.post(room, card, key=key) if new else None
        if ref is not None:
            self.posted.append(ref)
        if ref is not None or not new:  # a client's old card is replaced even before the team has approved the new one
            for old in mine:
                await messenger.update(old, replaced_card(self._draft, self._words))
        if ref is not None:
            self.done.append(ref)


def _same(one: MessageRef, other: MessageRef) -> bool:
    return (one.home, one.channel, one.room, one.message) == (other.home, other.channel, other.room, other.message)


def _plain_receipt(post: Post) -> bool:
    """A receipt that says nothing but that all is well, or that the channel has taken it down."""
    compared = post.receipt.compared if post.receipt else ""
    partly = post.receipt is not None and bool(post.receipt.note)
    return post.state is PostState.published and compared != "differs" and not partly and not _by_hand(post)


def _by_hand(post: Post) -> bool:
    """Whether people had to take it down, or have to."""
    return post.receipt is not None and post.receipt.by_hand_since is not None


def _summary(brand: str, titles: Sequence[str]) -> Card:
    more = len(titles) - MOST_NAMED
    return Card(
        title=f"{brand}: {len(titles)} more today",
        notes=(*titles[:MOST_NAMED], *((f"… and {more} more",) if more > 0 else ())),
    )


def _telling(post: Post) -> str:
    """What is told once: the state, of this many attempts, for this time; each doubt and each reason anew."""
    why = post.failure.code if post.failure else ""
    if post.receipt is not None and post.receipt.by_hand_since is not None:
        return f"post:{post.id}:by hand:{milliseconds(post.receipt.by_hand_since)}"
    if post.receipt is not None and post.receipt.taken_down_at is not None:
        return f"post:{post.id}:taken down"
    return f"post:{post.id}:{post.state.value}:{len(post.attempts)}:{milliseconds(post.due)}:{why}"


def safe_by(draft: Draft, table: RoundTable) -> datetime | None:
    """Until when whoever must approve it is surely at work; for a draft that the plan asked for, as nobody chose the
    moment that it came in.
    """
    if not draft.slot or draft.decide_by is None:
        return None
    brand = table.brands[draft.brand]
    zone, approvals = table.home.zone, brand.policy.approvals
    return latest_safe(draft.decide_by, draft.brand, table.members, zone=zone, approvals=approvals)
