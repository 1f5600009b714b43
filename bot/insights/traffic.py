"""Who followed a link: a person as far as can be told, a program that says so, or something else that is no click.

In the order of what is cheapest to be sure of. A list catches declared programs alone; Instagram's, Facebook's and
other in-app browsers are people (lists that take them for crawlers are not used).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, Protocol

Kind = Literal["click", "bot", "other"]
"""A click as far as is known; a program that says that it is one; what no person does, or a person did not mean."""

MOST_AGENT: Final = 512  # characters; no browser's is longer
# An app of Meta's tells of its phone; "Google" as its maker is no program.
_DEVICE: Final = re.compile(r"(?<= Android )\([^)]*\)$")
_PREFETCH: Final = ("sec-purpose", "purpose", "x-purpose", "x-moz")
# Of programs that look like browsers to the list and name themselves; each as its maker documents it.
_ALSO: Final = (
    "vkshare",  # https://vk.com/dev/Share
    "snapchat/unfurl",
    "skypeuripreview",  # Microsoft's link previews in Skype and Teams
)


@dataclass(frozen=True, slots=True)
class Looked:
    """One look at a link: how it was asked for, and by what."""

    method: str
    agent: str
    purpose: str = ""  # of a fetch ahead of a click, as browsers say it


def looked(method: str, headers: Mapping[str, str]) -> Looked:
    """From a request; `headers` are found whatever their case."""
    purpose = next((said for name in _PREFETCH if (said := headers.get(name, ""))), "")
    return Looked(method.upper(), headers.get("user-agent", "").strip(), purpose.casefold())


def judged(look: Looked) -> Kind:
    if look.method != "GET":
        return "other"
    if "prefetch" in look.purpose or "prerender" in look.purpose or look.purpose == "preview":
        return "other"
    if not look.agent or len(look.agent) > MOST_AGENT:
        return "other"
    return "bot" if is_declared(look.agent) else "click"


@lru_cache(maxsize=8192)
def is_declared(agent: str) -> bool:
    """Whether an agent says that it is a program."""
    small, agent = agent.casefold(), _DEVICE.sub("", agent)
    return any(name in small for name in _ALSO) or bool(_bots().is_bot(agent))


class _Bots(Protocol):
    """What is used of the library, which has no types."""

    def is_bot(self, ua: str) -> bool: ...


@lru_cache(maxsize=1)
def _bots() -> _Bots:
    from is_bot import Bots  # noqa: PLC0415 - compiles its list: only who counts needs it

    found: _Bots = Bots()
    return found
