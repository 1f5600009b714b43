"""X: posts and threads, for money.

X has no key that makes one post of two requests. It refuses the same words again (403 "duplicate content"), for hours
as it seems, but documents no time: that is a guard, and no promise to build on. After an unclear end the posts are
looked for among the account's own of that time. That costs money, so one look reads at most 50 posts, five cents; where
more stand there it says so. How soon a new post is listed there is documented nowhere, so what is not found is a
question to a person.

A thread is posts that answer each other, one call each. What goes wrong after the first of them is always a doubt. The
look says how many of them stand there; when a person then says "send again", the missing ones follow, and only these.

The access is asked whose it is before each post: one user read, which X charges at most once a day.

Account options: none. Secret: `access_token`.
"""

from __future__ import annotations

import asyncio
import dataclasses
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.channels.answers import KEPT, ask, count_of, document, instant, path_on, printable, web
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
from bot.channels.handed import Approved, Carries
from bot.channels.limits import problems
from bot.channels.platform import Platform
from bot.channels.platform import X as PLATFORM
from bot.channels.x_api import FIELDS, Api, id_in, ids_of, judged, post_body, upload
from bot.channels.x_prices import MOST_READ, POST_READ, USER_READ, is_more, price_of
from bot.channels.x_text import MOST, fits, shown_text, split, spoken, weight
from storage.sealed import Part, SealedPayload

GATHER_SECONDS = 25  # of the deadline, for pictures; the rest is for the posts
CLOCK_SLACK = timedelta(minutes=2)  # how far X's clock may be from ours when a post is looked for by time
_STATUS = re.compile(r"/([A-Za-z0-9_]{1,15})/status/([0-9]{1,19})/?")
MOST_PARTS = 25  # ours: nobody reads a longer thread, and each post costs
NUMBERS_FOR = timedelta(days=30)  # ours: older posts hardly change, and each look costs
COUNTS = {
    "impressions": "impression_count",
    "likes": "like_count",
    "reposts": "retweet_count",
    "replies": "reply_count",
    "quotes": "quote_count",
    "bookmarks": "bookmark_count",
}


class X:
    """Adapter of the X API, version 2."""

    capabilities = Capabilities(
        channel="x",
        title="X",
        text_limit=MOST,  # `x_text`
        unit="weighted characters",
        # https://docs.x.com/x-api/media/quickstart/best-practices: four of 5 MB each.
        images_max=4,
        image_mimes=("image/jpeg", "image/png", "image/webp"),
        image_max_bytes=5_000_000,
        image_max_pixels=(4096, 4096),
        image_ratio=(0.3, 4.0),
        picture_size=(1200, 675),
        alt_limit=1000,
        hashtags="few",
        threads=True,
        comments="reply",
        deletes=True,
        access_ends=True,
        reads_back=True,
        metrics=tuple(COUNTS),
        metrics_price=f"${POST_READ}",
        followers_price=f"${USER_READ}",
        settle=timedelta(seconds=60),  # documented nowhere
        deadline=timedelta(seconds=60),
        # https://docs.x.com/x-api/fundamentals/rate-limits (2026): POST /2/tweets 100 in 15 minutes for a user. The gap
        # is ours.
        pace=Pace(gap=timedelta(seconds=1), windows=(Window(100, timedelta(minutes=15), "parts"),)),
        # https://docs.x.com/x-api/posts/create-posts (2026): `made_with_ai`, `paid_partnership`.
        flags=("ai_generated", "paid_partnership"),
    )

    def __init__(self, platform: Platform = PLATFORM) -> None:
        self._platform = platform

    def capabilities_for(self, account: Account) -> Capabilities:
        return self.capabilities

    def measure(self, text: str, account: Account) -> Measure:
        """All of the text, against the room of as many posts as it takes; what cannot be split, against one."""
        parts = split(text)
        too_long = next((part for part in parts if not fits(part)), None)
        if too_long is None:
            return Measure(min(weight(text.strip()), MOST * len(parts)), MOST * len(parts), self.capabilities.unit)
        return Measure(weight(too_long), MOST, self.capabilities.unit)

    def build(self, content: Content, account: Account) -> SealedPayload:
        text, links = link_in(content)
        parts = tuple(
            Part(text=part, media=content.media if number == 0 else ())
            for number, part in enumerate(with_reply(content, split(text)))
        )
        return sealed(
            content,
            account,
            self.capabilities.channel,
            parts=parts,
            links=links,
            price_cap=price_of(parts),
        )

    def validate(self, payload: SealedPayload, account: Account) -> tuple[Problem, ...]:
        found = problems(payload, self.capabilities, lambda text: Measure(weight(text), MOST, self.capabilities.unit))
        if len(payload.parts) > MOST_PARTS:
            reason = f"This makes a thread of {len(payload.parts)} posts; at most {MOST_PARTS} go out together."
            found += (Problem("thread", reason, "Shorten it."),)
        return found

    async def send(self, payload: SealedPayload, key: AttemptKey, door: Door) -> Receipt:
        if is_more(self.price(payload), payload.price_cap):
            raise ChannelRefused(
                f"X asks for more now than the {payload.price_cap} that were approved.",
                code="price",
                kept=KEPT,
                do_next="Have it approved again at the new price.",
            )
        repeated, posted = key.deadline - key.first_at > self.capabilities.deadline, list[str]()
        try:
            async with asyncio.timeout(GATHER_SECONDS):
                api = await Api.of(door, payload.server)
                await _same_account(api, payload)
                if repeated:
                    posted = await self._earlier(api, payload, key)
                media = [] if posted else [await upload(api, medium) for medium in payload.parts[0].media]
        except TimeoutError as error:
            raise ProvenNotSent(f"{door.account.name} did not take the pictures in time.", kept=KEPT) from error
        for number in range(len(posted), len(payload.parts)):
            try:
                posted.append(await _post(api, payload, number, media if number == 0 else [], posted))
            except ChannelRefused as refused:
                if refused.code == "duplicate" and repeated:  # of an earlier attempt, or of something older: who knows
                    raise OutcomeUnknown(refused.what) from refused
                raise
        return self._receipt(posted, door)

    async def look_up(self, payload: SealedPayload, key: AttemptKey, door: Door) -> Lookup:
        """By words and time, among the account's own posts since shortly before the first attempt."""
        try:
            api = await Api.of(door, payload.server)
            posted = await _standing(api, payload, key.first_at - CLOCK_SLACK)
        except _Unclear as unclear:
            return CannotTell(unclear.why)
        except Exception:  # whatever kept the answer away: looking changes nothing, so looking again is safe
            return CannotTell(f"{door.account.name} could not be read.", temporary=True)
        if len(posted) == len(payload.parts):
            return Found(self._receipt(posted, door))
        if posted:
            return CannotTell(f"Of the thread's {len(payload.parts)} posts the first {len(posted)} stand there.")
        return Absent()

    async def read_back(self, receipt: Receipt, door: Door) -> Live | CannotTell | None:
        """Posts that are not there are named among `errors`: https://docs.x.com/x-api/fundamentals/partial-responses."""
        ids = ids_of(receipt.remote_id)
        api = await Api.of(door, door.account.server)
        expansions = {"expansions": "attachments.media_keys", "media.fields": "alt_text,url"}
        params = {"ids": ",".join(ids), "tweet.fields": f"{FIELDS},attachments"} | expansions
        said = await api.before("GET", "/2/tweets", params=params)
        posts = {each.get("id"): each for each in _list(said.get("data"))}
        if not all(each in posts for each in ids):
            told = isinstance(said.get("errors"), list) or posts
            return None if told else CannotTell(f"{door.account.name} did not answer properly.")
        live = Live(text="\n\n".join(shown_text(posts[each]) for each in ids), url=receipt.url)
        alts = _alts(posts[ids[0]], said)
        if alts is None:
            return live
        return dataclasses.replace(live, alts=alts, pictures=_pictures(posts[ids[0]], said))

    def post_at(self, address: str, account: Account) -> str | None:
        """`x.com/velo/status/7`."""
        path = path_on(address, self._platform.web)
        found = _STATUS.fullmatch(path or "")
        mine = found is not None and found[1].lower() in (account.handle.removeprefix("@").lower(), "i")
        return found[2] if found is not None and mine else None

    async def delete(self, receipt: Receipt, door: Door) -> None:
        """The last post of a thread first. What is not there is what was asked for."""
        api = await Api.of(door, door.account.server)
        for each in reversed(ids_of(receipt.remote_id)):
            await door.check()
            answer = await ask(lambda each=each: api.call("DELETE", f"/2/tweets/{each}"), api.name)  # type: ignore[misc]
            if answer.status_code not in (404, 410):
                judged(answer, door)

    async def metrics(self, receipt: Receipt, door: Door) -> Mapping[str, int]:
        """Of the thread's first post, for thirty days: one paid read a call."""
        if door.now() - receipt.at > NUMBERS_FOR:
            return {}
        ids = ids_of(receipt.remote_id)
        api = await Api.of(door, door.account.server)
        said = await api.before("GET", "/2/tweets", params={"ids": ids[0], "tweet.fields": "public_metrics"})
        first = next(iter(_list(said.get("data"))), {})
        counts = first.get("public_metrics")
        counts = counts if isinstance(counts, dict) else {}
        found = {name: counts.get(field) for name, field in COUNTS.items()}
        counted = {name: count for name, count in found.items() if isinstance(count, int) and count >= 0}
        if len(ids) > 1 and counted.get("replies"):
            counted["replies"] -= 1  # its own continuation
        return counted

    def price(self, payload: SealedPayload) -> str:
        return price_of(payload.parts)

    async def followers(self, account: Account, door: Door) -> int | None:
        """https://docs.x.com/x-api/users/get-my-user (`public_metrics`, scope `users.read`): one paid user read.
        X charges it at most once a day, together with asking whose access it is.
        """
        api = await Api.of(door, account.server)
        me = (await api.before("GET", "/2/users/me", params={"user.fields": "public_metrics"})).get("data")
        counts = me.get("public_metrics") if isinstance(me, dict) else None
        return count_of(counts.get("followers_count")) if isinstance(counts, dict) else None

    async def introduce(self, account: Account, door: Door) -> Introduction:
        """Name, picture and the last post: one user and one post read."""
        fields = {"user.fields": "profile_image_url", "expansions": "most_recent_tweet_id", "tweet.fields": FIELDS}
        try:
            api = await Api.of(door, account.server)
            said = await api.before("GET", "/2/users/me", params=fields)
        except Exception:  # nothing depends on it: what cannot be read is not shown
            return Introduction(last_post=None)
        me, included = said.get("data"), said.get("includes")
        me = me if isinstance(me, dict) else {}
        last = next(iter(_list(included.get("tweets") if isinstance(included, dict) else None)), {})
        return Introduction(
            name=printable(me.get("name")),
            avatar=str(me.get("profile_image_url") or ""),
            last_post=printable(shown_text(last)) if last else "",
            last_at=instant(last.get("created_at")),
        )

    async def connect(self, account: Account, door: Door) -> Account:
        """Whose access it is. Raises ChannelRefused (`unauthorized` when it is refused)."""
        me = await _me(await Api.of(door, self._platform.api))
        username = "".join(char for char in str(me.get("username") or "") if char.isalnum() or char == "_")[:50]
        return account.changed(
            remote_id=id_in(me),
            server=self._platform.api,
            destination="",
            handle=f"@{username}",
            page=f"{self._platform.web}/{username}",
        )

    async def _earlier(self, api: Api, payload: SealedPayload, key: AttemptKey) -> list[str]:
        """What earlier attempts brought out. Raises ProvenNotSent when that cannot be read, OutcomeUnknown when it does
        not tell.
        """
        try:
            return await _standing(api, payload, key.first_at - CLOCK_SLACK)
        except _Unclear as unclear:
            raise OutcomeUnknown(unclear.why) from unclear
        except ValueError as error:
            raise ProvenNotSent(f"{api.name} could not be read.", kept="Nothing more was sent.") from error

    def _receipt(self, posted: list[str], door: Door) -> Receipt:
        """`remote_id` names every post of the thread, so that it can be read and deleted from it alone."""
        username = door.account.handle.removeprefix("@") or "i"
        return Receipt(",".join(posted), f"{self._platform.web}/{username}/status/{posted[0]}", door.now())


class _Unclear(Exception):
    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


async def _me(api: Api) -> dict[str, Any]:
    me = (await api.before("GET", "/2/users/me")).get("data")
    if not isinstance(me, dict) or not id_in(me):
        raise ProvenNotSent(f"{api.name} does not say whose account it is.", kept=KEPT)
    return me


async def _same_account(api: Api, payload: SealedPayload) -> None:
    try:
        me = await _me(api)
    except ChannelRefused as refused:
        renewed_at = instant(api.door.account.options.get("renew_access_at"))
        if refused.code == "unauthorized" and renewed_at is not None and renewed_at <= api.door.now():
            raise ProvenNotSent(  # AdMind slept longer than an access lives, and has not renewed it yet
                f"The access to {api.name} has ended and is being renewed.", kept=KEPT, retry_after_seconds=60
            ) from refused
        raise
    if id_in(me) != payload.remote_id:
        raise ChannelRefused(
            f"The access to {api.name} is for another account than when the post was approved.",
            code="other_account",
            kept=KEPT,
            do_next="Connect the account again.",
        )


async def _post(api: Api, payload: SealedPayload, number: int, media: list[str], posted: list[str]) -> str:
    """One post of the thread; after the first whatever goes wrong is a doubt, for a part of it stands there."""
    answers = posted[-1] if posted else ""
    body = post_body(payload, number, media, answers)

    def again(approved: Approved) -> dict[str, bytes]:
        return {"content": post_body(approved.payload, number, approved.named(number), answers)}

    carries = Carries(payload, again, lambda sealed: (sealed.parts[number].text,))
    try:
        await api.door.check()
        answer = await ask(lambda: api.call("POST", "/2/tweets", content=body, carries=carries), api.name)
        judged(answer, api.door)
    except (ChannelRefused, ProvenNotSent) as error:
        if not posted:
            raise
        raise OutcomeUnknown(f"Only a part of the thread went out. {error.what}") from error
    found = id_in((document(answer) or {}).get("data"))
    if not found:
        raise OutcomeUnknown(f"{api.name} said yes, but not to which post.")
    return found


async def _standing(api: Api, payload: SealedPayload, since: datetime) -> list[str]:
    """The posts of the thread that stand there, from the first one on.

    Raises _Unclear where several could be meant or more stand there than are read, and what `before` raises.
    """
    params = {"max_results": str(MOST_READ), "start_time": f"{since:%Y-%m-%dT%H:%M:%SZ}", "exclude": "retweets"}
    said = await api.before("GET", f"/2/users/{payload.remote_id}/tweets", params=params | {"tweet.fields": FIELDS})
    meta = said.get("meta")
    if "data" not in said and not (isinstance(meta, dict) and meta.get("result_count") == 0):
        raise ValueError("list")
    mine = [each for each in _list(said.get("data")) if (at := instant(each.get("created_at"))) and at >= since]
    posted: list[str] = []
    for part in payload.parts:
        answers = posted[-1] if posted else ""
        same = [each for each in mine if _replied(each) == answers and spoken(shown_text(each)) == spoken(part.text)]
        if len(same) > 1:
            raise _Unclear("Several posts with these words stand there.")
        if not same or not id_in(same[0]):
            break
        posted.append(id_in(same[0]))
    if len(posted) < len(payload.parts) and isinstance(meta, dict) and meta.get("next_token"):
        raise _Unclear("Too many posts stand there since then.")
    return posted


def _replied(post: Mapping[str, Any]) -> str:
    """The post that it answers; empty for none."""
    for each in _list(post.get("referenced_tweets")):
        if each.get("type") == "replied_to":
            return id_in(each)
    return ""


def _pictures(post: Mapping[str, Any], said: Mapping[str, Any]) -> tuple[str, ...]:
    """Where they are shown, in order and in small (`name`, as X's own pages ask for them)."""
    found = [web(each.get("url")) for each in _media(post, said) or []]
    return tuple(f"{url}{'&' if '?' in url else '?'}name=small" if url else "" for url in found)


def _alts(post: Mapping[str, Any], said: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Alt texts of its pictures in order; None where none are told."""
    media = _media(post, said)
    return None if media is None else tuple(str(each.get("alt_text") or "").strip() for each in media)


def _media(post: Mapping[str, Any], said: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    attached, included = post.get("attachments"), said.get("includes")
    keys = attached.get("media_keys") if isinstance(attached, dict) else None
    media = {
        each.get("media_key"): each for each in _list(included.get("media") if isinstance(included, dict) else None)
    }
    if not isinstance(keys, list) or not all(key in media for key in keys):
        return None
    return [media[key] for key in keys]


def _list(value: object) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
