"""A brand's export: one zip of pages, tables and pictures that people read without AdMind, written while it is read.

Its parts come one after the other from the database, the archive and the blob store; at most one draft, one picture
and the titles for the table of contents are held. Secrets, hashes of tokens and sessions are not in it.
"""

from __future__ import annotations

import asyncio
import contextlib
import html
import json
import os
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.errors import AdMindError, BadInput, NotAllowed, NotFound
from bot.leaving.readable import Names, brand_page, draft_page, picture_name
from bot.leaving.zipping import Table, Zipped, file_name
from bot.naming import state_names
from bot.words import words
from storage.audit import AuditWriter
from storage.belongings import Belongings
from storage.blobs.base import BlobStore
from storage.commit import Change, commit
from storage.drafts import Draft, RevisionMark
from storage.posts import Post
from storage.record import Record
from storage.redis import Database
from storage.sealed import SealedPayload
from storage.stores import PostStore, TeamStore
from storage.team import Member, Role

AT_ONCE = 500  # entries of the audit


@dataclass(frozen=True, slots=True)
class Export:
    """`name` is what the file may be called; `parts` are its bytes, made while they are taken."""

    name: str
    parts: AsyncIterator[bytes]


class Exporting:
    def __init__(self, database: Database, *, blobs: BlobStore, audit: AuditWriter, clock: Clock) -> None:
        self._database = database
        self._team = TeamStore(database)
        self._blobs = blobs
        self._audit = audit
        self._clock = clock

    async def brand(self, workspace: str, by: str, brand_id: str) -> Export:
        """Everything of a brand, for one of its owners. Raises NotFound, NotAllowed; it stands in the audit."""
        member = (await self._team.members.get(workspace, by)).record
        belongings, now = Belongings(self._database, workspace, brand_id), self._clock.now()
        profile = await belongings.profile()
        if profile is None or not member.roles.get(brand_id):
            raise NotFound("There is no such brand.", do_next="Look at the list of those there are.")
        if not member.may(brand_id, Role.owner):
            raise NotAllowed("Only an owner of this brand can do that.", kept="Nothing was written.")
        entry = await self._audit.prepare(
            workspace, "brand exported", subject=member.subject, about=brand_id, at=now, brand=brand_id
        )
        await commit(self._database, Change(workspace).audit(entry))
        home = (await self._team.workspaces.get(workspace, workspace)).record
        everybody = await self._team.all(self._team.members, workspace)
        zone = ZoneInfo(member.zone or profile.zone or home.zone)
        accounts = {each.id: each.name for each in await belongings.accounts()}
        names = Names(words(member.language), zone, {each.id: each.name for each in everybody}, accounts)
        writing = _Writing(self._database, self._blobs, self._audit, belongings, names, now)
        name = f"{file_name(profile.name)} {now.astimezone(zone):%Y-%m-%d}.zip"
        return Export(name, writing.parts({each.subject: each for each in everybody}))

    async def to_file(self, workspace: str, by: str, brand_id: str, path: str) -> tuple[str, int]:
        """The same into a new file (0600) on this machine; where it is, and its bytes. Also raises BadInput and
        AdMindError; then there is none.
        """
        out = Path(path)
        if not out.is_absolute():
            raise BadInput("Name the whole path of the file.", kept="Nothing was written.")
        found, size = await self.brand(workspace, by, brand_id), 0
        try:
            descriptor = await asyncio.to_thread(os.open, out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError as error:
            raise BadInput("There is already a file of this name.", kept="It was left as it is.") from error
        except OSError as error:
            raise _unwritable() from error
        try:
            with os.fdopen(descriptor, "wb") as file:
                async for part in found.parts:
                    size += await asyncio.to_thread(file.write, part)
        except BaseException as error:
            await asyncio.to_thread(out.unlink, missing_ok=True)
            if isinstance(error, OSError):
                raise _unwritable() from error
            raise
        return str(out), size


class _Writing:
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
        self._zip.add("README.md", _readme(t))
        profile = await self._of.profile()
        if profile is not None:
            self._zip.add("brand/brand.md", brand_page(profile, names))
            self._zip.add("brand/brand.json", _json(profile))
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
        yield

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
        with Table(self._zip, "posts.csv", (*columns, "taken down", "reason")) as table:
            async for post in self._of.posts():
                receipt, failure = post.receipt, post.failure
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
                    }
                )
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
        others = ("README.md", "brand/brand.md", "brand/members.csv", "brand/accounts.csv", "posts.csv", "requests.csv")
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


def _readme(t: Callable[..., str]) -> str:
    files = (
        ("index.html", t("Open this first: every draft by name.")),
        ("brand/", t("How the brand speaks and looks, who works for it, and where it posts.")),
        (
            "drafts/",
            t("A page a draft: what was asked, every version, who decided, what went out and where it stands."),
        ),
        ("posts.csv", t("Every post with its time, its receipt and its link.")),
        ("requests.csv", t("What people asked AdMind, and what it answered, as far back as that is kept.")),
        ("media/, media.csv", t("Pictures, with their descriptions and where they came from.")),
        ("audit.csv", t("Who did what, when. The last column proves each entry.")),
        ("data/", t("Drafts and posts once more, complete, for programs: a JSON document a line.")),
    )
    lines = [
        t("Everything that AdMind keeps of this brand, to read without it."),
        "",
        *(f"- {name}: {said}" for name, said in files),
        "",
        t("Times in tables are UTC. In tables a ' stands before what a spreadsheet would take for a formula."),
        t("Passwords and keys are not in here. Pictures that people sent may show people: guard this file."),
    ]
    return "\n".join(lines) + "\n"


def _unwritable() -> AdMindError:
    return AdMindError(
        "The file cannot be written there.",
        kept="Nothing was changed.",
        do_next="Check the folder's rights and the disk's room.",
    )


def _json(record: Record) -> str:
    return json.dumps(record.model_dump(mode="json"), ensure_ascii=False, indent=None)
