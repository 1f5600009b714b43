"""What is in a picture, for people who cannot see it: a model that sees pictures looks at it.

A picture is hostile like a page: words in it may be meant for a machine that reads it. The call has no tools, and its
answer becomes one line of alt text without addresses and nothing else: what runs, what is linked and when a post goes
out are decided before and elsewhere. When nobody can look, the person is asked.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel, Field

from bot.drafting.alt import within
from bot.drafting.copy import Ask
from bot.drafting.tidying import visible, without_unknown
from bot.errors import AdMindError, unexpected
from bot.llm.budget import Meter
from prompts import Prompt, load
from storage.usage import Usage

AT_ONCE: Final = 4
LONGEST: Final = 420  # characters: longer ones are skipped by those who listen to them
EMPTY: Final = "The model could not say what is in it."


class Sightless(AdMindError):
    """No model that sees pictures is set up."""

    def __init__(self) -> None:
        super().__init__("No model that sees pictures is set up here.")


class Shown(BaseModel):
    """What is in a picture."""

    alt: str = Field("", description="one or two plain sentences; empty when nothing can be made out")


@dataclass(frozen=True, slots=True)
class Sight:
    """A description, or `why` there is none; neither where no model sees."""

    alt: str = ""
    why: str = ""


class Describer:
    """For one request: the same picture is looked at once a language. `meter` is what `ask` counts with; `ask` raises
    Sightless where no model sees.
    """

    def __init__(self, ask: Ask, *, prompt: Callable[[str], Prompt] = load, meter: Meter | None = None) -> None:
        self._ask = ask
        self._prompt = prompt
        self._meter = meter or Meter()
        self._seen: dict[tuple[str, str, int], Sight] = {}
        self._free = asyncio.Semaphore(AT_ONCE)

    @property
    def spent(self) -> Usage:
        return self._meter.total

    @property
    def prompts(self) -> tuple[str, ...]:
        """The stamp of what the model was told, once it said something that is used."""
        return (self._prompt("describer").stamp,) if any(sight.alt for sight in self._seen.values()) else ()

    async def look(self, data: bytes, *, language: str, limit: int) -> Sight:
        """What is in this picture of ours, in this language, in at most so many characters. Never raises."""
        limit = min(limit, LONGEST)
        key = (hashlib.sha256(data).hexdigest(), language, limit)
        async with self._free:
            if key not in self._seen:
                self._seen[key] = await self._looked(data, language, limit)
        return self._seen[key]

    async def _looked(self, data: bytes, language: str, limit: int) -> Sight:
        # LangChain and Pillow are heavy and chat-side code imports this module: by the first call both are loaded.
        from langchain_core.messages import HumanMessage, SystemMessage  # noqa: PLC0415

        from bot.artwork.glimpse import glimpse  # noqa: PLC0415

        document = json.dumps({"task": "describe", "language": language, "limit": limit}, ensure_ascii=False)
        try:
            small = await asyncio.to_thread(glimpse, data)
            shown = {"type": "image", "base64": base64.b64encode(small).decode(), "mime_type": "image/jpeg"}
            told = HumanMessage([{"type": "text", "text": document}, shown])
            found: Shown = await self._ask(Shown, [SystemMessage(self._prompt("describer").text), told])
        except Sightless:
            return Sight()
        except AdMindError as error:
            return Sight(why=error.what)
        except Exception as error:
            return Sight(why=unexpected(error, "looking at the picture").what)
        said = within(without_unknown(" ".join(visible(found.alt).split()), ()), limit)
        return Sight(said) if said else Sight(why=EMPTY)
