"""Every channel with a server: how it is connected, what is posted and stands there, and what a death may leave."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from storage.feed import FeedStore
from storage.sealed import Medium
from tests.bot.channels.photos import picture
from tests.fakes import (
    discord_room,
    forem_server,
    ghost_server,
    linkedin_server,
    slack_room,
    smtp_server,
    telegram_server,
    wordpress_server,
)
from tests.fakes.bluesky_server import VELO, BlueskyServer
from tests.fakes.facebook_server import FacebookServer
from tests.fakes.faulty_http import FaultyServer
from tests.fakes.instagram_server import InstagramServer
from tests.fakes.mastodon_server import MastodonServer
from tests.fakes.pdf_reader import pages_of
from tests.fakes.pinterest_server import PinterestServer
from tests.fakes.threads_server import ThreadsServer
from tests.fakes.webhook_server import WebhookServer
from tests.fakes.x_server import XServer
from tests.reliability.dying import DyingMail, Nowhere, dying, mail_with_mailbox

SHORT = "Fresh bread from six. 🥖\n\nRye and wheat."
LONG = "".join(f"On day {day} we bake from four, and it smells of bread in all of our street. " for day in range(8))
COMMENT = "All breads: https://velo.example/bread"
ARTICLE = "# Fresh bread\n\nEvery morning we bake from **four**.\n\n- Rye\n- Wheat"
PICTURES = 3  # a first, one in between, and a last
KINDS = {"image/png": "PNG", "image/jpeg": "JPEG"}
MAGIC = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff\xe0"}

Given = Mapping[str, str]
Stands = Sequence[tuple[str, int]]


@dataclass(frozen=True)
class Case:
    """`stands`: text and number of pictures of everything that people see there, in its order.

    `inside`, of what AdMind shows itself: the same, told by the store of its feeds.

    `asks`, when nobody may know whether it is out: "never", since a look or a key answers it; "unless whole", where a
    look finds what stands there and nothing proves that it does not; "always", where nothing can be looked up. Then
    people are asked; `again`: where their "send again" looks first or goes on, and so makes no second one.
    """

    name: str
    serve: Callable[[], Any]
    secrets: Callable[[Any], Given]
    stands: Callable[[Any], Stands]
    options: Callable[[Any], Given] = lambda server: {}
    channel: str = ""  # the same as the name
    text: str = SHORT
    pictures: int = PICTURES
    mime: str = "image/png"
    size: tuple[int, int] = (1200, 675)
    asks: Literal["never", "unless whole", "always"] = "unless whole"
    again: bool = True
    compared: str = "same"
    comment: str = ""  # its first comment
    drawn: bool = False  # real pictures, where they are looked into
    inside: Callable[[FeedStore, str], Awaitable[Stands]] | None = None

    @property
    def on(self) -> str:
        """The channel."""
        return self.channel or self.name

    def media(self) -> list[tuple[bytes, Medium]]:
        if self.drawn:
            return [
                (data, _medium(data, self.mime, self.size))
                for data in (
                    picture(*self.size, kind=KINDS[self.mime], turn=45 * number) for number in range(self.pictures)
                )
            ]
        found = [MAGIC[self.mime] + bytes([number]) * 300 for number in range(self.pictures)]
        return [(data, _medium(data, self.mime, self.size)) for data in found]


def _medium(data: bytes, mime: str, size: tuple[int, int]) -> Medium:
    sha256 = hashlib.sha256(data).hexdigest()
    return Medium(sha256=sha256, mime=mime, size=len(data), width=size[0], height=size[1], alt="Bread")


def _fetched(url: str) -> bytes | None:
    """What Meta's servers find at an address of the public edge."""
    jpegs = [MAGIC["image/jpeg"] + bytes([number]) * 300 for number in range(PICTURES)]
    return next((data for data in jpegs if url.endswith(f"/media/{hashlib.sha256(data).hexdigest()}.jpg")), None)


def _fetching(server: type[FaultyServer]) -> Any:
    return dying(server)(pictures=_fetched)


def _at_server(server: Any) -> Given:
    return {"server": server.origin}


def _velo(server: Any) -> Given:
    return {"access_token": server.token_for("velo")}


def _bluesky(server: Any) -> Stands:
    [*records] = server.records.values()
    pictures = sum(len(record.get("embed", {}).get("images", [])) for record in records)
    return [(thread, pictures) for thread in server.threads()]


def _x(server: Any) -> Stands:
    found = []
    for thread in server.threads():
        media = [media for post in thread for media in post.asked.get("media", {}).get("media_ids", [])]
        found.append(
            ("\n\n".join(post.text for post in thread), sum(server.alts.get(each) == "Bread" for each in media))
        )
    return found


def _meta(server: Any) -> Stands:
    return [(text, alts.count("Bread")) for text, alts in server.stands()]


def _mastodon(server: Any) -> Stands:
    """Each thread as one, its first comment by itself."""
    described = {upload.id for upload in server.uploads.values() if upload.description == "Bread"}
    threads: list[list[Any]] = []
    for status in server.statuses:
        above = status.asked.get("in_reply_to_id") if status.text != COMMENT else None
        thread = next((each for each in threads if above and each[-1].id == above), None)
        threads.append([status]) if thread is None else thread.append(status)
    return [
        ("\n\n".join(each.text for each in thread), sum(media in described for each in thread for media in each.media))
        for thread in threads
    ]


def _linkedin(server: Any) -> Stands:
    images = [post.asked["content"]["multiImage"]["images"] for post in server.posts]
    posts = [
        (post.text, sum(each["altText"] == "Bread" for each in found))
        for post, found in zip(server.posts, images, strict=True)
    ]
    return posts + [(comment.text, 0) for comment in server.comments]


def _document(server: Any) -> Stands:
    found = [pages_of(server.uploads[post.asked["content"]["media"]["id"]]) for post in server.posts]
    posts = [
        (post.text, sum(page.alt == "Bread" for page in pages)) for post, pages in zip(server.posts, found, strict=True)
    ]
    return posts + [(comment.text, 0) for comment in server.comments]


async def _feed(feed: FeedStore, workspace: str) -> Stands:
    parts = [part for item in (await feed.newest(workspace)).items for part in item.parts]
    return [(part.text, sum(medium.alt == "Bread" for medium in part.media)) for part in parts]


def _slack(server: Any) -> Stands:
    blocks = [message.asked["blocks"] for message in server.messages]
    pictures = [sum(each["type"] == "image" for each in found) for found in blocks]
    return list(zip(server.texts(), pictures, strict=True))


def _ghost(server: Any) -> Stands:
    found = [each.fields for each in server.entries]
    return [(each["title"], bool(each["feature_image"]) + str(each).count("<img")) for each in found]


def _webhook(server: Any) -> Stands:
    parts = [part for post in server.posts for part in json.loads(post.body)["parts"]]
    return [(part["text"], len(part["media"])) for part in parts]


def _mail(server: Any) -> Stands:
    return [
        (mail.words, sum(part.get_content_maintype() == "image" for part in mail.message.walk()))
        for mail in server.mails
    ]


def _mail_options(server: Any) -> Given:
    return {
        "server": f"smtp+plain://127.0.0.1:{server.port}",
        "user": smtp_server.USER,
        "from": "Velo <news@velo.example>",
        "list": "Velo News",
        "postal": "Velo AG, 8001 Zürich",
        "unsubscribe": "stop@velo.example",
        "consent": "yes",
    }


def _hook(server: Any) -> Given:
    return {"url": server.url}


def _linked(server: Any) -> Given:
    return {"access_token": server.token_for(linkedin_server.PAGES_SCOPE, velo="ADMINISTRATOR")}


SIGNED = {"signing_key": "whsec_" + "A" * 43 + "="}
META: dict[str, Any] = {"secrets": _velo, "stands": _meta, "mime": "image/jpeg", "size": (1080, 1080)}
HOOK: dict[str, Any] = {"channel": "webhook", "secrets": lambda server: SIGNED, "stands": _webhook, "compared": ""}
BLOG: dict[str, Any] = {"text": ARTICLE, "asks": "never"}

SKY: dict[str, Any] = {
    "secrets": lambda server: {"app_password": server.people[VELO].password},
    "options": lambda server: {
        "handle": "velo.bsky.example",
        "app_view": server.origin,
        "directory": server.origin,
    },
    "stands": _bluesky,
    "asks": "never",
}

CASES = [
    Case(
        "feed",
        dying(Nowhere),
        secrets=lambda server: {},
        stands=lambda server: [],
        inside=_feed,
        asks="never",
    ),
    Case("bluesky", dying(BlueskyServer), text=LONG, **SKY),
    Case("bluesky_comment", dying(BlueskyServer), channel="bluesky", text=LONG, comment=COMMENT, **SKY),
    Case("mastodon", dying(MastodonServer), _velo, _mastodon, _at_server, asks="never"),
    Case(
        "akkoma_thread",
        lambda: dying(MastodonServer)(software="akkoma", honours_key=False),
        *(_velo, _mastodon, _at_server),
        channel="mastodon",
        text=LONG,
    ),
    Case(
        "pixelfed",
        lambda: dying(MastodonServer)(software="pixelfed", honours_key=False),
        *(_velo, _mastodon, _at_server),
        channel="mastodon",
    ),
    Case(
        "mastodon_comment",
        dying(MastodonServer),
        _velo,
        _mastodon,
        _at_server,
        "mastodon",
        text=LONG,
        asks="never",
        comment=COMMENT,
    ),
    Case(
        "pixelfed_comment",
        lambda: dying(MastodonServer)(software="pixelfed", honours_key=False),
        *(_velo, _mastodon, _at_server),
        channel="mastodon",
        comment=COMMENT,
    ),
    Case("x", dying(XServer), _velo, _x, text=LONG),
    Case("x_comment", dying(XServer), _velo, _x, channel="x", text=LONG, comment=COMMENT),
    Case("threads", lambda: dying(ThreadsServer)(pictures=_fetched), text=LONG, **META),
    Case(
        "threads_comment",
        lambda: dying(ThreadsServer)(pictures=_fetched),
        channel="threads",
        text=LONG,
        comment=COMMENT,
        **META,
    ),
    Case("facebook", lambda: dying(FacebookServer)(pictures=_fetched), **META),
    Case("instagram", lambda: dying(InstagramServer)(pictures=_fetched), **META),
    *(
        Case(f"{name}_comment", partial(_fetching, server), channel=name, comment=COMMENT, **META)
        for name, server in (("facebook", FacebookServer), ("instagram", InstagramServer))
    ),
    Case(
        "linkedin_page",
        dying(linkedin_server.LinkedInServer),
        secrets=_linked,
        options=lambda server: {"page": "4711"},
        stands=_linkedin,
        channel="linkedin",
    ),
    Case(
        "linkedin_page_comment",
        dying(linkedin_server.LinkedInServer),
        secrets=_linked,
        options=lambda server: {"page": "4711"},
        stands=_linkedin,
        channel="linkedin",
        comment=COMMENT,
    ),
    Case(
        "linkedin_document",
        dying(linkedin_server.LinkedInServer),
        secrets=_linked,
        options=lambda server: {"page": "4711", "pictures": "document"},
        stands=_document,
        channel="linkedin",
        drawn=True,
        comment=COMMENT,
    ),
    Case(
        "linkedin_person",
        dying(linkedin_server.LinkedInServer),
        secrets=lambda server: {"access_token": server.token_for()},
        stands=_linkedin,
        channel="linkedin",
        asks="always",
        again=False,  # LinkedIn refuses the second, and nobody can read the first
        compared="",
    ),
    Case(
        "linkedin_person_comment",
        dying(linkedin_server.LinkedInServer),
        secrets=lambda server: {"access_token": server.token_for()},
        stands=_linkedin,
        channel="linkedin",
        asks="always",
        again=False,
        compared="",
        comment=COMMENT,
    ),
    Case(
        "pinterest",
        dying(PinterestServer),
        secrets=lambda server: {"access_token": server.token()},
        stands=lambda server: [(pin.words, len(pin.pictures)) for pin in server.pins],
        size=(1000, 1500),
    ),
    Case(
        "telegram",
        dying(telegram_server.TelegramServer),
        secrets=lambda server: {"bot_token": telegram_server.TOKEN},
        options=lambda server: {"chat": "@velo", "server": server.origin},
        stands=lambda server: [(each.text, bool(each.picture)) for each in server.messages],
        asks="always",
        again=False,
        compared="",
    ),
    Case(
        "discord",
        dying(discord_room.DiscordRoom),
        secrets=lambda server: {"bot_token": discord_room.BOT_TOKEN},
        options=lambda server: {"room": discord_room.ROOM, "server": server.origin},
        stands=lambda server: [(each.content, len(each.pictures)) for each in server.messages],
        asks="never",
    ),
    Case(
        "discord_webhook",
        dying(discord_room.DiscordRoom),
        secrets=lambda server: {"webhook_url": f"{server.origin}{discord_room.HOOKED}"},
        stands=lambda server: [(each.content, len(each.pictures)) for each in server.messages],
        asks="always",
        again=False,
    ),
    Case(
        "slack",
        dying(slack_room.SlackRoom),
        secrets=lambda server: {"bot_token": slack_room.TOKEN},
        options=lambda server: {"room": slack_room.ROOM, "server": server.origin},
        stands=_slack,
    ),
    Case(
        "email",
        DyingMail,
        secrets=lambda server: {"password": smtp_server.PASSWORD, "recipients": "ana@a.example, beat@b.example"},
        options=_mail_options,
        stands=_mail,
        asks="always",
        again=False,
        compared="",
    ),
    Case(
        "email_with_mailbox",
        mail_with_mailbox,
        secrets=lambda server: {"password": smtp_server.PASSWORD, "recipients": "ana@a.example, beat@b.example"},
        options=lambda server: {
            **_mail_options(server),
            "imap": f"imap+plain://127.0.0.1:{server.beside[0].port}",
        },
        stands=_mail,
        channel="email",
        compared="",
    ),
    Case("webhook", dying(WebhookServer), options=_hook, asks="always", again=False, **HOOK),
    Case(
        "webhook_with_look",
        dying(WebhookServer),
        options=lambda server: {"url": server.url, "lookup_url": server.url},
        **HOOK,
    ),
    Case(
        "webhook_with_key",
        lambda: dying(WebhookServer)(honours_key=True),
        options=lambda server: {"url": server.url, "honours_key": "yes"},
        asks="never",
        **HOOK,
    ),
    Case(
        "wordpress",
        dying(wordpress_server.WordPressServer),
        secrets=lambda server: {"app_password": wordpress_server.PASSWORD},
        options=lambda server: {"server": server.origin, "user": wordpress_server.USER},
        stands=lambda server: [
            (each.title, bool(each.featured) + each.content.count("<img")) for each in server.entries
        ],
        **BLOG,
    ),
    Case(
        "ghost",
        dying(ghost_server.GhostServer),
        secrets=lambda server: {"admin_key": ghost_server.KEY},
        options=_at_server,
        stands=_ghost,
        **BLOG,
    ),
    Case(
        "devto",
        lambda: _fetching(forem_server.ForemServer),
        secrets=lambda server: {"api_key": forem_server.API_KEY},
        options=_at_server,
        stands=lambda server: [
            (each.fields["title"], each.fields["body_markdown"].count("![Bread](") - len(each.broken))
            for each in server.entries
        ],
        mime="image/jpeg",
        **BLOG,
    ),
]
