"""What stands there, against what was approved: words exactly, pictures exactly or as people see them, alt texts."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Literal

from bot.channels.base import CannotTell, Door, Receipt
from bot.publishing.run import Run, kept_receipt, sent_receipt
from bot.publishing.same_pictures import same_pictures
from storage.posts import PostReceipt

log = logging.getLogger(__name__)


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
        "pictures": await same_pictures(run, live, door),
        "alt texts": live.alts is None or live.alts == tuple(medium.alt.strip() for medium in media),
    }
    differs = tuple(what for what, is_same in same.items() if not is_same)
    return Compared("differs" if differs else "same", differs)


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
