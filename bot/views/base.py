"""What every public shape is."""

from __future__ import annotations

from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict

T = TypeVar("T")


class View(BaseModel):
    model_config = ConfigDict(frozen=True)


class ListView(View, Generic[T]):
    """Part of a list; `next` is the cursor of the next part, or null at the end."""

    items: list[T]
    next: str | None = None
