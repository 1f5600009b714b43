"""DEV (dev.to), and other sites that run Forem, with the API key of one's account.

An article becomes a draft first; then one call publishes that draft. Nobody else sees a draft, so a failure until then
is a clear no; publishing the same draft again changes nothing. There is no key of ours on it, so it is known by its
title and words, and by when it became public: a doubt is looked into among the account's own articles, where drafts
come first.

The cautious readings. That a second draft of one title is refused (422) holds for five minutes
(title_unique_for_user_past_five_minutes in app/models/article.rb): within these, sending again by itself is safe even
if the list were late; afterwards a person is asked. Forem leaves some characters out of titles: the draft is read
before it is published. Pictures cannot be uploaded by the API: the article names them by addresses of the public edge,
which shows them for as long as it stands (`devto_pictures`). Deleting is unpublishing: the article stays with its
author as a draft.

Account options: `server` for another Forem; `tags` (four at most, letters and digits, comma separated), `canonical`
"link" (the draft's link is where the original stands), `title` "draft", `cover` "first" (the first picture is the
cover, too). Secret: `api_key`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.channels.answers import instant, web
from bot.channels.article import article_of, article_problems, check_title_option, names_in
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
from bot.channels.blog_api import KEPT
from bot.channels.content import link_in, sealed
from bot.channels.devto_api import api_of, me, mine, name_of, number, title_of
from bot.channels.devto_pictures import checked, picture_problems, standing_in, with_pictures
from bot.channels.devto_write import draft_of, one_of, receipt_of, same_account
from bot.channels.edge import reachable
from bot.channels.feed_formats import media_path
from bot.channels.mastodon_server import origin_of
from bot.errors import BadInput
from storage.sealed import Part, SealedPayload

SERVER = "https://dev.to"
GATHER_SECONDS = 18  # of the deadline, for the draft; the rest is for publishing it
MOST_TEXT, MOST_TITLE = 60_000, 128  # the text's is ours; Forem takes 800 kB
MOST_TAGS, MOST_TAG = 4, 30


class DevTo:
    """Adapter of the Forem API. `base_url` is how the internet reaches the public edge."""

    def __init__(self, base_url: str) -> None:
        self._edge = base_url.rstrip("/")

    capabilities = Capabilities(
        channel="devto",
        title="DEV",
        text_limit=MOST_TEXT,
        unit="characters",
        title_limit=MOST_TITLE,
        images_max=10,  # ours, as are the others of pictures: Forem fetches what an article names, and documents none
        picture_size=(1000, 420),  # https://dev.to/p/editor_guide, of the cover
        alt_limit=1000,
        lasting=True,
        hashtags="none",
        headed=True,
        form="article",
        deletes=True,
        access_ends=True,
        reads_back=True,
        metrics=("views", "reactions", "comments"),
        key_life=timedelta(minutes=5),
        settle=timedelta(seconds=60),  # documented nowhere
        deadline=timedelta(seconds=30),
        # https://github.com/forem/forem/blob/main/app/services/rate_limit_checker.rb (2026): nine articles in 30
        # seconds, where the site has not chosen another number.
        pace=Pace(gap=timedelta(seconds=1), windows=(Window(9, timedelta(seconds=30)),)),
    )

    def capabilities_for(self, account: Account) -> Capabilities:
        """No pictures where nobody on the internet could look at them."""
        return self.capabilities if reachable(self._edge, ("https",)) else replace(self.capabilities, images_max=0)

    def measure(self, text: str, account: Account) -> Measure:
        return Measure(len(text.strip()), MOST_TEXT, self.capabilities.unit)

    def build(self, content: Content, account: Account) -> SealedPayload:
        text, links = link_in(content)
        (text + content.title).encode()  # a lone surrogate has no bytes: refused here, before it is left out
        article = article_of(text, content.title, from_draft=account.options.get("title") == "draft")
        canonical = content.link if account.options.get("canonical") == "link" else ""
        addresses = [f"{self._edge}/{media_path(medium)}" for medium in content.media]
        cover = addresses[0] if addresses and account.options.get("cover") == "first" else ""
        body = with_pictures(article.body, content.media, addresses, below=bool(cover))
        extra = {"body": body, "cover": cover, "tags": account.options.get("tags", ""), "canonical": canonical}
        return sealed(
            content,
            account,
            self.capabilities.channel,
            title=article.title,
            # The words as readers have them; the whole Markdown, with the pictures, is `body`.
            parts=(
                Part(text="\n\n".join(each for each in (article.title, article.body) if each), media=content.media),
            ),
            links=links,
            extra={name: value for name, value in extra.items() if value},
        )

    def validate(self, payload: SealedPayload, account: Account) -> tuple[Problem, ...]:
        found = article_problems(payload, self.capabilities, lambda text: self.measure(text, account))
        body = payload.extra.get("body", "")
        if "{%" in body or "{{" in body:
            why = "DEV would run what stands between double braces, or braces with percent signs."  # Liquid
            found += (Problem("liquid", why, "Write it another way."),)
        if body.startswith("---"):
            why = "DEV would read a text that begins with --- as settings of the article."  # front matter
            found += (Problem("front_matter", why, "Let it begin with words."),)
        return found + picture_problems(payload, self._edge)

    async def send(self, payload: SealedPayload, key: AttemptKey, door: Door) -> Receipt:
        try:
            async with asyncio.timeout(GATHER_SECONDS):
                api = await api_of(door, payload.server)
                await same_account(api, payload)
                await checked(payload, door)
                kept = one_of(api, *await mine(api, payload, key.first_at))
                if kept is not None and kept.state == "public":
                    return receipt_of(kept.article, door)
                draft = kept.id if kept else await draft_of(api, payload)
        except TimeoutError as error:
            raise ProvenNotSent(f"{door.account.name} did not take the draft in time.", kept=KEPT) from error
        said = await api.publish("PUT", f"/articles/{draft}", {"article": {"published": True}}, payload)
        if said is None or number(said) != draft or not said.get("published_timestamp"):
            raise OutcomeUnknown(f"{door.account.name} said yes, but not that the post is public.")
        return receipt_of(said, door)

    async def look_up(self, payload: SealedPayload, key: AttemptKey, door: Door) -> Lookup:
        """By title, words and time, among the account's own. A draft is no post yet."""
        try:
            found, whole = await mine(await api_of(door, payload.server), payload, key.first_at)
        except Exception:  # whatever kept the answer away: looking changes nothing, so looking again is safe
            return CannotTell(f"{door.account.name} could not be read.", temporary=True)
        public = [kept for kept in found if kept.state == "public"]
        if len(public) > 1:
            return CannotTell("Several posts with these words stand there.")
        if public:
            return Found(receipt_of(public[0].article, door))
        if any(kept.state == "aside" for kept in found):
            return CannotTell("It stands there, but not in public: somebody or something there put it aside.")
        return Absent() if whole else CannotTell("Too many posts stand there since then.")

    async def read_back(self, receipt: Receipt, door: Door) -> Live | None:
        api = await api_of(door, door.account.server)
        article = await api.read(f"/articles/{name_of(receipt.remote_id)}")
        return None if article is None else live_of(article, door)

    async def delete(self, receipt: Receipt, door: Door) -> None:
        """Out of the public: it stays with its author as a draft, which the API cannot delete."""
        api = await api_of(door, door.account.server)
        said = None
        try:
            said = await api.publish(
                "PUT", f"/articles/{name_of(receipt.remote_id)}", {"article": {"published": False}}
            )
        except ChannelRefused as refused:
            if refused.code != "not_found":  # it is not there: that is what was asked for
                raise
            return
        if said is None or number(said) != receipt.remote_id or said.get("published_timestamp"):
            raise OutcomeUnknown(f"{api.name} said yes, but not that the post was taken down.")

    async def metrics(self, receipt: Receipt, door: Door) -> Mapping[str, int]:
        """Of an article among the latest; only there does the API count views."""
        api = await api_of(door, door.account.server)
        listed = await api.list("/articles/me/published", params={"page": "1", "per_page": "8"})
        article = next((each for each in listed if number(each) == receipt.remote_id), None)
        if article is None:
            article = await api.read(f"/articles/{name_of(receipt.remote_id)}") or {}
        names = {"views": "page_views_count", "reactions": "public_reactions_count", "comments": "comments_count"}
        found = {name: article.get(field) for name, field in names.items()}
        return {name: count for name, count in found.items() if type(count) is int and count >= 0}

    def price(self, payload: SealedPayload) -> str:
        return ""

    async def introduce(self, account: Account, door: Door) -> Introduction:
        """Name and picture of the account, and its last article."""
        try:
            api = await api_of(door, account.server)
            who = await me(api)
            listed = await api.list("/articles/me/published", params={"page": "1", "per_page": "1"})
        except (ChannelRefused, ProvenNotSent):
            return Introduction()
        last = listed[0] if listed else {}
        return Introduction(
            name=str(who.get("name") or "")[:200],
            avatar=web(who.get("profile_image")),
            last_post=str(last.get("title") or "")[:300],
            last_at=instant(last.get("published_at")),
        )

    async def connect(self, account: Account, door: Door) -> Account:
        """Whose key it is. Raises BadInput for options that cannot work, ChannelRefused (`unauthorized`)."""
        check_title_option(account)
        if account.options.get("cover", "") not in ("", "first"):
            raise BadInput("The option cover is first, or left out.")
        if account.options.get("canonical", "") not in ("", "link"):
            raise BadInput("The option canonical is link, or left out.")
        tags = names_in(account.options.get("tags", ""))
        if len(tags) > MOST_TAGS or not all(tag.isalnum() and len(tag) <= MOST_TAG for tag in tags):
            raise BadInput("DEV takes four tags at most, of letters and digits only.")
        origin = origin_of(account.options.get("server") or SERVER)
        who = await me(await api_of(door, origin))
        username = str(who.get("username") or "")[:60]
        return account.changed(
            remote_id=number(who),
            server=origin,
            destination="",
            handle=f"@{username}",
            page=f"{origin}/{username}",
            options={**account.options, **({"tags": ",".join(tags)} if tags else {})},
        )


def live_of(article: Mapping[str, Any], door: Door) -> Live:
    """Its pictures by their hashes, which their addresses tell."""
    body, pictures = standing_in(str(article.get("body_markdown") or ""), door.public("media/"))
    return Live(
        text="\n\n".join(each for each in (title_of(article), body) if each),
        media_sha256=tuple(each.sha256 for each in pictures),
        alts=tuple(each.alt for each in pictures),
        url=web(article.get("url")),
    )
