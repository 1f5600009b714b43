"""A draft's pictures: the card or the uploads, in each channel's final bytes, kept with where they came from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.artwork.picture import Picture
from bot.channels.base import Capabilities, Channel
from bot.drafting.copy import CardText
from bot.workflow.versions import Versions
from storage.accounts import Account
from storage.blobs.base import BlobStore
from storage.drafts import Brief, Finding
from storage.sealed import Medium, Origin
from storage.team import UNNAMED, Brand

if TYPE_CHECKING:
    from bot.drafting.creative import Creative


@dataclass(slots=True)
class Made:
    """Media by account id, and what did not work, in words."""

    media: dict[str, tuple[Medium, ...]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    layout: str = ""


class Pictures:
    """`creative` is called at the first picture: what it needs is slow to load."""

    def __init__(
        self, *, channels: Mapping[str, Channel], blobs: BlobStore, creative: Callable[[], Creative], versions: Versions
    ) -> None:
        self._channels = channels
        self._blobs = blobs
        self._creative = creative
        self._versions = versions

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
    ) -> Made:
        """Pictures for every account that takes one. A picture that fails never blocks the draft: it is a finding."""
        made, done = Made(), dict[tuple[object, ...], tuple[Medium, ...]]()
        if brief.image == "none":
            return made
        logo = await self._blobs.get(brand.logo) if brand.logo else None
        if brand.name == UNNAMED:
            brand = brand.changed(name=" ")  # nobody named it yet: the card carries no name rather than ours
        for account in accounts:
            can = self._channels[account.channel].capabilities_for(account)
            if not can.images_max:
                continue
            want = (can.picture_size, can.image_mimes, can.image_max_bytes, can.image_max_pixels, can.image_ratio)
            if want not in done:
                pictures = await self._draw(brief, brand, card, logo, can, made, draft)
                done[want] = tuple(
                    [
                        await self._versions.keep(picture, alt=alt, source=source, brand=brand, by=by, draft=draft)
                        for picture, source in pictures
                    ]
                )
            made.media[account.id] = done[want][: can.images_max]
        return made

    async def _draw(
        self,
        brief: Brief,
        brand: Brand,
        card: CardText | None,
        logo: bytes | None,
        can: Capabilities,
        made: Made,
        seed: str,
    ) -> list[tuple[Picture, Origin]]:
        found: list[tuple[Picture, Origin]] = []
        if brief.image == "upload":
            for sha256 in brief.uploads:
                source = await self._versions.origin(brand, sha256)
                result = await self._creative().upload_for(
                    await self._blobs.get(sha256), can, generated=source != "upload"
                )
                found += [(each, source) for each in self._note(made, result.picture, result.trouble)]
        elif card is not None:
            result = await self._creative().picture_for(card, brand, logo, can, seed=seed, language=brief.language)
            found += [(each, "card") for each in self._note(made, result.picture, result.trouble)]
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
