"""Instagram: a professional account (business or creator), by Instagram's own sign-in.

Of the two ways that there are, this one takes no Facebook page behind the account, asks for the account alone and not
for a person's pages, and gives an access that renews itself.

Every post has a picture; Instagram fetches it from AdMind's public edge, or its bucket, before anything is published.
Publishing a container is the one call that shows anything. There is no key that makes one post of two requests: after
an unclear end the post is looked for among the account's media of that time, by caption and kind. How soon a new one is
listed is documented nowhere, so one that is not found is a question to a person; before another attempt it is looked
for once more. The API cannot delete, so posts are taken down by hand.

Account options: none. Secret: `access_token`.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from bot.channels import meta_comments
from bot.channels.answers import KEPT, count_of, instant, printable
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
    Pace,
    Problem,
    ProvenNotSent,
    Receipt,
    Window,
)
from bot.channels.content import link_in, sealed
from bot.channels.handed import Approved, Carries, no_words
from bot.channels.instagram_text import MOST, MOST_MENTIONS, MOST_TAGS, mentions, tags
from bot.channels.limits import problems
from bot.channels.linkedin_text import spoken, units
from bot.channels.meta_api import (
    Api,
    clean,
    counts_in,
    data_of,
    end_of,
    id_in,
    ids_of,
    latest,
    other_account,
    pictures_of,
    whose,
)
from bot.channels.meta_containers import Edges, make, publish, ready, room, unreachable
from bot.channels.platform import INSTAGRAM, Platform
from bot.channels.versions import VersionEnd
from bot.errors import AdMindError
from storage.sealed import Medium, Part, SealedPayload

GATHER_SECONDS = 60  # of the deadline, for pictures
CLOCK_SLACK = timedelta(minutes=2)  # how far Meta's clock may be from ours when a post is looked for by time
EDGES = Edges(make="media", publish="media_publish", status="status_code")
FIELDS = "id,caption,timestamp,permalink,media_type"
# https://developers.facebook.com/docs/instagram-platform/reference/instagram-media/insights
COUNTS = {
    "views": "views",
    "reach": "reach",
    "likes": "likes",
    "comments": "comments",
    "shares": "shares",
    "saves": "saved",
}


class Instagram:
    """Adapter of the Instagram API with Instagram Login. `base_url` is where Meta finds the pictures."""

    capabilities = Capabilities(
        channel="instagram",
        title="Instagram",
        text_limit=MOST,  # `instagram_text`
        unit="characters",
        form="caption",
        # https://developers.facebook.com/docs/instagram-platform/content-publishing: up to ten in a carousel, JPEG
        # alone; …/reference/ig-user/media: 8 MB, 4:5 to 1.91:1, 320 to 1,440 wide.
        images_max=10,
        image_mimes=("image/jpeg",),
        image_max_bytes=8_000_000,
        image_max_pixels=(1440, 1800),
        image_ratio=(0.8, 1.91),
        picture_size=(1080, 1350),
        alt_limit=1000,  # …/reference/ig-user/media
        links="none",  # addresses stay words
        hashtags="welcome",
        comments="after",
        comment_limit=MOST,  # the app's own field; documented for the API is none
        deletes=False,
        fetches=True,
        access_ends=True,
        reads_back=True,
        metrics=tuple(COUNTS),
        settle=timedelta(seconds=60),  # documented nowhere
        deadline=timedelta(seconds=90),
        # …/docs/instagram-platform/content-publishing says 100 posts in 24 hours, …/reference/ig-user/
        # content_publishing_limit 50 (both 2026): the smaller one holds. A carousel is one. The gap is ours.
        pace=Pace(gap=timedelta(seconds=1), windows=(Window(50, timedelta(days=1)),)),
        # https://developers.facebook.com/documentation/instagram-platform/changelog.md, June 22, 2026:
        # `is_ai_generated`, with both sign-ins. The label for paid partnerships there is for Facebook's sign-in alone:
        # https://developers.facebook.com/blog/post/2026/04/22/instagram-api-updates-for-partnerships-metrics-collaboration-and-engagement/
        flags=("ai_generated",),
    )

    def __init__(self, platform: Platform = INSTAGRAM, base_url: str = "") -> None:
        self._platform = platform
        self._base_url = base_url

    @property
    def version_end(self) -> VersionEnd | None:
        return end_of(self._platform)

    def capabilities_for(self, account: Account) -> Capabilities:
        return self.capabilities

    def measure(self, text: str, account: Account) -> Measure:
        """Counts UTF-16 code units: never less than Instagram counts."""
        return Measure(units(text.strip()), MOST, self.capabilities.unit)

    def build(self, content: Content, account: Account) -> SealedPayload:
        text, links = link_in(content)
        return sealed(
            content,
            account,
            self.capabilities.channel,
            parts=(Part(text=text.strip(), media=content.media),),
            links=links,
        )

    def validate(self, payload: SealedPayload, account: Account) -> tuple[Problem, ...]:
        found = problems(payload, self.capabilities, lambda text: self.measure(text, account))
        text = payload.parts[0].text
        if not payload.parts[0].media:
            found += (Problem("no_picture", "Instagram takes no post without a picture.", "Add a picture."),)
        if (used := max(tags(text), tags(payload.first_comment))) > MOST_TAGS:
            reason = f"Instagram takes at most {MOST_TAGS} hashtags; this has {used}."
            found += (Problem("too_many_hashtags", reason, "Leave some out."),)
        if (used := max(mentions(text), mentions(payload.first_comment))) > MOST_MENTIONS:
            reason = f"Instagram takes at most {MOST_MENTIONS} mentions; this has {used}."
            found += (Problem("too_many_mentions", reason, "Leave some out."),)
        return found + unreachable(payload, self._base_url, self.capabilities.title)

    async def send(self, payload: SealedPayload, key: AttemptKey, door: Door) -> Receipt:
        repeated = key.deadline - key.first_at > self.capabilities.deadline
        try:
            async with asyncio.timeout(GATHER_SECONDS):
                api = await Api.of(door, self._platform, payload.server)
                if await self._user(api) != payload.remote_id:
                    raise other_account(api.name)
                if repeated and (earlier := await self._earlier(payload, key, door)):
                    return earlier
                await room(api, payload.remote_id, "content_publishing_limit", ("", 1))
                container = await _container(api, payload)
                await ready(api, container, EDGES)
        except TimeoutError as error:
            raise ProvenNotSent(f"{door.account.name} did not take the pictures in time.", kept=KEPT) from error
        posted = await publish(api, payload, EDGES, container)
        found: dict[str, Any] = {}
        with contextlib.suppress(AdMindError):  # it is out: nothing may turn that into a doubt
            found = await api.before("GET", posted, {"fields": "permalink"})
        return Receipt(posted, _address(found, door.account), door.now())

    async def look_up(self, payload: SealedPayload, key: AttemptKey, door: Door) -> Lookup:
        """By caption, kind and time, among the account's media since shortly before the first attempt."""
        since = key.first_at - CLOCK_SLACK
        try:
            api = await Api.of(door, self._platform, payload.server)
            listed, whole = await api.listed(f"{payload.remote_id}/media", {"fields": FIELDS}, since=since)
        except Exception:  # whatever kept the answer away: looking changes nothing, so looking again is safe
            return CannotTell(f"{door.account.name} could not be read.", temporary=True)
        mine = [each for each in listed if (at := instant(each.get("timestamp"))) is not None and at >= since]
        same = [each for each in mine if id_in(each) and _is(each, payload.parts[0])]
        if len(same) > 1:
            return CannotTell("Several posts with these words stand there.")
        if same:
            at = instant(same[0].get("timestamp")) or door.now()
            return Found(Receipt(id_in(same[0]), _address(same[0], door.account), at))
        return Absent() if whole else CannotTell("Too many posts stand there since then.")

    async def comment(self, payload: SealedPayload, post: Receipt, key: AttemptKey, door: Door) -> Receipt:
        api = await Api.of(door, self._platform, payload.server)
        if key.deadline - key.first_at > self.capabilities.deadline:  # an earlier one may stand there
            earlier = await self.look_up_comment(payload, post, key, door)
            if found := meta_comments.standing(earlier):
                return found
        return await meta_comments.write(api, payload, post)

    async def look_up_comment(self, payload: SealedPayload, post: Receipt, key: AttemptKey, door: Door) -> Lookup:
        """By words and writer, among the comments of the post."""
        try:
            api = await Api.of(door, self._platform, payload.server)
            return await meta_comments.look_up(api, payload, post, meta_comments.INSTAGRAM_EDGE)
        except Exception:  # whatever kept the answer away: looking changes nothing, so looking again is safe
            return CannotTell(f"{door.account.name} could not be read.", temporary=True)

    async def read_comment(self, post: Receipt, comment: str, door: Door) -> str | CannotTell | None:
        api = await Api.of(door, self._platform, door.account.server)
        return await meta_comments.read(api, comment, meta_comments.INSTAGRAM_EDGE)

    async def read_back(self, receipt: Receipt, door: Door) -> Live | None:
        [post] = ids_of(receipt.remote_id, self._platform.title)
        api = await Api.of(door, self._platform, door.account.server)
        said = await api.read(post, {"fields": "id,caption,media_type,alt_text,media_url,children{alt_text,media_url}"})
        if said is None:
            return None
        live = Live(text=str(said.get("caption") or ""), url=receipt.url)
        return dataclasses.replace(live, alts=_alts(said), pictures=pictures_of(said))

    async def delete(self, receipt: Receipt, door: Door) -> None:
        """Raises ChannelRefused: the API has no call for it."""
        raise ChannelRefused(
            "Instagram lets no app delete a post.",
            code="cannot_delete",
            kept="The post stands as it was.",
            do_next="Take it down there by hand.",
        )

    async def metrics(self, receipt: Receipt, door: Door) -> Mapping[str, int]:
        [post] = ids_of(receipt.remote_id, self._platform.title)
        api = await Api.of(door, self._platform, door.account.server)
        said = counts_in(await api.before("GET", f"{post}/insights", {"metric": ",".join(COUNTS.values())}))
        return {name: said[field] for name, field in COUNTS.items() if field in said}

    def price(self, payload: SealedPayload) -> str:
        return ""

    async def followers(self, account: Account, door: Door) -> int | None:
        """https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user
        (`followers_count`, permission `instagram_business_basic`).
        """
        api = await Api.of(door, self._platform, account.server)
        return count_of((await api.before("GET", "me", {"fields": "followers_count"})).get("followers_count"))

    async def introduce(self, account: Account, door: Door) -> Introduction:
        """Name, picture and last post. Fields: https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/get-started."""
        try:
            api = await Api.of(door, self._platform, account.server)
            me = await api.before("GET", "me", {"fields": "user_id,name,profile_picture_url"})
            last = await latest(api, f"{account.remote_id}/media", "id,caption,timestamp")
        except Exception:  # nothing depends on it: what cannot be read is not shown
            return Introduction(last_post=None)
        return Introduction(
            name=clean(me.get("name")),
            avatar=str(me.get("profile_picture_url") or ""),
            last_post=printable(last.get("caption")),
            last_at=instant(last.get("timestamp")),
        )

    async def connect(self, account: Account, door: Door) -> Account:
        """Whose access it is. Raises ChannelRefused (`unauthorized` when it is refused)."""
        api = await Api.of(door, self._platform, self._platform.api)
        me = await api.before("GET", "me", {"fields": "user_id,username"})
        username = "".join(char for char in str(me.get("username") or "") if char.isalnum() or char in "._")[:50]
        user = id_in({"id": me.get("user_id")})
        if not user or not username:
            raise ProvenNotSent(f"{api.name} does not say whose account it is.", kept=KEPT)
        return account.changed(
            remote_id=user,
            server=self._platform.api,
            destination="",
            handle=f"@{clean(username)}",
            page=f"{self._platform.web}/{username}/",
        )

    @staticmethod
    async def _user(api: Api) -> str:
        return id_in({"id": (await whose(api, "user_id")).get("user_id")})

    async def _earlier(self, payload: SealedPayload, key: AttemptKey, door: Door) -> Receipt | None:
        """What an earlier attempt brought out. Raises ProvenNotSent when that cannot be read, OutcomeUnknown when it
        does not tell.
        """
        return meta_comments.standing(await self.look_up(payload, key, door))


async def _container(api: Api, payload: SealedPayload) -> str:
    user, media, items = payload.remote_id, payload.parts[0].media, list[str]()
    if len(media) > 1:
        for number, medium in enumerate(media):
            fields = item_fields(medium, await api.door.fetched_from(medium))
            items.append(await make(api, user, EDGES, fields, Carries(payload, partial(_item, number), no_words)))
            api.door.named(medium, items[-1])
        for item in items:
            await ready(api, item, EDGES)
    address = await api.door.fetched_from(media[0]) if media else ""
    return await make(api, user, EDGES, post_fields(payload, address, items), Carries(payload, _again))


def _again(approved: Approved) -> dict[str, str]:
    media = approved.payload.parts[0].media
    items = approved.named() if len(media) > 1 else []
    return post_fields(approved.payload, approved.address(media[0]), items)


def _item(number: int, approved: Approved) -> dict[str, str]:
    medium = approved.payload.parts[0].media[number]
    return item_fields(medium, approved.address(medium))


def item_fields(medium: Medium, address: str) -> dict[str, str]:
    return picture_fields(medium, address) | {"is_carousel_item": "true"}


def picture_fields(medium: Medium, address: str) -> dict[str, str]:
    return {"image_url": address} | ({"alt_text": medium.alt.strip()} if medium.alt.strip() else {})


def post_fields(payload: SealedPayload, address: str, items: Sequence[str]) -> dict[str, str]:
    """What is asked for, from the sealed payload alone but for addresses and ids.

    https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media. `address`: of a
    single picture; `items`: the containers of several.
    """
    part = payload.parts[0]
    if len(part.media) > 1:
        fields = {"media_type": "CAROUSEL", "children": ",".join(items)}
    else:
        fields = picture_fields(part.media[0], address)
    fields |= {"caption": part.text} if part.text else {}
    return fields | ({"is_ai_generated": "true"} if "ai_generated" in payload.disclosure else {})


def _is(post: Mapping[str, Any], part: Part) -> bool:
    kind = "CAROUSEL_ALBUM" if len(part.media) > 1 else "IMAGE"
    return post.get("media_type") == kind and spoken(str(post.get("caption") or "")) == spoken(part.text)


def _alts(post: dict[str, Any]) -> tuple[str, ...]:
    """Alt texts of its pictures, in order."""
    several = data_of(post.get("children"))
    return tuple(str(each.get("alt_text") or "").strip() for each in several or [post])


def _address(post: Mapping[str, Any], account: Account) -> str:
    """Where people see it; the profile when Instagram does not say."""
    found = str(post.get("permalink") or "")
    return found if urlsplit(found).scheme == "https" and len(found) < 300 else account.page
