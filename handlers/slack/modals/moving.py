"""Reschedule: picked from a calendar, or said in words."""

from __future__ import annotations

from datetime import datetime

from bot.views import DraftView, PostView
from bot.when import say
from bot.words import reader, told
from handlers.chat.wrong import FieldErrors
from handlers.slack import kit
from handlers.slack.forms import Carried, time_of
from handlers.slack.limits import Json, checked_view

CALLBACK, LATER = "move", "later"


def move_modal(draft: DraftView, carried: Carried, *, zone: str, now: datetime) -> Json:
    due = draft.due
    stands = say(due, zone, reader(), now=now) if due else told("as soon as it is approved")
    blocks = [
        kit.heading(draft.title, stands),
        *when_fields(due if due and due > now else None, zone),
        kit.context(told("What was approved must be approved again at its new time.")),
    ]
    return checked_view(
        kit.modal(
            CALLBACK, told("Reschedule"), blocks, carried=carried.dump(), submit=told("Move"), close=told("Cancel")
        )
    )


def later_modal(post: PostView, carried: Carried, *, zone: str, now: datetime) -> Json:
    """Another time for a post that did not go out, as it was approved."""
    blocks = [
        kit.heading(post.account_name, say(post.due, zone, reader(), now=now)),
        kit.section(post.title),
        *when_fields(None, zone),
        kit.context(told("It goes out as it was approved; nobody is asked again.")),
    ]
    return checked_view(
        kit.modal(
            LATER,
            told("At another time"),
            blocks,
            carried=carried.dump(),
            submit=told("Schedule"),
            close=told("Cancel"),
        )
    )


def when_fields(due: datetime | None, zone: str) -> list[Json]:
    """A picker in the reader's own time, and words in the brand's."""
    picker: Json = {"type": "datetimepicker"}
    if due is not None:
        picker["initial_date_time"] = int(due.timestamp())
    return [
        kit.field("picked", told("Day and time"), picker, hint=told("In the time zone of your Slack."), optional=True),
        kit.field(
            "phrase",
            told("Or in words"),
            kit.words_input(placeholder=told("next Tue 9am"), lines=False) | {"max_length": 200},
            hint=told("Words win over the calendar, and mean the time in {zone}.", zone=zone),
            optional=True,
        ),
    ]


def read_move(view: Json, *, now: datetime, zone: str) -> datetime:
    """The new time in UTC. Raises FieldErrors."""
    found = time_of(view, "picked", "phrase", now=now, zone=zone)
    if found is None:
        raise FieldErrors({"phrase": told("Pick a time, or say one.")})
    return found
