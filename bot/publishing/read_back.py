"""What stands there, against what was approved: words exactly, pictures exactly or as people see them, alt texts."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bot.artwork.likeness import look_of, same_look
from bot.channels.base import CannotTell, Door, Live, Receipt
from bot.publishing.run import Run, kept_receipt, sent_receipt
from storage.posts import PostReceipt
from storage.sealed import Medium

log = logging.getLogger(__name__)

PICTURES_SECONDS = 15  # for all pictures of a post: it is out, and people wait for the word


@dataclass(frozen=True, slots=True)
class Compared:
    """Whether what stands there is what was approved; `verdict` is empty where it cannot be read."""

    verdict: Literal["", "same", "differs", "absent"] = ""
    differs: tuple[str, ...] = ()  # what does: text, pictures, alt texts


async def compare(run: Run, receipt: Receipt, door: Door) -> Compared:
    """Read the post back where the channel can, and say whether it stands as approved, or not at all."""
    if not run.capabilities.reads_back:
        return Compared()
    try:
        live = await run.channel.read_back(receipt, door)
    except Exception:  # the post is out: a failed look must not turn that into a doubt
        log.warning("read-back failed post=%s", run.post.id, exc_info=True)
        return Compared()
    if isinstance(live, CannotTell):
        return Compared()
    if live is None:
        return Compared("absent")
    media = [medium for part in run.payload.parts for medium in part.media]
    same = {
        "text": live.text == "\n\n".join(part.text for part in run.payload.parts),
        "pictures": await _same_pictures(live, media, door),
        "alt texts": live.alts is None or live.alts == tuple(medium.alt.strip() for medium in media),
    }
    differs = tuple(what for what, is_same in same.items() if not is_same)
    return Compared("differs" if differs else "same", differs)


async def _same_pictures(live: Live, media: Sequence[Medium], door: Door) -> bool:
    """By their bytes, else by their looks. What cannot be fetched or judged is no difference."""
    if live.media_sha256:
        return live.media_sha256 == tuple(medium.sha256 for medium in media)
    if not live.pictures:
        return True
    if len(live.pictures) != len(media):
        return False
    try:
        async with asyncio.timeout(PICTURES_SECONDS):
            for medium, url in zip(media, live.pictures, strict=True):
                if url and not await _alike(medium, url, door):
                    return False
    except Exception:  # as in `compare`
        log.warning("pictures could not be looked at account=%s", door.account.id, exc_info=True)
    return True


async def _alike(medium: Medium, url: str, door: Door) -> bool:
    ours = await asyncio.to_thread(look_of, await door.blob(medium.sha256))
    if ours is None:
        return True
    answer = await door.request("GET", url)  # nothing of ours goes along: it is an address for everybody
    theirs = await asyncio.to_thread(look_of, answer.content) if answer.status_code == 200 else None
    return theirs is None or same_look(ours, theirs)


def receipt_of(receipt: Receipt, compared: Compared) -> PostReceipt:
    """What is kept of what the channel answered and showed."""
    return PostReceipt(
        remote_id=receipt.remote_id,
        url=receipt.url,
        at=receipt.at,
        compared="" if compared.verdict == "absent" else compared.verdict,
        differs=compared.differs,
        note=receipt.answer.get("note", ""),
    )


async def with_comment(run: Run, comment: Receipt, door: Door) -> PostReceipt:
    """The post's receipt once its first comment stands, which is read back where the channel can: one that does not
    stand there after all, or not as approved, is a difference, and people are told.
    """
    kept = kept_receipt(run.post).model_copy(update={"comment": comment.remote_id})
    try:
        text = await run.comments.read_comment(sent_receipt(run.post), comment.remote_id, door)
    except Exception:  # it stands there: a failed look must not turn that into a doubt
        log.warning("read-back of the comment failed post=%s", run.post.id, exc_info=True)
        return kept
    if isinstance(text, CannotTell) or text == run.payload.first_comment:
        return kept
    return kept.model_copy(update={"compared": "differs", "differs": (*kept.differs, "first comment")})
