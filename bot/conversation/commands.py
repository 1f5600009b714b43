"""Commands that need no model: one table, the same in the terminal, over REST and in every chat.

A command is the whole message, exactly; anything else is for the agent. Approving and rejecting are answered with how,
because words can come from a program; pausing works, because stopping must never wait for a model to understand.
"""

from __future__ import annotations

import re
from typing import Final

from bot.chat import PROGRAMS, Button
from bot.conversation import (
    campaigning,
    claiming,
    helping,
    house,
    learned,
    linked,
    listing,
    planning,
    reported,
    reporting,
    slotting,
)
from bot.conversation.speaking import Command, Said, Speaking
from bot.conversation.turn import Turn
from bot.errors import BadInput
from bot.publishing.pause import say_scope
from bot.words import noted, told

MOST_NAMED: Final = 5


def read_command(text: str) -> tuple[Command, str] | None:
    """The command that this message is, and what follows its name; None for everything else."""
    said = " ".join(text[:300].split()).strip(" .!?") if len(text) <= 300 else ""
    said = re.sub(r"^(?:/?admind\s+|/)", "", said, flags=re.I)
    for command in COMMANDS:
        follows = rf"(?:\s+({command.matches}))?" if command.matches else ""
        for word in command.words:
            match = re.fullmatch(re.escape(word) + follows, said, re.I)
            if match:
                return command, (match[1] or "").strip() if follows else ""
    return None


async def _help(speaking: Speaking, argument: str) -> str:
    match speaking.turn.asker.surface:
        case "slack":
            return helping.in_slack(speaking)
        case "discord":
            return helping.in_discord(speaking)
    return helping.in_full(speaking, COMMANDS)


async def _pause(speaking: Speaking, argument: str) -> str | Said:
    turn = speaking.turn
    scope, reason = _scope(argument, turn)
    surface = turn.asker.surface
    if surface in PROGRAMS:
        return told(
            "Stopping what goes out is a person's word, so a program can't do it here. Nothing was stopped. In your "
            "chat or at the terminal: `{command}`.",
            command=f"admind pause {argument.strip()}".strip(),
        )
    done = await speaking.stopping.stop(turn.asker.workspace, scope, speaking.member, reason, turn.now, surface)
    scoped = _named(done.pause.scope, turn)
    said = told("Paused: {scope}. Nothing more of it goes out.", scope=scoped)
    if scope.startswith("topic:"):
        close = [post.title for post in done.near[:MOST_NAMED]]
        close += ["…"] if len(done.near) > MOST_NAMED else []  # the review room's card says how many
        said += " " + told("Close to it, but not paused: {titles}.", titles=", ".join(close)) if close else ""
    kind = re.split(r"\s+because\s", argument, flags=re.I)[0]
    said += " " + told("To go on: `{command}`.", command=listing.typed(f"resume {kind}".strip(), turn))
    return Said(said, _go_on(turn) if scope.startswith("brand:") else ())


async def _how_to_resume(speaking: Speaking, argument: str) -> str | Said:
    """Letting posts go out again is a decision: it takes a button or the command, never a message."""
    if speaking.turn.asker.surface in listing.CHATS:
        command = listing.typed(f"resume {argument.strip()}".strip(), speaking.turn)
        said = told("Letting posts go out again takes your own word: `{command}`.", command=command)
        return Said(said, () if argument.strip() else _go_on(speaking.turn))
    return told(
        "Letting posts go out again is a person's decision, so I can't do it from a message. Use the button, or "
        "`{command}` at the terminal.",
        command=f"admind resume {argument.strip()}".strip(),
    )


def _go_on(turn: Turn) -> tuple[Button, ...]:
    return (Button(label=told("Go on"), action=f"resume:{turn.asker.brand}"),)


def _scope(argument: str, turn: Turn) -> tuple[str, str]:
    """The scope that was meant, and the reason after "because". Raises BadInput."""
    words, _, reason = re.sub(r"\s+because\s+", "\n", argument, count=1, flags=re.I).partition("\n")
    kind, _, value = words.strip().partition(" ")
    match kind.casefold():
        case "" | "brand" | "this":
            return f"brand:{turn.asker.brand}", reason
        case "everything" | "all" | "workspace":
            return "workspace", reason
        case "campaign" | "topic" if value.strip():
            return f"{kind.casefold()}:{value.strip()}", reason
        case "account" if value.strip():
            return f"account:{_account_id(value, turn)}", reason
    raise BadInput(
        "Pause what? The brand (`pause`), `pause everything`, `pause account NAME`, `pause campaign NAME` or "
        "`pause topic WORDS`.",
        kept="Nothing was paused or resumed.",
    )


def _account_id(name: str, turn: Turn) -> str:
    wanted = name.strip().casefold()
    found = next((each.id for each in turn.around.accounts if wanted in (each.name.casefold(), each.id)), "")
    if not found:
        there = ", ".join(each.name for each in turn.around.accounts) or "none yet"
        raise BadInput(f"I know no account of that name. There are: {there}.", kept="Nothing was paused or resumed.")
    return found


def _named(scope: str, turn: Turn) -> str:
    kind, _, value = scope.partition(":")
    if kind == "account":
        return next((each.name for each in turn.around.accounts if each.id == value), "the account")
    if kind == "brand" and turn.around.brand:
        return turn.around.brand
    return say_scope(scope)


_SCOPE: Final = r"(?:everything|all|workspace|brand|this)|(?:(?:account|campaign|topic) [^\n]{1,100}?)"

_CALENDAR: Final = (
    *("calendar", "kalender", "show calendar", "show the calendar", "show me the calendar", "show me our calendar"),
    *("zeig mir den kalender", "zeig den kalender", "kalender zeigen"),
)

COMMANDS: Final[tuple[Command, ...]] = (
    Command(("help", "commands", "hilfe"), noted("what I can do"), _help),
    Command(("review",), noted("what waits for you, one at a time"), listing.review),
    Command(("drafts", "list drafts", "entwürfe"), noted("what waits for a decision"), listing.drafts),
    Command(("posts", "list posts"), noted("what went out"), listing.posts, "[PERIOD]", reported.PERIOD),
    Command(
        _CALENDAR,
        noted("what is planned"),
        listing.calendar,
        "[PERIOD]",
        rf"(?:(?:for|of|für|von) )?(?:{reported.PERIOD})",
    ),
    Command(("problems",), noted("what needs somebody's attention"), listing.problems),
    Command(("show", "show draft", "zeige"), noted("a draft in full"), listing.show, "ID", r"d_[a-z0-9]{1,20}"),
    Command(("approve", "reject"), noted("how to decide"), listing.how_to_decide, "ID", r"d_[a-z0-9]{1,20}"),
    Command(
        ("evidence", "beleg", "belege"),
        noted("what a draft claims without evidence; or evidence: CLAIM: what proves it, or a link"),
        claiming.evidence,
        "[ID] [CLAIM: WORDS]",
        claiming.EVIDENCE,
    ),
    Command(
        ("take on", "take-on"),
        noted("as an owner, answer for a claim without evidence"),
        claiming.take_on,
        "[ID] CLAIM because REASON",
        claiming.TAKING_ON,
    ),
    Command(
        ("pause", "stop"),
        noted("nothing more goes out: everything, account NAME, campaign NAME, topic WORDS; alone: this brand"),
        _pause,
        "[WHAT]",
        rf"(?:{_SCOPE})?(?:\s*because [^\n]{{1,200}})?",
    ),
    Command(("resume", "go on"), noted("how to let it go on"), _how_to_resume, "[WHAT]", rf"(?:{_SCOPE})"),
    Command(("brand",), noted("how your brand speaks, and who must approve"), house.brand),
    Command(
        ("away",),
        noted("you are away until a day; somebody may decide for you meanwhile"),
        house.away,
        "until DAY [NAME decides]",
        r"until [^\n]{1,80}",
    ),
    Command(("back", "i'm back"), noted("you are here again"), house.back),
    Command(("studio",), noted("how to open the studio"), house.studio),
    Command(("settings",), noted("where to change what"), house.settings),
    Command(
        ("plan",),
        noted("what is planned per day, and which days have nothing"),
        planning.plan,
        "[PERIOD]",
        reported.PERIOD,
    ),
    *campaigning.COMMANDS,
    Command(
        ("report", "bericht", "show me the report", "show the report", "zeig mir den bericht"),
        noted("what went out and what did not, and how it did"),
        reporting.report,
        "[campaign NAME|account NAME|brand NAME] [PERIOD]",
        reported.WHAT,
    ),
    Command(
        ("plan add",),
        noted("recurring slots, such as LinkedIn Mon and Wed 9:00 tip; you say yes before they count"),
        slotting.add,
        "WORDS",
        r"\S[^\n]{0,280}",
    ),
    Command(
        ("plan yes", "plan ja"),
        noted("plan what I read back last, or what a program proposed"),
        slotting.yes,
        "[ID]",
        r"r_[a-z0-9]{1,40}",
    ),
    Command(("plan fill",), noted("draft the plan's empty slots"), slotting.fill),
    Command(
        ("plan pause",),
        noted("the plan pauses, until a day"),
        slotting.pause,
        "[until DAY]",
        r"(?:until [^\n]{1,80}?)?(?:\s*because [^\n]{1,120})?",
    ),
    Command(("plan go on",), noted("the plan goes on"), slotting.go_on),
    Command(
        ("what next", "what should we post next", "what to post next", "was posten wir als nächstes"),
        noted("what to post next, with the numbers behind it"),
        learned.next_post,
    ),
    Command(
        ("best time", "beste zeit"),
        noted("when posts do better, as far as that is known"),
        learned.best_time,
        "[ACCOUNT]",
        learned.ACCOUNT,
    ),
    Command(("experiments", "experimente"), noted("how experiments stand"), learned.experiments),
    Command(("links", "list links"), linked.LISTS, linked.links),
    Command(("qr code", "qr-code", "qr"), linked.DRAWS, linked.qr_code, "LINK", linked.LINK),
)
