"""Versions in their final form: what every path to a draft or a revision shares.

A version is rendered to its exact bytes before anyone sees it: pictures fitted to the channel and kept, text given its
wire form, the payload sealed and kept, and the checks run on what will really go out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.artwork.picture import Picture
from bot.channels.base import Channel, Content, Door, Mentions
from bot.checks.base import CheckedVersion, Subject
from bot.checks.run import run_checks
from bot.clock import Clock
from bot.drafting.copywriter import Need
from bot.errors import BadInput
from storage.accounts import Account
from storage.blobs.base import BlobStore
from storage.drafts import Brief, Finding, Version
from storage.media import MediaItem, MediaStore
from storage.sealed import Medium, SealedPayload
from storage.sources import Source
from storage.stores import DraftStore
from storage.team import Brand

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

    def need(self, account: Account, *, picture: bool, brief: Brief | None = None) -> Need:
        """What the copywriter must know of this account. The link is not for the text where a comment has it."""
        apart = brief is not None and bool(brief.link) and brief.link in self.comment_of(account, brief)
        can = self._channels[account.channel].capabilities_for(account)
        return Need(
            account=account.id,
            name=account.name,
            channel=account.channel,
            limit=can.text_limit,
            unit=can.unit,
            hashtags=can.hashtags,
            links="none" if apart else can.links,
            picture=picture and can.images_max > 0,
            alt_limit=can.alt_limit,
        )

    def measure(self, account: Account, text: str) -> tuple[int, int | None]:
        """Length as the channel counts, and its limit."""
        measured = self._channels[account.channel].measure(text, account)
        return measured.used, measured.limit

    async def keep(self, picture: Picture, *, alt: str, source: str, brand: Brand, by: str, draft: str) -> Medium:
        """A picture's final bytes into the blob store and the media library."""
        medium = Medium(
            sha256=await self._blobs.put(picture.data),
            mime=picture.mime,
            size=len(picture.data),
            width=picture.width,
            height=picture.height,
            alt=alt,
            source="upload" if source == "upload" else "card",
        )
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
            )
        )
        return medium

    async def seal(
        self, making: Sequence[Making], brief: Brief, *, title: str, due: datetime | None
    ) -> tuple[Version, ...]:
        """Versions with their sealed payloads kept. Raises BadInput for text that has no bytes."""
        return tuple([await self._seal(each, brief, title, due) for each in making])

    async def _seal(self, making: Making, brief: Brief, title: str, due: datetime | None) -> Version:
        account, channel = making.account, self._channels[making.account.channel]
        comment = making.first_comment.strip()
        apart = brief.link if brief.link in comment else ""
        content = Content(
            text=making.text,
            title=title,
            media=making.media,
            link="" if apart else brief.link,
            comment_link=apart,
            first_comment=comment,
            language=brief.language,
            not_before=due,
            mentions=await self._mentions(making),
        )
        try:
            payload = channel.build(content, account)
        except ValueError as error:
            raise BadInput(
                "The text holds characters that no channel can carry.", do_next="Write it without them."
            ) from error
        measured = channel.measure(making.text, account)
        return Version(
            account=account.id,
            channel=account.channel,
            text=making.text,
            media=making.media,
            payload=await self._blobs.put(payload.canonical()),
            digest=payload.digest,
            length=measured.used,
            limit=measured.limit,
            unit=measured.unit,
            price=channel.price(payload),
            edited_by=making.edited_by,
            first_comment=comment,
            comments=channel.capabilities_for(account).comments,
        )

    async def _mentions(self, making: Making) -> Mapping[str, str]:
        """Whom the text names on channels that must be told who that is: part of what is approved, so that another time
        or picture for the same words never makes somebody else of them.
        """
        account, channel, was = making.account, self._channels[making.account.channel], making.was
        if not isinstance(channel, Mentions):
            return {}
        said, comment = making.text, making.first_comment.strip()
        if was is not None and (was.text, was.first_comment) == (said, comment):
            return channel.mentions_of(await self.payload(was))
        words = f"{said}\n{comment}" if comment else said
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
        checked = []
        for version in versions:
            account, channel = accounts[version.account], self._channels[version.channel]
            payload = await self.payload(version)
            checked.append(
                CheckedVersion(
                    version=version,
                    account=account,
                    capabilities=channel.capabilities_for(account),
                    payload=payload,
                    measured=channel.measure(version.text, account),
                    problems=channel.validate(payload, account),
                )
            )
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
            )
        )

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
