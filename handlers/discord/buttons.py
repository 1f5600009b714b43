"""A card's buttons: a few in sight, the others in a menu below them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import discord

from bot.chat import Button
from bot.words import told
from handlers.discord.limits import BUTTONS, LABEL, OPTION, OPTIONS, PLACEHOLDER, words

Row = discord.ui.ActionRow[Any]
PREFIX: Final = "a:"  # before the action in every custom_id of ours
MENU: Final = "m:"  # before what a menu belongs to; what was chosen is its value
STYLES: Final = {
    "primary": discord.ButtonStyle.primary,
    "danger": discord.ButtonStyle.danger,
    "plain": discord.ButtonStyle.secondary,
}


def read_first(button: Button) -> Button:
    """Where not all is shown, approving begins with reading, and the whole is one press away."""
    if button.action.startswith("details:"):
        return button.model_copy(update={"label": told("Read all"), "more": False})
    if not button.action.startswith("approve:"):
        return button
    tail = button.action.partition(":")[2]
    return button.model_copy(update={"label": told("Read and approve"), "action": f"read:{tail}"})


def rows(buttons: Sequence[Button], *, name: str) -> list[Row]:
    """Action rows; `name` tells one menu from another."""
    main = [each for each in buttons if not each.more]
    rest = [*main[BUTTONS:], *(each for each in buttons if each.more)]
    made = list[Row]()
    if main:
        made.append(discord.ui.ActionRow(*(pressed(each) for each in main[:BUTTONS])))
    if rest:
        options = [
            discord.SelectOption(label=words.cut(each.label, OPTION).text, value=each.action) for each in rest[:OPTIONS]
        ]
        menu: discord.ui.Select[Any] = discord.ui.Select(
            custom_id=f"{MENU}{name}", placeholder=words.cut(told("More…"), PLACEHOLDER).text, options=options
        )
        made.append(discord.ui.ActionRow(menu))
    return made


def pressed(button: Button) -> discord.ui.Button[Any]:
    return discord.ui.Button(
        label=words.cut(button.label, LABEL).text, custom_id=PREFIX + button.action, style=STYLES[button.style]
    )
