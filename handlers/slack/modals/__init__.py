"""The views that open over Slack, each with what its submission says.

`surface.VIEWS` lists their callback ids. A view is in the language of whoever opened it (`bot.words.read_in`).
"""

from handlers.chat.asking import NewPost
from handlers.chat.editing import Edited
from handlers.chat.settings import RoomSettings, Tied
from handlers.chat.wrong import FieldErrors
from handlers.slack.forms import Carried
from handlers.slack.modals.asking import new_post_modal, read_new_post
from handlers.slack.modals.deciding import (
    changes_modal,
    held_modal,
    more_modal,
    read_held,
    read_reason,
    read_some,
    read_take_down,
    reject_modal,
    some_modal,
    take_down_modal,
)
from handlers.slack.modals.details import details_modal, pages_of
from handlers.slack.modals.editing import edit_modal, read_edit
from handlers.slack.modals.moving import later_modal, move_modal, read_move
from handlers.slack.modals.proving import prove_modal, read_proof
from handlers.slack.modals.settings import read_settings, settings_modal

__all__ = [
    "Carried",
    "Edited",
    "FieldErrors",
    "NewPost",
    "RoomSettings",
    "Tied",
    "changes_modal",
    "details_modal",
    "edit_modal",
    "held_modal",
    "later_modal",
    "more_modal",
    "move_modal",
    "new_post_modal",
    "pages_of",
    "prove_modal",
    "read_edit",
    "read_held",
    "read_move",
    "read_new_post",
    "read_proof",
    "read_reason",
    "read_settings",
    "read_some",
    "read_take_down",
    "reject_modal",
    "settings_modal",
    "some_modal",
    "take_down_modal",
]
