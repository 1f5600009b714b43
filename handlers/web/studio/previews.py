"""A draft's versions as their channels will show them, from the very bytes that were sealed for approval."""

from __future__ import annotations

import json
from dataclasses import dataclass

from markupsafe import Markup

from bot.channels.feed_html import content_html
from bot.channels.webhook import wire_body
from bot.views import DraftView, VersionView
from handlers.web.studio.visit import Visit


@dataclass(frozen=True, slots=True)
class Preview:
    """`kind` names the template's part; `html` is our own, from escaped text; `raw` is shown as it is."""

    version: VersionView
    kind: str
    title: str
    html: Markup
    raw: str = ""


async def previews(visit: Visit, draft: DraftView) -> tuple[Preview, ...]:
    """In the order of the draft's versions."""
    record = await visit.admind.looking.draft_record(visit.workspace, visit.id, draft.id)
    found = []
    for view in draft.versions:
        version = record.version(view.account)
        if version is None:
            continue
        payload = await visit.admind.versions.payload(version)
        html = Markup(content_html(payload.parts, lambda medium: f"/studio/media/{medium.sha256}"))  # noqa: S704 - escaped
        raw = ""
        if view.channel == "webhook":
            raw = json.dumps(json.loads(wire_body(payload)), indent=2, ensure_ascii=False)
        found.append(Preview(view, "feed" if view.channel == "feed" else "plain", payload.title, html, raw))
    return tuple(found)
