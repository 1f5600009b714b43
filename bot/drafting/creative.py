"""A draft's picture for one channel: the drawn card, the person's upload or what a model made, in final bytes.

A picture that fails never blocks a draft: the result then holds a sentence instead. Where a signer is set, each picture
is signed last: nothing changes a byte of it afterwards.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace

from bot.artwork.cards import MAX_RATIO, MAX_SIDE, MIN_RATIO, MIN_SIDE, CardSpec, draw_card
from bot.artwork.fit import AI_BACKGROUND, CARD, UPLOAD, fit_picture
from bot.artwork.picture import Picture, PictureRefused
from bot.artwork.provenance import MANIFEST_ROOM, ProvenanceFailed, Signer, sign_picture
from bot.artwork.seeds import pick
from bot.channels.base import Capabilities
from bot.drafting.copy import CardText
from bot.errors import unexpected
from bot.words import noted
from storage.team import Brand

WITHOUT = "The draft goes on without a picture."
UNSIGNED = noted("The picture stays unsigned.")
KEPT_CARDS = 10
SETS = ("editorial", "aurora", "split", "statement")
"""Drawn cards kept in memory, so that accounts of one draft with the same picture size share one rendering."""


@dataclass(frozen=True, slots=True)
class Made:
    """A picture, or in `trouble` a whole sentence why there is none."""

    picture: Picture | None = None
    trouble: str = ""


class Creative:
    """Makes pictures; equal words, brand, size and seed give equal bytes."""

    def __init__(
        self,
        draw: Callable[[CardSpec], Coroutine[None, None, Picture]] = draw_card,
        *,
        signer: Signer | None = None,
    ) -> None:
        self._draw = draw
        self._signer = signer
        self._drawing: OrderedDict[CardSpec, asyncio.Task[Picture]] = OrderedDict()

    async def picture_for(
        self,
        card: CardText,
        brand: Brand,
        logo: bytes | None,
        capabilities: Capabilities,
        *,
        seed: str,
        language: str,
        photo: bytes | None = None,
        layout: str = "auto",
    ) -> Made:
        """The card at the channel's picture size, within its bytes and formats. `logo` is a cleaned PNG; `photo`, made
        by a model, lies behind the words.
        """
        width, height = capabilities.picture_size
        if min(width, height) < MIN_SIDE or max(width, height) > MAX_SIDE:
            return Made(trouble=f"{capabilities.title} asks for a picture size that no card has, so there is none.")
        if not MIN_RATIO <= width / height <= MAX_RATIO:
            width = height = min(width, height)
        spec = CardSpec(
            headline=card.headline or brand.name,
            sub=card.sub,
            kicker=card.kicker,
            cta=card.cta,
            offer=card.offer,
            brand=brand.name,
            palette=brand.palette,
            logo=logo,
            photo=photo,
            font=brand.font,
            layout=layout,
            language=language,
            width=width,
            height=height,
            seed=seed,
        )
        try:
            drawn = await self._drawn(spec)
            source = CARD if photo is None else AI_BACKGROUND
            fitted = await asyncio.to_thread(_fit, drawn.data, capabilities, source, self._signer)
        except PictureRefused as refused:
            return Made(trouble=f"{refused.sentence()} {WITHOUT}")
        except Exception as error:
            failed = unexpected(error, "drawing the card")
            return Made(trouble=f"{failed.what} {WITHOUT}")
        return Made(replace(fitted, layout=drawn.layout, problems=(*drawn.problems, *fitted.problems)))

    @staticmethod
    def of_set(seed: str) -> str:
        """The one layout of all pages of a carousel: one that holds a few words and many."""
        return SETS[pick(len(SETS), seed, "set")]

    async def upload_for(self, data: bytes, capabilities: Capabilities, *, source: str = UPLOAD) -> Made:
        """A cleaned picture, cut and compressed as the channel needs it; its metadata says where it is from."""
        without = f"{capabilities.title} gets no picture."
        try:
            return Made(await asyncio.to_thread(_fit, data, capabilities, source, self._signer))
        except PictureRefused as refused:
            return Made(trouble=f"{refused.sentence()} {without}")
        except Exception as error:
            failed = unexpected(error, "preparing the picture")
            return Made(trouble=f"{failed.what} {without}")

    async def _drawn(self, spec: CardSpec) -> Picture:
        """One rendering for equal specs, also when they are asked for at the same time."""
        task = self._drawing.get(spec)
        if task is None or task.get_loop() is not asyncio.get_running_loop() or _failed(task):
            task = self._drawing[spec] = asyncio.create_task(self._draw(spec))
        self._drawing.move_to_end(spec)
        while len(self._drawing) > KEPT_CARDS:
            self._drawing.popitem(last=False)
        return await asyncio.shield(task)


def _failed(task: asyncio.Task[Picture]) -> bool:
    return task.cancelled() or (task.done() and task.exception() is not None)


def _fit(data: bytes, can: Capabilities, source: str, signer: Signer | None) -> Picture:
    """Blocking."""
    room = MANIFEST_ROOM if signer is not None and can.image_max_bytes > 2 * MANIFEST_ROOM else 0
    fitted = fit_picture(
        data,
        mimes=can.image_mimes,
        max_bytes=can.image_max_bytes - room,
        max_width=can.image_max_pixels[0],
        max_height=can.image_max_pixels[1],
        min_ratio=can.image_ratio[0],
        max_ratio=can.image_ratio[1],
        source=source,
    )
    fitted = replace(fitted, source=source)
    if signer is None:
        return fitted
    try:
        signed = sign_picture(fitted, source=source, signer=signer)
    except ProvenanceFailed as failed:
        return replace(fitted, problems=(*fitted.problems, failed.sentence(), UNSIGNED))
    if len(signed.data) > can.image_max_bytes:
        return replace(fitted, problems=(*fitted.problems, f"{can.title} has no room for a signature in this picture."))
    return signed
