"""A draft's pictures: card, uploads or a generated one, in each channel's final bytes, kept with their origin."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.artwork.picture import Picture
from bot.channels.base import Capabilities, Channel
from bot.checks.alt import HOW
from bot.checks.base import spoken
from bot.drafting.alt import describe_card, within
from bot.drafting.carousel import shown
from bot.drafting.copy import CardText
from bot.drafting.describing import Describer, Sight
from bot.workflow.painting import Painter
from bot.workflow.versions import Versions
from storage.accounts import Account
from storage.blobs.base import BlobStore
from storage.drafts import Brief, Finding, GeneratedPicture
from storage.sealed import Medium, Origin
from storage.team import UNNAMED, Brand

if TYPE_CHECKING:
    from bot.drafting.creative import Creative

# IPTC's words by origin, as `bot.artwork.fit` has them; that one loads numpy and Pillow
_SOURCES: Mapping[Origin, str] = {
    "upload": "digitalCreation",
    "card": "algorithmicMedia",
    "generated": "trainedAlgorithmicMedia",
}
_ALT_CHARACTERS = 1000
PAGE = (1080, 1350)  # pixels


@dataclass(slots=True)
class Made:
    """Media by account id, and what did not work, in words. `generated`: what an image model made for it."""

    media: dict[str, tuple[Medium, ...]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    layout: str = ""
    generated: GeneratedPicture | None = None


@dataclass(frozen=True, slots=True)
class _Source:
    """One picture in a channel's bytes; `made_from` names the library's picture behind it."""

    picture: Picture
    origin: Origin
    made_from: str = ""
    words: CardText | None = None  # of a page of a carousel, which describe it


class Pictures:
    """`creative` is called at the first picture: what it needs is slow to load."""

    def __init__(
        self,
        *,
        channels: Mapping[str, Channel],
        blobs: BlobStore,
        creative: Callable[[], Creative],
        versions: Versions,
        painter: Painter,
    ) -> None:
        self._channels = channels
        self._blobs = blobs
        self._creative = creative
        self._versions = versions
        self._painter = painter

    async def paint(
        self, brief: Brief, brand: Brand, card: CardText | None, accounts: Sequence[Account], *, draft: str, by: str
    ) -> GeneratedPicture | str | None:
        """What an image model makes of the brief, paid once; or a sentence why there is none. None: no account takes
        pictures.
        """
        taking = [can for _, can in self._taking(accounts)]
        if not taking:
            return None
        alt = _shows(brief, card, taking)
        return await self._painter.paint(brief, brand, _shared_size(taking), alt=alt, by=by, draft=draft)

    async def make(
        self,
        brief: Brief,
        brand: Brand,
        card: CardText | None,
        alt: str,
        accounts: Sequence[Account],
        *,
        draft: str,
        by: str,
        painted: GeneratedPicture | str | None = None,
        look: Describer | None = None,
        slides: Sequence[CardText] = (),
    ) -> Made:
        """Pictures for every account that takes one. A picture that fails never blocks the draft: it is a finding.

        `painted` is of `paint`, now or for an earlier revision; for a brief that wants a generated picture a card
        stands in where there is none. `look` describes what no person and no card's own words describe.
        `slides` are the pages of a carousel, which take the card's place.
        """
        made, done = Made(), dict[tuple[object, ...], tuple[Medium, ...]]()
        if brief.image == "none":
            return made
        taking = self._taking(accounts)
        able = {account.id for account, _ in taking}
        every = [(each, self._channels[each.channel].capabilities) for each in accounts if each.id not in able]
        made.findings = tuple(_shown_nowhere(each, can) for each, can in every if can.lasting and can.images_max)
        if brief.image == "generate":
            alt = self._take(made, brief, card, alt, painted, [can for _, can in taking])
        alts_of = _Describing(made, alt, card, _alt_limit([can for _, can in taking]), look, self._blobs)
        logo = await self._blobs.get(brand.logo) if brand.logo else None
        if brand.name == UNNAMED:
            brand = brand.changed(name=" ")  # nobody named it yet: the card carries no name rather than ours
        for account, full in taking:
            can = replace(full, picture_size=_page_size(full)) if slides else full
            want = (
                can.picture_size, can.image_mimes, can.image_max_bytes, can.image_max_pixels, can.image_ratio,
                account.language,
            )  # fmt: skip
            if want not in done:
                found = await self._draw(brief, brand, card, logo, can, made, draft, slides)
                alts = await asyncio.gather(*(alts_of.of(each, spoken(brief, account)) for each in found))
                pairs = zip(found, alts, strict=True)
                done[want] = tuple([await self._keep(each, said, brand, by=by, draft=draft) for each, said in pairs])
            made.media[account.id] = shown(done[want], can.images_max) if slides else done[want][: can.images_max]
            if slides and (left := len(done[want]) - len(made.media[account.id])) > 0:
                made.findings = (*made.findings, _left_out(account, can, left))
        return made

    def _taking(self, accounts: Sequence[Account]) -> list[tuple[Account, Capabilities]]:
        """Those whose channels take pictures."""
        every = [(each, self._channels[each.channel].capabilities_for(each)) for each in accounts]
        return [(account, can) for account, can in every if can.images_max]

    @staticmethod
    def _take(
        made: Made,
        brief: Brief,
        card: CardText | None,
        alt: str,
        painted: GeneratedPicture | str | None,
        taking: Sequence[Capabilities],
    ) -> str:
        """Into `made`: the model's picture, or why a card stands in. The description that fits what will be shown."""
        if isinstance(painted, GeneratedPicture):
            made.generated = painted
            return alt
        if painted:
            made.findings = (*made.findings, Finding(severity="warn", rule="picture", reason=painted))
        return within(describe_card(card.model_dump(), brief.language), _alt_limit(taking)) if card is not None else ""

    async def _keep(self, source: _Source, alt: str, brand: Brand, *, by: str, draft: str) -> Medium:
        return await self._versions.keep(
            source.picture, alt=alt, source=source.origin, brand=brand, by=by, draft=draft, made_from=source.made_from
        )

    async def _draw(
        self,
        brief: Brief,
        brand: Brand,
        card: CardText | None,
        logo: bytes | None,
        can: Capabilities,
        made: Made,
        seed: str,
        slides: Sequence[CardText],
    ) -> list[_Source]:
        creative, generated = self._creative(), made.generated
        found: list[_Source] = []
        for page in slides:
            result = await creative.picture_for(
                page, brand, logo, can, seed=seed, language=brief.language, layout=creative.of_set(seed)
            )
            found += [_Source(each, "card", words=page) for each in self._note(made, result.picture, result.trouble)]
            made.layout = result.picture.layout if result.picture else made.layout
        if slides:
            return found
        if brief.image == "upload":
            for sha256 in brief.uploads:
                origin, kind = await self._versions.origin(brand, sha256)
                result = await creative.upload_for(await self._blobs.get(sha256), can, source=kind or _SOURCES[origin])
                found += [_Source(each, origin, sha256) for each in self._note(made, result.picture, result.trouble)]
        elif generated is not None and (card is None or not brief.image_words):
            data = await self._blobs.get(generated.sha256)
            result = await creative.upload_for(data, can, source=_SOURCES["generated"])
            for each in self._note(made, result.picture, result.trouble):
                found.append(_Source(each, "generated", generated.sha256))
        elif card is not None:
            photo = await self._blobs.get(generated.sha256) if generated else None
            result = await creative.picture_for(card, brand, logo, can, seed=seed, language=brief.language, photo=photo)
            for each in self._note(made, result.picture, result.trouble):
                found.append(_Source(each, "generated" if generated else "card", generated.sha256 if generated else ""))
            made.layout = result.picture.layout if result.picture else ""
        return found

    @staticmethod
    def _note(made: Made, picture: Picture | None, trouble: str) -> list[Picture]:
        sentences = [trouble] if trouble else []
        sentences += picture.problems if picture else ()
        for sentence in sentences:
            finding = Finding(severity="warn", rule="picture", reason=sentence)
            if finding not in made.findings:
                made.findings = (*made.findings, finding)
        return [picture] if picture else []


@dataclass(slots=True)
class _Describing:
    """What each picture of a draft shows: as a person or a card's own words have it, else as a model sees it; what
    nobody could look at is told in `made`.
    """

    made: Made
    given: str
    card: CardText | None
    limit: int
    look: Describer | None
    blobs: BlobStore
    seen: dict[tuple[str, float, str], Sight] = field(default_factory=dict)

    async def of(self, source: _Source, brief: Brief) -> str:
        """In the brief's language. The cut that goes out is looked at; cuts of one shape are alike."""
        if source.words is not None:
            return within(describe_card(source.words.model_dump(), brief.language), self.limit)
        if self.given:
            return self.given
        generated = self.made.generated if source.origin == "generated" else None
        if generated is None:
            return (await self._looked(source, brief)).alt
        from bot.drafting.picturing import alt_of_picture, with_words  # noqa: PLC0415 - loads the prompts' templates

        known = generated.shows if generated.shows_in == brief.language else ""
        said = known or (await self._looked(source, brief)).alt
        if not said:
            return alt_of_picture(brief, self.card, self.limit)
        if not generated.shows:
            self.made.generated = generated.model_copy(update={"shows": said, "shows_in": brief.language})
        return with_words(said, brief, self.card, self.limit)

    async def _looked(self, source: _Source, brief: Brief) -> Sight:
        if self.look is None:
            return Sight()
        picture = source.picture
        key = (source.made_from, round(picture.width / picture.height, 1), brief.language)
        if key not in self.seen:
            apart = source.origin == "generated" and brief.image_words  # its words are told exactly, beside it
            data = await self.blobs.get(source.made_from) if apart else picture.data
            self.seen[key] = await self.look.look(data, language=brief.language, limit=self.limit)
        sight = self.seen[key]
        if sight.why:
            unseen = "Nobody could look at the picture to describe it."
            finding = Finding(severity="warn", rule="alt_unseen", reason=f"{unseen} {sight.why}", fix=HOW)
            if finding not in self.made.findings:
                self.made.findings = (*self.made.findings, finding)
        return sight


def _page_size(can: Capabilities) -> tuple[int, int]:
    """Of a carousel's pages: upright, as far as the channel takes it, since they fill more of a phone."""
    least, most = can.image_ratio
    width, height = PAGE
    return PAGE if least <= width / height <= most else can.picture_size


def _shown_nowhere(account: Account, can: Capabilities) -> Finding:
    """Of a channel that shows pictures by our address, where that is none."""
    reason = f"{can.title} shows pictures from AdMind, which has no public https address: it goes out there without."
    fix = "Whoever runs AdMind sets ADMIND_PUBLIC_URL."
    return Finding(severity="warn", rule="picture", reason=reason, fix=fix, account=account.id)


def _left_out(account: Account, can: Capabilities, left: int) -> Finding:
    most = can.images_max
    reason = f"{can.title} takes {most} pictures at most, so {left} pages of the carousel are left out there."
    return Finding(severity="warn", rule="picture", reason=reason, account=account.id)


def _alt_limit(channels: Sequence[Capabilities]) -> int:
    return min((can.alt_limit for can in channels if can.alt_limit), default=_ALT_CHARACTERS)


def _shows(brief: Brief, card: CardText | None, channels: Sequence[Capabilities]) -> str:
    """For the library, before anybody looked at it."""
    from bot.drafting.picturing import alt_of_picture  # noqa: PLC0415 - loads the prompts' templates

    return alt_of_picture(brief, card, _alt_limit(channels))


def _shared_size(channels: Sequence[Capabilities]) -> tuple[int, int]:
    """The size to ask a model for: theirs when all want one shape, else a square, of which each can cut its own."""
    shapes = {round(can.picture_size[0] / can.picture_size[1], 2) for can in channels}
    return channels[0].picture_size if len(shapes) == 1 else (1024, 1024)
