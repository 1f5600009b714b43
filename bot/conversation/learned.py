"""What past posts teach, in words: what to post next, when posts do better, how experiments stand. Without a model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.conversation.speaking import Said, Speaking, Teaches
from bot.errors import BadInput
from bot.insights.best_time import BAND, LEAST_POSTS, Effect, Pattern
from bot.insights.experiments import LEAST_IMPRESSIONS
from bot.words import Phrasebook, reader, told, words
from bot.workflow.advising import Advising, Tip
from bot.workflow.experiments import OFFERED_IMPRESSIONS, OFFERED_POSTS, Experimenting, Offer, Standing
from bot.workflow.requests import Asker
from bot.workflow.timing import Timing
from storage.accounts import Account
from storage.redis import Database
from storage.stores import TeamStore

ACCOUNT: Final = r"(?:for |für |of |on )?[^\n]{1,100}?"
_FOR: Final = re.compile(r"^(?:for|für|of|on)\s+", re.I)
MOST_NAMED: Final = 3
WORTH: Final = 0.01  # less is shrunk to nothing


class Learned:
    def __init__(self, database: Database, *, advising: Advising, timing: Timing, experiments: Experimenting) -> None:
        self._team = TeamStore(database)
        self._advising = advising
        self._timing = timing
        self._experiments = experiments

    async def next(self, asker: Asker) -> str:
        tips = await self._advising.next(asker.workspace, asker.member, asker.brand)
        book, names = words(reader()), {each.id: each.name for each in await self._accounts(asker)}
        lines = [told("What to post next, from the last 120 days, your mix and open slots:")]
        for number, tip in enumerate(tips, 1):
            lines += [f"{number}. {tip_title(book, tip, names, asker.zone)}"]
            lines += [f"   • {book.said(reason)}" for reason in tip.reasons]
            if tip.evidence:
                lines.append("   " + told("Posts: {posts}", posts=posts_of(tip)))
        if not any(tip.evidence for tip in tips):
            lines.append(
                told("No kind of post is known to do better: not enough data, or no difference beyond chance.")
            )
        return "\n".join(lines)

    async def best_time(self, asker: Asker, name: str) -> str:
        accounts, wanted = await self._accounts(asker), _FOR.sub("", name.strip()).casefold()
        chosen = [each for each in accounts if not wanted or wanted in (each.name.casefold(), each.channel, each.id)]
        if not chosen:
            there = ", ".join(each.name for each in accounts) or "none yet"
            raise BadInput(f"I know no account of that name. There are: {there}.")
        found = await self._timing.of(asker.workspace, asker.brand, [each.id for each in chosen])
        book = words(reader())
        return "\n".join(line for each in chosen for line in pattern_lines(book, each.name, found[each.id]))

    async def experiments(self, asker: Asker) -> str:
        of = (asker.workspace, asker.member, asker.brand)
        found, book = await self._experiments.all(*of), words(reader())
        lines = [line for each in found for line in standing_lines(book, each)]
        return "\n".join([*lines, offer_line(book, await self._experiments.offer(*of))])

    async def _accounts(self, asker: Asker) -> Sequence[Account]:
        found = await self._team.all(self._team.accounts, asker.workspace)
        return [each for each in found if each.brand == asker.brand and each.closed_at is None]


def tip_title(book: Phrasebook, tip: Tip, names: dict[str, str], zone: str) -> str:
    """ "Tue 1 Dec, 09:00 · LinkedIn · Service, for families: We repair every bike within two days." """
    parts = [book.when(tip.due, ZoneInfo(zone))] if tip.due else [book.text("No open slot")]
    parts += [", ".join(names.get(each, each) for each in tip.accounts)] if tip.accounts else []
    about = ", ".join(each for each in (tip.pillar, tip.form) if each)
    if tip.audience:
        about = f"{about}, " if about else ""
        about += book.text("for {audience}", audience=tip.audience)
    parts += [about] if about else []
    topic = tip.topic or book.text("nothing is left to say there: add points to the plan")
    return f"{' · '.join(parts)}: {topic}"


def posts_of(tip: Tip) -> str:
    return "; ".join(f"“{each.title[:60]}” {each.url}".strip() for each in tip.evidence)


def pattern_lines(book: Phrasebook, name: str, found: Pattern) -> list[str]:
    """Whether a better time is known, and the effects that are, with interval and sample."""
    if found.posts < LEAST_POSTS:
        return [
            book.text(
                "{account}: not enough data for a best time: {count} posts with numbers, of at least {least}.",
                account=name,
                count=found.posts,
                least=LEAST_POSTS,
            )
        ]
    if not found.usable:
        return [
            book.text(
                "{account}: no time is better than another as far as {count} posts tell. Times learned from them "
                "foretell other posts no better than the mean does.",
                account=name,
                count=found.posts,
            )
        ]
    share = book.number(round(100 * found.better, 1))
    lines = [
        book.text(
            "{account}: from {count} posts; on posts that it had not seen, {percent} % closer than the mean.",
            account=name,
            count=found.posts,
            percent=share,
        )
    ]
    known = sorted(found.effects, key=lambda each: -each.share)
    for title, kind in ((book.text("Form"), "form"), (book.text("Hour"), "hour"), (book.text("Day"), "day")):
        best = [each for each in known if each.kind == kind and each.share >= WORTH][:MOST_NAMED]
        if best:
            lines.append(f"• {title}: {'; '.join(effect_words(book, each) for each in best)}")
    return lines


def effect_name(book: Phrasebook, each: Effect) -> str:
    """ "question", "9–12 h", "Mon"."""
    if each.kind == "hour":
        return f"{each.name}–{int(each.name) + BAND} h"
    if each.kind == "day":
        return book.weekday(date(2024, 1, 1) + timedelta(days=int(each.name)))  # a Monday
    return each.name


def effect_words(book: Phrasebook, each: Effect) -> str:
    """ "9–12 h +12 % (+3 % to +21 %, 24 posts)"."""
    named = effect_name(book, each)
    low, high, share = (f"{100 * value:+.0f} %" for value in (each.low, each.high, each.share))
    return book.text(
        "{name} {share} ({low} to {high}, {count} posts)",
        name=named, share=share, low=low, high=high, count=each.posts,
    )  # fmt: skip


def standing_lines(book: Phrasebook, each: Standing) -> list[str]:
    """How an experiment stands, its variants with their probabilities, and what bots would have changed."""
    found, verdict = each.experiment, each.verdict
    lines = [f"{found.name} ({found.id}): {state_words(book, each)}"]
    for arm in verdict.arms:
        lines.append(
            "• "
            + book.text(
                "{arm}: {clicks} clicks of {impressions} in {posts} posts; believed {rate} % ({low}–{high} %); the "
                "best with {chance} % probability; all clicks with bots: {raw}",
                arm=arm.arm, clicks=book.number(arm.clicks), impressions=book.number(arm.impressions),
                posts=book.number(arm.posts), rate=book.number(round(100 * arm.rate, 2)),
                low=book.number(round(100 * arm.low, 2)), high=book.number(round(100 * arm.high, 2)),
                chance=f"{100 * arm.chance:.0f}", raw=book.number(arm.raw),
            )
        )  # fmt: skip
    if verdict.with_bots:
        lines.append(book.text("If bots counted, “{arm}” would look best.", arm=verdict.with_bots))
    return lines


def state_words(book: Phrasebook, each: Standing) -> str:
    found, verdict = each.experiment, each.verdict
    loss = book.number(round(100 * verdict.loss, 1))
    if found.best:
        return book.text("decided: “{arm}”. It waits as a rule of the brand.", arm=found.best)
    if not found.running:
        return book.text("stopped, undecided")
    if verdict.state == "too little":
        return book.text(
            "not enough data: {impressions} impressions, of at least {least}, and two posts of each variant",
            impressions=book.number(verdict.impressions),
            least=book.number(LEAST_IMPRESSIONS),
        )
    return book.text(
        "running: taking “{arm}” now would lose {loss} % of the usual rate; it stops at {threshold} %",
        arm=verdict.best,
        loss=loss,
        threshold=book.number(found.threshold_percent),
    )


def offer_line(book: Phrasebook, offer: Offer) -> str:
    if offer.may:
        return book.text("There is enough data for experiments: start one in the studio, under “What works”.")
    return book.text(
        "Not enough data for an experiment: {posts} posts with short links and {impressions} impressions in 90 days, "
        "of at least {least_posts} and {least}.",
        posts=offer.posts,
        impressions=book.number(offer.impressions),
        least_posts=OFFERED_POSTS,
        least=book.number(OFFERED_IMPRESSIONS),
    )


async def time_of(speaking: Speaking, account: str) -> list[str]:
    """What a report of an account says of its times; nothing where nothing is learned."""
    if speaking.learned is None:
        return []
    return (await speaking.learned.best_time(speaking.turn.asker, account)).splitlines()


async def next_post(speaking: Speaking, _argument: str) -> str | Said:
    return await _of(speaking).next(speaking.turn.asker)


async def best_time(speaking: Speaking, argument: str) -> str | Said:
    return await _of(speaking).best_time(speaking.turn.asker, argument)


async def experiments(speaking: Speaking, _argument: str) -> str | Said:
    return await _of(speaking).experiments(speaking.turn.asker)


def _of(speaking: Speaking) -> Teaches:
    if speaking.learned is None:
        raise BadInput("Nothing is learned from posts here.")
    return speaking.learned
