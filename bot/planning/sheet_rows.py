"""What a row of a sheet plans, or what is wrong with it, each with its column: nothing is guessed, nothing is made."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bot.planning.sheet_times import Order, Unclear, instant, order_of, read_clock, read_day
from bot.planning.sheets import MOST_CELL, Row
from bot.when.zones import zone_named
from storage.accounts import Account
from storage.calendar_imports import PlannedRow
from storage.record import id_of

MOST_TOPIC: Final = 2000
MOST_NAME: Final = 60
MOST_TAGS: Final = 30
FAR_YEARS: Final = 5
_TAG: Final = re.compile(r"#?[^\W_][\w]*")
Measure = Callable[[Account, str], tuple[int, int | None]]
"""Length as the account's channel counts it, and its limit."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a line, in a sentence for the person; `column` as we call it, or ""."""

    line: int
    column: str
    problem: str


@dataclass(frozen=True, slots=True)
class Understanding:
    """What rows are read against."""

    brand: str
    zone: ZoneInfo
    accounts: Sequence[Account]
    now: datetime
    measure: Measure


class Rows:
    """Reads the rows of one sheet, one after another; a row that stands there twice is two."""

    def __init__(self, rows: Sequence[Row], against: Understanding) -> None:
        self._against = against
        self._order: Order = order_of(row.fields.get("date", "") for row in rows)
        self._seen: Counter[str] = Counter()

    def read(self, row: Row) -> PlannedRow | list[Fault]:
        """The row as it is understood, or all that is wrong with it."""
        cells, faults = row.fields, list[Fault]()

        def wrong(column: str, problem: str) -> None:
            faults.append(Fault(row.line, column, problem))

        at = self._at(cells, wrong)
        accounts = self._accounts(cells.get("accounts", ""), wrong)
        tags = self._tags(cells.get("hashtags", ""), wrong)
        link = self._link(cells.get("link", ""), wrong)
        text, topic = cells.get("text", ""), cells.get("topic", "")
        if not text and not topic:
            wrong("text", "There is neither a text nor a topic.")
        for column, said, most in (("text", text, MOST_CELL), ("topic", topic, MOST_TOPIC)):
            if len(said) > most:
                wrong(column, f"This is longer than {most} characters.")
        for column in ("campaign", "pillar", "picture"):
            if len(cells.get(column, "")) > MOST_NAME:
                wrong(column, f"This is longer than {MOST_NAME} characters.")
        text = _whole(text, link, tags) if text else ""
        for account in accounts if text and len(text) <= MOST_CELL else ():
            used, limit = self._against.measure(account, text)
            if limit is not None and used > limit:
                wrong("text", f"It is {used} long, and {account.name} takes {limit}.")
        if faults or at is None:
            return faults
        found = PlannedRow(
            line=row.line,
            draft="",
            at=at,
            accounts=tuple(account.id for account in accounts),
            text=text,
            topic=topic,
            picture=cells.get("picture", ""),
            link=link,
            hashtags=tags,
            campaign=cells.get("campaign", ""),
            pillar=cells.get("pillar", ""),
        )
        content = found.model_dump_json(exclude={"line", "draft"})
        self._seen[content] += 1
        seed = f"import {self._against.brand} {content} {self._seen[content]}"
        return found.model_copy(update={"draft": id_of("d", seed)})

    def _at(self, cells: Mapping[str, str], wrong: Callable[[str, str], None]) -> datetime | None:
        zone, day, clock = self._against.zone, None, None
        if said := cells.get("zone", ""):
            named = zone_named(said)
            if named is None:
                wrong("zone", f"I know no time zone {said[:40]!r}. Write it as Europe/Zurich.")
                return None
            zone = named
        if not cells.get("date"):
            wrong("date", "It has no day.")
        if not cells.get("time"):
            wrong("time", "It has no time.")
        try:
            day = read_day(cells["date"], self._order) if cells.get("date") else None
        except Unclear as why:
            wrong("date", str(why))
        try:
            clock = read_clock(cells["time"]) if cells.get("time") else None
        except Unclear as why:
            wrong("time", str(why))
        if day is None or clock is None:
            return None
        try:
            at = instant(day, clock, zone)
        except Unclear as why:
            wrong("time", str(why))
            return None
        if at <= self._against.now:
            wrong("date", f"{day.isoformat()} {clock:%H:%M} has passed.")
        elif at.year > self._against.now.year + FAR_YEARS:
            wrong("date", f"{day.isoformat()} is more than {FAR_YEARS} years ahead.")
        return at

    def _accounts(self, said: str, wrong: Callable[[str, str], None]) -> list[Account]:
        every = list(self._against.accounts)
        there = ", ".join(account.name for account in every) or "none yet"
        if not said:
            if len(every) != 1:
                wrong("accounts", f"Which accounts? There are: {there}.")
            return every if len(every) == 1 else []
        chosen: list[Account] = []
        for name in filter(None, (part.strip() for part in re.split(r"[,;|\n]", said))):
            wanted = name.casefold().lstrip("@")
            fits = [a for a in every if wanted in (a.id.casefold(), a.name.casefold(), a.handle.casefold())]
            fits = fits or [a for a in every if wanted == a.channel]
            if not fits:
                wrong("accounts", f"I know no account {name[:60]!r}. There are: {there}.")
            elif len(fits) > 1:
                wrong("accounts", f"More than one account is called {name[:60]!r}. There are: {there}.")
            chosen += [account for account in fits if account not in chosen]
        return chosen

    def _tags(self, said: str, wrong: Callable[[str, str], None]) -> tuple[str, ...]:
        parts = [part for part in re.split(r"[\s,;]+", said) if part]
        unfit = next((part for part in parts if not _TAG.fullmatch(part)), "")
        if unfit:
            wrong("hashtags", f"{unfit[:40]!r} is no hashtag.")
        if len(parts) > MOST_TAGS:
            wrong("hashtags", f"There are more than {MOST_TAGS}.")
        return tuple(dict.fromkeys(f"#{part.lstrip('#')}" for part in parts))

    def _link(self, said: str, wrong: Callable[[str, str], None]) -> str:
        try:
            parts = urlsplit(said)
            fits = parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"\s", said)
        except ValueError:
            fits = False
        if said and (not fits or len(said) > 2000):
            wrong("link", f"{said[:60]!r} is no address. Write it with https://.")
        return said


def _whole(text: str, link: str, tags: Sequence[str]) -> str:
    """The text with the link and the hashtags that it does not hold yet."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    there = {each.casefold() for each in re.findall(r"#\w+", text)}
    more = " ".join(tag for tag in tags if tag.casefold() not in there)
    return "\n\n".join(part for part in (text, link if link and link not in text else "", more) if part)
