"""`report`: what went out and what did not, how it did, what waits and for whom, and what comes next."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from bot.chat import Button
from bot.conversation.finding import open_drafts, posts_between
from bot.conversation.learned import time_of
from bot.conversation.listing import PICTURES, how_to_plan, review_button, typed
from bot.conversation.periods import Period, read_period
from bot.conversation.reported import Meant, range_of, read_meant, summed_up
from bot.conversation.speaking import Said, Speaking
from bot.conversation.turn import Turn
from bot.errors import BadInput, NotFound
from bot.insights.amounts import title
from bot.insights.costs import what_it_took
from bot.insights.report import Report, counted, look_back, oldest
from bot.insights.summary import Summary
from bot.insights.telling import headline, reading_cost, sentences
from bot.llm.around import KnownAccount
from bot.views import DraftView
from bot.when import say
from bot.words import reader, told, words

MOST_ACCOUNTS: Final = 12
MOST_TITLES: Final = 3
AHEAD: Final = timedelta(days=60)


async def report(speaking: Speaking, argument: str) -> Said:
    meant = read_meant(argument)
    if meant.of == "brand":
        speaking = await _in_brand(speaking, meant.name)
    if meant.of in ("campaign", "account"):
        return await _narrow(speaking, meant)
    return await _whole(speaking, meant.period)


async def _whole(speaking: Speaking, period: str) -> Said:
    turn, book = speaking.turn, words(reader())
    span = read_period(period, turn.now, turn.asker.zone, turn.asker.language, past=True)
    drafts = await open_drafts(turn)
    found = look_back(
        await posts_between(turn, span.start, span.end),
        drafts,
        start=span.start,
        end=span.end,
        ahead=await posts_between(turn, turn.now, turn.now + AHEAD),
    )
    happened = counted(book, found.counts, len(found.lapsed))
    lines = [
        told("{days}: {what}", days=span.words, what=happened)
        if happened
        else told("Nothing went out {days}.", days=span.words)
    ]
    summary = await _summary(speaking, span)
    if summary is not None:
        lines += sentences(book, summary)
    lines += _by_account(found, turn)
    if found.lapsed:
        titles = ", ".join(f"“{title}”" for title in found.lapsed[:MOST_TITLES])
        more = " …" if len(found.lapsed) > MOST_TITLES else ""
        lines.append(told("Nobody approved in time: {titles}", titles=titles + more))
    if found.counts.get("live"):
        lines.append(told("How each one did: `{command}`.", command=typed(f"posts {period}".strip(), turn)))
    lines.append(await _cost(span, turn))
    lines.append(reading_cost(book, summary) if summary is not None else "")
    lines += [_waiting([draft for draft in drafts if draft.status == "waiting"], turn), _next(found, turn)]
    return await _said(speaking, lines, summary, await review_button(speaking))


async def _narrow(speaking: Speaking, meant: Meant) -> Said:
    """Of one campaign or account alone."""
    turn, reports, book = speaking.turn, speaking.reports, words(reader())
    workspace, brand = turn.asker.workspace, turn.asker.brand
    await reports.asked_by(speaking.member, brand)
    summary = await summed_up(
        reports, workspace, brand, meant, now=turn.now, zone=turn.asker.zone, language=turn.asker.language
    )
    lines = [f"{title(book, summary)} · {headline(book, summary)}", *sentences(book, summary)]
    if meant.of == "account":
        lines += await time_of(speaking, summary.about)
    return await _said(speaking, lines, summary)


async def _in_brand(speaking: Speaking, name: str) -> Speaking:
    """The same in another of the member's brands. Raises BadInput."""
    turn = speaking.turn
    brands = (await turn.windows.brands(turn.asker.workspace, turn.asker.member)).items
    found = next((each for each in brands if name.casefold() in (each.name.casefold(), each.id)), None)
    if found is None:
        there = ", ".join(each.name for each in brands) or "none yet"
        raise BadInput(f"You have no brand of that name. There are: {there}.")
    listed = await turn.windows.accounts(turn.asker.workspace, turn.asker.member)
    accounts = tuple(
        KnownAccount(name=each.name, channel=each.channel, handle=each.handle or "", id=each.id)
        for each in listed.items
        if each.brand == found.id
    )
    around = turn.around.model_copy(update={"accounts": accounts, "brand": found.name})
    return replace(speaking, turn=replace(turn, asker=replace(turn.asker, brand=found.id), around=around))


async def _summary(speaking: Speaking, span: Period) -> Summary | None:
    """None for a client: they get what the team sends them."""
    asker = speaking.turn.asker
    try:
        await speaking.reports.asked_by(speaking.member, asker.brand)
    except NotFound:
        return None
    return await speaking.reports.summary(asker.workspace, asker.brand, range_of(span, asker.zone))


async def _said(
    speaking: Speaking, lines: list[str], summary: Summary | None, buttons: tuple[Button, ...] = ()
) -> Said:
    picture = None
    if summary is not None and speaking.turn.asker.surface in PICTURES:
        picture = await speaking.reports.kept_picture(summary, reader())
    return Said("\n".join(line for line in lines if line), buttons, picture)


async def _cost(span: Period, turn: Turn) -> str:
    """What models took on these days, each as it is counted: from midnight to midnight in UTC."""
    first, last = span.start.date(), (span.end - timedelta(seconds=1)).date()
    asker = turn.asker
    took = what_it_took(await turn.windows.spent(asker.workspace, asker.member, asker.brand, first, last))
    return told("Language model: {took}", took=took) if took else ""


def _by_account(found: Report, turn: Turn) -> list[str]:
    names = {account.id: account.name for account in turn.around.accounts}
    rows = sorted(
        (names.get(account, told("an account that was removed")), counts) for account, counts in found.accounts.items()
    )
    lines = [f"• {name}: {counted(words(reader()), counts)}" for name, counts in rows[:MOST_ACCOUNTS]]
    more = len(rows) - MOST_ACCOUNTS
    return [*lines, *([told("… and {count} more.", count=more)] if more > 0 else [])]


def _waiting(waiting: list[DraftView], turn: Turn) -> str:
    first = oldest(waiting)
    if first is None:
        return told("No draft is waiting.")
    missing = next(
        (v.missing for draft in waiting if draft.created_at == first.created_at for v in draft.versions if v.missing),
        "",
    )
    return (
        words(reader())
        .many(
            "Waiting: {count} draft, “{title}” since {when}. {missing}",
            "Waiting: {count} drafts, the oldest “{title}” since {when}. {missing}",
            len(waiting),
            title=first.title,
            when=say(first.created_at, turn.asker.zone, turn.asker.language, now=turn.now),
            missing=missing,
        )
        .strip()
    )


def _next(found: Report, turn: Turn) -> str:
    post = found.next
    if post is None:
        return f"{told('Nothing is scheduled.')} {how_to_plan(turn)}"
    where = next((account.name for account in turn.around.accounts if account.id == post.account), post.channel)
    when = say(post.due, turn.asker.zone, turn.asker.language, now=turn.now)
    return told("Next: “{title}”, {when}, {account}", title=post.title, when=when, account=where)
