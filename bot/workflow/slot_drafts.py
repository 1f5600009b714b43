"""The drafts that a slot became: one for each time that it was filled, by ids that come from the slot."""

from __future__ import annotations

import hashlib

from storage.plans import Slot
from storage.record import ALPHABET


def draft_of(slot: Slot) -> str:
    """The id of the one draft that a slot becomes: in whichever process, on whichever try."""
    return draft_of_fill(slot, slot.fills)


def draft_of_fill(slot: Slot, fill: int) -> str:
    """The id of the draft of its so-manieth filling, from 0."""
    number = int.from_bytes(hashlib.sha256(f"{slot.workspace} {slot.id} {fill}".encode()).digest()[:16])
    letters = ""
    for _ in range(12):
        number, place = divmod(number, len(ALPHABET))
        letters += ALPHABET[place]
    return f"d_{letters}"


def drafts_of(slot: Slot) -> tuple[str, ...]:
    """All that it became or may have become, with the one that stands there."""
    return (*(draft_of_fill(slot, fill) for fill in range(slot.fills + 1)), *((slot.draft,) if slot.draft else ()))
