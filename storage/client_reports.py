"""Reports for a brand's clients: whether and to whom they go, and each month's with what was decided and became of it.

`reportplan:<brand>` and `clientreport:<brand>:<month>` are HASHes of a record; they go with their brand.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from storage.commit import Change
from storage.record import Frozen, Record
from storage.redis import Database
from storage.stores import Family

State = Literal["waiting", "approved", "done", "declined"]
Became = Literal["sending", "sent", "refused", "unknown"]
ROOMS = "rooms"
MOST_EMAILS = 20


class ReportPlan(Record):
    """Whether a brand's clients get a report on the 1st of each month, and where."""

    SCHEMA: ClassVar[int] = 1

    workspace: str
    brand: str
    rooms: bool = Field(False, description="into the brand's client rooms")
    emails: tuple[str, ...] = Field((), max_length=MOST_EMAILS)
    account: str = Field("", description="the brand's e-mail account that they are sent from")
    language: str = Field("", description="of the report; empty: the workspace's")

    @property
    def on(self) -> bool:
        return self.rooms or bool(self.emails)


class Delivery(Frozen):
    """What became of one place: an e-mail address, or the client rooms."""

    to: str
    became: Became
    at: datetime
    why: str = Field("", description="in a sentence for the team")


class ClientReport(Record):
    """One month's report of one brand. What is approved is `digest`; what follows it changes."""

    SCHEMA: ClassVar[int] = 1

    workspace: str
    brand: str
    month: str = Field(pattern=r"^\d{4}-\d{2}$")
    title: str
    text: tuple[str, ...] = Field(description="the lines that stand in the e-mail and in the room")
    pdf: str = Field(description="SHA-256 of the pages")
    picture: str = Field(description="SHA-256 of the picture; empty: none could be drawn")
    alt: str
    rooms: bool
    emails: tuple[str, ...]
    account: str
    language: str
    digest: str
    prepared_at: datetime
    state: State = "waiting"
    decided_by: str = ""
    decided_at: datetime | None = None
    deliveries: tuple[Delivery, ...] = ()

    @property
    def id(self) -> str:
        return f"{self.brand}:{self.month}"

    def became(self, to: str) -> Delivery | None:
        return next((each for each in self.deliveries if each.to == to), None)

    def with_delivery(self, delivery: Delivery) -> ClientReport:
        others = tuple(each for each in self.deliveries if each.to != delivery.to)
        return self.changed(deliveries=(*others, delivery))

    def without_delivery(self, to: str) -> ClientReport:
        return self.changed(deliveries=tuple(each for each in self.deliveries if each.to != to))


def digest_of(report: ClientReport) -> str:
    """SHA-256 over all that goes out and where: words, pages, picture, recipients."""
    named = ("brand", "month", "title", "text", "pdf", "picture", "alt", "rooms", "emails", "account")
    document = {name: value for name, value in report.model_dump(mode="json").items() if name in named}
    return hashlib.sha256(json.dumps(document, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


class PlanStore(Family[ReportPlan]):
    """By the brand's id; no index."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, "reportplan", ReportPlan, "plan for client reports")

    def keep(self, change: Change, plan: ReportPlan, *, ver: int | None) -> Change:
        return change.put(self.key(change.workspace, plan.brand), plan, ver=ver)


class ClientReportStore(Family[ClientReport]):
    """By brand and month; the index `<brand>` by when they were prepared."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, "clientreport", ClientReport, "client report")

    def keep(self, change: Change, report: ClientReport, *, ver: int | None) -> Change:
        change.put(self.key(change.workspace, report.id), report, ver=ver)
        return change.index(report.id, {self.index_key(change.workspace, report.brand): report.prepared_at.timestamp()})
