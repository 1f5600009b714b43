"""A request as others see it, and how one that failed by no fault of its words is tried again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from bot.chat import Asked, Button, ShownCalendar
from bot.errors import AdMindError, Conflict
from bot.llm.budget import OverBudget
from bot.llm.errors import ModelMisconfigured, ModelMuddled, ModelUnavailable
from bot.words import told
from storage.requests import Request, RequestButton

ANY: Final = frozenset[str]()  # brand
MOST_NAMES: Final = 20  # of files, told one by one
WITH_BUTTONS: Final = frozenset({"slack", "discord", "studio"})


class StillStarting(AdMindError):
    def __init__(self) -> None:
        super().__init__("I am still starting.", do_next="Ask again in a few seconds; commands work already.")


_KEPT: Final = (ModelUnavailable, ModelMisconfigured, ModelMuddled, OverBudget, StillStarting)


class RequestView(BaseModel):
    """A request in its public shape."""

    model_config = ConfigDict(frozen=True)

    id: str
    conversation: str
    status: str
    text: str
    reply: str
    drafts: list[str]
    stopped: bool = Field(False, description="its person stopped it; what it had made by then is in `drafts`")
    tries: int = Field(1, description="how often it was asked for")
    calendar: ShownCalendar | None = Field(None, description="days of a calendar that stand beside the answer")
    again: bool = Field(False, description="it failed by no fault of its words: it may be tried again")
    created_at: datetime
    finished_at: datetime | None


def is_kept(error: AdMindError) -> bool:
    """Whether the same words may do when they are tried again: a model or its provider failed, not they."""
    return isinstance(error, _KEPT)


def offered_again(request: Request) -> tuple[Request, str]:
    """The request with what has it tried again, and the words for its person: nothing of it is lost."""
    press = RequestButton(label=told("Try again"), action=f"retry:{request.id}:{request.tries}", style="primary")
    kept = request.changed(again=True, buttons=(press,))
    if request.surface in WITH_BUTTONS:
        return kept, told("Your request is kept: press “Try again”, and you need not write it anew.")
    command = f"admind requests retry {request.id}"
    return kept, told("Your request is kept. To try it again: `{command}`", command=command)


def nothing_to_try() -> Conflict:
    return Conflict(
        "There is nothing to try again here.",
        kept="What this request made is as it was.",
        do_next="Ask for what you need in a new message.",
    )


def view_of(request: Request) -> RequestView:
    return RequestView(
        id=request.id,
        conversation=request.conversation,
        status=request.status,
        text=request.text,
        reply=request.reply,
        drafts=list(request.drafts),
        stopped=request.stopped,
        tries=request.tries,
        calendar=ShownCalendar(**request.calendar.model_dump()) if request.calendar else None,
        again=request.again,
        created_at=request.created_at,
        finished_at=request.finished_at,
    )


def names_of(names: Sequence[str]) -> tuple[str, ...]:
    """At most `MOST_NAMES`; the last then tells how many more there are."""
    left = len(names) - MOST_NAMES
    kept = tuple(name[:200] for name in names[:MOST_NAMES])
    return (*kept[:-1], f"{kept[-1]} (+{left})") if left > 0 else kept


def asked_of(request: Request) -> Asked:
    return Asked(
        id=request.id,
        workspace=request.workspace,
        brand=request.brand,
        member=request.member,
        place=request.place,
        text=request.text,
        reply=request.reply,
        buttons=tuple(Button(label=b.label, action=b.action, style=b.style) for b in request.buttons),
        calendar=ShownCalendar(**request.calendar.model_dump()) if request.calendar else None,
        failed=request.status == "failed",
        drafts=request.drafts,
        unread=request.unread_files,
        unused=request.unused_files,
    )
