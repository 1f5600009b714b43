"""A long text as a thread of statuses that answer each other: where it is cut, and which of them stand there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import regex

from bot.channels.answers import instant, web
from bot.channels.base import ChannelRefused, Door, Receipt
from bot.channels.bluesky_text import split_by
from bot.channels.mastodon_api import KEPT, Api, name_of
from bot.channels.mastodon_text import spoken, text_of
from storage.sealed import SealedPayload

MOST_PARTS = 15  # ours: each is a call of its own, and is read back by two


class Several(Exception):
    """More than one status could be meant."""


def split(text: str, used: Callable[[str], int], most: int) -> tuple[str, ...]:
    """The posts of a thread, as `bluesky_text.split` cuts them; one where it fits. `used`: as the server counts."""

    def room(rest: str) -> int:
        """How many characters fit, cut between graphemes; an address in them counts less than it has."""
        ends = [0, *(match.end() for match in regex.finditer(r"\X", rest[: 2 * most + 2000]))]
        low, high = 0, len(ends) - 1
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if used(rest[: ends[middle]]) <= most else (low, middle - 1)
        return ends[low]

    return split_by(text, lambda part: used(part) <= most, room)


async def standing(
    api: Api, mine: list[dict[str, Any]], payload: SealedPayload, reply_to: str | None
) -> list[dict[str, Any]]:
    """Of the account's own statuses those of the payload, from the first one on.

    `reply_to`: what the first one answers. Raises Several, and what `Api.read` raises.
    """
    found: list[dict[str, Any]] = []
    for part in payload.parts:
        above = str(found[-1].get("id")) if found else reply_to
        answers = [each for each in mine if (each.get("in_reply_to_id") or None) == above]
        same = [each for each in answers if await _says(api, each, part.text)]
        if len(same) > 1:
            raise Several
        if not same:
            break
        found.append(same[0])
    return found


def receipt_of(statuses: list[dict[str, Any]], door: Door) -> Receipt:
    """`remote_id` names every status, so that a thread can be read and deleted from it alone.

    Raises ChannelRefused for statuses that do not say which they are.
    """
    first = statuses[0]
    names = [name_of(str(each.get("id") or "")) for each in statuses]
    at = instant(first.get("created_at")) or door.now()
    return Receipt(",".join(names), web(first.get("url")) or web(first.get("uri")), at)


def names_of(remote_id: str) -> list[str]:
    """The statuses of a receipt. Raises ChannelRefused for what names none."""
    found = remote_id.split(",")
    if len(found) > MOST_PARTS:
        raise ChannelRefused("The server names things in a way that cannot be used.", code="not_found", kept=KEPT)
    return [name_of(each) for each in found]


async def _says(api: Api, status: Mapping[str, Any], wanted: str) -> bool:
    """Whether a status has these words: as it is shown, or else as it was written."""
    if spoken(text_of(str(status.get("content") or ""))) == spoken(wanted):
        return True
    source = await api.read(f"/api/v1/statuses/{name_of(str(status.get('id')))}/source")
    return source is not None and source.get("text") == wanted
