"""What may one picture cost? Upper estimates in US dollars, in the sizes that AdMind asks for: a budget, no bill.

From the providers' price lists as they were known in autumn 2026, the dearer of the sizes at medium quality:
https://platform.openai.com/docs/pricing, https://ai.google.dev/gemini-api/docs/pricing,
https://platform.stability.ai/pricing. Prices change: ADMIND_IMAGE_PRICE has the last word.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

PRICES: Final = {
    "openai:gpt-image-2.5-flare": Decimal("0.07"),
    "openai:gpt-image-2": Decimal("0.07"),
    "openai:gpt-image-1.5": Decimal("0.07"),
    "openai:gpt-image-1": Decimal("0.063"),
    "openai:gpt-image-1-mini": Decimal("0.015"),
    "gemini:gemini-2.5-flash-image": Decimal("0.039"),
    "gemini:gemini-3-pro-image-preview": Decimal("0.134"),
    "stability:stable-image-core": Decimal("0.03"),
    "stability:core": Decimal("0.03"),
    "stability:stable-image-ultra": Decimal("0.08"),
    "stability:ultra": Decimal("0.08"),
    "stability:sd3.5-large": Decimal("0.065"),
    "stability:sd3.5-large-turbo": Decimal("0.04"),
    "stability:sd3.5-medium": Decimal("0.035"),
}
UNKNOWN: Final = Decimal("0.25")
"""For a model that is not in the table: more than any of them, so that the budget rather ends too early."""


def price_of(name: str, told: Decimal | None) -> Decimal:
    """Dollars for one picture of provider:model; `told` by the operator wins."""
    return told if told is not None else PRICES.get(name, UNKNOWN)
