"""Versions in their final form: what every path to a draft or a revision shares.

A version is rendered to its exact bytes before anyone sees it: pictures fitted to the channel and kept, text given its
wire form, the payload sealed and kept, and the checks run on what will really go out.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.artwork.picture import Picture
from bot.channels.base import Channel, Content, Documents, Door, Flag, Mentions
from bot.checks import disclaimers
from bot.checks.base import CheckedVersion, Subject, spoken
from bot.checks.labels import mark, marked, required, unmarked
from bot.checks.run import run_checks
from bot.clock import Clock
from bot.drafting.copy import Need
from bot.errors import BadInput
from storage.accounts import Account
from storage.blobs.base import BlobStore
from storage.drafts import Brief, Finding, Version
from storage.media import MediaItem, MediaStore
from storage.sealed import Medium, Origin, SealedPayload
from storage.sources import Source
from storage.stores import DraftStore
from storage.team import Brand

FLAGS: tuple[Flag, ...] = ("ai_generated", "paid_partnership")
_THREAD = re.compile(
    r"\b(?:an?|as|als|einen?|in|this) (?:\w+ )?thread\b", re.IGNORECASE
)  # wanted, in the person's words
UNMENDED = frozenset({"alt", "disclaimer", "ad_not_marked", "ad_not_declared", "ai_not_marked"})  # not the writer's
RECENT = 60  # drafts that a new one is compared with


@dataclass(frozen=True, slots=True)
class Making:
    """What one account's version is made of."""

    account: Account
    text: str
    media: tuple[Medium, ...] = ()
    edited_by: str = ""
    first_comment: str = ""
    was: Version | None = None  # what it is made from, in a revision
    by_model: int = 0  # percent of its words that a language model wrote
    words: Literal["new", "kept", "by hand"] = "new"  # new ones are given what they must say; a person's own never


class Versions:
    def __init__(
        self,
        *,
        channels: Mapping[str, Channel],
        blobs: BlobStore,
        media: MediaStore,
        drafts: DraftStore,
        clock: Clock,
        open_door: Callable[[Account], Door],
    ) -> None:
        self._open_door = open_door
        self._channels = channels
        self._blobs = blobs
        self._media = media
        self._drafts = drafts
        self._clock = clock

    def takes_comment(self, account: Account) -> bool:
        return self._channels[account.channel].capabilities_for(account).comments != "none"

    def comment_of(self, account: Account, brief: Brief) -> str:
        """What the brief wants in this account's first comment; "" where its channel has none."""
        return brief.first_comment if self.takes_comment(account) else ""

    def need(self, account: Account, brief: Brief, brand: Brand, flags: Collection[str], *, picture: bool) -> Need:
        """What the copywriter must know of this account; the room for what the text has to say of itself, and for
        small print, is kept, and the link is not for the text where a comment has it.
        """
        brief = spoken(brief, account)
        apart = bool(brief.link) and brief.link in self.comment_of(account, brief)
        channel = self._channels[account.channel]
        can = channel.capabilities_for(account)
        thread = can.threads and _THREAD.search(brief.request) is not None
        line = mark([flag for flag in FLAGS if flag in flags and flag not in can.flags], brief)
        around = "\n\n".join(part for part in (line, disclaimers.room(brand, account, brief)) if part)
        room = channel.measure(f"{around}\n\nA", account).used - channel.measure("A", account).used if around else 0
        return Need(
            account=account.id,
            name=account.name,
            channel=account.channel,
            limit=None if thread else can.text_limit and max(1, can.text_limit - room),
            unit=can.unit,
            hashtags=can.hashtags,
            links="none" if apart else can.links,
            picture=picture and can.images_max > 0,
            alt_limit=can.alt_limit,
            language=account.language,
            form=can.form,
            headed=can.headed,
            thread=thread,
        )

    def measure(self, account: Account, text: str) -> tuple[int, int | None]:
        """Length as the channel counts, and its limit."""
        measured = self._channels[account.channel].measure(text, account)
        return measured.used, measured.limit

    async def keep(
        self, picture: Picture, *, alt: str, source: Origin, brand: Brand, by: str, draft: str, made_from: str = ""
    ) -> Medium:
        """A picture's final bytes into the blob store and the media library; `made_from` is the library's it came from.

        Bytes that the library holds already, as they are, keep what is known of them there.
        """
        medium = Medium(
            sha256=await self._blobs.put(picture.data),
            mime=picture.mime,
            size=len(picture.data),
            width=picture.width,
            height=picture.height,
            alt=alt,
            source=source,
        )
        if made_from == medium.sha256:
            return medium
        known = await self._media.get(brand.workspace, brand.id, medium.sha256)
        told = {"name", "tags", "rights_until", "rights_note"}
        await self._media.put(
            MediaItem(
                sha256=medium.sha256,
                workspace=brand.workspace,
                brand=brand.id,
                mime=medium.mime,
                size=medium.size,
                width=medium.width,
                height=medium.height,
                alt=alt,
                source=medium.source,
                made_by=by,
                from_draft=draft,
                picture_hash=_picture_hash(picture.data),
                created_at=self._clock.now(),
                made_from=made_from,
                digital_source=picture.source,
                **(known.model_dump(include=told) if known else {}),
            )
        )
        return medium

    async def origin(self, brand: Brand, sha256: str) -> tuple[Origin, str]:
        """How a picture of the library came to be, and IPTC's word for it ("" where the origin says it all)."""
        item = await self._media.get(brand.workspace, brand.id, sha256)
        return (item.source, item.digital_source) if item is not None else ("upload", "")

    async def seal(
        self, making: Sequence[Making], brief: Brief, brand: Brand, *, title: str, due: datetime | None
    ) -> tuple[Version, ...]:
        """Versions with their sealed payloads kept. Raises BadInput for text that has no bytes."""
        built = [
            self._built(each, brief, brand, title, due, await self._mentions(each, self._words(each, brief, brand)))
            for each in making
        ]
        for _, payload in built:
            await self._blobs.put(payload.canonical())
        return tuple(version for version, _ in built)

    def _words(self, making: Making, brief: Brief, brand: Brand) -> str:
        brief = spoken(brief, making.account)
        return self._saying(making, required(brand.labels, brief, making.media, making.by_model), brief, brand)

    def _built(
        self,
        making: Making,
        brief: Brief,
        brand: Brand,
        title: str,
        due: datetime | None,
        mentions: Mapping[str, str],
    ) -> tuple[Version, SealedPayload]:
        """A version in its final form, with what will be sent; nothing is kept yet."""
        account, channel = making.account, self._channels[making.account.channel]
        brief = spoken(brief, account)
        flags = required(brand.labels, brief, making.media, making.by_model)
        text, comment = self._saying(making, flags, brief, brand), making.first_comment.strip()
        apart = brief.link if brief.link in comment else ""
        content = Content(
            text=text,
            title=title,
            media=making.media,
            link="" if apart else brief.link,
            comment_link=apart,
            first_comment=comment,
            language=brief.language,
            not_before=due,
            mentions=mentions,
            disclosure=flags,
        )
        try:
            payload = channel.build(content, account)
        except ValueError as error:
            raise BadInput(
                "The text holds characters that no channel can carry.", do_next="Write it without them."
            ) from error
        measured = channel.measure(text, account)
        version = Version(
            account=account.id,
            channel=account.channel,
            text=text,
            media=making.media,
            payload=hashlib.sha256(payload.canonical()).hexdigest(),
            digest=payload.digest,
            length=measured.used,
            limit=measured.limit,
            unit=measured.unit,
            price=channel.price(payload),
            pages=channel.document_pages(payload) if isinstance(channel, Documents) else 0,
            edited_by=making.edited_by,
            by_model=making.by_model,
            disclosure=flags,
            first_comment=comment,
            comments=channel.capabilities_for(account).comments,
        )
        return version, payload

    def _saying(self, making: Making, flags: tuple[Flag, ...], brief: Brief, brand: Brand) -> str:
        """The text with what it must say of itself where the channel has no label for it, and with its small print.

        What a person worded stays byte for byte, and so does what was worded before while the same has to be said: a
        check tells what is missing.
        """
        was = making.was
        if making.words == "by hand" or (making.words == "kept" and was is not None and was.disclosure == flags):
            return making.text
        can = self._channels[making.account.channel].capabilities_for(making.account)
        bare = unmarked(making.text, brief)
        said = marked(bare, [flag for flag in flags if flag not in can.flags], brief, headed=can.headed)
        return disclaimers.completed(said, disclaimers.due(brand, making.account, brief, said))

    async def _mentions(self, making: Making, text: str) -> Mapping[str, str]:
        """Whom the text names on channels that must be told who that is: part of what is approved, so that another time
        or picture for the same words never makes somebody else of them.
        """
        account, channel, was = making.account, self._channels[making.account.channel], making.was
        if not isinstance(channel, Mentions):
            return {}
        comment = making.first_comment.strip()
        if was is not None and (was.text, was.first_comment) == (text, comment):
            return channel.mentions_of(await self.payload(was))
        words = f"{text}\n{comment}" if comment else text
        return await channel.mentioned(words, account, self._open_door(account))

    async def payload(self, version: Version) -> SealedPayload:
        return SealedPayload.read(await self._blobs.get(version.payload))

    async def check(
        self,
        versions: Sequence[Version],
        brief: Brief,
        brand: Brand,
        accounts: Mapping[str, Account],
        *,
        draft: str,
        pages: tuple[Source, ...] = (),
    ) -> tuple[Finding, ...]:
        """What the checks say of these versions."""
        sealed = [(version, await self.payload(version)) for version in versions]
        return await self._checked(sealed, brief, brand, accounts, draft=draft, pages=pages)

    async def faults(
        self,
        texts: Mapping[str, str],
        brief: Brief,
        brand: Brand,
        accounts: Mapping[str, Account],
        *,
        due: datetime | None,
        pages: tuple[Source, ...] = (),
    ) -> dict[str, list[str]]:
        """What the checks would say of these texts by account, as far as who wrote them can mend it. Keeps nothing."""
        making = [Making(accounts[account], text) for account, text in texts.items()]
        built = [self._built(each, brief, brand, brief.topic, due, {}) for each in making]
        found: dict[str, list[str]] = {}
        for finding in await self._checked(built, brief, brand, accounts, draft="", pages=pages):
            if finding.severity == "note" or finding.rule in UNMENDED or finding.rule.startswith("unchecked"):
                continue
            for account in (finding.account,) if finding.account else tuple(texts):
                found.setdefault(account, []).append(f"{finding.reason} {finding.fix}".strip())
        return found

    async def _checked(
        self,
        sealed: Iterable[tuple[Version, SealedPayload]],
        brief: Brief,
        brand: Brand,
        accounts: Mapping[str, Account],
        *,
        draft: str,
        pages: tuple[Source, ...],
    ) -> tuple[Finding, ...]:
        checked = [
            CheckedVersion(
                version=version,
                account=accounts[version.account],
                capabilities=self._channels[version.channel].capabilities_for(accounts[version.account]),
                payload=payload,
                measured=self._channels[version.channel].measure(version.text, accounts[version.account]),
                problems=self._channels[version.channel].validate(payload, accounts[version.account]),
            )
            for version, payload in sealed
        ]
        recent = await self._recent(brand, draft)
        texts = [text for page in pages for text in (page.title, *page.facts, await self._text_of(page)) if text]
        return await run_checks(
            Subject(
                versions=tuple(checked),
                brief=brief,
                brand=brand,
                recent=recent,
                now=self._clock.now(),
                pages=pages,
                page_texts=tuple(texts),
                pictures=await self._pictures(brand, [medium for each in checked for medium in each.version.media]),
            )
        )

    async def _pictures(self, brand: Brand, media: Sequence[Medium]) -> dict[str, tuple[MediaItem, ...]]:
        """What the library knows of these, and of what they were made from."""
        found: dict[str, tuple[MediaItem, ...]] = {}
        for sha256 in {medium.sha256 for medium in media}:
            item = await self._media.get(brand.workspace, brand.id, sha256)
            origin = (
                await self._media.get(brand.workspace, brand.id, item.made_from) if item and item.made_from else None
            )
            found[sha256] = tuple(each for each in (item, origin) if each is not None)
        return found

    async def _text_of(self, page: Source) -> str:
        return (await self._blobs.get(page.text)).decode("utf-8", "replace") if page.text else ""

    async def recent_texts(self, brand: Brand) -> tuple[str, ...]:
        return tuple(text for _, text in await self._recent(brand, ""))

    async def _recent(self, brand: Brand, but: str) -> tuple[tuple[str, str], ...]:
        """Account id and text of what the brand drafted lately."""
        page = await self._drafts.page(brand.workspace, limit=RECENT)
        return tuple(
            (version.account, version.text)
            for draft in page.items
            if draft.brand == brand.id and draft.id != but and draft.status not in ("rejected", "replaced")
            for version in draft.versions
        )


def _picture_hash(data: bytes) -> str:
    from bot.artwork.fit import picture_hash  # noqa: PLC0415 - loads numpy and Pillow

    return f"{picture_hash(data):016x}"
