"""The parts of a brand's export, one after the other: pages, tables, pictures, and the records themselves."""

from __future__ import annotations

import asyncio
import contextlib
import html
import json
from collections.abc import AsyncIterator, Mapping
from datetime import datetime

from bot.errors import AdMindError
from bot.insights.saying import named
from bot.leaving.readable import Names, brand_page, draft_page, picture_name, readme, rules_page
from bot.leaving.zipping import Table, Zipped, file_name
from bot.naming import state_names
from storage.audit import AuditWriter
from storage.belongings import Belongings
from storage.blobs.base import BlobStore
from storage.drafts import Draft, RevisionMark
from storage.posts import Post
from storage.record import Record
from storage.redis import Database
from storage.sealed import SealedPayload
from storage.stores import PostStore
from storage.team import Member

AT_ONCE = 500  # entries of the audit


class Writing:
    """One export while it is made."""

    def __init__(
        self,
        database: Database,
        blobs: BlobStore,
        audit: AuditWriter,
        belongings: Belongings,
        names: Names,
        now: datetime,
    ) -> None:
        self._posts = PostStore(database)
        self._blobs = blobs
        self._audit = audit
        self._of = belongings
        self._names = names
        self._zip = Zipped(now.astimezone(names.zone))
        self._contents: list[tuple[str, str, str, str]] = []  # page, title, state, when

    async def parts(self, subjects: Mapping[str, Member]) -> AsyncIterator[bytes]:
        """The file from its first to its last byte."""
        for step in (
            self._about(),
            self._drafts(),
            self._records("data/drafts.jsonl", self._of.drafts()),
            self._post_table(),
            self._records("data/posts.jsonl", self._of.posts()),
            self._links(),
            self._requests(),
            self._pictures(),
            self._history(subjects),
            self._index(),
        ):
            async for _ in step:
                if part := self._zip.taken():
                    yield part
        self._zip.close()
        yield self._zip.taken()

    async def _about(self) -> AsyncIterator[None]:
        names, t = self._names, self._names.t
        self._zip.add("README.md", readme(t))
        profile = await self._of.profile()
        if profile is not None:
            self._zip.add("brand/brand.md", brand_page(profile, names))
            self._zip.add("brand/brand.json", _json(profile))
        learned, proposal = await self._of.learned(), await self._of.proposal()
        if learned is not None and learned.rules:
            self._zip.add("brand/rules.md", rules_page(learned, names))
            self._zip.add("brand/rules.json", _json(learned))
        experiments = await self._of.experiments()
        if experiments is not None:
            self._zip.add("brand/experiments.json", _json(experiments))
        if proposal is not None:
            self._zip.add("brand/proposal.json", _json(proposal))
        await self._planned()
        with Table(self._zip, "brand/members.csv", ("name", "roles", "since")) as table:
            for member in await self._of.members():
                roles = ", ".join(sorted(role.value for role in member.roles[self._of.brand]))
                table.row({"name": member.name, "roles": roles, "since": member.created_at})
        columns = ("account", "name", "channel", "handle", "server", "page", "options", "connected", "disconnected")
        with Table(self._zip, "brand/accounts.csv", columns) as table:
            for account in await self._of.accounts():
                options = "; ".join(f"{name}={value}" for name, value in sorted(account.options.items()))
                said = account.model_dump(include={"name", "channel", "handle", "server", "page"})
                dates = {"connected": account.created_at, "disconnected": account.closed_at}
                table.row({"account": account.id, "options": options, **said, **dates})
        of_feeds = ("feed", "title", "also from", "accounts", "added", "by", "read", "problem")
        with Table(self._zip, "brand/feeds.csv", of_feeds) as table:
            for feed in await self._of.feeds():
                accounts = ", ".join(self._names.account(each) for each in feed.accounts)
                said = {"feed": feed.url, "title": feed.title, "also from": feed.site, "accounts": accounts}
                by, problem = self._names.member(feed.added_by), self._names.words.said(feed.problem)
                table.row({"by": by, "problem": problem, "added": feed.added_at, "read": feed.read_at or "", **said})
        yield

    async def _planned(self) -> None:
        """The editorial plan, its campaigns and the slots that came of it, where there are any."""
        plan = await self._of.plan()
        if plan is not None:
            self._zip.add("plan/plan.json", _json(plan))
        for campaign in await self._of.campaigns():
            self._zip.add(f"plan/campaigns/{file_name('', campaign.name)} {campaign.id}.json", _json(campaign))
        slots = [slot async for slot in self._of.slots()]
        if slots:
            columns = ("slot", "due", "state", "pillar", "form", "topic", "why", "problem", "draft")
            with Table(self._zip, "plan/slots.csv", columns) as table:
                for slot in slots:
                    said = slot.model_dump(include={"due", "problem", "draft"})
                    of = slot.chosen.model_dump() if slot.chosen else slot.purpose.model_dump()
                    table.row({"slot": slot.id, "state": slot.state.value, **of, **said})

    async def _drafts(self) -> AsyncIterator[None]:
        states = state_names(self._names.words)
        async for draft in self._of.drafts():
            earlier = [(mark, await self._former(mark)) for mark in draft.history]
            found = await self._posts.many(draft.workspace, [each.post for each in draft.versions if each.post])
            posts = [(post, states[post.state.value], await self._sealed(post)) for post in found]
            state = states[draft.status.value]
            page = draft_page(draft, self._names, state=state, earlier=earlier, posts=posts)
            day = f"{(draft.due or draft.created_at).astimezone(self._names.zone):%Y-%m-%d}"
            where = f"drafts/{file_name(day, draft.title)} {draft.id}.md"
            await asyncio.to_thread(self._zip.add, where, page)
            self._contents.append((where, draft.title, state, day))
            yield

    async def _post_table(self) -> AsyncIterator[None]:
        states = state_names(self._names.words)
        columns = ("post", "draft", "account", "channel", "title", "state", "due", "posted", "link", "approved by")
        with Table(self._zip, "posts.csv", (*columns, "taken down", "reason", "numbers", "numbers read")) as table:
            async for post in self._of.posts():
                receipt, failure, numbers = post.receipt, post.failure, post.numbers
                table.row(
                    {
                        "post": post.id,
                        "draft": post.draft,
                        "account": self._names.account(post.account),
                        "channel": post.channel,
                        "title": post.title,
                        "state": states[post.state.value],
                        "due": post.due,
                        "posted": receipt.at if receipt else "",
                        "link": receipt.url if receipt else "",
                        "approved by": self._names.people(post.approved_by),
                        "taken down": receipt.taken_down_at if receipt else "",
                        "reason": self._names.words.said(failure.sentence) if failure else "",
                        "numbers": ", ".join(named(numbers.counts, self._names.words)) if numbers else "",
                        "numbers read": numbers.at if numbers else "",
                    }
                )
                yield

    async def _links(self) -> AsyncIterator[None]:
        """Short links, where they lead and how often they were followed."""
        columns = ("code", "draft", "account", "destination", "state", "clicks", "looks", "known bots")
        with Table(self._zip, "links.csv", columns) as table:
            async for found, counted in self._of.links():
                link = found.link
                row = {"code": found.code, "destination": found.destination, "state": found.state}
                row |= {"draft": link.draft, "account": self._names.account(link.account)} if link else {}
                table.row({**row, "clicks": counted.valid, "looks": counted.all, "known bots": counted.declared})
                yield

    async def _requests(self) -> AsyncIterator[None]:
        columns = ("request", "asked", "by", "where", "text", "answer", "drafts")
        with Table(self._zip, "requests.csv", columns) as table:
            async for request in self._of.requests():
                said = {"request": request.id, "asked": request.created_at, "by": self._names.member(request.member)}
                said |= {"where": request.surface, "text": request.text, "answer": request.reply}
                table.row({**said, "drafts": ", ".join(request.drafts)})
                yield

    async def _pictures(self) -> AsyncIterator[None]:
        """The table, then the files: of two at once a zip takes only one."""
        columns = ("file", "description", "came from", "by", "for the draft", "made", "width", "height", "sha256")
        with Table(self._zip, "media.csv", columns) as table:
            async for item in self._of.pictures():
                said = {"file": picture_name(item), "description": item.alt, "came from": item.source}
                said |= {"by": self._names.member(item.made_by) if item.made_by else "", "sha256": item.sha256}
                size = {"made": item.created_at, "width": item.width, "height": item.height}
                table.row({**said, **size, "for the draft": item.from_draft})
                yield
        profile, seen = await self._of.profile(), set[str]()
        async for item in self._of.pictures():
            seen.add(item.sha256)
            with contextlib.suppress(AdMindError):  # the table names it; the others shall still come
                self._zip.add(picture_name(item), await self._blobs.get(item.sha256), packed=False)
            yield
        if profile is not None and profile.logo and profile.logo not in seen:
            with contextlib.suppress(AdMindError):
                self._zip.add(f"media/{profile.logo[:16]}", await self._blobs.get(profile.logo), packed=False)

    async def _history(self, subjects: Mapping[str, Member]) -> AsyncIterator[None]:
        """What the audit holds about this brand, by number: who decided what, when, and what else was done."""
        columns = ("number", "when", "who", "what", "about", "draft", "details", "proof")
        with Table(self._zip, "audit.csv", columns) as table:
            last = 0
            while found := await self._audit.read(
                self._of.workspace, brand=self._of.brand, after_seq=last, limit=AT_ONCE
            ):
                for entry in found:
                    who = subjects.get(entry.subject)
                    details = {**entry.details, **entry.content}
                    said = "; ".join(f"{name}: {value}" for name, value in sorted(details.items()))
                    known = {"number": entry.seq, "when": entry.at, "what": entry.kind, "about": entry.about}
                    known |= {"who": who.name if who else "", "draft": entry.draft, "proof": entry.hash}
                    table.row({**known, "details": said})
                last = found[-1].seq
                yield

    async def _records(self, name: str, records: AsyncIterator[Record]) -> AsyncIterator[None]:
        """The records themselves, for programs: a JSON document a line."""
        with self._zip.open(name) as file:
            async for record in records:
                file.write(_json(record).encode() + b"\n")
                yield

    async def _index(self) -> AsyncIterator[None]:
        profile, t = await self._of.profile(), self._names.t
        title = html.escape(profile.name if profile else self._of.brand)
        others = (
            "README.md",
            "brand/brand.md",
            "brand/members.csv",
            "brand/accounts.csv",
            "posts.csv",
            "links.csv",
            "requests.csv",
        )
        files = "".join(f'<li><a href="{name}">{name}</a></li>' for name in (*others, "media.csv", "audit.csv"))
        head = f'<!doctype html><html lang="{self._names.words.language}"><meta charset="utf-8"><title>{title}</title>'
        with self._zip.open("index.html") as file:
            file.write(f"{head}<h1>{title}</h1><ul>{files}</ul><h2>{html.escape(t('Drafts'))}</h2><ul>".encode())
            for where, name, state, day in self._contents:
                link = f'<a href="{html.escape(where)}">{html.escape(name)}</a>'
                file.write(f"<li>{day} {link}, {html.escape(state)}</li>".encode())
            file.write(b"</ul></html>\n")
        yield

    async def _former(self, mark: RevisionMark) -> Draft | None:
        with contextlib.suppress(AdMindError, ValueError):
            return Draft.load(await self._blobs.get(mark.snapshot))
        return None

    async def _sealed(self, post: Post) -> SealedPayload | None:
        with contextlib.suppress(AdMindError, ValueError):
            return SealedPayload.read(await self._blobs.get(post.payload))
        return None


def _json(record: Record) -> str:
    return json.dumps(record.model_dump(mode="json"), ensure_ascii=False, indent=None)
