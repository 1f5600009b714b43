"""Reschedule: a time, said in words."""

from __future__ import annotations

from datetime import datetime

import discord

from bot.views import DraftView, PostView
from bot.when import say
from bot.words import reader, told
from handlers.chat.timing import said_time
from handlers.chat.wrong import FieldErrors
from handlers.discord.fields import LINE, Label, Sent, text, window, written

FORM, LATER = "move", "later"


def move_form(draft: DraftView, *, zone: str, now: datetime, phrase: str = "") -> discord.ui.Modal:
    stands = say(draft.due, zone, reader(), now=now) if draft.due else told("as soon as it is approved")
    parts = [
        text(f"{draft.title} · {stands}"),
        when_field(zone, phrase, optional=False),
        text(told("What was approved must be approved again at its new time.")),
    ]
    return window(f"{FORM}:{draft.id}:{draft.digest}", told("Reschedule"), parts)


def later_form(post: PostView, *, zone: str, now: datetime, phrase: str = "", message: str = "") -> discord.ui.Modal:
    """Another time for a post that did not go out, as it was approved. `message` is what said so, to bring it up to
    date then.
    """
    parts = [
        text(f"{post.account_name} · {say(post.due, zone, reader(), now=now)}\n{post.title}"),
        when_field(zone, phrase, optional=False),
        text(told("It goes out as it was approved; nobody is asked again.")),
    ]
    return window(f"{LATER}:{post.id}:{message}".rstrip(":"), told("At another time"), parts)


def when_field(zone: str, phrase: str = "", *, optional: bool) -> Label:
    return written(
        "phrase",
        told("Day and time"),
        phrase,
        example=told("next Tue 9am"),
        hint=told("In your own words; the time in {zone}.", zone=zone),
        lines=False,
        most=LINE,
        optional=optional,
    )


def read_move(sent: Sent, *, now: datetime, zone: str) -> datetime:
    """The new time in UTC. Raises FieldErrors."""
    found = read_when(sent, now=now, zone=zone)
    if found is None:
        raise FieldErrors({"phrase": told("Say a day and a time.")})
    return found


def read_when(sent: Sent, *, now: datetime, zone: str) -> datetime | None:
    """The instant in UTC, or None where nothing was said. Raises FieldErrors."""
    said = sent.line("phrase")
    return said_time(said, "phrase", now=now, zone=zone) if said else None
