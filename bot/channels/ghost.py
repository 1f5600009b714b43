"""Ghost, through its Admin API and the key of a custom integration.

An article becomes a draft first, under a slug that holds the post's key; then one call publishes that draft. A draft
shows nothing to anybody, so a failure until then is a clear no. A slug is unique among a site's posts: a second draft
under it gets `-2` and is thrown away. So a doubt is looked into by slug, and sending again publishes the same draft;
`updated_at` in the call has Ghost refuse (409) what is not the draft that was read. Publishing sends no e-mail: that
takes a `newsletter` in the call (https://docs.ghost.org/admin-api/posts/sending-a-post).

The HTML goes in one HTML card, which Ghost documents to be lossless; its conversion to its own editor's form is not.

The cautious readings: a draft that is not what was approved is never published, nor overwritten. An integration is
known by its key's id: another integration's key is another account. Deleting is for good, so a post that a person
deletes within minutes of an unclear end may come back once.

Account options: `server` (where Ghost Admin is opened); `tags` (names, comma separated; the first is the primary one),
`visibility` (public, members or paid), `title` "draft". Secret: `admin_key`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta

from bot.channels.answers import count_of, instant, judge, web
from bot.channels.article import article_problems, check_title_option, names_in, sealed_article, slug_of
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
)
from bot.channels.blog_api import KEPT
from bot.channels.ghost_api import api_of, by_slug, first, key_of, name_of, site, site_of, text
from bot.channels.ghost_write import alts, as_approved, draft_of, pictures, receipt_of, same_integration, shown
from bot.errors import BadInput
from storage.sealed import SealedPayload

GATHER_SECONDS = 22  # of the deadline, for pictures and the draft; the rest is for publishing it
MOST_TEXT, MOST_TITLE = 100_000, 255  # the text's is ours
MOST_TAG = 191
VISIBILITIES = ("public", "members", "paid")
COUNTS = ("clicks", "positive_feedback", "negative_feedback")


class Ghost:
    """Adapter of Ghost's Admin API."""

    capabilities = Capabilities(
        channel="ghost",
        title="Ghost",
        text_limit=MOST_TEXT,
        unit="characters",
        title_limit=MOST_TITLE,
        images_max=10,  # ours
        image_mimes=("image/jpeg", "image/png", "image/webp"),
        image_max_bytes=5_000_000,  # ours; hosts set their own
        image_max_pixels=(2000, 2000),  # Ghost scales larger ones down
        picture_size=(1200, 675),
        alt_limit=191,  # feature_image_alt
        hashtags="none",
        headed=True,
        form="article",
        deletes=True,
        access_ends=True,
        reads_back=True,
        metrics=COUNTS,
        # Publishing the same draft again is harmless for as long as it has its slug; a day is ours.
        key_life=timedelta(days=1),
        settle=timedelta(seconds=60),  # documented nowhere
        deadline=timedelta(seconds=30),
        pace=Pace(gap=timedelta(seconds=2)),  # ours: each site has its own limits, and documents none
    )

    def capabilities_for(self, account: Account) -> Capabilities:
        return self.capabilities

    def measure(self, text: str, account: Account) -> Measure:
        return Measure(len(text.strip()), MOST_TEXT, self.capabilities.unit)

    def build(self, content: Content, account: Account) -> SealedPayload:
        tags = ",".join(names_in(account.options.get("tags", "")))
        payload = sealed_article(content, account, channel=self.capabilities.channel, extra={"tags": tags})
        return payload.model_copy(update={"visibility": account.options.get("visibility") or "public"})

    def validate(self, payload: SealedPayload, account: Account) -> tuple[Problem, ...]:
        return article_problems(payload, self.capabilities, lambda text: self.measure(text, account))

    async def send(self, payload: SealedPayload, key: AttemptKey, door: Door) -> Receipt:
        slug = slug_of(payload, key.key)
        try:
            async with asyncio.timeout(GATHER_SECONDS):
                await same_integration(payload, door)
                api = await api_of(door, payload.server, payload.destination)
                kept = await by_slug(api, slug)
                if kept is not None and kept.get("status") == "published":
                    return receipt_of(kept, door)
                draft = await draft_of(api, payload, slug) if kept is None else kept
        except TimeoutError as error:
            raise ProvenNotSent(f"{door.account.name} did not take the draft in time.", kept=KEPT) from error
        as_approved(api, draft, payload)
        wanted = {"status": "published", "updated_at": text(draft, "updated_at")}
        said = first(await api.publish("PUT", f"/posts/{draft['id']}/", {"posts": [wanted]}, payload), "posts")
        if said is None or said.get("id") != draft["id"] or said.get("status") != "published":
            raise OutcomeUnknown(f"{door.account.name} said yes, but not that the post is public.")
        return receipt_of(said, door)

    async def look_up(self, payload: SealedPayload, key: AttemptKey, door: Door) -> Lookup:
        """By slug. A draft is no post yet."""
        try:
            api = await api_of(door, payload.server, payload.destination)
            kept = await by_slug(api, slug_of(payload, key.key))
        except Exception:  # whatever kept the answer away: looking changes nothing, so looking again is safe
            return CannotTell(f"{door.account.name} could not be read.", temporary=True)
        if kept is None or kept.get("status") == "draft":
            return Absent()
        if kept.get("status") == "published":
            return Found(receipt_of(kept, door))
        return CannotTell("It stands there, but not in public: somebody or something there put it aside.")

    async def read_back(self, receipt: Receipt, door: Door) -> Live | CannotTell | None:
        api = await api_of(door, door.account.server, door.account.destination)
        found = await api.read(f"/posts/{name_of(receipt.remote_id)}/", params={"formats": "html"})
        post = first(found, "posts")
        if found is not None and post is None:
            return CannotTell(f"{api.name} did not answer properly.")
        if post is None or post.get("status") != "published":
            return None
        return Live(text=shown(post), alts=alts(post), url=web(post.get("url")), pictures=pictures(post))

    async def delete(self, receipt: Receipt, door: Door) -> None:
        """For good: Ghost has no trash. Pictures stay."""
        api = await api_of(door, door.account.server, door.account.destination)
        answer = await api.delete(f"/posts/{name_of(receipt.remote_id)}/")
        if answer.status_code not in (404, 410):  # it is not there: that is what was asked for
            judge(answer, api.name, door.now())

    async def metrics(self, receipt: Receipt, door: Door) -> Mapping[str, int]:
        api = await api_of(door, door.account.server, door.account.destination)
        wanted = {"include": ",".join(f"count.{name}" for name in COUNTS)}
        post = first(await api.read(f"/posts/{name_of(receipt.remote_id)}/", params=wanted), "posts") or {}
        counted = post.get("count")
        found = {name: counted.get(name) for name in COUNTS} if isinstance(counted, dict) else {}
        return {name: count for name, count in found.items() if type(count) is int and count >= 0}

    def price(self, payload: SealedPayload) -> str:
        return ""

    async def followers(self, account: Account, door: Door) -> int | None:
        """The site's members, free and paying. An integration's key may ask
        (https://github.com/TryGhost/Ghost/blob/main/ghost/core/core/server/web/api/endpoints/admin/middleware.js), and
        this address (…/admin/routes.js, `members/stats/count`) names none of them, as the list of members would.
        """
        api = await api_of(door, account.server, account.destination)
        return count_of((await api.read("/members/stats/count/") or {}).get("total"))

    async def introduce(self, account: Account, door: Door) -> Introduction:
        """Title and icon of the site, and the last post that stands there."""
        wanted = {"limit": "1", "filter": "status:published", "order": "published_at desc"}
        try:
            api = await api_of(door, account.server, account.destination)
            shown = await site(api)
            last = first(await api.made("GET", "/posts/", params=wanted), "posts") or {}
        except (ChannelRefused, ProvenNotSent):
            return Introduction()
        return Introduction(
            name=text(shown, "title")[:200],
            avatar=web(shown.get("icon") or shown.get("logo")),
            last_post=text(last, "title")[:300],
            last_at=instant(last.get("published_at")),
        )

    async def connect(self, account: Account, door: Door) -> Account:
        """Which integration the key is of, on which site.

        Raises BadInput for options that cannot work, ChannelRefused (`unauthorized` when the key is refused).
        """
        check_title_option(account)
        if account.options.get("visibility", "public") not in VISIBILITIES:
            raise BadInput(f"The option visibility is one of {', '.join(VISIBILITIES)}.")
        tags = names_in(account.options.get("tags", ""))
        if any(len(tag) > MOST_TAG or tag.startswith("#") for tag in tags):
            raise BadInput("A tag has at most 191 characters, and no # before it.")
        origin, path = site_of(account.options.get("server", ""))
        api = await api_of(door, origin, path)
        shown = await site(api)
        await api.made("GET", "/posts/", params={"limit": "1"})
        return account.changed(
            remote_id=(await key_of(door))[0],
            server=origin,
            destination=path,
            handle=f"{text(shown, 'title')} · {origin.partition('://')[2]}{path}"[:80],
            page=web(shown.get("url")) or origin + path,
            options={**account.options, "server": origin + path},
        )
