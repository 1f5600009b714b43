"""Mastodon, and what speaks its API: Pleroma, Akkoma, GoToSocial, Pixelfed, glitch-soc and other forks.

A status is posted as JSON: some servers take a form for an empty post. AdMind alone schedules: some ignore
`scheduled_at` and post at once. Pictures are uploaded first, and are nobody's until a status holds them
(https://docs.joinmastodon.org/methods/media/), so a failure until then is a clear no.

`Idempotency-Key` makes one status for an hour (https://docs.joinmastodon.org/methods/statuses/#create; under a lock in
recent versions of app/services/post_status_service.rb). It is relied on only where NodeInfo says Mastodon: Pixelfed
ignores it, Pleroma forgets it with a restart. Elsewhere, and first everywhere, a doubt is looked into by content and
time.

Account options: `server`; `visibility` (public, unlisted or private), `spoiler` (a content warning on every post),
`sensitive` "yes". The server's limits stand beside them. Secret: `access_token`.

A text that is too long for one status becomes a thread, a call each (not on Pixelfed, where each takes a picture),
under keys made of the post's. What goes wrong after the first of them is a doubt; a look says how many stand there, and
sending again goes on where it broke off.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.channels import mastodon_server as server
from bot.channels.answers import ask, count_of, document, instant, printable, web
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
from bot.channels.content import link_in, sealed
from bot.channels.handed import Approved, Carries
from bot.channels.limits import problems
from bot.channels.mastodon_api import Api, is_name, judged, name_of, status_body
from bot.channels.mastodon_text import countable, graphemes, text_of
from bot.channels.mastodon_thread import MOST_PARTS, Several, names_of, receipt_of, split, standing
from bot.channels.mastodon_upload import upload
from bot.errors import BadInput
from storage.sealed import Part, SealedPayload

KEY_LIFE = timedelta(hours=1)
GATHER_SECONDS = 18  # of the deadline, for pictures; the rest is for the status itself
CLOCK_SLACK = timedelta(minutes=2)  # how far the server's clock may be from ours when a post is looked for by time
PAGE, MOST_PAGES = 20, 6  # a page stays far below what the safe client reads
VISIBILITIES = ("public", "unlisted", "private")
PIXELFED = "pixelfed"


class Mastodon:
    """Adapter of the Mastodon API."""

    # Limits are Mastodon's own defaults (`mastodon_server`); `capabilities_for` has those of the account's server.
    capabilities = Capabilities(
        channel="mastodon",
        title="Mastodon",
        text_limit=500,
        unit="characters",
        images_max=4,
        image_mimes=server.MIMES,
        image_max_bytes=16 * 1024 * 1024,
        image_max_pixels=(4096, 4096),
        image_ratio=(0.3, 4.0),
        picture_size=(1200, 675),  # previews are cut to 16:9
        alt_limit=1500,
        hashtags="welcome",
        threads=True,
        comments="after",  # a reply of one's own, by a call of its own
        deletes=True,
        access_ends=True,
        reads_back=True,
        metrics=("favourites", "reblogs", "replies"),
        # Documented nowhere. nginx, as Mastodon sets it up (dist/nginx.conf), waits 60 s for an answer; what the server
        # still works on behind it is done or given up by then.
        settle=timedelta(seconds=60),
        deadline=timedelta(seconds=45),
        # https://docs.joinmastodon.org/api/rate-limits/ (2026): 300 calls in 5 minutes, of which a post takes up to
        # twelve and each further one of a thread three, and 30 uploads in 30 minutes.
        pace=Pace(
            gap=timedelta(seconds=1),
            windows=(Window(25, timedelta(minutes=5), "parts"), Window(30, timedelta(minutes=30), "pictures")),
        ),
    )

    def capabilities_for(self, account: Account) -> Capabilities:
        side = server.longest_side(account)
        mimes = tuple(mime for mime in account.options.get("picture_mimes", "").split(",") if mime in server.MIMES)
        software = account.options.get("software", "")
        return dataclasses.replace(
            self.capabilities,
            title={"pixelfed": "Pixelfed", "gotosocial": "GoToSocial"}.get(software, "Mastodon"),
            text_limit=server.limit(account, "max_characters"),
            images_max=server.limit(account, "max_pictures"),
            image_mimes=mimes or server.MIMES,
            image_max_bytes=server.limit(account, "picture_bytes"),
            image_max_pixels=(side, side),
            alt_limit=server.limit(account, "alt_limit"),
            key_life=KEY_LIFE if software in server.MASTODONS else None,
            threads=software != PIXELFED,
        )

    def measure(self, text: str, account: Account) -> Measure:
        """All of the text, against the room of as many statuses as it takes; what cannot be split, against one."""
        parts, most, unit = _split(text, account), server.limit(account, "max_characters"), self.capabilities.unit
        too_long = next((part for part in parts if _used(part, account) > most), None)
        if too_long is not None:
            return Measure(_used(too_long, account), most, unit)
        return Measure(min(_used(text, account), most * len(parts)), most * len(parts), unit)

    def build(self, content: Content, account: Account) -> SealedPayload:
        text, links = link_in(content)
        parts = tuple(
            Part(text=part, media=content.media if number == 0 else ())
            for number, part in enumerate(_split(text, account))
        )
        extra = {name: account.options[name] for name in ("spoiler", "sensitive") if account.options.get(name)}
        return sealed(
            content,
            account,
            self.capabilities.channel,
            parts=parts,
            links=links,
            visibility=account.options.get("visibility", "public"),
            extra=extra,
        )

    def validate(self, payload: SealedPayload, account: Account) -> tuple[Problem, ...]:
        can = self.capabilities_for(account)
        found = problems(payload, can, lambda text: Measure(_used(text, account), can.text_limit, can.unit))
        if len(payload.parts) > MOST_PARTS:
            reason = f"This makes a thread of {len(payload.parts)} posts; at most {MOST_PARTS} go out together."
            found += (Problem("thread", reason, "Shorten it."),)
        if account.options.get("software") == PIXELFED and not payload.parts[0].media:
            found += (Problem("no_picture", "Pixelfed takes no post without a picture.", "Add a picture."),)
        return found

    async def send(self, payload: SealedPayload, key: AttemptKey, door: Door) -> Receipt:
        return await self._send(payload, "", key, door)

    async def _send(self, payload: SealedPayload, reply_to: str, key: AttemptKey, door: Door) -> Receipt:
        """The payload's statuses; or its first comment, as an answer, where another status is named."""
        status = _reply(payload) if reply_to else payload
        api = await Api.of(door, payload.server)
        posted: list[dict[str, Any]] = []
        try:
            async with asyncio.timeout(GATHER_SECONDS):
                await _same_account(api, payload)
                if len(status.parts) > 1 and key.deadline - key.first_at > self.capabilities.deadline:
                    posted = await _earlier(api, status, key)
                media = [] if posted else [await upload(api, medium) for medium in status.parts[0].media]
        except TimeoutError as error:
            raise ProvenNotSent(
                f"{door.account.name} did not take the pictures in time.", kept="Nothing was published."
            ) from error
        for number in range(len(posted), len(status.parts)):
            above = str(posted[-1]["id"]) if posted else reply_to
            body = status_body(status, media if number == 0 else [], above, number)
            name = f"{key.key}-{number}" if number else key.key
            posted.append(await _post(api, body, name, _carried(payload, reply_to, above, number), again=bool(posted)))
        return receipt_of(posted, door)

    async def look_up(self, payload: SealedPayload, key: AttemptKey, door: Door) -> Lookup:
        """By content and time, among the account's own posts since shortly before the first attempt."""
        return await self._look_up(payload, None, key, door)

    async def comment(self, payload: SealedPayload, post: Receipt, key: AttemptKey, door: Door) -> Receipt:
        """https://docs.joinmastodon.org/methods/statuses/#create: `in_reply_to_id`."""
        reply, place = _reply(payload), names_of(post.remote_id)[0]
        if key.deadline - key.first_at > self.capabilities.deadline:  # an earlier one may stand there
            earlier = await self._look_up(reply, place, key, door)
            if isinstance(earlier, Found):
                return earlier.receipt
            if isinstance(earlier, CannotTell) and earlier.temporary:
                raise ProvenNotSent(earlier.why, kept="Nothing more was sent.")
            if isinstance(earlier, CannotTell):
                raise OutcomeUnknown(earlier.why)
        return await self._send(payload, place, key, door)

    async def look_up_comment(self, payload: SealedPayload, post: Receipt, key: AttemptKey, door: Door) -> Lookup:
        """By content and time, among the account's own answers to the post."""
        return await self._look_up(_reply(payload), names_of(post.remote_id)[0], key, door)

    async def read_comment(self, post: Receipt, comment: str, door: Door) -> str | CannotTell | None:
        live = await self.read_back(Receipt(comment, post.url, post.at), door)
        return live.text if isinstance(live, Live) else live

    async def _look_up(self, payload: SealedPayload, reply_to: str | None, key: AttemptKey, door: Door) -> Lookup:
        try:
            api = await Api.of(door, payload.server)
            await _same_account(api, payload)  # to a stranger, posts for followers are not there
            mine, whole = await _since(api, payload.remote_id, key.first_at - CLOCK_SLACK)
            posted = await standing(api, mine, payload, reply_to)
            receipt = receipt_of(posted, door) if posted else None
        except Several:
            return CannotTell("Several posts with these words stand there.")
        except Exception:  # whatever kept the answer away: looking changes nothing, so looking again is safe
            return CannotTell(f"{door.account.name} could not be read.", temporary=True)
        if receipt is not None and len(posted) == len(payload.parts):
            return Found(receipt)
        if posted:
            return CannotTell(f"Of the thread's {len(payload.parts)} posts the first {len(posted)} stand there.")
        return Absent() if whole else CannotTell("Too many posts stand there since then.")

    async def read_back(self, receipt: Receipt, door: Door) -> Live | CannotTell | None:
        """CannotTell where a server does not give the plain text back (/source, since Mastodon 3.5)."""
        api = await Api.of(door, door.account.server)
        texts, first = list[str](), dict[str, Any]()
        for name in names_of(receipt.remote_id):
            status = await api.read(f"/api/v1/statuses/{name}")
            if status is None:
                await _me(api)  # an access that ended is a stranger's, to whom posts for followers are not there
                return None
            source = await api.read(f"/api/v1/statuses/{name}/source")
            if source is None or not isinstance(source.get("text"), str):
                return CannotTell(f"{door.account.name} does not give the text back.")
            first = first or status
            texts.append(source["text"])
        media = [each for each in first.get("media_attachments") or [] if isinstance(each, dict)]
        alts = tuple(str(each.get("description") or "").strip() for each in media)
        # https://docs.joinmastodon.org/entities/MediaAttachment/: `preview_url` is the whole picture in small
        pictures = tuple(web(each.get("preview_url")) for each in media)
        return Live(text="\n\n".join(texts), alts=alts, url=str(first.get("url") or ""), pictures=pictures)

    async def delete(self, receipt: Receipt, door: Door) -> None:
        """The first comment first, then the thread from its end: answers stay when what they answer goes."""
        api = await Api.of(door, door.account.server)
        thread = list(reversed(names_of(receipt.remote_id)))
        for each in [name_of(receipt.comment), *thread] if receipt.comment else thread:
            await door.check()
            path = f"/api/v1/statuses/{each}"
            answer = await ask(lambda path=path: api.call("DELETE", path), door.account.name)  # type: ignore[misc]
            if answer.status_code not in (404, 410):  # it is not there: that is what was asked for
                judged(answer, door)

    async def metrics(self, receipt: Receipt, door: Door) -> Mapping[str, int]:
        """Of the thread's first status; its own continuation is no reply."""
        api = await Api.of(door, door.account.server)
        names = names_of(receipt.remote_id)
        status = await api.read(f"/api/v1/statuses/{names[0]}") or {}
        found = {name: status.get(f"{name}_count") for name in self.capabilities.metrics}
        counted = {name: count for name, count in found.items() if isinstance(count, int) and count >= 0}
        if len(names) > 1 and counted.get("replies"):
            counted["replies"] -= 1
        return counted

    def price(self, payload: SealedPayload) -> str:
        return ""

    async def followers(self, account: Account, door: Door) -> int | None:
        """https://docs.joinmastodon.org/entities/Account/#followers_count"""
        return count_of((await _me(await Api.of(door, account.server))).get("followers_count"))

    async def introduce(self, account: Account, door: Door) -> Introduction:
        """Name, picture and the last post of one's own, as far as they can be read."""
        try:
            api = await Api.of(door, account.server)
            me = await _me(api)
            params = {"limit": "1", "exclude_reblogs": "true"}
            posts = await api.list(f"/api/v1/accounts/{name_of(account.remote_id)}/statuses", params)
        except Exception:  # nothing depends on it: what cannot be read is not shown
            return Introduction(last_post=None)
        last = posts[0] if posts else {}
        return Introduction(
            name=printable(me.get("display_name")),
            avatar=str(me.get("avatar_static") or me.get("avatar") or ""),
            last_post=printable(text_of(str(last.get("content") or ""))),
            last_at=instant(last.get("created_at")),
        )

    async def connect(self, account: Account, door: Door) -> Account:
        """Who the token is for, at which server, within which limits.

        Raises BadInput for options that cannot work, ChannelRefused (`unauthorized` when the token is refused).
        """
        origin = server.origin_of(account.options.get("server", ""))
        if account.options.get("visibility", "public") not in VISIBILITIES:
            raise BadInput(f"The option visibility is one of {', '.join(VISIBILITIES)}.")
        if account.options.get("sensitive", "no") not in ("yes", "no"):
            raise BadInput("The option sensitive is either yes or no.")
        facts = await server.facts_of(door.request, origin)
        me = await _me(await Api.of(door, origin))
        username = str(me.get("username") or "")[:100]
        domain = facts["domain"] or origin.partition("://")[2]
        return account.changed(
            remote_id=name_of(str(me.get("id") or "")),
            server=origin,
            destination="",
            handle=f"@{username}@{domain}",
            page=f"{origin}/@{username}",
            options={**account.options, "server": origin, **facts},
        )


def _reply(payload: SealedPayload) -> SealedPayload:
    """Its first comment as a status of its own, seen and warned about as the post is."""
    return payload.model_copy(update={"parts": (Part(text=payload.first_comment),)})


def _used(text: str, account: Account) -> int:
    """As the account's server counts one status, its content warning included."""
    warning, text, software = account.options.get("spoiler", ""), text.strip(), account.options.get("software", "")
    if software in server.MASTODONS or not software:
        return graphemes(warning + countable(text, server.limit(account, "url_characters")))
    return graphemes(warning + text) if software in server.GRAPHEMES_IN_FULL else len(warning) + len(text)


def _split(text: str, account: Account) -> tuple[str, ...]:
    if account.options.get("software") == PIXELFED:
        return (text.strip(),)
    return split(text, lambda part: _used(part, account), server.limit(account, "max_characters"))


async def _post(api: Api, body: bytes, key: str, carries: Carries, *, again: bool) -> dict[str, Any]:
    """One status. `again`: a part of the thread stands there, so whatever goes wrong now is a doubt."""
    try:
        await api.door.check()
        headers = {"idempotency-key": key}
        answer = await ask(
            lambda: api.call("POST", "/api/v1/statuses", content=body, headers=headers, carries=carries), api.name
        )
        judged(answer, api.door)
    except (ChannelRefused, ProvenNotSent) as error:
        if not again:
            raise
        raise OutcomeUnknown(f"Only a part of the thread went out. {error.what}") from error
    status = document(answer)
    if status is None or not is_name(status.get("id")):
        raise OutcomeUnknown(f"{api.name} said yes, but not to which post.")
    return status


def _carried(payload: SealedPayload, comment_on: str, above: str, number: int) -> Carries:
    """What one status holds: a part of the post, below another one from the second on; or its first comment."""

    def again(approved: Approved) -> dict[str, bytes]:
        status = _reply(approved.payload) if comment_on else approved.payload
        media = approved.named() if number == 0 and not comment_on else []
        return {"content": status_body(status, media, above, number)}

    def words(sealed: SealedPayload) -> tuple[str, ...]:
        return (sealed.first_comment if comment_on else sealed.parts[number].text,)

    return Carries(payload, again, words)


async def _earlier(api: Api, payload: SealedPayload, key: AttemptKey) -> list[dict[str, Any]]:
    """What earlier attempts brought out of a thread. Raises ProvenNotSent when that cannot be read, OutcomeUnknown when
    it does not tell.
    """
    try:
        mine, whole = await _since(api, payload.remote_id, key.first_at - CLOCK_SLACK)
        found = await standing(api, mine, payload, None)
    except Several as several:
        raise OutcomeUnknown("Several posts with these words stand there.") from several
    except ValueError as error:
        raise ProvenNotSent(f"{api.name} could not be read.", kept="Nothing more was sent.") from error
    if not found and not whole:
        raise OutcomeUnknown("Too many posts stand there since then.")
    return found


async def _me(api: Api) -> dict[str, Any]:
    """The account that the token is for. Raises ChannelRefused, ProvenNotSent: nothing was published by asking."""
    answer = await api.before("GET", "/api/v1/accounts/verify_credentials")
    me = document(answer)
    if me is None or not me.get("id"):
        raise ProvenNotSent(f"{api.name} does not say whose account it is.", kept="Nothing was published.")
    return me


async def _same_account(api: Api, payload: SealedPayload) -> None:
    if str((await _me(api))["id"]) != payload.remote_id:
        raise ChannelRefused(
            f"The access to {api.name} is for another account than when the post was approved.",
            code="other_account",
            kept="Nothing was published.",
            do_next="Connect the account again.",
        )


async def _since(api: Api, remote_id: str, since: datetime) -> tuple[list[dict[str, Any]], bool]:
    """The account's posts of that time, the newest first, and whether these are all."""
    found: list[dict[str, Any]] = []
    params = {"limit": str(PAGE), "exclude_reblogs": "true"}
    for _ in range(MOST_PAGES):
        page = await api.list(f"/api/v1/accounts/{name_of(remote_id)}/statuses", params)
        fresh = [status for status in page if (at := instant(status.get("created_at"))) is not None and at >= since]
        found += fresh
        if len(fresh) < len(page) or not page:
            return found, True
        params["max_id"] = str(page[-1].get("id"))
    return found, False
