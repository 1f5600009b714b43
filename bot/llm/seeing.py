"""Which models look at pictures? The one that is set for it, or those that write, as far as they are known to see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from bot.llm.chat_models import ModelChoice

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

NOBODY: Final = "none"


def sees(model: BaseChatModel) -> bool:
    """Whether its profile says that it takes pictures. A server of one's own has none: it is named by the setting."""
    return (model.profile or {}).get("image_inputs") is True


def seeing(
    setting: str, writing: Sequence[BaseChatModel | None], build: Callable[[ModelChoice], BaseChatModel]
) -> tuple[BaseChatModel, ...]:
    """In the order in which they are asked, two at most; none where nobody sees, or where nobody shall.

    Raises ModelMisconfigured.
    """
    if setting == NOBODY:
        return ()
    if setting:
        return (build(ModelChoice.parse(setting, setting="ADMIND_SEEING_MODEL")),)
    return tuple(model for model in writing if model is not None and sees(model))[:2]
