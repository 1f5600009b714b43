"""What X asks for each call, as of 2026: https://docs.x.com/x-api/getting-started/pricing. Reads are paid too."""

from __future__ import annotations

from decimal import Decimal

from bot.channels.x_text import has_address
from storage.sealed import Part

POST, POST_WITH_ADDRESS = Decimal("0.015"), Decimal("0.200")
ALT_TEXT = Decimal("0.005")  # "Media Metadata"
POST_READ = Decimal("0.005")  # "Posts: Read", by their ids; X may ask less, and counts the same post once a day (UTC)
USER_READ = Decimal("0.010")  # "User: Read"; X counts the same user once a day (UTC)
# At most this many are read when a post is looked for, from the account's own list: five cents where the app is that
# account's ("Owned Reads", $0.001 each), else $0.25.
MOST_READ = 50


def price_of(parts: tuple[Part, ...]) -> str:
    """The whole thread in dollars, such as "$0.215"."""
    total = sum((_of(part) for part in parts), Decimal(0))
    text = f"{total:.3f}"
    return "$" + (text[:-1] if text.endswith("0") else text)


def is_more(price: str, cap: str) -> bool:
    """Whether a price is higher than the one that was approved."""
    return bool(cap) and Decimal(price.removeprefix("$")) > Decimal(cap.removeprefix("$"))


def _of(part: Part) -> Decimal:
    alts = sum(bool(medium.alt.strip()) for medium in part.media)
    return (POST_WITH_ADDRESS if has_address(part.text) else POST) + ALT_TEXT * alts
