"""Bluesky: the AT Protocol, on Bluesky's own servers and on anybody's.

A post is a record in the account's repository, under a key that we choose (`bluesky_records`). One post is written by
putRecord with `swapRecord` null: the same again changes nothing, anything else under that key is refused
(packages/pds/src/api/com/atproto/repo/putRecord.ts). A thread is one applyWrites: all of it, or none; a key that is
taken fails it. So a doubt is looked into by key, and sending again is safe for as long as the posts stand there.

Pictures are uploaded first, and are nobody's until a record holds them (https://atproto.com/specs/blob), so a failure
until then is a clear no.

Account options: `handle`; `server` for a server that the handle does not lead to; `labels` (self-labels, comma
separated); `card` "picture": a single picture becomes that of the link's card; `app_view` and `directory` for other
networks than Bluesky's. Secret: `app_password`.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlsplit

from bot.channels import bluesky_identity as identity
from bot.channels.answers import count_of, document
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
from bot.channels.bluesky_api import KEPT, Api, introduction, packed
from bot.channels.bluesky_records import COLLECTION, held, images, posts, rkeys, uploads
from bot.channels.bluesky_text import (
    MOST_BYTES,
    MOST_GRAPHEMES,
    facets,
    fits,
    graphemes,
    handles_in,
    mentions_in,
    size,
    split,
)
from bot.channels.bluesky_write import confirms, missing, request_of, same_account, upload
from bot.channels.content import link_in, sealed, with_reply
from bot.channels.handed import Carries, all_words
from bot.channels.limits import problems
from bot.channels.mastodon_server import origin_of
from bot.errors import BadInput
from storage.sealed import Link, Part, SealedPayload

# lexicons/com/atproto/label/defs.json, #labelValue: what a post may say of itself.
LABELS = ("porn", "sexual", "nudity", "graphic-media")
GATHER_SECONDS = 18  # of the deadline, for the session and the pictures; the rest is for the write itself
MOST_MENTIONS = 20  # ours: more are looked up by no post
MOST_PARTS = 25  # ours: an applyWrites takes 200, but nobody reads a thread of 200 posts
MOST_THUMB_BYTES = 1_000_000  # lexicons/app/bsky/embed/external.json
WEB = "https://bsky.app"
# lexicons/app/bsky/feed/defs.json, #postView
COUNTS = {
    "likes": "likeCount",
    "reposts": "repostCount",
    "replies": "replyCount",
    "quotes": "quoteCount",
    "bookmarks": "bookmarkCount",
}


class Bluesky:
    """Adapter of Bluesky and of other servers of the AT Protocol."""

    capabilities = Capabilities(
        channel="bluesky",
        title="Bluesky",
        text_limit=MOST_GRAPHEMES,  # lexicons/app/bsky/feed/post.json
        unit="graphemes",
        # lexicons/app/bsky/embed/images.json: four of 2,000,000 bytes each, any image/*.
        images_max=4,
        image_mimes=("image/jpeg", "image/png", "image/webp"),
        image_max_bytes=2_000_000,
        image_max_pixels=(4000, 4000),  # what Bluesky's own client sends: bluesky-social/social-app, 10073
        image_ratio=(0.3, 4.0),
        picture_size=(1200, 675),
        alt_limit=2000,  # MAX_ALT_TEXT of Bluesky's own client; the lexicon has none
        hashtags="few",
        threads=True,
        comments="reply",
        deletes=True,
        access_ends=True,
        reads_back=True,
        metrics=tuple(COUNTS),
        # The key holds as long as its record stands; a day is far beyond any attempt of ours.
        key_life=timedelta(days=1),
        # getRecord reads the store that the write's transaction went to: packages/pds/src/actor-store.
        prompt_read_back=True,
        settle=timedelta(seconds=60),  # documented nowhere: what a proxy before the server may still hold
        deadline=timedelta(seconds=30),
        # https://docs.bsky.app/docs/advanced-guides/rate-limits (2026): 5,000 points an hour and 35,000 a day, a record
        # costs 3; 30 sign-ins in 5 minutes and 300 a day, of which each post and each look at the access takes one: 144
        # looks, 140 posts, and what people do by hand.
        pace=Pace(
            gap=timedelta(seconds=1),
            windows=(
                Window(25, timedelta(minutes=5)),
                Window(140, timedelta(days=1)),
                Window(1_600, timedelta(hours=1), "parts"),
            ),
        ),
        asked_every=timedelta(minutes=10),
    )

    def capabilities_for(self, account: Account) -> Capabilities:
        """An account whose pictures become those of cards gets them as small as a card takes them."""
        if account.options.get("card") == "picture":
            return dataclasses.replace(self.capabilities, image_max_bytes=MOST_THUMB_BYTES)
        return self.capabilities

    def measure(self, text: str, account: Account) -> Measure:
        """All of the text, against the room of as many posts as it takes; what cannot be split, against one."""
        parts = split(text)
        too_long = next((part for part in parts if not fits(part)), None)
        if too_long is None:
            return Measure(graphemes(text.strip()), MOST_GRAPHEMES * len(parts), "graphemes")
        if graphemes(too_long) > MOST_GRAPHEMES:
            return Measure(graphemes(too_long), MOST_GRAPHEMES, "graphemes")
        return Measure(size(too_long), MOST_BYTES, "bytes")

    def build(self, content: Content, account: Account) -> SealedPayload:
        card = _card(content, account)
        text, links = (content.text, (_link(content),)) if card else link_in(content)
        mentions = dict(content.mentions)
        parts = tuple(
            Part(
                text=part,
                media=content.media if number == 0 else (),
                facets=facets(part, mentions),
                link_card=card if number == 0 else None,
            )
            for number, part in enumerate(with_reply(content, split(text)))
        )
        return sealed(
            content,
            account,
            self.capabilities.channel,
            parts=parts,
            links=links,
            extra={"labels": account.options["labels"]} if account.options.get("labels") else {},
        )

    def validate(self, payload: SealedPayload, account: Account) -> tuple[Problem, ...]:
        found = problems(payload, self.capabilities, lambda text: self.measure(text, account))
        if len(payload.parts) > MOST_PARTS:
            reason = f"This makes a thread of {len(payload.parts)} posts; at most {MOST_PARTS} go out together."
            found += (Problem("thread", reason, "Shorten it."),)
        card = payload.parts[0].link_card
        if card and any(medium.size > MOST_THUMB_BYTES for medium in payload.parts[0].media):
            reason = f"The picture of a link's card may have {MOST_THUMB_BYTES:,} bytes on Bluesky."
            found += (Problem("picture_bytes", reason, "Use a smaller picture."),)
        return found

    async def send(self, payload: SealedPayload, key: AttemptKey, door: Door) -> Receipt:
        try:
            async with asyncio.timeout(GATHER_SECONDS):
                api = await Api.signed_in(door, payload.server, payload.remote_id)
                same_account(api, payload)
                for part in payload.parts:
                    for medium in uploads(part):
                        await upload(api, medium)
        except TimeoutError as error:
            raise ProvenNotSent(f"{door.account.name} did not take the pictures in time.", kept=KEPT) from error
        thread = posts(payload, key)
        name, body = request_of(payload, thread)
        carries = Carries(
            payload,
            lambda approved: {"content": packed(request_of(approved.payload, posts(approved.payload, key))[1])},
            all_words,
        )
        answer = await api.write(name, body, carries)
        if not confirms(document(answer), payload, thread) or await missing(door, payload, thread):
            raise OutcomeUnknown(f"{door.account.name} said yes, but not to what was sent.")
        return _receipt(payload, key, door)

    async def look_up(self, payload: SealedPayload, key: AttemptKey, door: Door) -> Lookup:
        """By the key of the first post: a thread stands as a whole, or not at all."""
        try:
            found = await Api(door, payload.server).record(payload.remote_id, COLLECTION, rkeys(payload, key)[0])
        except (ChannelRefused, ProvenNotSent):
            return CannotTell(f"{door.account.name} could not be read.", temporary=True)
        if found is None:
            return Absent()
        value = found.get("value")
        if not isinstance(value, dict) or value.get("text") != payload.parts[0].text:
            return CannotTell("Another text stands where this post would.")
        return Found(_receipt(payload, key, door))

    async def read_back(self, receipt: Receipt, door: Door) -> Live | CannotTell | None:
        did, keys = _place(receipt)
        texts: list[str] = []
        alts: list[str] = []
        pictures: list[str] = []
        for rkey in keys:
            found = await Api(door, door.account.server).record(did, COLLECTION, rkey)
            if found is None:
                return None
            value = found.get("value")
            if not isinstance(value, dict):
                return CannotTell(f"{door.account.name} did not answer properly.")
            texts.append(str(value.get("text")))
            pictures += held(value)
            alts += [str(image.get("alt")).strip() for image in images(value)]
        live = Live(text="\n\n".join(texts), media_sha256=tuple(pictures), url=receipt.url)
        return dataclasses.replace(live, alts=tuple(alts)) if alts else live

    async def delete(self, receipt: Receipt, door: Door) -> None:
        """The last post of a thread first. To delete what is not there is a yes: com.atproto.repo.deleteRecord."""
        did, keys = _place(receipt)
        api = await Api.signed_in(door, door.account.server, did)
        for rkey in reversed(keys):
            await api.write("com.atproto.repo.deleteRecord", {"repo": did, "collection": COLLECTION, "rkey": rkey})

    async def metrics(self, receipt: Receipt, door: Door) -> Mapping[str, int]:
        """Of the thread's first post; its own continuation is no reply."""
        did, keys = _place(receipt)
        view = Api(door, origin_of(door.account.options.get("app_view") or identity.APP_VIEW))
        uri = f"at://{did}/{COLLECTION}/{keys[0]}"
        shown = (await view.before("GET", "app.bsky.feed.getPosts", params={"uris": uri})).get("posts") or []
        post = shown[0] if isinstance(shown, list) and shown and isinstance(shown[0], dict) else {}
        found = {name: post.get(field) for name, field in COUNTS.items()}
        counted = {name: count for name, count in found.items() if isinstance(count, int) and count >= 0}
        if len(keys) > 1 and counted.get("replies"):
            counted["replies"] -= 1
        return counted

    def price(self, payload: SealedPayload) -> str:
        return ""

    async def mentioned(self, text: str, account: Account, door: Door) -> Mapping[str, str]:
        """Handle → DID of those that exist; the others stay plain words."""
        handles = handles_in(text)[:MOST_MENTIONS]
        dids = await asyncio.gather(*(identity.did_of(door.request, each, account.options) for each in handles))
        return {handle: did for handle, did in zip(handles, dids, strict=True) if did}

    def mentions_of(self, payload: SealedPayload) -> Mapping[str, str]:
        return {handle: did for part in payload.parts for handle, did in mentions_in(part.text, part.facets)}

    async def followers(self, account: Account, door: Door) -> int | None:
        """As the app view has them: https://docs.bsky.app/docs/api/app-bsky-actor-get-profile"""
        view = Api(door, origin_of(account.options.get("app_view") or identity.APP_VIEW))
        found = await view.before("GET", "app.bsky.actor.getProfile", params={"actor": account.remote_id})
        return count_of(found.get("followersCount"))

    async def introduce(self, account: Account, door: Door) -> Introduction:
        """Name and picture as the app view has them, the last post as it stands on the server."""
        view = Api(door, origin_of(account.options.get("app_view") or identity.APP_VIEW))
        posts_of = {"repo": account.remote_id, "collection": COLLECTION, "limit": "1"}
        said: list[object] = await asyncio.gather(
            view.before("GET", "app.bsky.actor.getProfile", params={"actor": account.remote_id}),
            Api(door, account.server).before("GET", "com.atproto.repo.listRecords", params=posts_of),
            return_exceptions=True,
        )
        return introduction(*said)

    async def connect(self, account: Account, door: Door) -> Account:
        """Whose app password it is, at which server.

        Raises BadInput for options that cannot work, ChannelRefused (`unauthorized` when the password is refused).
        """
        options = _options(account)
        handle, origin, did = options["handle"], options.get("server", ""), account.remote_id
        if not origin:
            found = await identity.resolve(door.request, handle, options, did)
            origin, did = found.server, found.did
        api = await Api.signed_in(door, origin_of(origin), did or handle)
        if did and api.did != did:
            raise ChannelRefused("The server knows the account by another name.", code="other_account", kept=KEPT)
        return account.changed(
            remote_id=api.did,
            server=origin_of(origin),
            destination="",
            handle=f"@{identity.handle_in(api.handle or handle)}",
            options=options,
        )


def _options(account: Account) -> dict[str, str]:
    """In the form that they are kept in. Raises BadInput."""
    options = dict(account.options)
    options["handle"] = identity.handle_in(options.get("handle", ""))
    labels = [label for label in options.pop("labels", "").replace(" ", "").split(",") if label]
    if not set(labels) <= set(LABELS):
        raise BadInput(f"The option labels takes some of {', '.join(LABELS)}.")
    if options.get("card", "") not in ("", "picture"):
        raise BadInput("The option card is picture, or left out.")
    return options | ({"labels": ",".join(labels)} if labels else {})


def _link(content: Content) -> Link:
    return Link(shown=content.link, destination=content.link)


def _card(content: Content, account: Account) -> dict[str, str] | None:
    """The link as a card, where no pictures are: a post has pictures or a card."""
    wanted = not content.media or (len(content.media) == 1 and account.options.get("card") == "picture")
    if not content.link or not wanted or urlsplit(content.link).scheme not in ("http", "https"):
        return None
    title = content.title.strip() or urlsplit(content.link).hostname or content.link
    return {"uri": content.link, "title": title, "description": content.media[0].alt if content.media else ""}


def _receipt(payload: SealedPayload, key: AttemptKey, door: Door) -> Receipt:
    """`remote_id` names every post of the thread, so that it can be read and deleted from it alone."""
    keys = rkeys(payload, key)
    place = f"at://{payload.remote_id}/{COLLECTION}/{','.join(keys)}"
    return Receipt(place, f"{WEB}/profile/{payload.remote_id}/post/{keys[0]}", door.now())


def _place(receipt: Receipt) -> tuple[str, list[str]]:
    did, _, keys = receipt.remote_id.removeprefix("at://").partition(f"/{COLLECTION}/")
    return did, keys.split(",")
