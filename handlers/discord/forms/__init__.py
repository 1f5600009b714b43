"""The windows that open over Discord, each with what its submission says.

A window is in the language of whoever opened it (`bot.words.read_in`).
"""

from handlers.discord.forms.asking import new_post_form, read_new_post
from handlers.discord.forms.deciding import (
    changes_form,
    held_form,
    read_held,
    read_reason,
    read_some,
    read_take_down,
    reject_form,
    some_form,
    take_down_form,
)
from handlers.discord.forms.editing import choices, edit_form, edited_accounts, read_edit
from handlers.discord.forms.moving import later_form, move_form, read_move
from handlers.discord.forms.proving import prove_form, read_proof
from handlers.discord.forms.settings import groups_form, read_groups, read_rooms, rooms_form

__all__ = [
    "changes_form",
    "choices",
    "edit_form",
    "edited_accounts",
    "groups_form",
    "held_form",
    "later_form",
    "move_form",
    "new_post_form",
    "prove_form",
    "read_edit",
    "read_groups",
    "read_held",
    "read_move",
    "read_new_post",
    "read_proof",
    "read_reason",
    "read_rooms",
    "read_some",
    "read_take_down",
    "reject_form",
    "rooms_form",
    "some_form",
    "take_down_form",
]
