"""A draft's versions as their channels will show them, from the very bytes that were sealed for approval."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from markupsafe import Markup

from bot.channels.article import page_html
from bot.channels.base import Channel, Part, SealedPayload
from bot.channels.bluesky_html import part_html
from bot.channels.discord_html import message_html as discord_html
from bot.channels.facebook_html import post_html as facebook_html
from bot.channels.feed_html import content_html
from bot.channels.folding import FOLD
from bot.channels.instagram_html import post_html as instagram_html
from bot.channels.linkedin_html import post_html as linkedin_html
from bot.channels.mail_text import preview_html as mail_html
from bot.channels.mail_text import recipients_in
from bot.channels.mastodon_html import text_html
from bot.channels.pinterest_api import description_of
from bot.channels.slack_html import message_html as slack_html
from bot.channels.telegram_html import message_html as telegram_html
from bot.channels.threads_html import post_html as threads_html
from bot.channels.webhook import wire_body
from bot.channels.x_html import post_html as x_html
from bot.views import DraftView, MediumView, VersionView
from handlers.web.studio.visit import Visit

KINDS = {
    "feed": "feed",
    "mastodon": "mastodon",
    "bluesky": "bluesky",
    "linkedin": "linkedin",
    "x": "x",
    "threads": "threads",
    "facebook": "facebook",
    "instagram": "instagram",
    "wordpress": "article",
    "ghost": "article",
    "devto": "article",
    "discord": "discord",
    "discord_webhook": "discord",
    "slack": "slack",
    "telegram": "telegram",
    "email": "mail",
    "pinterest": "pin",
}
THREADS: Mapping[str, Callable[[Part], str]] = {
    "bluesky": part_html,
    "mastodon": lambda part: text_html(part.text),
    "discord": discord_html,
    "discord_webhook": discord_html,
    "slack": slack_html,
    "telegram": telegram_html,
    "linkedin": linkedin_html,
    "x": x_html,
    "threads": threads_html,
    "facebook": facebook_html,
    "instagram": instagram_html,
}  # each post of it, escaped


@dataclass(frozen=True, slots=True)
class Preview:
    """`kind` names the template's part; `html` is our own, from escaped text; `raw` is shown as it is.

    `handle`, `warning`, `sensitive` and `visibility` are of channels that have such a thing.
    """

    version: VersionView
    kind: str
    title: str
    html: Markup
    raw: str = ""
    handle: str = ""
    warning: str = ""
    sensitive: bool = False
    visibility: str = ""
    thread: tuple[Markup, ...] = ()  # each post of it, where a text may become several
    beyond: Markup = field(default_factory=Markup)  # of a post's text what its channel folds away
    card: Mapping[str, str] = field(default_factory=dict)  # uri, title, description, host of a link's card
    labels: str = ""
    envelope: Mapping[str, str] = field(default_factory=dict)  # of an e-mail: from, to, people, preview
    pin: Mapping[str, str] = field(default_factory=dict)  # link, its host, description
    topic: str = ""
    link: str = ""  # host of the address whose card the channel makes by itself
    sent_labels: tuple[str, ...] = ()  # what the channel shows by a label of its own
    comment: str = ""  # the first one, where it is written after the post; else it is the thread's last
    face: str = ""  # where the profile's picture is served; empty: its first letter stands for it
    document: str = ""  # the title of the document that the pictures become, page by page

    @property
    def name(self) -> str:
        return self.version.account_name

    @property
    def media(self) -> list[MediumView]:
        return self.version.media


async def previews(visit: Visit, draft: DraftView) -> tuple[Preview, ...]:
    """In the order of the draft's versions, with pictures from the studio."""
    accounts = await visit.admind.looking.accounts(visit.workspace, visit.id)
    handles = {account.id: account.handle or "" for account in accounts.items}
    record = await visit.admind.looking.draft_record(visit.workspace, visit.id, draft.id)
    payloads = {version.account: await visit.admind.versions.payload(version) for version in record.versions}
    faces = {account.id: f"/studio/faces/{account.id}/{account.face}" for account in accounts.items if account.face}
    return previews_of(draft.versions, payloads, handles, "/studio/media", flags_of(visit.admind.channels), faces=faces)


def flags_of(channels: Mapping[str, Channel]) -> Mapping[str, tuple[str, ...]]:
    """By channel, what it has a label for."""
    return {name: channel.capabilities.flags for name, channel in channels.items()}


def previews_of(
    versions: Sequence[VersionView],
    payloads: Mapping[str, SealedPayload],
    handles: Mapping[str, str],
    pictures: str,
    flags: Mapping[str, tuple[str, ...]] | None = None,
    *,
    faces: Mapping[str, str] | None = None,
) -> tuple[Preview, ...]:
    """By what was sealed for each account; `pictures` is where these are served, `faces` where accounts' are."""
    found = []
    for view in versions:
        payload = payloads[view.account]
        kind, raw, shown = KINDS.get(view.channel, "plain"), "", THREADS.get(view.channel)
        posts = [shown(part).partition(FOLD) for part in payload.parts] if shown else []
        if kind == "article":
            html = page_html(payload, lambda medium: f"{pictures}/{medium.sha256}")
        elif kind == "mail":
            html = mail_html(payload, {each.sha256: f"{pictures}/{each.sha256}" for each in view.media})
        elif kind == "mastodon":  # its pictures stand in a grid of their own
            html = text_html(payload.parts[0].text)
        else:
            html = content_html(payload.parts, lambda medium: f"{pictures}/{medium.sha256}")
        if view.channel == "webhook":
            raw = json.dumps(json.loads(wire_body(payload)), indent=2, ensure_ascii=False)
        found.append(
            Preview(
                view,
                kind,
                payload.title,
                Markup(html),  # noqa: S704 - escaped
                raw,
                handle=handles.get(view.account, ""),
                warning=payload.extra.get("spoiler", ""),
                sensitive=payload.extra.get("sensitive") == "yes",
                visibility=payload.visibility,
                thread=tuple(Markup(seen) for seen, _, _ in posts),  # noqa: S704 - escaped
                beyond=Markup(posts[0][2] if posts else ""),  # noqa: S704 - escaped
                card=_card(payload),
                labels=payload.extra.get("labels", ""),
                envelope=_envelope(payload) if kind == "mail" else {},
                pin=_pin(payload) if kind == "pin" else {},
                topic=payload.extra.get("topic", ""),
                link=_host(payload.links[0].destination) if payload.links else "",
                sent_labels=tuple(flag for flag in payload.disclosure if flag in (flags or {}).get(view.channel, ())),
                comment=payload.comment_after,
                face=(faces or {}).get(view.account, ""),
                document=payload.extra.get("document", ""),
            )
        )
    return tuple(found)


def _envelope(payload: SealedPayload) -> Mapping[str, str]:
    extra, people = payload.extra, len(recipients_in(payload))
    to = f"{extra.get('list', '')} <{extra['to']}>" if extra.get("to") else extra.get("list", "")
    found = {"sender": extra.get("from", ""), "to": to, "people": str(people) if people else ""}
    return found | {"preview": extra.get("preview", ""), "reply_to": extra.get("reply_to", "")}


def _pin(payload: SealedPayload) -> Mapping[str, str]:
    link = payload.links[0].shown if payload.links else ""
    return {"link": link, "host": _host(link), "description": description_of(payload)}


def _card(payload: SealedPayload) -> Mapping[str, str]:
    card = payload.parts[0].link_card
    return {**card, "host": _host(card.get("uri", ""))} if card else {}


def _host(address: str) -> str:
    return urlsplit(address).hostname or ""
