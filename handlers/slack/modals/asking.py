"""New post: what a request says, as a form."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.views import AccountView
from bot.words import told
from handlers.chat.along import Along
from handlers.chat.asking import NewPost
from handlers.chat.wrong import FieldErrors
from handlers.slack import kit
from handlers.slack.forms import Carried, attached, chosen, time_of, written
from handlers.slack.limits import SELECT_OPTIONS, Json, checked_view
from handlers.slack.modals.moving import when_fields

CALLBACK = "new_post"
PICTURES: Final = ("png", "jpg", "jpeg", "gif", "webp")


def new_post_modal(accounts: Sequence[AccountView], carried: Carried, *, zone: str, along: Along | None = None) -> Json:
    """`along` is what was said already: the message that the shortcut was used on, kept as `carried` names it."""
    came = along or Along()
    offered = [kit.option(each.name, each.id, each.channel) for each in accounts if not each.closed][:SELECT_OPTIONS]
    blocks = [
        kit.field(
            "topic",
            told("What is it about?"),
            kit.words_input(came.shown, placeholder=told("Our spring sale: 20% off all bikes until 31 May")),
            hint=came.of_words(came.shown),
        )
    ]
    if offered:
        chooser = kit.chooser(
            "multi_static_select", offered, [each.id for each in accounts] if len(offered) == 1 else ()
        )
        blocks.append(kit.field("accounts", told("Accounts"), chooser, optional=True))
    pictures = {"type": "file_input", "filetypes": list(PICTURES), "max_files": 4}
    blocks += [
        *when_fields(None, zone),
        *([kit.context(came.of_files())] if came.files else []),
        kit.field("files", told("A picture of your own"), pictures, optional=True),
        kit.field("wish", told("Or what it should show"), _line(), optional=True),
        kit.field("campaign", told("Campaign"), _line(), optional=True),
    ]
    return checked_view(
        kit.modal(
            CALLBACK, told("New post"), blocks, carried=carried.dump(), submit=told("Draft it"), close=told("Cancel")
        )
    )


def read_new_post(view: Json, *, now: datetime, zone: str) -> NewPost:
    """Raises FieldErrors."""
    topic = written(view, "topic").strip()
    if not topic:
        raise FieldErrors({"topic": told("Say in a few words what it is about.")})
    return NewPost(
        topic=topic,
        accounts=chosen(view, "accounts"),
        due=time_of(view, "picked", "phrase", now=now, zone=zone),
        image_wish=written(view, "wish").strip(),
        files=attached(view, "files"),
        campaign=written(view, "campaign").strip(),
    )


def _line() -> Json:
    return kit.words_input(lines=False) | {"max_length": 200}
