"""The model that needs no key and no network: deterministic rules behind the same door as every other model."""

from bot.llm.offline.model import OfflineModel

__all__ = ["OfflineModel"]
