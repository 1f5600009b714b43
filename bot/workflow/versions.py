"""Versions in their final form: what every path to a draft or a revision shares.

A version is rendered to its exact bytes before anyone sees it: pictures fitted to the channel and kept, text given its
wire form, the payload sealed and kept, and the checks run on what will really go out.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from bot.artwork.picture import Picture
from bot.channels.base import Channel, Content, Documents, Door, Flag, Mentions
from bot.checks import disclaimers
from bot.checks.base import CheckedVersion, Looked, Neighbour, Reading, Subject, spoken
from bot.checks.labels import mark, marked, required, unmarked
from bot.checks.ledger import Found, ledger
from bot.checks.run import run_checks
from bot.clock import Clock
from bot.drafting.copy import Need
from bot.errors import BadInput
from bot.workflow.binding import Binder
from bot.workflow.minting import Minting, Wording, as_typed, with_destinations
from bot.workflow.opening import LinkOpening
from bot.workflow.recents import Recents
from storage.accounts import Account
from storage.blobs.base import BlobStore
from storage.claims import Claim, Evidence
from storage.drafts import Brief, Finding, Version
from storage.media import MediaItem, MediaStore
from storage.posts import PostState
from storage.sealed import Link, Medium, Origin, SealedPayload
from storage.sources import Source
from storage.stores import DraftStore, PostStore
from storage.team import Brand

log = logging.getLogger(__name__)

FLAGS: tuple[Flag, ...] = ("ai_generated", "paid_partnership")
_THREAD = re.compile(r"\b(?:an?|as|als|einen?|in|this) (?:\w+ )?thread\b", re.IGNORECASE)  # in the person's words
UNMENDED = frozenset({  # what whoever writes cannot mend
    "ad_not_declared", "ad_not_marked", "ai_not_marked", "alt", "blackout", "disclaimer", "embargo", "no_first_comment",
    "page_again", "page_elsewhere", "page_unread", "too_close",
})  # fmt: skip
NEAR = 200  # posts, and drafts, that are looked through for one at about the same time


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
    link: str | None = None  # the brief's in its final form, once that is known
    links: tuple[Link, ...] = ()  # short ones


@dataclass(frozen=True, slots=True)
class Checked:
    """What the checks say of versions, and the ledger of what they claim."""

    findings: tuple[Finding, ...]
    claims: tuple[Claim, ...]


class Versions:
    def __init__(
        self,
        *,
        channels: Mapping[str, Channel],
        blobs: BlobStore,
        media: MediaStore,
        drafts: DraftStore,
        recents: Recents,
        posts: PostStore,
        clock: Clock,
        open_door: Callable[[Account], Door],
        opening: LinkOpening,
        minting: Minting,
        binder: Binder | None = None,
    ) -> None:
        self.minting = minting
        self._binder = binder
        self._posts = posts
        self._opening = opening
        self._open_door = open_door
        self._channels = channels
        self._blobs = blobs
        self._media = media
        self._drafts = drafts
        self._recents = recents
        self._clock = clock

    def takes_comment(self, account: Account) -> bool:
        return self._channels[account.channel].capabilities_for(account).comments != "none"

    def comment_of(self, account: Account, brief: Brief) -> str:
        """What the brief wants in this account's first comment; "" where its channel has none."""
        return brief.first_comment if self.takes_comment(account) else ""

    async def need(
        self, account: Account, brief: Brief, brand: Brand, flags: Collection[str], *, picture: bool
    ) -> Need:
        """What the copywriter must know of this account; the room for what the text has to say of itself, for small
        print and for the link's parameters is kept, and the link is not for the text where a comment has it.
        """
        brief = spoken(brief, account)
        apart = bool(brief.link) and brief.link in self.comment_of(account, brief)
        channel = self._channels[account.channel]
        can = channel.capabilities_for(account)
        thread = can.threads and _THREAD.search(brief.request) is not None
        line = mark([flag for flag in FLAGS if flag in flags and flag not in can.flags], brief)
        around = "\n\n".join(part for part in (line, disclaimers.room(brand, account, brief)) if part)
        room = channel.measure(f"{around}\n\nA", account).used - channel.measure("A", account).used if around else 0
        room += await self.minting.room(account, brief, brand, lambda text: channel.measure(text, account).used)
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
        self, making: Sequence[Making], brief: Brief, brand: Brand, *, title: str, due: datetime | None, draft: str
    ) -> tuple[Version, ...]:
        """Versions with their links and sealed payloads kept. Raises BadInput for text that has no bytes."""
        linked = [await self._linked(each, brief, brand, draft, keep=True) for each in making]
        built = [
            self._built(each, brief, brand, title, due, await self._mentions(each, self._words(each, brief, brand)))
            for each in linked
        ]
        bound = [await self._bound(*pair, each) for pair, each in zip(built, linked, strict=True)]
        for _, payload in bound:
            await self._blobs.put(payload.canonical())
        return tuple(version for version, _ in bound)

    async def _bound(self, version: Version, payload: SealedPayload, making: Making) -> tuple[Version, SealedPayload]:
        """The same; where its pictures become a document and there is a signer, the signed file is sealed with it."""
        channel = self._channels[version.channel]
        if not version.pages or not isinstance(channel, Documents) or self._binder is None:
            return version, payload
        was = await self.payload(making.was) if making.was is not None else None
        payload = await self._binder.bound(payload, channel, self._open_door(making.account), was)
        sha256 = hashlib.sha256(payload.canonical()).hexdigest()
        return version.model_copy(update={"payload": sha256, "digest": payload.digest}), payload

    async def _linked(self, making: Making, brief: Brief, brand: Brand, draft: str, *, keep: bool) -> Making:
        """With its links in final form; nobody has worded them by hand, or they stay as they are."""
        wording = Wording(
            making.text,
            making.first_comment,
            making.account,
            fresh=making.words == "new" and not making.edited_by,
            linked=self._links_work(making.account),
            was=making.was.links if making.was else (),
        )
        found = await self.minting.minted(wording, brief, brand, draft=draft, keep=keep)
        return replace(making, text=found.text, first_comment=found.comment, link=found.link, links=found.links)

    def _links_work(self, account: Account) -> bool:
        return self._channels[account.channel].capabilities_for(account).links != "none"

    def worded(self, version: Version, account: Account) -> Wording:
        """A version as somebody's wording, whose links are theirs."""
        linked = self._links_work(account)
        return Wording(version.text, version.first_comment, account, fresh=False, linked=linked, was=version.links)

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
        link = brief.link if making.link is None else making.link
        apart = link if link in comment else ""
        content = Content(
            text=text,
            title=title,
            media=making.media,
            link="" if apart else link,
            comment_link=apart,
            first_comment=comment,
            language=brief.language,
            not_before=due,
            mentions=mentions,
            disclosure=flags,
            carousel=brief.carousel,
        )
        try:
            payload = with_destinations(channel.build(content, account), making.links)
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
            links=tuple(each for each in payload.links if each.shown != each.destination),
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
        evidence: tuple[Evidence, ...] = (),
        due: datetime | None = None,
        tainted: bool = False,
        drawn: tuple[str, ...] = (),
    ) -> Checked:
        """What the checks say of these versions. `evidence` is what people supplied for claims; `tainted`: words from
        outside may have brought the links, so none is opened; `drawn`: what stands on the pages of a carousel.
        """
        sealed = [(version, await self.payload(version)) for version in versions]
        subject = await self._subject(sealed, brief, brand, accounts, draft, pages, evidence, drawn=drawn)
        subject = replace(subject, near=await self._near(brand, draft, due))
        if not tainted:
            subject = replace(subject, looked=await self._looked(subject, draft))
        return Checked(await run_checks(subject), _claims(subject))

    async def ledger(
        self,
        versions: Sequence[Version],
        brief: Brief,
        brand: Brand,
        accounts: Mapping[str, Account],
        *,
        pages: tuple[Source, ...] = (),
        evidence: tuple[Evidence, ...] = (),
        drawn: tuple[str, ...] = (),
    ) -> tuple[Found, ...]:
        """What these versions claim, with what is needed to supply evidence for it."""
        sealed = [(version, await self.payload(version)) for version in versions]
        return ledger(
            await self._subject(sealed, brief, brand, accounts, "", pages, evidence, recent=False, drawn=drawn)
        )

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
        plain = [Making(accounts[account], text) for account, text in texts.items()]
        making = [await self._linked(each, brief, brand, "", keep=False) for each in plain]
        built = [self._built(each, brief, brand, brief.topic, due, {}) for each in making]
        found: dict[str, list[str]] = {}
        for finding in await run_checks(await self._subject(built, brief, brand, accounts, "", pages, ())):
            if finding.severity == "note" or finding.rule in UNMENDED or finding.rule.startswith("unchecked"):
                continue
            for account in (finding.account,) if finding.account else tuple(texts):
                found.setdefault(account, []).append(f"{finding.reason} {finding.fix}".strip())
        return found

    async def _subject(
        self,
        sealed: Iterable[tuple[Version, SealedPayload]],
        brief: Brief,
        brand: Brand,
        accounts: Mapping[str, Account],
        draft: str,
        pages: tuple[Source, ...],
        evidence: tuple[Evidence, ...],
        *,
        recent: bool = True,
        drawn: tuple[str, ...] = (),
    ) -> Subject:
        checked = [
            CheckedVersion(
                version=version,
                account=accounts[version.account],
                capabilities=self._channels[version.channel].capabilities_for(accounts[version.account]),
                payload=payload,
                measured=self._channels[version.channel].measure(version.text, accounts[version.account]),
                problems=self._channels[version.channel].validate(payload, accounts[version.account]),
                drawn=drawn if version.media else (),
            )
            for version, payload in sealed
        ]
        readings = [Reading(page, await self._text_of(page)) for page in pages if not page.problem]
        texts = [text for each in readings for text in (each.source.title, *each.source.facts, each.text) if text]
        return Subject(
            versions=tuple(checked),
            brief=brief,
            brand=brand,
            recent=await self._recents.texts(brand, draft) if recent else (),
            now=self._clock.now(),
            pages=pages,
            page_texts=tuple(texts),
            readings=tuple(readings),
            evidence=evidence,
            untracked={
                each.account.id: await self.minting.trackable(
                    self.worded(each.version, each.account), brief, brand, draft=draft
                )
                for each in checked
            },
            pictures=await self._pictures(brand, [medium for each in checked for medium in each.version.media]),
        )

    async def _looked(self, subject: Subject, draft: str) -> tuple[Looked, ...]:
        """Where the links of the copy lead, as far as people gave them."""
        by_hand = [each.text for each in subject.versions if each.version.edited_by]
        return await self._opening.look(
            [as_typed(each.text, each.version, subject.brief) for each in subject.versions],
            draft=draft,
            given=(*subject.sources, *by_hand),
            but=[page.url for page in subject.pages],
        )

    async def _near(self, brand: Brand, draft: str, due: datetime | None) -> tuple[Neighbour, ...]:
        """Other posts and open drafts of the brand within its gap around a time."""
        gap = timedelta(minutes=brand.profile.timing.gap_minutes)
        if due is None or not gap:
            return ()
        posts = await self._posts.page(
            brand.workspace,
            index=f"of:{brand.id}",
            limit=NEAR,
            least=(due - gap).timestamp(),
            most=(due + gap).timestamp(),
        )
        drafts = await self._drafts.page(brand.workspace, index=f"open:{brand.id}", limit=NEAR)
        return (
            *(
                Neighbour(post.account, post.called or post.title, post.due)
                for post in posts.items
                if post.draft != draft and post.state not in (PostState.cancelled, PostState.failed)
            ),
            *(
                Neighbour(version.account, each.called or each.title, each.due)
                for each in drafts.items
                if each.id != draft and each.due is not None and abs(each.due - due) < gap
                for version in each.versions
            ),
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
        return tuple(text for _, text in await self._recents.texts(brand))


def _claims(subject: Subject) -> tuple[Claim, ...]:
    """The ledger; where it breaks, the check of the claims has said so."""
    try:
        return tuple(found.claim for found in ledger(subject))
    except Exception:
        log.exception("ledger_failed")
        return ()


def _picture_hash(data: bytes) -> str:
    from bot.artwork.fit import picture_hash  # noqa: PLC0415 - loads numpy and Pillow

    return f"{picture_hash(data):016x}"
