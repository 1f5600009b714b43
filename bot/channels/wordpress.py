"""WordPress, through its REST API and an application password.

An article becomes a draft first, under a slug that holds the post's key; then one call publishes that draft. Making a
draft shows nothing to anybody, so a failure until then is a clear no; publishing the same draft again changes nothing.
A slug is unique among a site's posts: a second draft under it gets `-2` (create_item() in
wp-includes/rest-api/endpoints/class-wp-rest-posts-controller.php) and is thrown away. So a doubt is looked into by
slug, and sending again publishes the same draft. Who throws the post into the trash renames its slug: it is looked for
under both, and what a person took away is not sent again.

The cautious readings: a site may filter what a user may write, so the draft is read before it is published, and a
difference is a no. A post that became `pending` or `private` there (plugins do that) is for a person to judge.

Account options: `server` (the site's address), `user`; `categories` and `tags` (names that the site has, comma
separated), `title` "draft". Secret: `app_password`.
"""

from __future__ import annotations

import asyncio
import html
from collections.abc import Mapping
from datetime import timedelta

from bot.channels.answers import judge, web
from bot.channels.article import article_problems, check_title_option, sealed_article, slug_of
from bot.channels.article_html import alts_of, sources_of, text_of
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
from bot.channels.wordpress_api import (
    POSTS,
    api_of,
    by_slug,
    featured,
    index_of,
    may,
    me,
    number,
    raw,
    same_account,
    site_of,
    terms,
)
from bot.channels.wordpress_write import draft_of, instant, name_of, receipt_of, shown, untouched
from bot.errors import BadInput
from storage.sealed import SealedPayload

GATHER_SECONDS = 22  # of the deadline, for pictures and the draft; the rest is for publishing it
MOST_TEXT, MOST_TITLE = 100_000, 200  # ours: WordPress has no limits worth the name
NEEDED = ("publish_posts", "upload_files")


class WordPress:
    """Adapter of the WordPress REST API."""

    capabilities = Capabilities(
        channel="wordpress",
        title="WordPress",
        text_limit=MOST_TEXT,
        unit="characters",
        title_limit=MOST_TITLE,
        images_max=10,  # ours
        image_mimes=("image/jpeg", "image/png", "image/webp"),  # WebP since 5.8
        image_max_bytes=2_000_000,  # PHP's own upload_max_filesize is 2M; hosts allow more, or less
        image_max_pixels=(2560, 2560),  # larger ones are scaled down: big_image_size_threshold
        picture_size=(1200, 675),
        alt_limit=1000,  # ours; the field has none
        hashtags="none",
        headed=True,
        form="article",
        deletes=True,
        access_ends=True,
        reads_back=True,
        metrics=("comments",),
        # Publishing the same draft again is harmless for as long as it has its slug; a day is ours.
        key_life=timedelta(days=1),
        settle=timedelta(seconds=60),  # documented nowhere; PHP's own max_execution_time is 30 s
        deadline=timedelta(seconds=30),
        pace=Pace(gap=timedelta(seconds=2)),  # ours: each site has its own limits, and documents none
    )

    def capabilities_for(self, account: Account) -> Capabilities:
        return self.capabilities

    def measure(self, text: str, account: Account) -> Measure:
        return Measure(len(text.strip()), MOST_TEXT, self.capabilities.unit)

    def build(self, content: Content, account: Account) -> SealedPayload:
        extra = {name: account.options.get(f"{name}_ids", "") for name in ("categories", "tags")}
        return sealed_article(content, account, channel=self.capabilities.channel, extra=extra)

    def validate(self, payload: SealedPayload, account: Account) -> tuple[Problem, ...]:
        return article_problems(payload, self.capabilities, lambda text: self.measure(text, account))

    async def send(self, payload: SealedPayload, key: AttemptKey, door: Door) -> Receipt:
        slug = slug_of(payload, key.key)
        try:
            async with asyncio.timeout(GATHER_SECONDS):
                api = await api_of(door, payload.server, payload.destination)
                await same_account(api, payload)
                kept = untouched(api, await by_slug(api, slug), slug)
                if kept is not None and kept.get("status") == "publish":
                    return receipt_of(kept, door)
                draft = await draft_of(api, payload, slug, kept)
        except TimeoutError as error:
            raise ProvenNotSent(f"{door.account.name} did not take the draft in time.", kept=KEPT) from error
        said = await api.publish("POST", f"{POSTS}/{draft}", {"status": "publish"}, payload)
        if said is None or number(said.get("id")) != draft or said.get("status") != "publish":
            raise OutcomeUnknown(f"{door.account.name} said yes, but not that the post is public.")
        return receipt_of(said, door)

    async def look_up(self, payload: SealedPayload, key: AttemptKey, door: Door) -> Lookup:
        """By slug. A draft is no post yet."""
        slug = slug_of(payload, key.key)
        try:
            kept = await by_slug(await api_of(door, payload.server, payload.destination), slug)
        except Exception:  # whatever kept the answer away: looking changes nothing, so looking again is safe
            return CannotTell(f"{door.account.name} could not be read.", temporary=True)
        status = kept.get("status") if kept else "draft"
        if kept is not None and status == "publish":
            return Found(receipt_of(kept, door))
        if status == "draft":
            return Absent()
        return CannotTell("It stands there, but not in public: somebody or something there put it aside.")

    async def read_back(self, receipt: Receipt, door: Door) -> Live | None:
        api = await api_of(door, door.account.server, door.account.destination)
        post = await api.read(f"{POSTS}/{name_of(receipt.remote_id)}", params={"context": "edit"})
        if post is None or post.get("status") != "publish":
            return None
        own, content = await featured(api, post), raw(post, "content")
        return Live(
            text=shown(post),
            alts=(*(alt for alt, _ in own), *alts_of(content)),
            url=web(post.get("link")),
            pictures=(*(address for _, address in own), *sources_of(content)),
        )

    async def delete(self, receipt: Receipt, door: Door) -> None:
        """Into the site's trash, where people can fetch it back; for good on a site that has none. Pictures stay."""
        api = await api_of(door, door.account.server, door.account.destination)
        path = f"{POSTS}/{name_of(receipt.remote_id)}"
        answer = await api.delete(path)
        if answer.status_code == 501:  # rest_trash_not_supported
            answer = await api.delete(path, params={"force": "true"})
        if answer.status_code not in (404, 410):  # it is not there, or in the trash already
            judge(answer, api.name, door.now())

    async def metrics(self, receipt: Receipt, door: Door) -> Mapping[str, int]:
        api = await api_of(door, door.account.server, door.account.destination)
        wanted = {"post": name_of(receipt.remote_id), "per_page": "1"}
        total = (await api.before("GET", "/wp/v2/comments", params=wanted)).headers.get("x-wp-total", "")
        return {"comments": int(total)} if total.isascii() and total.isdigit() and len(total) < 10 else {}

    def price(self, payload: SealedPayload) -> str:
        return ""

    async def introduce(self, account: Account, door: Door) -> Introduction:
        """Name and icon of the site, and the last post that stands there."""
        try:
            api = await api_of(door, account.server, account.destination)
            site = await index_of(api)
            listed = await api.list(POSTS, params={"per_page": "1"})
        except (ChannelRefused, ProvenNotSent):
            return Introduction()
        post = listed[0] if listed else {}
        shown = post.get("title")
        title = str(shown.get("rendered") or "") if isinstance(shown, dict) else ""
        return Introduction(
            name=html.unescape(str(site.get("name") or ""))[:200],
            avatar=web(site.get("site_icon_url")),
            last_post=text_of(title)[:300],
            last_at=instant(post.get("date_gmt")),
        )

    async def connect(self, account: Account, door: Door) -> Account:
        """Whose password it is, on which site, and whether it may publish there.

        Raises BadInput for options that cannot work, ChannelRefused (`unauthorized` when the user may not).
        """
        check_title_option(account)
        user = account.options.get("user", "").strip()
        if not user or ":" in user or not user.isprintable():
            raise BadInput("A user name of WordPress is needed.", kept="Nothing changed.")
        origin, path = site_of(account.options.get("server", ""))
        api = await api_of(door, origin, path)
        await index_of(api)
        found = await me(api)
        if not may(found, NEEDED):
            raise ChannelRefused(
                f"{user} may not publish there.",
                code="unauthorized",
                kept="Nothing changed.",
                do_next="Give this user the role Author or Editor in WordPress.",
            )
        options = {**account.options, "user": user, "server": origin + path}
        for kind in ("categories", "tags"):
            if kind in options:
                options[f"{kind}_ids"] = await terms(api, kind, options[kind])
        return account.changed(
            remote_id=number(found.get("id")),
            server=origin,
            destination=path,
            handle=f"{user} · {origin.partition('://')[2]}{path}"[:80],
            page=origin + path,
            options=options,
        )
