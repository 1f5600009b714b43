"""Feed: the channel inside AdMind. Publishing adds an item to the workspace's own RSS, Atom and JSON feeds.

Nothing leaves the machine when it sends: the item stands in the store or it does not, so its outcome can always be
told. Its limits are AdMind's own choice, not a platform's.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from datetime import timedelta

from bot.channels.base import (
    Absent,
    Account,
    AttemptKey,
    CannotTell,
    Capabilities,
    ChannelRefused,
    Content,
    Door,
    Found,
    Live,
    Lookup,
    Measure,
    OutcomeUnknown,
    Problem,
    Receipt,
)
from bot.channels.content import link_in, sealed
from bot.channels.feed_formats import page_path, pictures
from bot.channels.handed import JSON, Carries, all_words
from bot.channels.limits import problems
from bot.clock import milliseconds
from bot.errors import AdMindError
from storage.feed import FeedItem, FeedStore
from storage.retention import LIVES
from storage.sealed import Part, SealedPayload

TITLE_CHARACTERS = 120


class Feed:
    """Adapter of the embedded feed."""

    capabilities = Capabilities(
        channel="feed",
        title="Feed",
        text_limit=20_000,
        unit="characters",
        images_max=4,
        image_mimes=("image/jpeg", "image/png", "image/webp", "image/gif"),
        # Readers and link previews show 1.91:1 whole; a square is cropped in lists.
        picture_size=(1200, 630),
        image_ratio=(0.3, 4.0),
        alt_limit=2000,
        hashtags="few",
        deletes=True,
        reads_back=True,
        key_life=LIVES["feed"].span,  # items stand that long, tombstones for ever
        prompt_read_back=True,
        settle=timedelta(seconds=1),
        deadline=timedelta(seconds=10),
        own=True,
    )

    def __init__(self, store: FeedStore) -> None:
        self._store = store

    def capabilities_for(self, account: Account) -> Capabilities:
        return self.capabilities

    def measure(self, text: str, account: Account) -> Measure:
        """Counts Unicode code points."""
        return Measure(len(text), self.capabilities.text_limit, self.capabilities.unit)

    def build(self, content: Content, account: Account) -> SealedPayload:
        text, links = link_in(content)
        return sealed(
            content,
            account,
            self.capabilities.channel,
            title=content.title.strip() or first_line(text),
            parts=(Part(text=text, media=content.media),),
            links=links,
        )

    def validate(self, payload: SealedPayload, account: Account) -> tuple[Problem, ...]:
        return problems(payload, self.capabilities, lambda text: self.measure(text, account))

    async def send(self, payload: SealedPayload, key: AttemptKey, door: Door) -> Receipt:
        item = _item(payload, key, door.account)
        carries = Carries(
            payload, lambda approved: {"content": _bytes(_item(approved.payload, key, door.account))}, all_words
        )
        await door.check()
        await door.compare(_bytes(item), JSON, carries)
        try:
            added = await self._store.add(item, now_ms=milliseconds(door.now()))
        except AdMindError as error:
            raise OutcomeUnknown("The feed's store did not answer.") from error
        if added.outcome == "gone":
            raise ChannelRefused(
                "This post was taken down from the feed before.",
                code="taken_down",
                kept="The feed was not changed.",
                do_next="Make a new draft to publish it again.",
            )
        if added.outcome == "other" or added.item is None:
            raise ChannelRefused(
                "Other content stands in the feed under this post's name.",
                code="conflict",
                kept="The feed was not changed.",
                do_next="Make a new draft to publish this version.",
            )
        return self._receipt(added.item, door)

    async def look_up(self, payload: SealedPayload, key: AttemptKey, door: Door) -> Lookup:
        try:
            item = await self._store.get(payload.workspace, payload.account, key.post)
        except AdMindError:
            return CannotTell("The feed's store did not answer.", temporary=True)
        if item is None or item.digest != payload.digest:
            return Absent()
        return Found(self._receipt(item, door))

    async def read_back(self, receipt: Receipt, door: Door) -> Live | None:
        item = await self._store.get(door.account.workspace, door.account.id, receipt.remote_id)
        if item is None:
            return None
        return Live(
            text="\n\n".join(part.text for part in item.parts),
            media_sha256=tuple(medium.sha256 for medium in pictures(item)),
            url=door.public(page_path(item.guid)),
        )

    async def delete(self, receipt: Receipt, door: Door) -> None:
        now_ms = milliseconds(door.now())
        await self._store.remove(door.account.workspace, door.account.id, receipt.remote_id, now_ms=now_ms)

    async def metrics(self, receipt: Receipt, door: Door) -> Mapping[str, int]:
        """None: what readers do with a feed is not told to us; clicks are counted by our own links."""
        return {}

    def price(self, payload: SealedPayload) -> str:
        return ""

    async def connect(self, account: Account, door: Door) -> Account:
        """Always works; a feed is known by its name within the brand, so the same name is the same feed."""
        remote_id = f"{account.brand}/{slug(account.name)}"
        return account.changed(remote_id=remote_id, handle=account.handle or account.name, server="", destination="")

    def _receipt(self, item: FeedItem, door: Door) -> Receipt:
        return Receipt(remote_id=item.guid, url=door.public(page_path(item.guid)), at=item.published_at)


def _item(payload: SealedPayload, key: AttemptKey, account: Account) -> FeedItem:
    return FeedItem(
        guid=key.post,
        workspace=payload.workspace,
        brand=account.brand,
        account=payload.account,
        digest=payload.digest,
        title=payload.title,
        parts=payload.parts,
        links=payload.links,
        language=payload.language,
        published_at=key.first_at,
    )


def _bytes(item: FeedItem) -> bytes:
    return item.model_dump_json().encode()


def first_line(text: str) -> str:
    """The first line that says something, at most 120 characters, cut between words."""
    line = next((" ".join(line.split()) for line in text.splitlines() if line.strip()), "")
    if len(line) <= TITLE_CHARACTERS:
        return line
    head = line[: TITLE_CHARACTERS - 1]
    return (head.rsplit(" ", 1)[0] or head).rstrip(" ,;:–-") + "…"


def slug(name: str) -> str:
    """A name as part of an id: ASCII letters, digits and dashes; names in other scripts get a short hash instead."""
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", folded).strip("-")[:60]
    if words and name.isascii():
        return words
    mark = hashlib.sha256(unicodedata.normalize("NFC", name).casefold().encode()).hexdigest()[:8]
    return f"{words}-{mark}" if words else mark
