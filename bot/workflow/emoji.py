"""Which emoji mean something, under all the names that platforms have for them.

Anything else means nothing here and is met with silence; a thumb is friendliness, not a decision.
"""

from __future__ import annotations

import re
from typing import Final

from storage.drafts import Verdict

VERDICTS: Final = {
    "approve": Verdict.approve,
    "reject": Verdict.reject,
    "changes": Verdict.changes,
    "hold": Verdict.hold,
}
CHOICES: Final = {"choose-1": 1, "choose-2": 2, "choose-3": 3}

_NAMES: Final[dict[str, str]] = {
    **dict.fromkeys(("white_check_mark", "heavy_check_mark", "ballot_box_with_check", "✅", "✔", "☑"), "approve"),
    **dict.fromkeys(("x", "heavy_multiplication_x", "negative_squared_cross_mark", "❌", "✖", "❎"), "reject"),
    **dict.fromkeys(("pencil2", "pencil", "memo", "lower_left_pencil", "✏", "📝"), "changes"),
    **dict.fromkeys(("hand", "raised_hand", "✋"), "hold"),
    **dict.fromkeys(("one", "1⃣"), "choose-1"),
    **dict.fromkeys(("two", "2⃣"), "choose-2"),
    **dict.fromkeys(("three", "3⃣"), "choose-3"),
}
_TONE: Final = re.compile(r"(?:::?skin-tone-[1-6])|(?:_tone[1-5])$|[\U0001F3FB-\U0001F3FF\uFE0E\uFE0F]")


def plain(name: str) -> str:
    """The emoji's name without what platforms put around it; a hand in another colour is another one still."""
    return name.strip().strip(":").casefold()


def sign_of(name: str) -> str:
    """What an emoji means: a key of VERDICTS or CHOICES, or "" for nothing; colons and skin tones do not matter."""
    return _NAMES.get(_TONE.sub("", plain(name)).strip(":"), "")
