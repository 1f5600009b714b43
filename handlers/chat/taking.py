"""A request from a chat, taken in durably and once."""

from __future__ import annotations

from typing import Final, Protocol

from bot.bootstrap import AdMind
from bot.chat import Asked, ChatRequest
from bot.words import told
from handlers.chat.visiting import Visitor

MOST_PICTURES: Final = 10  # of one request


class Place(Protocol):
    """Where it was asked, as its chat keeps that."""

    @property
    def team(self) -> str: ...

    @property
    def conversation(self) -> str: ...

    def dump(self) -> str: ...


async def take(
    admind: AdMind, visitor: Visitor, text: str, place: Place, *, key: str, about: str = "", brand: str = ""
) -> str:
    """Keep a request, once a key, and let it be worked on; its id. Raises StorageUnavailable, StorageFull."""
    request = await admind.desk.receive(
        ChatRequest(
            workspace=visitor.workspace,
            brand=brand,
            surface=visitor.surface,
            member=visitor.member.id,
            conversation=place.conversation,
            text=text,
            key=f"{place.team}:{key}",
            about=about,
            place=place.dump(),
        ),
        hand_over=False,
    )
    admind.desk.hand_over(visitor.workspace, request)
    return request


def unread(asked: Asked) -> str:
    """Files that nobody understood, and pictures that were too many, are named, whatever the answer says."""
    names, said = [name for name in asked.unread if name not in asked.reply], list[str]()
    if names:
        said.append(told("I can't read these files and left them out: {files}", files=", ".join(names)))
    if asked.unused:
        said.append(
            told("I take {most} pictures; not used: {files}", most=MOST_PICTURES, files=", ".join(asked.unused))
        )
    return "\n".join(said)
