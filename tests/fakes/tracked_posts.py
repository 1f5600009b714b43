"""Posts that are out, with impressions that their channel told and clicks on a short link of their own."""

from __future__ import annotations

from datetime import datetime, timedelta

from storage.clicks import ClickStore, Heap
from storage.commit import Change, commit
from storage.drafts import Brief, Draft, DraftStatus
from storage.links import LinkStore, ShortLink, approve
from storage.posts import Post
from storage.record import new_id
from storage.redis import Database
from storage.series import Reading
from storage.stores import DraftStore
from tests.fakes.counted_posts import put_out


async def tracked(
    database: Database,
    workspace: str,
    brand: str,
    account: str,
    out_at: datetime,
    *,
    impressions: int,
    clicks: int | None = None,
    bots: int = 0,
    likes: int | None = None,
    draft: str = "",
    brief: Brief | None = None,
    title: str = "Bread",
) -> Post:
    """`brief`: of a draft that is written down for it; `draft` names one that is there."""
    if brief is not None:
        draft = draft or new_id("d")
        made = Draft(
            id=draft,
            workspace=workspace,
            brand=brand,
            title=title,
            brief=brief,
            requested_by="m_1",
            authors=frozenset(),
            versions=(),
            status=DraftStatus.approved,
            due=out_at,
            created_at=out_at - timedelta(days=1),
            updated_at=out_at - timedelta(days=1),
        )
        await commit(database, DraftStore(database).save(Change(workspace), made, ver=None))
    told = {"views": impressions} | ({"likes": likes} if likes is not None else {})
    readings = [Reading(out_at + timedelta(days=3), told)]
    post = await put_out(database, workspace, brand, account, out_at, readings, title=title, draft=draft)
    if clicks is not None:
        code = new_id("l").partition("_")[2][:10]
        address = "https://velo.example"
        link = ShortLink(code=code, workspace=workspace, brand=brand, draft=post.draft, account=account,
                         given=address, destination=address, made_at=out_at)  # fmt: skip
        assert await LinkStore(database).mint(link)
        change = Change(workspace)
        approve(change, link, post.id, out_at)
        await commit(database, change)
        heap = Heap(workspace, code, brand, int(out_at.timestamp()) // 3600 + 1, all=clicks + bots, declared=bots)
        heap.visits = {f"{post.id}{number}": 1 for number in range(clicks)}
        await ClickStore(database).count(heap)
    return post
