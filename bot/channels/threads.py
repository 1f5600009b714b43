"""Threads: posts, carousels and chains of posts that answer each other.

Threads has no key that makes one post of two requests, and documents no guard against the same words again. Publishing
a container is the one call that shows anything. After an unclear end the posts are looked for among the account's own
of that time, by words, kind and place in the chain. How soon a new post is listed there is documented nowhere, so what
is not found is a question to a person. When that person says "send again", what is missing follows, and only that.

A chain is one call after the other: what goes wrong after its first post is always a doubt, for a part of it stands.
Pictures are fetched by Threads from AdMind's public edge or bucket, before anything is published.

Account options: `topic`: tag that each post carries, without #. Secret: `access_token`.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from bot.channels.answers import KEPT, instant, printable
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
    Introduction,
    Live,
    Lookup,
    Measure,
    OutcomeUnknown,
    Pace,
    Problem,
    ProvenNotSent,
    Receipt,
    Window,
)
from bot.channels.content import link_in, sealed, with_reply
from bot.channels.limits import problems
from bot.channels.meta_api import Api, clean, counts_in, id_in, ids_of, latest, other_account, pictures_of, whose
from bot.channels.meta_containers import publish, room, unreachable
from bot.channels.platform import THREADS, Platform
from bot.channels.threads_listing import Unclear, alts_of, standing
from bot.channels.threads_text import MOST, MOST_LINKS, fits, links_in, split, topic_fits, units
from bot.channels.threads_write import EDGES, prepared
from bot.errors import AdMindError, BadInput
from storage.sealed import Link, Part, SealedPayload

GATHER_SECONDS = 60  # of the deadline, for the first post's pictures
CLOCK_SLACK = timedelta(minutes=2)  # how far Meta's clock may be from ours when a post is looked for by time
MOST_PARTS = 25  # ours: nobody reads a longer chain
# https://developers.facebook.com/docs/threads/insights: of a post, over all of its life.
COUNTS = {
    "views": "views",
    "likes": "likes",
    "replies": "replies",
    "reposts": "reposts",
    "quotes": "quotes",
    "shares": "shares",
}


class Threads:
    """Adapter of the Threads API. `base_url` is where the internet, and so Meta, finds the pictures."""

    capabilities = Capabilities(
        channel="threads",
        title="Threads",
        text_limit=MOST,  # `threads_text`
        unit="characters",
        # https://developers.facebook.com/docs/threads/posts (April 2026): 2 to 20 in a carousel; JPEG and PNG, 8 MB,
        # up to 10:1, 1,440 wide (wider ones are scaled down there, so they are before approval).
        images_max=20,
        image_mimes=("image/jpeg", "image/png"),
        image_max_bytes=8_000_000,
        image_max_pixels=(1440, 4096),
        image_ratio=(0.1, 10.0),
        picture_size=(1080, 1350),
        alt_limit=1000,  # …/docs/threads/reference/publishing
        hashtags="few",  # the first one becomes the topic, the others stay words
        threads=True,
        comments="reply",
        deletes=True,  # …/docs/threads/posts/delete-posts: 100 a day
        fetches=True,
        access_ends=True,
        reads_back=True,
        metrics=tuple(COUNTS),
        settle=timedelta(seconds=60),  # documented nowhere
        deadline=timedelta(seconds=120),
        # https://developers.facebook.com/docs/threads/overview (December 2025), "Rate limiting": 250 posts and 1,000
        # replies in 24 hours; a thread is a post and replies to it. The gap is ours.
        pace=Pace(
            gap=timedelta(seconds=1),
            windows=(Window(250, timedelta(days=1)), Window(1000, timedelta(days=1), "parts")),
        ),
    )

    def __init__(self, platform: Platform = THREADS, base_url: str = "") -> None:
        self._platform = platform
        self._base_url = base_url

    def capabilities_for(self, account: Account) -> Capabilities:
        return self.capabilities

    def measure(self, text: str, account: Account) -> Measure:
        """All of the text, against the room of as many posts as it takes; what cannot be split, against one."""
        parts = split(text)
        too_long = next((part for part in parts if not fits(part)), None)
        if too_long is None:
            return Measure(min(units(text.strip()), MOST * len(parts)), MOST * len(parts), self.capabilities.unit)
        return Measure(units(too_long), MOST, self.capabilities.unit)

    def build(self, content: Content, account: Account) -> SealedPayload:
        card = _card(content)
        text, links = (
            (content.text, (Link(shown=content.link, destination=content.link),)) if card else link_in(content)
        )
        parts = tuple(
            Part(text=part, media=content.media, link_card=card) if number == 0 else Part(text=part)
            for number, part in enumerate(with_reply(content, split(text)))
        )
        topic = account.options.get("topic", "")
        return sealed(
            content,
            account,
            self.capabilities.channel,
            parts=parts,
            links=links,
            extra={"topic": topic} if topic else {},
        )

    def validate(self, payload: SealedPayload, account: Account) -> tuple[Problem, ...]:
        found = problems(payload, self.capabilities, lambda text: Measure(units(text), MOST, self.capabilities.unit))
        if len(payload.parts) > MOST_PARTS:
            reason = f"This makes a chain of {len(payload.parts)} posts; at most {MOST_PARTS} go out together."
            found += (Problem("thread", reason, "Shorten it."),)
        for part in payload.parts:
            links = links_in(part.text) | ({part.link_card["uri"]} if part.link_card else set())
            if len(links) > MOST_LINKS:
                reason = f"Threads takes at most {MOST_LINKS} links in a post; this has {len(links)}."
                found += (Problem("too_many_links", reason, "Leave some out."),)
        return found + unreachable(payload, self._base_url, self.capabilities.title)

    async def send(self, payload: SealedPayload, key: AttemptKey, door: Door) -> Receipt:
        repeated, posted, first = key.deadline - key.first_at > self.capabilities.deadline, list[str](), ""
        try:
            async with asyncio.timeout(GATHER_SECONDS):
                api = await Api.of(door, self._platform, payload.server)
                if id_in(await whose(api, "id")) != payload.remote_id:
                    raise other_account(api.name)
                if repeated:
                    posted = await self._earlier(api, payload, key)
                if not posted:
                    kinds = (("", 1), ("reply_", len(payload.parts) - 1))
                    await room(api, payload.remote_id, "threads_publishing_limit", *kinds)
                    first = await prepared(api, payload, 0, "")
        except TimeoutError as error:
            raise ProvenNotSent(f"{door.account.name} did not take the pictures in time.", kept=KEPT) from error
        for number in range(len(posted), len(payload.parts)):
            posted.append(await _post(api, payload, number, first if number == 0 else "", posted))
        return Receipt(",".join(posted), await self._address(api, posted[0]), door.now())

    async def look_up(self, payload: SealedPayload, key: AttemptKey, door: Door) -> Lookup:
        """By words, kind and place, among the account's own posts since shortly before the first attempt."""
        try:
            api = await Api.of(door, self._platform, payload.server)
            posts = await standing(api, payload, key.first_at - CLOCK_SLACK)
        except Unclear as unclear:
            return CannotTell(unclear.why)
        except Exception:  # whatever kept the answer away: looking changes nothing, so looking again is safe
            return CannotTell(f"{door.account.name} could not be read.", temporary=True)
        if len(posts) == len(payload.parts):
            at = instant(posts[0].get("timestamp")) or door.now()
            return Found(Receipt(",".join(map(id_in, posts)), self._page(posts[0], door.account), at))
        if posts:
            return CannotTell(f"Of the chain's {len(payload.parts)} posts the first {len(posts)} stand there.")
        return Absent()

    async def read_back(self, receipt: Receipt, door: Door) -> Live | None:
        api = await Api.of(door, self._platform, door.account.server)
        fields = {"fields": "id,text,media_type,alt_text,media_url,children{alt_text,media_url}"}
        posts = [await api.read(each, fields) for each in ids_of(receipt.remote_id, self._platform.title)]
        found = [post for post in posts if post is not None]
        if len(found) < len(posts):
            return None
        live = Live(text="\n\n".join(str(post.get("text") or "") for post in found), url=receipt.url)
        alts = alts_of(found[0])
        return dataclasses.replace(live, alts=alts, pictures=pictures_of(found[0])) if alts else live

    async def delete(self, receipt: Receipt, door: Door) -> None:
        """The last post of a chain first."""
        api = await Api.of(door, self._platform, door.account.server)
        for each in reversed(ids_of(receipt.remote_id, self._platform.title)):
            await api.taken_down(each)

    async def metrics(self, receipt: Receipt, door: Door) -> Mapping[str, int]:
        """Of the chain's first post."""
        ids = ids_of(receipt.remote_id, self._platform.title)
        api = await Api.of(door, self._platform, door.account.server)
        said = counts_in(await api.before("GET", f"{ids[0]}/insights", {"metric": ",".join(COUNTS.values())}))
        counted = {name: said[field] for name, field in COUNTS.items() if field in said}
        if len(ids) > 1 and counted.get("replies"):
            counted["replies"] -= 1  # its own continuation
        return counted

    def price(self, payload: SealedPayload) -> str:
        return ""

    async def followers(self, account: Account, door: Door) -> int | None:
        """https://developers.facebook.com/docs/threads/insights (`followers_count`, permission
        `threads_manage_insights`): a total, whatever the period.
        """
        api = await Api.of(door, self._platform, account.server)
        said = await api.before("GET", f"{account.remote_id}/threads_insights", {"metric": "followers_count"})
        return counts_in(said).get("followers_count")

    async def introduce(self, account: Account, door: Door) -> Introduction:
        """Name, picture and last post. Fields: https://developers.facebook.com/docs/threads/threads-profiles."""
        try:
            api = await Api.of(door, self._platform, account.server)
            me = await api.before("GET", "me", {"fields": "id,name,threads_profile_picture_url"})
            last = await latest(api, f"{account.remote_id}/threads", "id,text,timestamp")
        except Exception:  # nothing depends on it: what cannot be read is not shown
            return Introduction(last_post=None)
        return Introduction(
            name=clean(me.get("name")),
            avatar=str(me.get("threads_profile_picture_url") or ""),
            last_post=printable(last.get("text")),
            last_at=instant(last.get("timestamp")),
        )

    async def connect(self, account: Account, door: Door) -> Account:
        """Whose access it is. Raises BadInput for options that cannot work, ChannelRefused (`unauthorized`)."""
        options = {name: value for name, value in account.options.items() if value}
        if "topic" in options:
            options["topic"] = options["topic"].strip().removeprefix("#")
            if not topic_fits(options["topic"]):
                raise BadInput("The option topic has 1 to 50 characters, without full stop and &.")
        api = await Api.of(door, self._platform, self._platform.api)
        me = await api.before("GET", "me", {"fields": "id,username"})
        username = "".join(char for char in str(me.get("username") or "") if char.isalnum() or char in "._")[:50]
        if not id_in(me) or not username:
            raise ProvenNotSent(f"{api.name} does not say whose account it is.", kept=KEPT)
        return account.changed(
            remote_id=id_in(me),
            server=self._platform.api,
            destination="",
            handle=f"@{clean(username)}",
            page=f"{self._platform.web}/@{username}",
            options=options,
        )

    async def _earlier(self, api: Api, payload: SealedPayload, key: AttemptKey) -> list[str]:
        """What earlier attempts brought out. Raises ProvenNotSent when that cannot be read, OutcomeUnknown when it does
        not tell.
        """
        try:
            return [id_in(each) for each in await standing(api, payload, key.first_at - CLOCK_SLACK)]
        except Unclear as unclear:
            raise OutcomeUnknown(unclear.why) from unclear
        except ValueError as error:
            raise ProvenNotSent(f"{api.name} could not be read.", kept="Nothing more was sent.") from error

    async def _address(self, api: Api, post: str) -> str:
        """Where people see a post that is out; the profile when Threads does not say."""
        found: dict[str, Any] = {}
        with contextlib.suppress(AdMindError):  # it is out: nothing may turn that into a doubt
            found = await api.before("GET", post, {"fields": "permalink"})
        return self._page(found, api.door.account)

    def _page(self, post: Mapping[str, Any], account: Account) -> str:
        found = str(post.get("permalink") or "")
        return found if urlsplit(found).scheme == "https" and len(found) < 300 else account.page


async def _post(api: Api, payload: SealedPayload, number: int, container: str, posted: Sequence[str]) -> str:
    """One post of the chain; after the first whatever goes wrong is a doubt, for a part of it stands there."""
    try:
        container = container or await prepared(api, payload, number, posted[-1])
        return await publish(api, payload, EDGES, container)
    except (ChannelRefused, ProvenNotSent) as error:
        if not posted:
            raise
        raise OutcomeUnknown(f"Only a part of the chain went out. {error.what}") from error


def _card(content: Content) -> dict[str, str] | None:
    """The link as an attachment, which posts without pictures have; what it shows is the page's own."""
    if not content.link or content.media or urlsplit(content.link).scheme not in ("http", "https"):
        return None
    host = urlsplit(content.link).hostname or content.link
    return {"uri": content.link, "title": host, "description": ""}
