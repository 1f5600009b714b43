"""Commands that need no model: one table, the same in the terminal, over REST and in every chat.

A command is the whole message, exactly; anything else is for the agent. Approving and rejecting are answered with how,
because words can come from a program; pausing works, because stopping must never wait for a model to understand.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, Final

from bot.conversation import house
from bot.conversation.finding import explain, find
from bot.conversation.speaking import Command, Speaking
from bot.conversation.turn import Turn
from bot.errors import BadInput
from bot.publishing.pause import near_misses, say_scope
from bot.words import noted, retold, told


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
    lines = [f"• `{' '.join((c.words[0], c.argument)).strip()}`: {retold(c.help)}" for c in COMMANDS]
    account = next((account.name for account in speaking.turn.around.accounts), "feed")
    first = told(
        "Tell me in your own words what to post, such as “Announce our workshop on 12 December, tomorrow at 9am on "
        "{account}, with an image”; then “shorter” or “move it to Friday 3pm”. Nothing goes out before a person "
        "approved it. Commands:",
        account=account,
    )
    return "\n".join([first, *lines])


async def _drafts(speaking: Speaking, argument: str) -> str:
    return _listed(
        told("Waiting for a decision:"), told("No draft is waiting."), await find("drafts", "", speaking.turn)
    )


async def _posts(speaking: Speaking, argument: str) -> str:
    found = await find("published", argument, speaking.turn)
    days = found["period"]
    return _listed(told("Went out {days}:", days=days), told("Nothing went out {days}.", days=days), found)


async def _calendar(speaking: Speaking, argument: str) -> str:
    found = await find("scheduled", argument, speaking.turn)
    days = found["period"]
    return _listed(told("Planned {days}:", days=days), told("Nothing is planned {days}.", days=days), found)


async def _problems(speaking: Speaking, argument: str) -> str:
    found = await find("problems", "", speaking.turn)
    return _listed(told("Needs somebody's attention:"), told("No problems."), found)


async def _show(speaking: Speaking, argument: str) -> str:
    turn = speaking.turn
    view = await turn.windows.draft(turn.asker.workspace, turn.asker.member, argument)
    stands = await explain(argument, turn)
    when = stands["when"] or told("as soon as it is approved")
    lines = [f"{view.title} ({view.id}), {when}"]
    lines += [f"— {version.account_name}:\n{version.text}" for version in view.versions]
    lines += [told("Must be mended: {what}", what=each) for each in stands["must_be_mended"]]
    lines += [told("Please look: {what}", what=each) for each in stands["look_at"]]
    lines += list(stands["waits_for"])
    lines += [f"{each['where']}: {each['state']}. {each['why']} {each['url']}".strip() for each in stands["posts"]]
    return "\n".join(lines)


async def _review(speaking: Speaking, argument: str) -> str:
    """One at a time: the draft that has to be decided first, in full."""
    turn = speaking.turn
    page = await turn.windows.drafts(turn.asker.workspace, turn.asker.member, status="waiting", limit=100)
    here = [draft for draft in page.items if draft.brand == turn.asker.brand]
    mine = [draft for draft in here if any(speaking.member.name in (v.missing or "") for v in draft.versions)]
    if not mine:
        others = told("{count} wait for others: `drafts`.", count=len(here)) if here else ""
        return " ".join(part for part in (told("Nothing waits for your decision."), others) if part)
    first = min(mine, key=lambda draft: (draft.due or turn.now, draft.created_at))
    more = len(mine) - 1
    return "\n".join(
        [
            told("This one waits for you first ({count} more after it):", count=more)
            if more
            else told("This one waits for you first:"),
            await _show(speaking, first.id),
            await _how_to_decide(speaking, first.id),
        ]
    )


async def _how_to_decide(speaking: Speaking, argument: str) -> str:
    return told(
        "Deciding takes a person who has seen the post: use the buttons on its card, or run `admind approve {id}` or "
        "`admind reject {id}` in the terminal. A message does not decide.",
        id=argument or "ID",
    )


async def _pause(speaking: Speaking, argument: str) -> str:
    turn = speaking.turn
    scope, reason = _scope(argument, turn)
    pause = await speaking.pausing.stop(turn.asker.workspace, scope, speaking.member, reason, turn.now)
    scoped = _named(pause.scope, turn)
    said = told("Paused: {scope}. Nothing of it that has not left yet goes out.", scope=scoped)
    if scope.startswith("topic:"):
        ahead = await turn.windows.between(
            turn.asker.workspace, turn.asker.member, turn.now, turn.now + timedelta(days=60)
        )
        close = [post.title for post in near_misses(pause, [(post, post.title) for post in ahead])]
        said += " " + told("Close to it, but not paused: {titles}.", titles=", ".join(close[:5])) if close else ""
    kind = re.split(r"\s+because\s", argument, flags=re.I)[0]
    return " ".join((said, told("To go on: `{command}`.", command=f"resume {kind}".strip())))


async def _how_to_resume(speaking: Speaking, argument: str) -> str:
    """Letting posts go out again is a decision: it takes a button or the command, never a message."""
    return told(
        "Letting posts go out again is a person's decision, so I can't do it from a message. Use the button, or "
        "`{command}` at the terminal.",
        command=f"admind resume {argument.strip()}".strip(),
    )


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


def _listed(head: str, none: str, found: dict[str, Any]) -> str:
    if not found["items"]:
        return none
    lines = [head]
    for item in found["items"]:
        facts = [str(item[name]) for name in ("when", "where", "state", "why", "url") if item.get(name)]
        lines.append(f"• {item['title']} ({item['id']}): {', '.join(facts)}")
    return "\n".join([*lines, *([told("… and {count} more.", count=found["more"])] if found["more"] else [])])


_PERIOD: Final = (
    r"today|tomorrow|yesterday|(?:(?:this|next|last) )?(?:week|month|weekend)|(?:next|last) \d{1,3} days|heute|morgen|"
    r"gestern|(?:diese|nächste|letzte)[nrs]? (?:woche|monat)"
)
_SCOPE: Final = r"(?:everything|all|workspace|brand|this)|(?:(?:account|campaign|topic) [^\n]{1,100}?)"

COMMANDS: Final[tuple[Command, ...]] = (
    Command(("help", "commands", "hilfe"), noted("what I can do"), _help),
    Command(("review",), noted("what waits for you, one at a time"), _review),
    Command(("drafts", "list drafts", "entwürfe"), noted("what waits for a decision"), _drafts),
    Command(("posts", "list posts"), noted("what went out"), _posts, "[PERIOD]", _PERIOD),
    Command(("calendar", "kalender"), noted("what is planned"), _calendar, "[PERIOD]", _PERIOD),
    Command(("problems",), noted("what needs somebody's attention"), _problems),
    Command(("show", "show draft", "zeige"), noted("a draft in full"), _show, "ID", r"d_[a-z0-9]{1,20}"),
    Command(("approve", "reject"), noted("how to decide"), _how_to_decide, "ID", r"d_[a-z0-9]{1,20}"),
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
    Command(("plan",), noted("a plan of posts for a time"), house.plan, "[PERIOD]", _PERIOD),
    Command(("report",), noted("how your posts did"), house.report, "[PERIOD]", _PERIOD),
)
