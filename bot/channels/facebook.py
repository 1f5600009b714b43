"""Facebook: a page that somebody runs. People's own profiles take no posts of apps.

Facebook has no key that makes one post of two requests. It refuses the same words twice in a row (506), for a time that
is documented nowhere: a guard, and no promise to build on. After an unclear end the post is looked for among the page's
published ones of that time, by its words. How soon a new post is listed is documented nowhere, so one that is not found
is a question to a person; before another attempt it is looked for once more.

Pictures go up first, unpublished: what no post holds, nobody sees. Account options: `page` (its number). Secret:
`access_token`, the page's own or that of a person who runs it.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from bot.channels import meta_comments
from bot.channels.answers import KEPT, count_of, instant, printable, web
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
    Place,
    Problem,
    ProvenNotSent,
    Receipt,
    Window,
)
from bot.channels.content import link_in, sealed
from bot.channels.facebook_pages import as_page, page_of, pages
from bot.channels.handed import Carries
from bot.channels.limits import problems
from bot.channels.linkedin_text import spoken, units
from bot.channels.meta_api import Api, clean, counts_in, data_of, end_of, id_in, ids_of, latest, objects
from bot.channels.platform import FACEBOOK, Platform
from bot.channels.showing import small
from bot.channels.versions import VersionEnd
from bot.errors import AdMindError, BadInput
from storage.sealed import Link, Medium, Part, SealedPayload

MOST = 63_206
GATHER_SECONDS = 40  # of the deadline, for pictures; the rest is for the post itself
CLOCK_SLACK = timedelta(minutes=2)  # how far Meta's clock may be from ours when a post is looked for by time
FIELDS = "id,message,created_time,permalink_url"
# https://developers.facebook.com/docs/platforminsights/page: those that are left since November 2025.
INSIGHTS = {"views": "post_media_view", "viewers": "post_total_media_view_unique", "clicks": "post_clicks"}


class Facebook:
    """Adapter of Meta's Pages API."""

    capabilities = Capabilities(
        channel="facebook",
        title="Facebook",
        text_limit=MOST,  # Facebook's own editor; the API documents none
        unit="characters",
        images_max=10,  # ours: a post shows five, and tells how many more there are
        # https://developers.facebook.com/docs/graph-api/reference/page/photos: under 4 MB, JPEG or PNG among others.
        image_mimes=("image/jpeg", "image/png"),
        image_max_bytes=4_000_000,
        image_max_pixels=(4096, 4096),
        image_ratio=(0.2, 5.0),
        picture_size=(1200, 1200),
        alt_limit=1000,  # ours: documented is none
        hashtags="few",
        comments="after",
        comment_limit=8_000,  # Facebook's own editor; the API documents none
        deletes=True,
        access_ends=True,
        reads_back=True,
        metrics=(*INSIGHTS, "reactions", "comments", "shares"),
        settle=timedelta(seconds=60),  # documented nowhere
        deadline=timedelta(seconds=60),
        # https://developers.facebook.com/docs/graph-api/overview/rate-limiting (2026): 4,800 calls in 24 hours for each
        # engaged person; of posts it says nothing. Ours, for a page that nobody knows yet.
        pace=Pace(gap=timedelta(seconds=1), windows=(Window(100, timedelta(days=1)),)),
    )

    def __init__(self, platform: Platform = FACEBOOK) -> None:
        self._platform = platform

    @property
    def version_end(self) -> VersionEnd | None:
        return end_of(self._platform)

    def capabilities_for(self, account: Account) -> Capabilities:
        return self.capabilities

    def measure(self, text: str, account: Account) -> Measure:
        """Counts UTF-16 code units: never less than Facebook counts."""
        return Measure(units(text.strip()), MOST, self.capabilities.unit)

    def build(self, content: Content, account: Account) -> SealedPayload:
        card = _card(content)
        text, links = (
            (content.text, (Link(shown=content.link, destination=content.link),)) if card else link_in(content)
        )
        return sealed(
            content,
            account,
            self.capabilities.channel,
            parts=(Part(text=text.strip(), media=content.media, link_card=card),),
            links=links,
        )

    def validate(self, payload: SealedPayload, account: Account) -> tuple[Problem, ...]:
        return problems(payload, self.capabilities, lambda text: self.measure(text, account))

    async def send(self, payload: SealedPayload, key: AttemptKey, door: Door) -> Receipt:
        repeated = key.deadline - key.first_at > self.capabilities.deadline
        try:
            async with asyncio.timeout(GATHER_SECONDS):
                api = await as_page(await Api.of(door, self._platform, payload.server), payload.remote_id)
                if repeated and (earlier := await self._earlier(payload, key, door)):
                    return earlier
                photos = [await _upload(api, payload.remote_id, medium) for medium in payload.parts[0].media]
        except TimeoutError as error:
            raise ProvenNotSent(f"{door.account.name} did not take the pictures in time.", kept=KEPT) from error
        try:
            carries = Carries(payload, lambda approved: post_fields(approved.payload, approved.named()))
            posted = await api.write(f"{payload.remote_id}/feed", post_fields(payload, photos), carries)
        except ChannelRefused as refused:
            if refused.code == "duplicate" and repeated:  # of an earlier attempt, or of something older: who knows
                raise OutcomeUnknown(refused.what) from refused
            raise
        found: dict[str, Any] = {}
        with contextlib.suppress(AdMindError):  # it is out: nothing may turn that into a doubt
            found = await api.before("GET", posted, {"fields": "permalink_url"})
        return Receipt(posted, self._page(posted, found), door.now())

    async def look_up(self, payload: SealedPayload, key: AttemptKey, door: Door) -> Lookup:
        """By words and time, among the page's own posts since shortly before the first attempt."""
        since = key.first_at - CLOCK_SLACK
        try:
            api = await as_page(await Api.of(door, self._platform, payload.server), payload.remote_id)
            fields = {"fields": FIELDS, "since": str(int(since.timestamp()))}
            listed, whole = await api.listed(f"{payload.remote_id}/published_posts", fields)
        except Exception:  # whatever kept the answer away: looking changes nothing, so looking again is safe
            return CannotTell(f"{door.account.name} could not be read.", temporary=True)
        wanted = spoken(payload.parts[0].text)
        mine = [each for each in listed if (at := instant(each.get("created_time"))) is not None and at >= since]
        same = [each for each in mine if id_in(each) and spoken(str(each.get("message") or "")) == wanted]
        if len(same) > 1:
            return CannotTell("Several posts with these words stand there.")
        if same:
            at = instant(same[0].get("created_time")) or door.now()
            return Found(Receipt(id_in(same[0]), self._page(id_in(same[0]), same[0]), at))
        return Absent() if whole else CannotTell("Too many posts stand there since then.")

    async def comment(self, payload: SealedPayload, post: Receipt, key: AttemptKey, door: Door) -> Receipt:
        api = await as_page(await Api.of(door, self._platform, payload.server), payload.remote_id)
        if key.deadline - key.first_at > self.capabilities.deadline:  # an earlier one may stand there
            earlier = await self.look_up_comment(payload, post, key, door)
            if found := meta_comments.standing(earlier):
                return found
        return await meta_comments.write(api, payload, post)

    async def look_up_comment(self, payload: SealedPayload, post: Receipt, key: AttemptKey, door: Door) -> Lookup:
        """By words and writer, among the comments of the post."""
        try:
            api = await as_page(await Api.of(door, self._platform, payload.server), payload.remote_id)
            return await meta_comments.look_up(api, payload, post, meta_comments.FACEBOOK_EDGE)
        except Exception:  # whatever kept the answer away: looking changes nothing, so looking again is safe
            return CannotTell(f"{door.account.name} could not be read.", temporary=True)

    async def read_comment(self, post: Receipt, comment: str, door: Door) -> str | CannotTell | None:
        return await meta_comments.read(await self._reading(door), comment, meta_comments.FACEBOOK_EDGE)

    async def read_back(self, receipt: Receipt, door: Door) -> Live | None:
        [post] = ids_of(receipt.remote_id, self._platform.title)
        api = await self._reading(door)
        attached = "attachments{target{id},subattachments{target{id}}}"
        said = await api.read(post, {"fields": f"id,message,{attached}"})
        if said is None:
            return None
        live = Live(text=str(said.get("message") or ""), url=receipt.url)
        photos = _photos(said)
        if not photos:
            return live
        # https://developers.facebook.com/docs/graph-api/reference/photo: `images` are all sizes in which it is shown.
        told = await api.before("GET", "", {"ids": ",".join(photos), "fields": "alt_text_custom,images"})
        said_of = [told[each] for each in photos if isinstance(told.get(each), dict)]
        if len(said_of) < len(photos):
            return live
        return dataclasses.replace(
            live,
            alts=tuple(str(each.get("alt_text_custom") or "").strip() for each in said_of),
            pictures=tuple(web(small(objects(each.get("images")), "width", "source")) for each in said_of),
        )

    async def delete(self, receipt: Receipt, door: Door) -> None:
        [post] = ids_of(receipt.remote_id, self._platform.title)
        await (await self._reading(door)).taken_down(post)

    async def metrics(self, receipt: Receipt, door: Door) -> Mapping[str, int]:
        """What Facebook tells: views and clicks of pages with a hundred followers alone."""
        [post] = ids_of(receipt.remote_id, self._platform.title)
        api, counted = await self._reading(door), dict[str, int]()
        with contextlib.suppress(ChannelRefused):  # where the permission for these numbers is missing
            said = counts_in(await api.before("GET", f"{post}/insights", {"metric": ",".join(INSIGHTS.values())}))
            counted |= {name: said[field] for name, field in INSIGHTS.items() if field in said}
        fields = "id,shares,reactions.summary(total_count).limit(0),comments.summary(total_count).limit(0)"
        told = await api.before("GET", post, {"fields": fields})
        shares = told.get("shares")
        found = {name: _total(told.get(name)) for name in ("reactions", "comments")}
        found["shares"] = shares.get("count") if isinstance(shares, dict) else 0
        return counted | {name: many for name, many in found.items() if isinstance(many, int) and many >= 0}

    def price(self, payload: SealedPayload) -> str:
        return ""

    async def places(self, account: Account, door: Door) -> tuple[Place, ...]:
        """The pages that this person runs."""
        return await pages(await Api.of(door, self._platform, self._platform.api))

    async def followers(self, account: Account, door: Door) -> int | None:
        """https://developers.facebook.com/docs/graph-api/reference/page (`followers_count`, permission
        `pages_read_engagement`). `fan_count` counts likes of the page, which is something else.
        """
        api = await self._reading(door)
        return count_of(
            (await api.before("GET", account.remote_id, {"fields": "followers_count"})).get("followers_count")
        )

    async def introduce(self, account: Account, door: Door) -> Introduction:
        """The page's name, picture and last post."""
        try:
            api = await as_page(await Api.of(door, self._platform, account.server), account.remote_id)
            # https://developers.facebook.com/docs/graph-api/reference/page: `picture` is an edge that fields may name
            page = await api.before("GET", account.remote_id, {"fields": "id,name,picture{url}"})
            picture = page.get("picture")
            last = await latest(api, f"{account.remote_id}/published_posts", "id,message,created_time")
        except Exception:  # nothing depends on it: what cannot be read is not shown
            return Introduction(last_post=None)
        data = picture.get("data") if isinstance(picture, dict) else None
        return Introduction(
            name=clean(page.get("name")),
            avatar=str(data.get("url") or "") if isinstance(data, dict) else "",
            last_post=printable(last.get("message")),
            last_at=instant(last.get("created_time")),
        )

    async def connect(self, account: Account, door: Door) -> Account:
        """Which page it is: the one that was named, else the first one that this access may post for.

        Raises BadInput for options that cannot work, ChannelRefused (`unauthorized` when the access is refused).
        """
        options = {name: value for name, value in account.options.items() if value}
        wanted = options.get("page", "")
        if wanted and not (wanted.isascii() and wanted.isdigit() and len(wanted) <= 30):
            raise BadInput("The option page is the number of a Facebook page.")
        api = await Api.of(door, self._platform, self._platform.api)
        page, person = await page_of(api, wanted)
        options |= {"page": page.id} | ({"person": person} if person else {})
        return account.changed(
            remote_id=page.id,
            server=self._platform.api,
            destination="",
            handle=page.name,
            page=f"{self._platform.web}/{page.id}",
            options=options,
        )

    async def _reading(self, door: Door) -> Api:
        account = door.account
        return await as_page(await Api.of(door, self._platform, account.server), account.remote_id)

    async def _earlier(self, payload: SealedPayload, key: AttemptKey, door: Door) -> Receipt | None:
        """What an earlier attempt brought out. Raises ProvenNotSent when that cannot be read, OutcomeUnknown when it
        does not tell.
        """
        return meta_comments.standing(await self.look_up(payload, key, door))

    def _page(self, post: str, said: Mapping[str, Any]) -> str:
        """Where people see it."""
        found = str(said.get("permalink_url") or "")
        good = urlsplit(found).scheme == "https" and len(found) < 500
        return found if good else f"{self._platform.web}/{post}"


async def _upload(api: Api, page: str, medium: Medium) -> str:
    """The id of a picture that nobody sees yet. Raises ChannelRefused, ProvenNotSent."""
    data = await api.door.blob(medium.sha256)
    file = (f"{medium.sha256[:16]}.{medium.mime.rpartition('/')[2]}", data, medium.mime)
    alt = {"alt_text_custom": medium.alt.strip()} if medium.alt.strip() else {}
    said = await api.before("POST", f"{page}/photos", {"published": "false", **alt}, files={"source": file})
    if not id_in(said):
        raise ProvenNotSent(f"{api.name} does not say which picture it took.", kept=KEPT)
    api.door.named(medium, id_in(said))
    return id_in(said)


def post_fields(payload: SealedPayload, photos: Sequence[str]) -> dict[str, str]:
    """What is asked for, from the sealed payload alone but for the pictures' ids.

    https://developers.facebook.com/docs/graph-api/reference/page/feed
    """
    part = payload.parts[0]
    fields = {"message": part.text} if part.text else {}
    fields |= {"link": part.link_card["uri"]} if part.link_card else {}
    return fields | {f"attached_media[{at}]": json.dumps({"media_fbid": each}) for at, each in enumerate(photos)}


def _card(content: Content) -> dict[str, str] | None:
    """The link as a card, which posts without pictures have; what it shows is the page's own."""
    if not content.link or content.media or urlsplit(content.link).scheme not in ("http", "https"):
        return None
    return {"uri": content.link, "title": urlsplit(content.link).hostname or content.link, "description": ""}


def _photos(post: Mapping[str, Any]) -> list[str]:
    """Its pictures' ids, in order."""
    found: list[str] = []
    for each in data_of(post.get("attachments")):
        several = data_of(each.get("subattachments"))
        found += [id_in(one.get("target")) for one in several or [each] if id_in(one.get("target"))]
    return found


def _total(value: object) -> object:
    summary = value.get("summary") if isinstance(value, dict) else None
    return summary.get("total_count") if isinstance(summary, dict) else None
