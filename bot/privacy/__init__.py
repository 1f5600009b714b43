"""Personal data in what people write: where it stands, and tokens that stand for it."""

from bot.privacy.finding import KINDS, Kind, Personal, find_personal
from bot.privacy.veil import Stray, Veil

__all__ = ["KINDS", "Kind", "Personal", "Stray", "Veil", "find_personal"]
