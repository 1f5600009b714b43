"""Reports for clients: prepared on the 1st, shown to the team, approved once by a person, then sent; each step audited.

What is approved is a digest over the very pages, picture, words and recipients. A changed plan or newer numbers change
nothing of a report that waits. An e-mail whose outcome nobody knows is never sent again by itself.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.channels.base import ChannelRefused, OutcomeUnknown, ProvenNotSent
from bot.channels.mail_address import address_of, masked
from bot.channels.mail_file import send_file
from bot.chat import Button, Card, CardPicture
from bot.clock import Clock
from bot.errors import AdMindError, BadInput, Conflict, NotAllowed, NotFound
from bot.insights.amounts import title
from bot.insights.numbers import OpenDoor
from bot.insights.summing import Range
from bot.insights.telling import headline, in_words, sentences
from bot.review.board import Board
from bot.review.delivering import Undelivered
from bot.words import words
from bot.workflow.reports import Reports
from storage.accounts import Account
from storage.audit import AuditWriter
from storage.blobs.base import BlobStore
from storage.client_reports import ROOMS, ClientReport, ClientReportStore, Delivery, PlanStore, ReportPlan, digest_of
from storage.commit import Change, commit
from storage.drafts import client_room
from storage.redis import Database
from storage.stores import TeamStore
from storage.team import Brand, Member, Role

log = logging.getLogger(__name__)
HOUR: Final = time(9)
LATE: Final = timedelta(days=7)  # after that nobody waits for last month's any more: a person can still ask for it
SHOWN: Final = 16  # characters of the digest in a button
WITHIN: Final = timedelta(seconds=60)  # one e-mail
STALE: Final = timedelta(minutes=10)  # a sending that is older was broken off: nobody knows what became of it
MAIL: Final = "email"


class ClientReports:
    def __init__(
        self,
        database: Database,
        *,
        reports: Reports,
        board: Board,
        blobs: BlobStore,
        audit: AuditWriter,
        open_door: OpenDoor,
        clock: Clock,
        base_url: str,
    ) -> None:
        self._database = database
        self._reports = reports
        self._board = board
        self._blobs = blobs
        self._audit = audit
        self._open_door = open_door
        self._clock = clock
        self._base_url = base_url
        self._team = TeamStore(database)
        self._plans = PlanStore(database)
        self._store = ClientReportStore(database)

    async def plan(self, workspace: str, brand: str) -> ReportPlan:
        kept = await self._plans.find(workspace, brand)
        return kept.record if kept else ReportPlan(workspace=workspace, brand=brand)

    async def set_plan(self, workspace: str, by: str, brand: str, given: Mapping[str, Any]) -> ReportPlan:
        """`given`: rooms, emails, account, language, those that change. For owners. Raises BadInput, NotAllowed."""
        member = await self._may(workspace, by, brand, Role.owner)
        kept = await self._plans.find(workspace, brand)
        before = kept.record if kept else ReportPlan(workspace=workspace, brand=brand)
        plan = before.changed(**{name: value for name, value in given.items() if value is not None})
        plan = plan.changed(emails=tuple(dict.fromkeys(address_of(each) for each in plan.emails)))
        if plan.emails:
            account = await self._mail(workspace, brand, plan.account)
            plan = plan.changed(account=account.id)
        change = self._plans.keep(Change(workspace), plan, ver=kept.ver if kept else None)
        details = {"rooms": str(plan.rooms), "emails": ", ".join(plan.emails)}
        await commit(
            self._database, change.audit(await self._entry(workspace, member, "client reports planned", brand, details))
        )
        return plan

    async def list(self, workspace: str, member: Member, brand: str) -> tuple[ClientReport, ...]:
        """The latest first. Raises NotFound as `Reports.asked_by`."""
        await self._reports.asked_by(member, brand)
        return (await self._store.page(workspace, index=brand, limit=24)).items

    async def find(self, workspace: str, member: Member, brand: str, month: str) -> ClientReport:
        """Raises NotFound."""
        await self._reports.asked_by(member, brand)
        return (await self._store.get(workspace, f"{brand}:{month}")).record

    async def prepare_due(self) -> None:
        """Last month's, from the 1st at nine of the brand's zone on, where one is wanted and none is there yet; and
        what was approved and is not sent yet.
        """
        for workspace in await self._team.workspace_ids():
            for brand in await self._team.all(self._team.brands, workspace):
                plan = await self.plan(workspace, brand.id)
                try:
                    if plan.on:
                        await self._prepare_if_due(brand, plan)
                    for report in (await self._store.page(workspace, index=brand.id, limit=6)).items:
                        if report.state == "approved":
                            await self.deliver(workspace, report.id)
                except AdMindError as error:
                    log.warning("client report not prepared brand=%s why=%s", brand.id, error.what)

    async def prepare(self, workspace: str, by: str, brand: str, month: str) -> ClientReport:
        """One by hand, of a month that is over. For approvers. Raises BadInput, NotAllowed, Conflict."""
        await self._may(workspace, by, brand, Role.approver)
        plan = await self.plan(workspace, brand)
        if not plan.on:
            raise BadInput(
                "Nobody is to get this brand's reports.", do_next="An owner names client rooms or e-mail addresses."
            )
        first = _first(month)
        zone = ZoneInfo(await self._reports.zone_of(workspace, brand))
        if _after(first) > self._clock.now().astimezone(zone).date():
            raise BadInput("This month is not over yet.", do_next="Name a month that is, such as 2026-11.")
        if await self._store.find(workspace, f"{brand}:{month}") is not None:
            raise Conflict("There is a report of this month already.", do_next="Look at it in the studio, Report.")
        return await self._make((await self._team.brands.get(workspace, brand)).record, plan, first)

    async def decide(
        self, workspace: str, by: str, brand: str, month: str, digest: str, *, yes: bool, surface: str
    ) -> str:
        """One person's word on exactly what the digest stands for; a sentence for them. Sent at once where it can be.

        Raises NotAllowed, NotFound, Conflict.
        """
        member = await self._may(workspace, by, brand, Role.approver)
        kept = await self._store.get(workspace, f"{brand}:{month}")
        report = kept.record
        if len(digest) < SHOWN or not report.digest.startswith(digest) or digest_of(report) != report.digest:
            raise Conflict("This report was changed since.", kept="Nothing was sent.", do_next="Look at it again.")
        if report.state != "waiting":
            raise Conflict("This report is decided already.", kept="Nothing was changed.")
        now = self._clock.now()
        decided = report.changed(state="approved" if yes else "declined", decided_by=member.id, decided_at=now)
        kind = "client report approved" if yes else "client report declined"
        details = {"month": month, "digest": report.digest, "pages": report.pdf, "surface": surface}
        change = self._store.keep(Change(workspace), decided, ver=kept.ver)
        await commit(self._database, change.audit(await self._entry(workspace, member, kind, brand, details)))
        if not yes:
            return "The report is declined; nothing is sent."
        done = await self.deliver(workspace, report.id)
        return _became(done)

    async def deliver(self, workspace: str, report_id: str) -> ClientReport:
        """Send an approved report where it has not been; doing so again sends nothing twice."""
        report = (await self._store.get(workspace, report_id)).record
        if report.state != "approved":
            return report
        if report.rooms and report.became(ROOMS) is None:
            await self._into_rooms(report)
        for address in report.emails:
            await self._by_mail(workspace, report_id, address)
        kept = await self._store.get(workspace, report_id)
        report = kept.record
        places = [*([ROOMS] if report.rooms else []), *report.emails]
        found = [report.became(each) for each in places]
        if any(each is None or each.became == "sending" for each in found):
            return report  # the hourly job goes on
        done = report.changed(state="done")
        details = {each.to: each.became for each in report.deliveries}
        entry = await self._entry(
            workspace, None, "client report sent", report.brand, {"month": report.month, **details}
        )
        try:
            await commit(self._database, self._store.keep(Change(workspace), done, ver=kept.ver).audit(entry))
        except Conflict:  # somebody else ended it
            return (await self._store.get(workspace, report_id)).record
        await self._tell_end(done)
        return done

    async def _prepare_if_due(self, brand: Brand, plan: ReportPlan) -> None:
        zone = ZoneInfo(await self._reports.zone_of(brand.workspace, brand.id))
        now = self._clock.now().astimezone(zone)
        first = (now.date().replace(day=1) - timedelta(days=1)).replace(day=1)
        due = datetime.combine(now.date().replace(day=1), HOUR, zone)
        if (
            not due <= now < due + LATE
            or await self._store.find(brand.workspace, f"{brand.id}:{first:%Y-%m}") is not None
        ):
            return
        await self._make(brand, plan, first)

    async def _make(self, brand: Brand, plan: ReportPlan, first: date) -> ClientReport:
        """Draw, keep and show it; a crash in between leaves files that nobody names, and it is done again."""
        workspace, zone = brand.workspace, await self._reports.zone_of(brand.workspace, brand.id)
        home = (await self._team.workspaces.get(workspace, workspace)).record
        language = plan.language or home.language
        book = words(language)
        summary = await self._reports.summary(
            workspace, brand.id, Range("month", first, (_after(first) - first).days, zone)
        )
        pages = await self._reports.pdf(summary, language)
        picture = await self._reports.kept_picture(summary, language)
        draft = ClientReport(
            workspace=workspace,
            brand=brand.id,
            month=f"{first:%Y-%m}",
            title=f"{brand.name} · {title(book, summary)}",
            text=(headline(book, summary), *sentences(book, summary)),
            pdf=await self._blobs.put(pages),
            picture=picture.sha256 if picture else "",
            alt=in_words(book, summary),
            rooms=plan.rooms,
            emails=plan.emails,
            account=plan.account,
            language=language,
            digest="",
            prepared_at=self._clock.now(),
        )
        report = draft.changed(digest=digest_of(draft))
        await commit(self._database, self._store.keep(Change(workspace), report, ver=None))
        await self._show(report, home.language)
        return report

    async def _show(self, report: ClientReport, language: str) -> None:
        """To the team, with what is decided on."""
        book = words(language)
        action = f"{report.brand}:{report.month}:{report.digest[:SHOWN]}"
        to = [*([book.text("the client rooms")] if report.rooms else []), *report.emails]
        card = Card(
            title=book.text("For the client: {title}", title=report.title),
            status=book.text("It goes to {places} once one of you approves it.", places=book.series(to)),
            picture=_picture(report),
            notes=(
                *report.text,
                book.text("The pages as they go out: {address}", address=f"{self._base_url}{pages_path(report)}"),
            ),
            buttons=(
                Button(label=book.text("Approve and send"), action=f"sendreport:{action}", style="primary"),
                Button(label=book.text("Don't send"), action=f"dropreport:{action}"),
            ),
        )
        key = f"clientreport:{report.id}:{report.digest[:SHOWN]}"
        try:
            await self._board.tell(report.workspace, report.brand, card, key=key, or_else=f"owners:{report.brand}")
        except Undelivered as error:
            log.warning("client report not shown brand=%s missed=%d", report.brand, len(error.missed))

    async def _into_rooms(self, report: ClientReport) -> None:
        """Once a room; told again after an outage by the same key."""
        rooms = await self._board.hosting.client_rooms(report.workspace, report.brand)
        if not any(rooms.values()):
            why = "No room of this brand is there for clients. An owner chooses one: /admind settings"
            await self._became(report.workspace, report.id, ROOMS, "refused", why)
            return
        card = Card(title=report.title, picture=_picture(report), notes=report.text)
        key = f"clientreport:{report.id}:client"
        try:
            for home, channels in rooms.items():
                for channel in channels:
                    room = client_room(report.brand, channel)
                    await self._board.tell(report.workspace, room, card, key=f"{key}:{channel}", home=home)
        except Undelivered:
            return  # the hourly job tries again
        await self._became(report.workspace, report.id, ROOMS, "sent", "")

    async def _by_mail(self, workspace: str, report_id: str, address: str) -> None:
        """The attempt is written down before anything leaves."""
        kept = await self._store.get(workspace, report_id)
        report, now = kept.record, self._clock.now()
        before = report.became(address)
        if before is not None and before.became == "sending" and now - before.at > STALE:
            doubt = "The sending was broken off. Look into the sender's mailbox; nothing is sent again by itself."
            await self._became(workspace, report_id, address, "unknown", doubt)
        if before is not None or report.state != "approved":
            return
        begun = report.with_delivery(Delivery(to=address, became="sending", at=now))
        try:
            await commit(self._database, self._store.keep(Change(workspace), begun, ver=kept.ver))
        except Conflict:  # somebody else is at it
            return
        try:
            account = await self._mail(workspace, report.brand, report.account)
            pages = await self._blobs.get(report.pdf)  # verified by its hash

            async def check() -> None:
                standing = (await self._store.get(workspace, report_id)).record
                if standing.state != "approved" or digest_of(standing) != standing.digest:
                    raise ChannelRefused("This report is not approved any more.", code="changed")

            await send_file(
                self._open_door(account, check, WITHIN),
                to=address,
                subject=report.title,
                text="\n".join(report.text) + "\n",
                pdf=pages,
                sha256=report.pdf,
                name=f"report-{report.month}.pdf",
                message_id=sha256(f"{report.digest}\n{address}".encode()).hexdigest()[:32],
            )
        except OutcomeUnknown as error:
            doubt = f"{error.what} Look into the sender's mailbox; nothing is sent again by itself."
            await self._became(workspace, report_id, address, "unknown", doubt)
        except ProvenNotSent as error:
            log.info("client report later brand=%s why=%s", report.brand, error.what)
            await self._not_yet(workspace, report_id, address)
        except AdMindError as error:
            await self._became(workspace, report_id, address, "refused", error.sentence())
        else:
            await self._became(workspace, report_id, address, "sent", "")

    async def _became(self, workspace: str, report_id: str, to: str, became: Any, why: str) -> None:
        while True:
            kept = await self._store.get(workspace, report_id)
            after = kept.record.with_delivery(Delivery(to=to, became=became, at=self._clock.now(), why=why))
            try:
                await commit(self._database, self._store.keep(Change(workspace), after, ver=kept.ver))
            except Conflict:
                continue
            return

    async def _not_yet(self, workspace: str, report_id: str, to: str) -> None:
        """Proven not sent: the hourly job tries again."""
        while True:
            kept = await self._store.get(workspace, report_id)
            try:
                after = kept.record.without_delivery(to)
                await commit(self._database, self._store.keep(Change(workspace), after, ver=kept.ver))
            except Conflict:
                continue
            return

    async def _tell_end(self, report: ClientReport) -> None:
        home = (await self._team.workspaces.get(report.workspace, report.workspace)).record
        book = words(home.language)
        wrong = [each for each in report.deliveries if each.became != "sent"]
        card = Card(
            title=book.text("Client report: {title}", title=report.title),
            status=book.text("It was sent.") if not wrong else book.text("It did not go everywhere."),
            notes=tuple(f"{each.to if each.to == ROOMS else masked(each.to)}: {book.said(each.why)}" for each in wrong),
        )
        key = f"clientreport:{report.id}:{report.digest[:SHOWN]}:end"
        try:
            await self._board.tell(report.workspace, report.brand, card, key=key, or_else=f"owners:{report.brand}")
        except Undelivered as error:
            log.warning("end of a client report not told brand=%s missed=%d", report.brand, len(error.missed))

    async def _mail(self, workspace: str, brand: str, account: str) -> Account:
        """The brand's own e-mail account. Raises BadInput."""
        every = await self._team.all(self._team.accounts, workspace)
        mine = [each for each in every if each.brand == brand and each.channel == MAIL and each.closed_at is None]
        found = [each for each in mine if account in (each.id, "")]
        if not found:
            raise BadInput(
                "This brand has no e-mail account to send from.", do_next="Connect one: Settings, Accounts, E-mail."
            )
        return found[0]

    async def _may(self, workspace: str, by: str, brand: str, role: Role) -> Member:
        """Raises NotFound for a stranger to the brand, NotAllowed for who may not."""
        member = (await self._team.members.get(workspace, by)).record
        if not member.roles.get(brand):
            raise NotFound("You have no such brand here.", do_next="An owner can give you a role in one.")
        if not member.may(brand, role):
            raise NotAllowed(
                f"Only who is {role.value} of this brand may do that.", kept="Nothing was changed.", do_next="Ask them."
            )
        return member

    async def _entry(
        self, workspace: str, member: Member | None, kind: str, brand: str, details: Mapping[str, str]
    ) -> Mapping[str, str]:
        subject = member.subject if member else ""
        return await self._audit.prepare(
            workspace, kind, subject=subject, about=brand, at=self._clock.now(), brand=brand, details=details
        )


def pages_path(report: ClientReport) -> str:
    """Where the team looks at the pages."""
    return f"/studio/report/client/{report.brand}/{report.month}.pdf"


def _picture(report: ClientReport) -> CardPicture | None:
    return CardPicture(sha256=report.picture, mime="image/png", alt=report.alt) if report.picture else None


def _became(report: ClientReport) -> str:
    wrong = [each for each in report.deliveries if each.became not in ("sent", "sending")]
    if wrong:
        return "It is approved, but did not go everywhere: the review room says why."
    return "Approved and sent." if report.state == "done" else "Approved; it is being sent."


def _first(month: str) -> date:
    try:
        return date.fromisoformat(f"{month}-01")
    except ValueError:
        raise BadInput("This is no month.", do_next="Write it as 2026-11.") from None


def _after(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)
