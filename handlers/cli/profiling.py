"""How a brand speaks, from the terminal: options, one thing each, in the same lines as the studio's form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from bot.errors import BadInput
from bot.team import profiles
from handlers.cli.talk import Refused

Command = TypeVar("Command", bound=Callable[..., Any])

_MANNER = ("adjectives", "do", "dont", "samples")
_OPTIONS = (
    ("--adjective", "adjectives", "How it sounds, e.g. warm."),
    ("--do", "do", "Something that its posts do."),
    ("--dont", "dont", "Something that its posts never do."),
    ("--sample", "samples", "A post that sounds right, word for word."),
    ("--audience", "audiences", "NAME: WHAT MATTERS TO THEM"),
    ("--prefer", "prefers", "sign up <- register, subscribe"),
    ("--small-print", "disclaimers", "TEXT | mentions: PRODUCT | regions: CH | channels: x"),
    ("--hashtag", "always", "On every post that takes hashtags."),
    ("--embargo", "embargoes", "Gravel 2 until 2027-03-15 09:00"),
    ("--blackout", "blackouts", "2026-12-24 to 2026-12-26: Christmas | warn"),
    ("--gap", "gap", "Minutes between two posts on one account, at least."),
)


def profile_options(function: Command) -> Command:
    """Options that replace one part of the profile each; what is not given stays as it was."""
    for flag, name, help_ in reversed(_OPTIONS):
        function = click.option(flag, name, multiple=True, help=help_)(function)
    return function


def profiled(changes: Mapping[str, Any], old: Mapping[str, Any]) -> dict[str, Any]:
    """Changes of a brand as REST takes them: what belongs to the profile within it, facts with their evidence.

    Raises Refused for a line that is not understood.
    """
    rest = {name: value for name, value in changes.items() if name not in {name for _, name, _ in _OPTIONS}}
    given = {name: value for name, value in changes.items() if name not in rest}
    try:
        if "facts" in rest:
            rest["facts"] = [profiles.fact(line).model_dump() for line in rest["facts"]]
        new = dict(old)
        new["manner"] = {**old["manner"], **{name: given[name] for name in _MANNER if name in given}}
        for name, read in (
            ("audiences", profiles.audience),
            ("prefers", profiles.preferred),
            ("disclaimers", profiles.disclaimer),
        ):
            if name in given:
                new[name] = [read(line).model_dump() for line in given[name]]
        new["timing"] = dict(old.get("timing", {}))
        for name, read_time in (("embargoes", profiles.embargo), ("blackouts", profiles.blackout)):
            if name in given:
                new["timing"][name] = [read_time(line).model_dump(mode="json") for line in given[name]]
        if "gap" in given:
            new["timing"]["gap_minutes"] = given["gap"][-1]
    except BadInput as error:
        raise Refused(f"{error.what} {error.do_next}") from error
    if "always" in given:
        new["hashtags"] = {**old["hashtags"], "always": list(profiles.tags(" ".join(given["always"])))}
    return {**rest, "profile": new} if given else rest


def profile_rows(profile: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """What is set of it, to be shown."""
    known = profiles.Profile.model_validate(profile)
    manner, tags, gap = known.manner, known.hashtags, known.timing.gap_minutes
    rows = [
        ("adjectives", list(manner.adjectives)),
        ("do", list(manner.do)),
        ("don't", list(manner.dont)),
        ("posts that sound right", list(manner.samples)),
        ("audiences", [profiles.audience_line(each) for each in known.audiences]),
        ("preferred words", [profiles.preferred_line(each) for each in known.prefers]),
        ("small print", [profiles.disclaimer_line(each) for each in known.disclaimers]),
        ("hashtags", [f"#{tag}" for tag in tags.always]),
        ("minutes between posts", [str(gap)] if gap != profiles.Timing().gap_minutes else []),
        ("embargoes", [profiles.embargo_line(each) for each in known.timing.embargoes]),
        ("days without posts", [profiles.blackout_line(each) for each in known.timing.blackouts]),
    ]
    return [row for row in rows if row[1]]
