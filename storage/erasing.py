"""Forgetting a draft: the record, its posts, the pictures drawn for it, and its cards in AdMind's own home."""

from __future__ import annotations

import contextlib

from storage import packs
from storage.blobs.base import BlobDamaged, BlobMissing
from storage.commit import Change, commit
from storage.drafts import Draft
from storage.inbox import inbox_store
from storage.learned import LearnedStore
from storage.links import LinkStore
from storage.media import MediaStore
from storage.posts import Post
from storage.redis import Database
from storage.standing import StandingPictures
from storage.stores import DraftStore, Family, PostStore, R

BEFORE_SECONDS = 86_400.0  # posts that were moved may be due before their draft was made, never by much


async def posts_of(database: Database, draft: Draft) -> tuple[Post, ...]:
    """Every post that was made from the draft, those that it no longer names included while lists show them."""
    store, found = PostStore(database), dict[str, Post]()
    for post in await store.many(draft.workspace, [version.post for version in draft.versions if version.post]):
        found[post.id] = post
    cursor, least = "", draft.created_at.timestamp() - BEFORE_SECONDS
    while True:
        page = await store.page(
            draft.workspace, index=f"of:{draft.brand}", after=cursor, limit=500, newest_first=False, least=least
        )
        found |= {post.id: post for post in page.items if post.draft == draft.id}
        cursor = page.next
        if not cursor:
            return tuple(found.values())


async def forget_draft(database: Database, workspace: str, draft_id: str) -> bool:
    """Remove it from the database and from the archive; whether there was anything. Doing so again finishes it.

    Files that nothing else names go when they are swept. Raises Conflict when somebody changes it in this moment.
    """
    drafts, posts = DraftStore(database), PostStore(database)
    kept = await drafts.find(workspace, draft_id)
    if kept is None:
        return False
    draft = kept.record
    await _forget_links(database, draft)
    mine = await posts_of(database, draft)
    for post in mine:
        await _forget(database, posts, workspace, post.id, ["all", f"of:{post.brand}", "asking", "ended", "counted"])
    names = await _forget_pictures(database, draft)
    await StandingPictures(database).forget(workspace, [post.id for post in mine], names)
    await _forget_cards(database, draft)
    await _forget_quotations(database, draft)
    lists = ["all", f"of:{draft.brand}", "open", f"open:{draft.brand}", "ended"]
    await _forget(database, drafts, workspace, draft.id, lists)
    return True


async def _forget(database: Database, family: Family[R], workspace: str, record_id: str, indexes: list[str]) -> None:
    kept = await family.find(workspace, record_id)
    change = Change(workspace)
    if kept is not None and not kept.archived:
        change.expect(family.key(workspace, record_id), kept.ver)
    change.do("DEL", family.key(workspace, record_id))
    for index in indexes:
        family.leave(change, record_id, index)
    for kind in ("post", "reconcile", "note", "remind", "expire", "revise", "numbers", "sources"):
        change.undue(f"{kind}:{record_id}")
    change.undue(f"note:{family.kind}:{record_id}")
    await commit(database, change)
    await packs.cut_out(database, workspace, family.kind, record_id)


async def _forget_links(database: Database, draft: Draft) -> None:
    """What its short links were for; those that people may have before them lead on."""
    shown = {link.shown for each in await _revisions(database, draft) for v in each.versions for link in v.links}
    codes = {address.rpartition("/")[2] for address in shown}
    links, mine = LinkStore(database), set[str]()
    for code in codes:
        found = await links.find(draft.workspace, code)
        if found is not None and found.link is not None and found.link.draft == draft.id:
            mine.add(code)
    await links.forget(draft.workspace, mine)


async def _forget_pictures(database: Database, draft: Draft) -> set[str]:
    """What AdMind drew for it; what people sent is theirs to remove. The names of all that it showed."""
    media, before = MediaStore(database), None
    names = {m.sha256 for each in await _revisions(database, draft) for v in each.versions for m in v.media}
    while items := await media.list(draft.workspace, draft.brand, before=before, limit=200):
        names |= {item.sha256 for item in items if item.from_draft == draft.id}
        before = items[-1].created_at
        if before < draft.created_at:
            break
    for sha256 in names:
        item = await media.get(draft.workspace, draft.brand, sha256)
        if item is not None and item.from_draft == draft.id and item.source != "upload":
            await packs.cut_out(database, draft.workspace, "media", f"{draft.brand}:{sha256}")
            await media.delete(draft.workspace, draft.brand, sha256)
    return names


async def _revisions(database: Database, draft: Draft) -> list[Draft]:
    """The draft as it is and as it was, as far as its files are there."""
    found, files = [draft], database.files
    if files is None:
        return found
    for mark in draft.history:
        with contextlib.suppress(BlobMissing, BlobDamaged):
            found.append(Draft.load(await files.get(mark.snapshot)))
    return found


async def _forget_quotations(database: Database, draft: Draft) -> None:
    """What rules learned from edits quote of it."""
    store = LearnedStore(database)
    kept = await store.find(draft.workspace, draft.brand)
    if kept is not None and any(each.draft == draft.id for rule in kept.record.rules for each in rule.evidence):
        without = kept.record.without_draft(draft.id)
        await commit(database, store.keep(Change(draft.workspace), without, ver=kept.ver))


async def _forget_cards(database: Database, draft: Draft) -> None:
    """Cards, reminders and receipts."""
    inbox, cursor = inbox_store(database), ""
    while True:
        page = await inbox.page(
            draft.workspace, after=cursor, limit=500, newest_first=False, least=draft.created_at.timestamp()
        )
        change = Change(draft.workspace)
        for item in page.items:
            if item.draft == draft.id:
                change.do("DEL", inbox.key(draft.workspace, item.id))
                inbox.leave(change, item.id, "all")
        await commit(database, change)
        cursor = page.next
        if not cursor:
            return
