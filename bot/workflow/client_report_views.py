"""Client reports in their public shape."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from bot.views import View
from storage.client_reports import ClientReport


class DeliveryView(View):
    to: str = Field(description="rooms, or an e-mail address")
    became: str = Field(description="sending, sent, refused, or unknown: nobody knows whether it went out")
    why: str
    at: datetime


class ReportView(View):
    """A client report in its public shape."""

    brand: str
    month: str
    title: str
    text: list[str]
    digest: str = Field(description="of pages, picture, words and recipients: what a decision names")
    state: str = Field(description="waiting, approved, done or declined")
    rooms: bool
    emails: list[str]
    prepared_at: datetime
    decided_by: str
    decided_at: datetime | None
    deliveries: list[DeliveryView]


def view_of(report: ClientReport) -> ReportView:
    shown = report.model_dump(include=set(ReportView.model_fields) - {"deliveries"})
    deliveries = [DeliveryView(**each.model_dump()) for each in report.deliveries]
    return ReportView(**shown | {"text": list(report.text), "emails": list(report.emails)}, deliveries=deliveries)
