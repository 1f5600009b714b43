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
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.channels import mastodon_server as server
from bot.channels.answers import ask, document, instant, printable, web
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
from bot.channels.handed import Approved, Carries, comment_words, first_part
from bot.channels.limits import problems
from bot.channels.mastodon_api import Api, judged, name_of, receipt_of, status_body
from bot.channels.mastodon_text import countable, graphemes, spoken, text_of
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
        comments="after",  # a reply of one's own, by a call of its own: threads are not made here
        deletes=True,
        access_ends=True,
        reads_back=True,
        metrics=("favourites", "reblogs", "replies"),
        # Documented nowhere. nginx, as Mastodon sets it up (dist/nginx.conf), waits 60 s for an answer; what the server
        # still works on behind it is done or given up by then.
        settle=timedelta(seconds=60),
        deadline=timedelta(seconds=30),
        # https://docs.joinmastodon.org/api/rate-limits/ (2026): 300 calls in 5 minutes, of which a post takes up to
        # twelve, and 30 uploads in 30 minutes.
        pace=Pace(
            gap=timedelta(seconds=1),
            windows=(Window(25, timedelta(minutes=5)), Window(30, timedelta(minutes=30), "pictures")),
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
        )

    def measure(self, text: str, account: Account) -> Measure:
        """Counts as the account's server does, its content warning included."""
        warning, text, software = account.options.get("spoiler", ""), text.strip(), account.options.get("software", "")
        if software in server.MASTODONS or not software:
            used = graphemes(warning + countable(text, server.limit(account, "url_characters")))
        elif software in server.GRAPHEMES_IN_FULL:
            used = graphemes(warning + text)
        else:
            used = len(warning) + len(text)
        return Measure(used, server.limit(account, "max_characters"), self.capabilities.unit)

    def build(self, content: Content, account: Account) -> SealedPayload:
        text, links = link_in(content)
        extra = {name: account.options[name] for name in ("spoiler", "sensitive") if account.options.get(name)}
        return sealed(
            content,
            account,
            self.capabilities.channel,
            parts=(Part(text=text.strip(), media=content.media),),  # the server strips it too
            links=links,
            visibility=account.options.get("visibility", "public"),
            extra=extra,
        )

    def validate(self, payload: SealedPayload, account: Account) -> tuple[Problem, ...]:
        can = self.capabilities_for(account)
        found = problems(payload, can, lambda text: self.measure(text, account))
        if account.options.get("software") == PIXELFED and not payload.parts[0].media:
            found += (Problem("no_picture", "Pixelfed takes no post without a picture.", "Add a picture."),)
        return found

    async def send(self, payload: SealedPayload, key: AttemptKey, door: Door) -> Receipt:
        return await self._send(payload, "", key, door)

    async def _send(self, payload: SealedPayload, reply_to: str, key: AttemptKey, door: Door) -> Receipt:
        """The payload's first part; its first comment, as an answer, where another status is named."""
        status = _reply(payload) if reply_to else payload
        api = await Api.of(door, payload.server)
        try:
            async with asyncio.timeout(GATHER_SECONDS):
                await _same_account(api, payload)
                media = [await upload(api, medium) for medium in status.parts[0].media]
        except TimeoutError as error:
            raise ProvenNotSent(
                f"{door.account.name} did not take the pictures in time.", kept="Nothing was published."
            ) from error
        body, headers = status_body(status, media, reply_to), {"idempotency-key": key.key}

        def again(approved: Approved) -> dict[str, bytes]:
            if reply_to:
                return {"content": status_body(_reply(approved.payload), [], reply_to)}
            return {"content": status_body(approved.payload, approved.named())}

        carries = Carries(payload, again, comment_words if reply_to else first_part)
        await door.check()
        answer = await ask(
            lambda: api.call("POST", "/api/v1/statuses", content=body, headers=headers, carries=carries),
            door.account.name,
        )
        judged(answer, door)
        receipt = receipt_of(document(answer), door)
        if receipt is None:
            raise OutcomeUnknown(f"{door.account.name} said yes, but not to which post.")
        return receipt

    async def look_up(self, payload: SealedPayload, key: AttemptKey, door: Door) -> Lookup:
        """By content and time, among the account's own posts since shortly before the first attempt."""
        return await self._look_up(payload, None, key, door)

    async def comment(self, payload: SealedPayload, post: Receipt, key: AttemptKey, door: Door) -> Receipt:
        """https://docs.joinmastodon.org/methods/statuses/#create: `in_reply_to_id`."""
        reply, place = _reply(payload), name_of(post.remote_id)
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
        return await self._look_up(_reply(payload), post.remote_id, key, door)

    async def read_comment(self, post: Receipt, comment: str, door: Door) -> str | CannotTell | None:
        live = await self.read_back(Receipt(comment, post.url, post.at), door)
        return live.text if isinstance(live, Live) else live

    async def _look_up(self, payload: SealedPayload, reply_to: str | None, key: AttemptKey, door: Door) -> Lookup:
        try:
            api = await Api.of(door, payload.server)
            mine, whole = await _since(api, payload.remote_id, key.first_at - CLOCK_SLACK)
            mine = [each for each in mine if (each.get("in_reply_to_id") or None) == reply_to]
            same = [status for status in mine if await _says(api, status, payload)]
        except Exception:  # whatever kept the answer away: looking changes nothing, so looking again is safe
            return CannotTell(f"{door.account.name} could not be read.", temporary=True)
        if len(same) > 1:
            return CannotTell("Several posts with these words stand there.")
        receipt = receipt_of(same[0], door) if same else None
        if receipt is not None:
            return Found(receipt)
        return Absent() if whole else CannotTell("Too many posts stand there since then.")

    async def read_back(self, receipt: Receipt, door: Door) -> Live | CannotTell | None:
        """CannotTell where a server does not give the plain text back (/source, since Mastodon 3.5)."""
        api = await Api.of(door, door.account.server)
        status = await api.read(f"/api/v1/statuses/{name_of(receipt.remote_id)}")
        if status is None:
            return None
        source = await api.read(f"/api/v1/statuses/{name_of(receipt.remote_id)}/source")
        if source is None or not isinstance(source.get("text"), str):
            return CannotTell(f"{door.account.name} does not give the text back.")
        media = [each for each in status.get("media_attachments") or [] if isinstance(each, dict)]
        alts = tuple(str(each.get("description") or "").strip() for each in media)
        # https://docs.joinmastodon.org/entities/MediaAttachment/: `preview_url` is the whole picture in small
        pictures = tuple(web(each.get("preview_url")) for each in media)
        return Live(text=source["text"], alts=alts, url=str(status.get("url") or ""), pictures=pictures)

    async def delete(self, receipt: Receipt, door: Door) -> None:
        """The first comment first: answers stay when what they answer goes."""
        api = await Api.of(door, door.account.server)
        for each in (receipt.comment, receipt.remote_id) if receipt.comment else (receipt.remote_id,):
            await door.check()
            path = f"/api/v1/statuses/{name_of(each)}"
            answer = await ask(lambda path=path: api.call("DELETE", path), door.account.name)  # type: ignore[misc]
            if answer.status_code not in (404, 410):  # it is not there: that is what was asked for
                judged(answer, door)

    async def metrics(self, receipt: Receipt, door: Door) -> Mapping[str, int]:
        api = await Api.of(door, door.account.server)
        status = await api.read(f"/api/v1/statuses/{name_of(receipt.remote_id)}") or {}
        found = {name: status.get(f"{name}_count") for name in self.capabilities.metrics}
        return {name: count for name, count in found.items() if isinstance(count, int) and count >= 0}

    def price(self, payload: SealedPayload) -> str:
        return ""

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


async def _says(api: Api, status: Mapping[str, Any], payload: SealedPayload) -> bool:
    """Whether a post that stands there has the sealed words: as it is shown, or else as it was written."""
    wanted = payload.parts[0].text
    if spoken(text_of(str(status.get("content") or ""))) == spoken(wanted):
        return True
    source = await api.read(f"/api/v1/statuses/{name_of(str(status.get('id')))}/source")
    return source is not None and source.get("text") == wanted
