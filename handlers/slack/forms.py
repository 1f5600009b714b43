"""What a submitted view says, as values; and what is wrong with it, told at the field.

Values come from a client: everything is looked up and checked again where it is used.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any, Final, Self

from bot.words import told
from handlers.chat.timing import said_time
from handlers.chat.wrong import FieldErrors
from handlers.slack.kit import VALUE
from handlers.slack.limits import Json

_ID: Final = re.compile(r"[\w.:-]{0,140}")


@dataclass(frozen=True, slots=True)
class Carried:
    """The ids that a view takes along in its private_metadata, which its reader can see and forge."""

    draft: str = ""
    digest: str = ""
    post: str = ""
    brand: str = ""
    room: str = ""
    message: str = ""
    thread: str = ""
    account: str = ""
    along: str = ""

    def dump(self) -> str:
        """Raises ValueError for anything that is no id."""
        ids = {name: value for name, value in asdict(self).items() if value}
        if any(not _ID.fullmatch(value) for value in ids.values()):
            raise ValueError("only ids are carried")
        return json.dumps(ids)

    @classmethod
    def load(cls, text: str) -> Self:
        """What is no id of ours is left out."""
        try:
            given = json.loads(text or "{}")
        except ValueError:
            return cls()
        names = {each.name for each in fields(cls)}
        found = given.items() if isinstance(given, dict) else ()
        return cls(**{k: v for k, v in found if k in names and isinstance(v, str) and _ID.fullmatch(v)})


def written(view: Json, block: str) -> str:
    """What stands in a text field, byte for byte; empty when nothing does."""
    value = _element(view, block).get("value")
    return value if isinstance(value, str) else ""


def chosen(view: Json, block: str) -> tuple[str, ...]:
    """The values of ticked boxes or of a list, the channels of a channel list."""
    element = _element(view, block)
    options = element.get("selected_options")
    if options is not None:
        return tuple(each["value"] for each in options)
    picked = element.get("selected_option")
    if isinstance(picked, dict):
        return (str(picked.get("value") or ""),)
    for name in ("selected_conversations", "selected_channels"):
        if element.get(name) is not None:
            return tuple(element[name])
    one = element.get("selected_conversation") or element.get("selected_channel")
    return (one,) if one else ()


def attached(view: Json, block: str) -> tuple[str, ...]:
    """File ids."""
    return tuple(each["id"] for each in _element(view, block).get("files") or ())


def blocks_of(view: Json, prefix: str) -> tuple[str, ...]:
    """The fields whose block id begins like this, in the order of the view."""
    return tuple(block["block_id"] for block in view["blocks"] if block.get("block_id", "").startswith(prefix))


def time_of(view: Json, picker: str, phrase: str, *, now: datetime, zone: str) -> datetime | None:
    """The instant in UTC that was picked, or said in words, which win; None when neither. Raises FieldErrors."""
    said = written(view, phrase).strip()
    if said:
        return said_time(said, phrase, now=now, zone=zone)
    picked = _element(view, picker).get("selected_date_time")
    if not isinstance(picked, int):
        return None
    instant = datetime.fromtimestamp(picked, UTC)
    if instant <= now:
        raise FieldErrors({picker: told("That time has passed. Pick one that is still to come.")})
    return instant


def _element(view: Json, block: str) -> dict[str, Any]:
    found = view.get("state", {}).get("values", {}).get(block, {}).get(VALUE, {})
    return found if isinstance(found, dict) else {}
