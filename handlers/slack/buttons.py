"""A card's buttons: a few in sight, the others in the menu, and the rest behind its "More…"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.chat import Button, Card
from bot.words import told
from handlers.slack import kit
from handlers.slack.limits import OVERFLOW_OPTIONS, Json

MOST_MAIN = 5
MORE = "more"  # the action of everything that has no place in the menu
BRAND = "brand"  # the action id of App Home's choice of a brand; as in the menu, what was chosen is its value
MENU = "menu"  # the action id of every card's menu; what was chosen is its value
_SEATED: Final = ("changes", "move", "reject")  # in the menu before others


def read_first(button: Button) -> Button:
    """Where not all is shown, approving begins with reading, and the whole is one press away."""
    if button.action.startswith("details:"):
        return button.model_copy(update={"more": False})
    if not button.action.startswith("approve:"):
        return button
    tail = button.action.partition(":")[2]
    return button.model_copy(update={"label": told("Read and approve"), "action": f"read:{tail}"})


def reading_first(card: Card) -> Card:
    """The card, to be approved after reading; any other as it is."""
    if not any(each.action.startswith("approve:") for each in card.buttons):
        return card
    return card.model_copy(update={"buttons": tuple(map(read_first, card.buttons))})


def elements(buttons: Sequence[Button], card: Card) -> list[Json]:
    main = [each for each in buttons if not each.more]
    rest = [*main[MOST_MAIN:], *(each for each in buttons if each.more)]
    made = [kit.button(each.label, each.action, each.style) for each in main[:MOST_MAIN]]
    if not rest:
        return made
    options = [kit.option(each.label, each.action) for each in _menu(rest)]
    if len(rest) > len(options):
        options.append(kit.option(told("More…"), f"{MORE}:{card.draft}:{card.digest}"))
    return [*made, {"type": "overflow", "action_id": MENU, "options": options}]


def behind_more(card: Card) -> tuple[Button, ...]:
    """What "More…" opens: every button that may have no place on the card. Approving there shows it all first."""
    main = [each for each in card.buttons if not each.more]
    return tuple(map(read_first, (*main[MOST_MAIN - 1 :], *(each for each in card.buttons if each.more))))


def _menu(rest: Sequence[Button]) -> Sequence[Button]:
    """What stands in the overflow menu, with a seat left for "More…" where there is more. A stop is never behind it."""
    if len(rest) <= OVERFLOW_OPTIONS:
        return rest
    stops = [each for each in rest if each.action.startswith("stop:")]
    others = sorted((each for each in rest if each not in stops), key=lambda each: _rank(each.action))
    return [*others[: OVERFLOW_OPTIONS - 1 - len(stops)], *stops]


def _rank(action: str) -> int:
    verb = action.partition(":")[0]
    return _SEATED.index(verb) if verb in _SEATED else len(_SEATED)
