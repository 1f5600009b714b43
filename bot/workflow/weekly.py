"""The weekly digest: on Monday at nine of the brand's zone, what last week brought and what this week needs.

`digest:<brand>` on the due set names the next one; every home's messenger posts one once per brand and week.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.accounts.access import ENDS_OPTION
from bot.cards import Words
from bot.chat import Button, Card
from bot.clock import Clock, milliseconds
from bot.insights.costs import what_it_took
from bot.insights.report import AHEAD, counted, look_back, oldest
from bot.insights.summary import Summary
from bot.insights.summing import Range
from bot.insights.telling import digest_lines, reading_cost
from bot.planning.standing import SlotView, Standing
from bot.review.board import Board
from bot.review.round_table import RoundTable
from bot.words import reading, words
from bot.workflow.costing import Costing
from storage import keys
from storage.accounts import Account
from storage.audience import AudienceStore
from storage.audit import AuditWriter
from storage.commit import Change, commit
from storage.drafts import Draft, DraftStatus
from storage.due import DueSets
from storage.posts import Post
from storage.redis import Database
from storage.stores import DraftStore, PostStore, TeamStore
from storage.team import Brand

HOUR: Final = time(9)
OLD_NEWS: Final = timedelta(days=2)  # nobody needs Monday's digest on Thursday
ENDING: Final = timedelta(days=14)
PAGE: Final = 1000
MOST_LOGINS: Final = 3


News = Callable[[str, str, date], Awaitable[int]]  # workspace, brand, Monday → rules that edits suggest, not told yet


Summaries = Callable[[str, str, Range], Awaitable[Summary]]


async def _no_news(_workspace: str, _brand: str, _monday: date) -> int:
    return 0


@dataclass(frozen=True, slots=True)
class Week:
    """A digest's Monday, the instant it is due, and the one after it."""

    monday: date
    due: datetime
    following: datetime


def week_of(now: datetime, zone: str) -> Week:
    """The digest that was due last."""
    at = ZoneInfo(zone)
    today = now.astimezone(at).date()
    monday = today - timedelta(days=today.weekday())
    if datetime.combine(monday, HOUR, at) > now:
        monday -= timedelta(days=7)
    due, following = (datetime.combine(monday + timedelta(days=ahead), HOUR, at) for ahead in (0, 7))
    return Week(monday, due, following)


class Weekly:
    def __init__(
        self,
        database: Database,
        *,
        board: Board,
        audit: AuditWriter,
        clock: Clock,
        learned: News = _no_news,
        summaries: Summaries | None = None,
        standing: Standing | None = None,
    ) -> None:
        self._database = database
        self._drafts = DraftStore(database)
        self._posts = PostStore(database)
        self._team = TeamStore(database)
        self._board = board
        self._costing = Costing(database)
        self._audience = AudienceStore(database)
        self._audit = audit
        self._clock = clock
        self._learned = learned
        self._summaries = summaries
        self._standing = standing  # None where there are no plans

    async def arm(self, workspaces: Sequence[str]) -> None:
        """Every brand has its next digest on the due set. Doing so again changes nothing."""
        now = self._clock.now()
        for workspace in workspaces:
            home = await self._team.workspaces.find(workspace, workspace)
            for brand in await self._team.all(self._team.brands, workspace):
                entry = f"digest:{brand.id}"
                if home is None or await self._database.client.zscore(keys.due(workspace), entry) is not None:
                    continue
                due_ms = milliseconds(week_of(now, brand.zone or home.record.zone).following)
                change = Change(workspace).do("ZADD", keys.due(workspace), "NX", str(due_ms), entry)
                await commit(self._database, change)
                await DueSets(self._database).nudge(workspace, due_ms)

    async def week(self, workspace: str, brand: str) -> Week | None:
        """None for a brand that is gone."""
        table = await self._board.round_table(workspace)
        return week_of(self._clock.now(), table.words(brand).zone) if brand in table.brands else None

    async def tell(self, workspace: str, brand: str, monday: date, *, home: str = "") -> None:
        """Into the brand's review room of every home, or of this one; to its owners where there is none.

        Nothing where the brand wants none, or nothing is to be said. Raises Undelivered.
        """
        table = await self._board.round_table(workspace)
        if brand not in table.brands or not table.brands[brand].digest:
            return
        with reading(table.home.language):
            card = await self._card(table, table.brands[brand], monday)
        if card is not None:
            key = f"digest:{brand}:{monday}"
            await self._board.tell(workspace, brand, card, key=key, home=home, or_else=f"owners:{brand}")

    async def _card(self, table: RoundTable, brand: Brand, monday: date) -> Card | None:
        names = table.words(brand.id)
        zone, now = ZoneInfo(names.zone), self._clock.now()
        last, this, following = (datetime.combine(monday + timedelta(days=days), time(), zone) for days in (-7, 0, 7))
        drafts = await self._open(brand)
        found = look_back(await self._between(brand, last, this), drafts, start=last, end=this)
        waiting = [draft for draft in drafts if draft.status is DraftStatus.waiting]
        coming = [post for post in await self._between(brand, now, now + timedelta(days=60)) if post.state in AHEAD]
        days = [post.due for post in await self._between(brand, this, following) if post.state in AHEAD]
        days += [draft.due for draft in waiting if draft.due is not None and this <= draft.due < following]
        first, until = monday - timedelta(days=7), monday - timedelta(days=1)
        took = await self._costing.of_brand(brand.workspace, brand.id, first, until)  # by UTC days
        logins = [account for account in names.accounts.values() if _ends(account, now)]
        learned = await self._learned(brand.workspace, brand.id, monday)
        places = await self._places(brand, last, following)
        if not (found.anything or waiting or days or logins or learned or places):
            return None
        empty = sum(each.state == "empty" and this <= each.due < following for each in places)
        head = await self._audit.seal(brand.workspace)
        how, reading = await self._how_it_did(brand, first, names)
        notes = [
            *how,
            _waiting(waiting, table, names, now),
            _planned(days, monday, zone, names, empty=empty if places else None),
            _left_empty([each for each in places if each.due < this], names),
            _left_out([each for each in places if each.due >= this and each.state == "skipped"], zone, names),
            *(_login(account, coming, names) for account in logins),
            await self._untold(names, datetime.combine(monday, HOUR, zone)),
            names.t("Language model: {took}", took=what_it_took(took, words(names.language))) if took.calls else "",
            reading,
            _suggested(learned, names),
            names.t("Record of decisions up to here: {head}", head=head.short),
        ]
        book = words(names.language)
        return Card(
            title=f"{brand.name} · {book.interval(first, until, year=False)}",
            status=counted(book, found.counts, len(found.lapsed)) or names.t("Nothing was due."),
            notes=tuple(note for note in notes if note),
            buttons=_buttons(brand, len(waiting), logins, names, empty=empty),
        )

    async def _how_it_did(self, brand: Brand, first: date, names: Words) -> tuple[tuple[str, ...], str]:
        """Lines about last week's numbers, and what reading them cost."""
        if self._summaries is None:
            return (), ""
        summary = await self._summaries(brand.workspace, brand.id, Range("week", first, 7, names.zone))
        book = words(names.language)
        return digest_lines(book, summary), reading_cost(book, summary)

    async def _untold(self, names: Words, due: datetime) -> str:
        """Accounts of which it came out since the last digest that their access may not ask who follows: told once."""
        found = list[str]()
        for account in names.accounts.values():
            since = await self._audience.refused_since(account.workspace, account.id)
            if since is not None and due - timedelta(days=7) <= since < due and _stands(account):
                found.append(account.name)
        if not found:
            return ""
        return names.t(
            "Followers are not told of {accounts}: the access may not ask. Posts go out as before; to have them "
            "counted, give AdMind's app the permission, and connect again.",
            accounts=words(names.language).series(found),
        )

    async def _places(self, brand: Brand, start: datetime, end: datetime) -> list[SlotView]:
        """The plan's slots."""
        if self._standing is None:
            return []
        return await self._standing.between(brand.workspace, brand.id, start, end)

    async def _open(self, brand: Brand) -> list[Draft]:
        found, after = list[Draft](), ""
        while True:
            page = await self._drafts.page(brand.workspace, index=f"open:{brand.id}", after=after, limit=PAGE)
            found += page.items
            after = page.next or ""
            if not after:
                return found

    async def _between(self, brand: Brand, start: datetime, end: datetime) -> list[Post]:
        page = await self._posts.page(
            brand.workspace,
            index=f"of:{brand.id}",
            newest_first=False,
            limit=PAGE,
            least=start.timestamp(),
            most=end.timestamp(),
        )
        return [post for post in page.items if post.due < end]


def _waiting(waiting: Sequence[Draft], table: RoundTable, names: Words, now: datetime) -> str:
    first = oldest(waiting)
    if not isinstance(first, Draft):
        return ""
    for_whom = list(
        dict.fromkeys(names.member(each) for standing in table.standings(first, now) for each in standing.waiting_for)
    )
    book = words(names.language)
    zone = ZoneInfo(names.zone)
    days = (now.astimezone(zone).date() - first.created_at.astimezone(zone).date()).days
    age = book.many("{count} day", "{count} days", days)
    said = book.many("Waiting: {count} draft", "Waiting: {count} drafts", len(waiting))
    if days > 0:
        said = book.many(
            "Waiting: {count} draft, {days} old", "Waiting: {count} drafts, oldest {days}", len(waiting), days=age
        )
    return f"{said} ({book.series(for_whom[:3])})" if for_whom else said


def _planned(days: Sequence[datetime], monday: date, zone: ZoneInfo, names: Words, *, empty: int | None) -> str:
    """`empty`: how many slots of the plan are; None without a plan: days are counted then."""
    book = words(names.language)
    free = 7 - len({at.astimezone(zone).date() for at in days if 0 <= (at.astimezone(zone).date() - monday).days < 7})
    lacks = book.many("{count} empty slot", "{count} empty slots", empty) if empty else ""
    if empty is None and free and days:
        lacks = book.many("{count} day without a post", "{count} days without a post", free)
    said = book.many("This week: {count} planned", "This week: {count} planned", len(days))
    said = said if days else names.t("This week: nothing is planned")
    return f"{said}, {lacks}" if lacks else said


def _left_empty(last_week: Sequence[SlotView], names: Words) -> str:
    """Slots of last week in which nothing went out."""
    count = sum(each.state in ("empty", "expired") for each in last_week)
    book = words(names.language)
    said = book.many("Last week {count} slot stayed empty", "Last week {count} slots stayed empty", count)
    return said if count else ""


def _left_out(skipped: Sequence[SlotView], zone: ZoneInfo, names: Words) -> str:
    """Days of this week on which the plan leaves its slots out, with the first reason."""
    if not skipped:
        return ""
    book = words(names.language)
    days = list(dict.fromkeys(book.day(each.due.astimezone(zone).date()) for each in skipped))
    why = book.said(skipped[0].problem).rstrip(".")
    return names.t("Left out: {days} ({why})", days=", ".join(days[:7]), why=why)


def _suggested(rules: int, names: Words) -> str:
    said = words(names.language).many(
        "Your edits suggest {count} rule for its drafts: Settings, Voice, in the studio",
        "Your edits suggest {count} rules for its drafts: Settings, Voice, in the studio",
        rules,
    )
    return said if rules else ""


def _stands(account: Account) -> bool:
    return account.closed_at is None and account.health.state != "broken"


def _ends(account: Account, now: datetime) -> bool:
    """Whether its login must be renewed by a person soon, or already."""
    ends = account.options.get(ENDS_OPTION, "")
    soon = bool(ends) and datetime.fromisoformat(ends) <= now + ENDING
    return account.closed_at is None and (soon or account.health.state == "broken")


def _login(account: Account, coming: Sequence[Post], names: Words) -> str:
    ends, book = account.options.get(ENDS_OPTION, ""), words(names.language)
    if account.health.state == "broken" or not ends:
        after = [post for post in coming if post.account == account.id]
        said = names.t("{account} needs a new login", account=account.name)
    else:
        at = datetime.fromisoformat(ends)
        after = [post for post in coming if post.account == account.id and post.due >= at]
        day = book.day(at.astimezone(ZoneInfo(names.zone)).date())
        said = names.t("{account} login ends {day}", account=account.name, day=day)
    hanging = book.many("{count} post", "{count} posts", len(after))
    return f"{said}: {hanging}" if after else said


def _buttons(brand: Brand, waiting: int, logins: Sequence[Account], names: Words, *, empty: int) -> tuple[Button, ...]:
    label = words(names.language).many("Review {count}", "Review {count}", waiting)
    review = [Button(label=label, action=f"next:{brand.id}", style="primary")] if waiting else []
    again = [
        Button(label=names.t("Reconnect {account}", account=account.name)[:75], action=f"reconnect:{account.id}")
        for account in logins[:MOST_LOGINS]
    ]
    fill = [Button(label=names.t("Fill"), action=f"fill:{brand.id}")] if empty else []
    return (*review, *fill, Button(label=names.t("New post"), action=f"new:{brand.id}"), *again)
