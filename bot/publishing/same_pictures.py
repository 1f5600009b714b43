"""Are the pictures that stand there the approved ones? By their bytes, else as people see them.

What cannot be fetched, decoded or judged is no difference, and is logged: the post is out, and nobody is frightened by
a picture server that rests.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from bot.artwork.likeness import look_of, same_look
from bot.channels.base import Documents, Door, Live, Shows
from bot.channels.pages_read import page_count, pictures_in
from bot.channels.showing import fetched
from bot.publishing.run import Run
from storage.sealed import Medium

log = logging.getLogger(__name__)

PICTURES_SECONDS = 20  # for all pictures of a post: it is out, and people wait for the word
# Of one picture: what the channel takes, for it may show what it got; but never less than a fair picture has, and never
# more than decoding should cost.
LEAST_BYTES, MOST_BYTES = 2_000_000, 20_000_000


async def same_pictures(run: Run, live: Live, door: Door) -> bool:
    """Whether what stands there shows them, all and in their order. Never raises."""
    media = [medium for part in run.payload.parts for medium in part.media]
    if live.media_sha256:
        return live.media_sha256 == tuple(medium.sha256 for medium in media)
    if live.pictures and len(live.pictures) != len(media):
        return False
    try:
        async with asyncio.timeout(PICTURES_SECONDS):
            if live.document:
                return await _same_document(run, live.document, door)
            for medium, url in zip(media, live.pictures, strict=bool(live.pictures)):
                if url and not await _alike(run, medium, url, door):
                    return False
    except Exception:  # as for the words: a failed look must not turn into a doubt
        log.warning("pictures could not be looked at post=%s account=%s", run.post.id, door.account.id, exc_info=True)
    return True


async def _alike(run: Run, medium: Medium, url: str, door: Door) -> bool:
    """One picture; what is at fault with its own address does not keep the others from being looked at."""
    ours = await door.blob(medium.sha256)
    most = min(max(run.capabilities.image_max_bytes, LEAST_BYTES), MOST_BYTES)
    try:
        if isinstance(run.channel, Shows):
            theirs = await run.channel.picture(url, most, door)
        else:
            theirs = await fetched(url, most, door)  # nothing of ours goes along: it is an address for everybody
    except TimeoutError:
        raise
    except Exception:
        log.warning("a picture could not be fetched post=%s account=%s", run.post.id, door.account.id, exc_info=True)
        return True
    if theirs is None:
        log.warning("a picture is not shown where it should be post=%s account=%s", run.post.id, door.account.id)
        return True
    return await asyncio.to_thread(_same_looks, [ours], [theirs])


async def _same_document(run: Run, url: str, door: Door) -> bool:
    """By its bytes; where these were written anew, by its number of pages and by the pictures that can be found."""
    if not isinstance(run.channel, Documents):
        return True
    theirs = await fetched(url, MOST_BYTES, door)
    if theirs is None:
        log.warning("the document is not shown post=%s account=%s", run.post.id, door.account.id)
        return True
    ours = await run.channel.document(run.payload, door)
    if theirs == ours:
        return True
    return await asyncio.to_thread(_same_pages, ours, theirs, run.channel.document_pages(run.payload))


def _same_pages(ours: bytes, theirs: bytes, pages: int) -> bool:
    if page_count(theirs) not in (None, pages):
        return False
    one, other = pictures_in(ours), pictures_in(theirs)
    return one is None or other is None or _same_looks(one, other)


def _same_looks(ours: Sequence[bytes], theirs: Sequence[bytes]) -> bool:
    """Blocking. A picture that cannot be judged is none that differs."""
    for one, other in zip(ours, theirs, strict=True):
        looks = look_of(one), look_of(other)
        if looks[0] is not None and looks[1] is not None and not same_look(looks[0], looks[1]):
            return False
    return True
