"""The public edge's feeds and pages, as documents: for the workspace, and for each account of the feed channel."""

from __future__ import annotations

import html
from collections.abc import Callable
from datetime import UTC

from bot.channels.feed_formats import FeedDocument, FeedHead, Format, media_path, render
from bot.channels.feed_html import content_html, plain
from bot.clock import from_milliseconds
from bot.errors import NotFound
from storage.feed import FeedItem, FeedStore
from storage.stores import TeamStore
from storage.team import Workspace

FILES: dict[Format, str] = {"rss": "feed.xml", "atom": "atom.xml", "json": "feed.json"}


class Syndication:
    def __init__(self, feed: FeedStore, team: TeamStore, base_url: str) -> None:
        self._feed = feed
        self._team = team
        self._base_url = base_url.rstrip("/")

    def public(self, path: str) -> str:
        return f"{self._base_url}/{path.lstrip('/')}"

    async def document(self, workspace: Workspace, kind: Format, account: str = "") -> FeedDocument:
        """A feed in one of the three formats: the workspace's, or that of one account of whatever workspace.

        Raises NotFound for an account that has none.
        """
        owner = await self._feed.workspace_of(account) if account else ""
        elsewhere = bool(owner) and owner != workspace.id
        if elsewhere:
            workspace = (await self._team.workspaces.get(owner, owner)).record
        home = (await self._team.workspaces.get(workspace.id, workspace.id)).record
        identity, title, path = workspace.id, home.name, FILES[kind]
        made_at, language = home.created_at, home.language
        if account:
            kept = await self._team.accounts.find(workspace.id, account)
            if kept is None or kept.record.channel != "feed":
                raise NotFound("There is no such feed.", do_next=f"The whole feed is at /{FILES[kind]}.")
            brand = (await self._team.brands.get(workspace.id, kept.record.brand)).record
            identity, title = f"{workspace.id}:{account}", f"{brand.name} · {kept.record.name}"
            path = f"feeds/{account}/{path}"
            made_at, language = kept.record.created_at, brand.language
        listing = await self._feed.newest(workspace.id, account or None)
        changed = from_milliseconds(listing.changed_ms) if listing.changed_ms else made_at.astimezone(UTC)
        head = FeedHead(
            identity=identity,
            title=title,
            home=self.public(path if elsewhere else "/feed"),
            address=self.public(path),
            changed_at=changed,
            description=f"News from {title}",
            author=home.name,
            language=language,
        )
        return render(kind, head, listing.items, self.public)

    async def newest(self, workspace: Workspace, *, limit: int) -> tuple[Workspace, tuple[FeedItem, ...]]:
        """The workspace as it is now, and what was published to its feeds last."""
        home = (await self._team.workspaces.get(workspace.id, workspace.id)).record
        return home, tuple((await self._feed.newest(workspace.id, None)).items[:limit])

    async def item(self, guid: str) -> FeedItem:
        """Raises NotFound, also for what was taken down."""
        found = await self._feed.locate(guid)
        if found is None:
            raise NotFound("This post is not here (any more).")
        return found


def page_html(item: FeedItem, public: Callable[[str], str]) -> str:
    """A post as a small page of its own; every word of it is escaped, only our own pictures are shown."""
    content = content_html(item.parts, lambda medium: public(media_path(medium)))
    title, language = html.escape(plain(item.title)), html.escape(item.language)
    style = (
        "body{font:18px/1.6 system-ui,sans-serif;max-width:42rem;margin:3rem auto;padding:0 1.25rem;"
        "color:#1a1a1a;background:#fdfcfa}h1{font-size:1.7rem;line-height:1.2;text-wrap:balance}"
        "img{max-width:100%;height:auto;border-radius:12px}a{color:inherit}time{color:#6b6b6b;font-size:.85em}"
        "@media(prefers-color-scheme:dark){body{color:#ececec;background:#141414}time{color:#a0a0a0}}"
    )
    when = item.published_at.astimezone(UTC).isoformat()
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{style}</style></head>'
        f'<body><article><h1>{title}</h1><time datetime="{when}">{item.published_at:%-d %B %Y}</time>'
        f"{content}</article></body></html>"
    )
