"""New post: what a request says, as a form."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import discord

from bot.views import AccountView
from bot.words import told
from handlers.chat.along import Along
from handlers.chat.asking import NewPost
from handlers.chat.wrong import FieldErrors
from handlers.discord.fields import LINE, Option, Part, Sent, files, picked, window, written
from handlers.discord.forms.moving import read_when, when_field

FORM = "new"  # new:<brand>, and behind it what the message that it was made from is kept as
MOST_FILES = 4


def new_post_form(
    accounts: Sequence[AccountView],
    brand: str,
    *,
    zone: str,
    along: Along | None = None,
    kept: str = "",
    sent: Sent | None = None,
) -> discord.ui.Modal:
    """`along` is what was said already: the message that the menu was used on, `kept` as this. `sent` is what stands in
    it already.
    """
    came = along or Along()
    before = sent or Sent({"topic": came.shown})
    offered = [Option(each.name, each.id, each.channel) for each in accounts if not each.closed]
    example = told("Our spring sale: 20% off all bikes until 31 May")
    topic, hint = before.typed("topic"), came.of_words(before.typed("topic"))
    parts: list[Part] = [written("topic", told("What is it about?"), topic, hint=hint, example=example)]
    if offered:
        chosen = before.values("accounts") or ([offered[0].value] if len(offered) == 1 else ())
        parts.append(picked("accounts", told("Accounts"), offered, chosen))
    parts += [
        when_field(zone, before.typed("phrase"), optional=True),
        files("files", told("A picture of your own"), MOST_FILES, hint=came.of_files()),
        written("wish", told("Or what it should show"), before.typed("wish"), lines=False, most=LINE, optional=True),
    ]
    return window(":".join(filter(None, (FORM, brand, kept))), told("New post"), parts)


def read_new_post(sent: Sent, *, now: datetime, zone: str) -> NewPost:
    """Raises FieldErrors."""
    topic = sent.line("topic")
    if not topic:
        raise FieldErrors({"topic": told("Say in a few words what it is about.")})
    return NewPost(
        topic=topic,
        accounts=sent.values("accounts"),
        due=read_when(sent, now=now, zone=zone),
        image_wish=sent.line("wish"),
        files=sent.values("files"),
        campaign="",
    )
