"""The loopback servers refuse what the platforms document to refuse: else a test that passes on them says little.

A request that an adapter really makes is taken from the wire, changed in one place, and sent again: an unknown field, a
text of one too many, a header that is wrong or missing. As it was, it is taken.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from httpx2 import Response

from bot.channels.base import ChannelRefused, Receipt
from tests.bot.channels import (
    test_bluesky,
    test_devto,
    test_discord,
    test_facebook,
    test_ghost,
    test_instagram,
    test_linkedin,
    test_mastodon,
    test_pinterest,
    test_slack,
    test_telegram,
    test_threads,
    test_wordpress,
    test_x,
)
from tests.bot.channels.contract import attempt
from tests.bot.channels.photos import picture
from tests.bot.channels.test_limits import CHANNELS
from tests.fakes.faulty_http import Act, Seen

Body = dict[str, Any]
FAMILY = "👩‍👩‍👧‍👦"  # one grapheme of 25 bytes


def put(path: str, value: object) -> Callable[[Body], None]:
    """Set what lies at a path such as `record.text`; `*` is the first of a list."""

    def change(body: Body) -> None:
        *way, last = path.split(".")
        at: Any = body
        for name in way:
            at = at[0] if name == "*" else at[name]
        at[last] = value

    return change


@dataclass(frozen=True)
class Wire:
    """`path` of the request that is changed; `headers`: those that it must have."""

    name: str
    open: Callable[[], AbstractAsyncContextManager[Any]]
    path: str
    changes: Mapping[str, Callable[[Body], None]]
    headers: tuple[str, ...] = ("authorization",)
    method: str = "POST"
    more: Mapping[str, Any] = field(default_factory=dict)  # what goes into the draft


def unknown(path: str = "admind") -> Callable[[Body], None]:
    return put(path, "x")


WIRES = [
    Wire(
        "bluesky",
        test_bluesky.open_bench,
        r".*putRecord",
        {
            "unknown": unknown("record.admind"),
            "301 graphemes": put("record.text", "x" * 301),
            "3,001 bytes": put("record.text", FAMILY * 120 + "x"),
            "a key of one's own": put("rkey", "admind-1"),
        },
    ),
    Wire(
        "mastodon",
        test_mastodon.open_bench,
        r"/api/v1/statuses",
        {
            "unknown": unknown(),
            "501 characters": put("status", "x" * 501),
            "501 with an address": put("status", "x" * 477 + " https://velo.example/a/very/long/path/that/counts/23"),
            "nobody's picture": put("media_ids", ["1"]),
            "seen by whom": put("visibility", "everyone"),
            "an answer to nothing": put("in_reply_to_id", "1"),
        },
    ),
    Wire(
        "linkedin",
        test_linkedin.as_page,
        r"/rest/posts",
        {
            "unknown": unknown(),
            "unknown content": put("content", {"poll": {}}),
            "unknown within": put("content", {"article": {"source": "https://velo.example", "admind": "x"}}),
            "3,001 characters": put("commentary", "x" * 3001),
            "one picture of several": put("content", {"multiImage": {"images": [{"id": "1"}]}}),
            "somebody else's": put("author", "urn:li:organization:1"),
        },
        headers=("authorization", "linkedin-version", "x-restli-protocol-version"),
    ),
    Wire(
        "x",
        test_x.open_bench,
        r"/2/tweets",
        {
            "unknown": unknown(),
            "unknown within": put("media", {"media_ids": [], "admind": "x"}),
            "281 letters": put("text", "x" * 281),
            "141 emoji": put("text", "🚲" * 141),
            "an address counts 23": put("text", "x" * 257 + " https://t.co"),
        },
        headers=("authorization", "content-type"),
    ),
    Wire(
        "threads",
        test_threads.open_bench,
        r".*/threads",
        {
            "unknown": unknown(),
            "501 characters": put("text", "x" * 501),
            "emoji by their bytes": put("text", "🚲" * 126),
            "six links": put("text", " ".join(f"https://velo.example/{number}" for number in range(6))),
            "a topic of two words.": put("topic_tag", "velo.velo"),
            "no access": put("access_token", "x"),
        },
        headers=(),
    ),
    Wire(
        "facebook",
        test_facebook.open_bench,
        r".*/feed",
        {
            "unknown": unknown(),
            "63,207 characters": put("message", "x" * 63_207),
            "no proof": put("appsecret_proof", "x"),
            "no access": put("access_token", "x"),
        },
        headers=(),
    ),
    Wire(
        "instagram",
        test_instagram.open_bench,
        r".*/media",
        {
            "unknown": unknown(),
            "2,201 characters": put("caption", "x" * 2201),
            "six hashtags": put("caption", " ".join(f"#velo{number}" for number in range(6))),
            "21 mentions": put("caption", " ".join(f"@velo{number}" for number in range(21))),
            "an alt text of 1,001": put("alt_text", "x" * 1001),
            "no access": put("access_token", "x"),
        },
        headers=(),
    ),
    Wire(
        "telegram",
        test_telegram.open_bench,
        r".*/sendMessage",
        {"unknown": unknown(), "4,097 characters": put("text", "x" * 4097), "another room": put("chat_id", "@nobody")},
        headers=(),
        more={"link": "https://velo.example/a"},
    ),
    Wire(
        "discord",
        test_discord.open_bench,
        r".*/messages",
        {
            "unknown": unknown(),
            "2,001 characters": put("content", "x" * 2001),
            "a nonce of 26": put("nonce", "x" * 26),
            "pings everybody": put("allowed_mentions", {"parse": ["everyone"]}),
        },
        headers=("authorization", "user-agent"),
    ),
    Wire(
        "discord_webhook",
        lambda: test_discord.open_bench("discord_webhook"),
        r".*/webhooks/.*",
        {"unknown": unknown(), "2,001 characters": put("content", "x" * 2001), "a nonce": put("nonce", "1")},
        headers=("user-agent",),
    ),
    Wire(
        "slack",
        test_slack.open_bench,
        r"/api/chat.postMessage",
        {
            "unknown": unknown(),
            "40,001 characters": put("text", "x" * 40_001),
            "a block of 13,001": put("blocks.*.elements.*.elements.*.text", "x" * 13_001),
            "no blocks": put("blocks", []),
            "another room": put("channel", "C0999999999"),
        },
    ),
    Wire(
        "pinterest",
        test_pinterest.open_bench,
        r"/v5/pins",
        {
            "unknown": unknown(),
            "a title of 101": put("title", "x" * 101),
            "801 characters": put("description", "x" * 801),
            "an alt text of 501": put("alt_text", "x" * 501),
            "a link of 2,049": put("link", "https://velo.example/" + "x" * 2028),
            "no picture": put("media_source", {"source_type": "image_base64"}),
            "another board": put("board_id", "1"),
        },
    ),
    Wire(
        "wordpress",
        test_wordpress.open_bench,
        r".*/wp/v2/posts",
        {"unknown": unknown(), "a picture that is not there": put("featured_media", 1), "a category": put("tags", [1])},
    ),
    Wire(
        "ghost",
        test_ghost.open_bench,
        r".*/admin/posts/",
        {
            "unknown": unknown("posts.*.admind"),
            "a title of 256": put("posts.*.title", "x" * 256),
            "an alt text of 192": put("posts.*.feature_image_alt", "x" * 192),
            "read by whom": put("posts.*.visibility", "everyone"),
        },
        headers=("authorization", "accept-version"),
    ),
    Wire(
        "devto",
        test_devto.open_bench,
        r"/api/articles",
        {
            "unknown": unknown("article.admind"),
            "a title of 129": put("article.title", "x" * 129),
            "five tags": put("article.tags", ["a", "b", "c", "d", "e"]),
        },
        headers=("api-key", "user-agent", "accept"),
    ),
]


async def taken(bench: Any, wire: Wire) -> Seen:
    """The request as the adapter makes it, of a post that is refused in the end: nothing stands there."""
    bench.server.plan.append(Act(400, commits="never"))
    await attempt(bench, bench.sealed("Neu: alle Velos.\n\nAb heute.", **wire.more))
    bench.server.plan.clear()
    getattr(bench.server, "entries", []).clear()  # its draft, for the same title twice is refused
    every: list[Seen] = bench.server.seen
    found = [seen for seen in every if seen.method == wire.method and re.fullmatch(wire.path, seen.path)]
    return found[-1]


def opened(seen: Seen) -> Body:
    if seen.headers.get("content-type", "").startswith("application/json"):
        body: Body = json.loads(seen.body)
        return body
    return dict(parse_qsl(seen.body.decode(), keep_blank_values=True))


def closed(seen: Seen, body: Body) -> bytes:
    is_json = seen.headers.get("content-type", "").startswith("application/json")
    return json.dumps(body, ensure_ascii=False).encode() if is_json else urlencode(body).encode()


async def again(bench: Any, seen: Seen, body: bytes, *, without: str = "") -> Response:
    kept = {"host", "content-length", "connection", "accept-encoding", without}
    headers = {name: value for name, value in seen.headers.items() if name not in kept}
    if without:
        headers[without] = ""
    answer: Response = await bench.door().request(
        seen.method, bench.server.origin + seen.target, content=body, headers=headers
    )
    return answer


def refused(answer: Response) -> bool:
    if answer.status_code >= 400:
        return True
    said = json.loads(answer.content) if answer.content else {}
    return isinstance(said, dict) and said.get("ok") is False  # Slack says it with a 200


def test_every_server_of_a_platform_is_here() -> None:
    """The feed has none, a webhook's receiver is anybody's, and mail speaks no HTTP: its own tests look at it."""
    assert {wire.name for wire in WIRES} == set(CHANNELS) - {"feed", "webhook", "email"}


@pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.name)
async def test_what_a_platform_refuses_its_loopback_refuses_too(wire: Wire) -> None:
    async with wire.open() as bench:
        seen = await taken(bench, wire)
        for name, change in wire.changes.items():
            body = copy.deepcopy(opened(seen))
            change(body)
            assert refused(await again(bench, seen, closed(seen, body))), name
        for header in wire.headers:
            assert refused(await again(bench, seen, seen.body, without=header)), header
        assert not await bench.standing()
        assert not refused(await again(bench, seen, closed(seen, opened(seen)))), "as it was, it is taken"


UPLOADS: Mapping[str, tuple[Callable[..., AbstractAsyncContextManager[Any]], str, str, dict[str, str]]] = {
    "mastodon": (test_mastodon.open_bench, "/api/v2/media", "file", {"description": "x"}),
    "x": (test_x.open_bench, "/2/media/upload", "media", {"media_category": "tweet_image"}),
}


@pytest.mark.parametrize("name", UPLOADS)
async def test_a_picture_of_a_byte_too_many_is_refused_when_it_comes(name: str) -> None:
    open_bench, path, part, fields = UPLOADS[name]
    async with open_bench() as bench:

        async def refused_with(data: bytes, **more: str) -> bool:
            answer = await bench.door().request(
                "POST",
                bench.server.origin + path,
                files={part: ("a.png", data, "image/png")},
                data=fields | more,
                headers={"authorization": f"Bearer {bench.token}"},
            )
            return refused(answer)

        most = bench.channel.capabilities_for(bench.account).image_max_bytes
        assert not await refused_with(b"\x89PNG\r\n\x1a\n".ljust(most, b"\0"))
        assert await refused_with(b"\x89PNG\r\n\x1a\n".ljust(most + 1, b"\0"))
        assert await refused_with(picture(20, 20), admind="x")
        if name == "mastodon":
            assert await refused_with(picture(20, 20), description="x" * 1501)
            assert await refused_with(picture(8200, 4100)), "more pixels than it takes"


@pytest.mark.parametrize(("size", "fits"), [((1910, 1000), True), ((1920, 1000), False), ((790, 1000), False)])
async def test_a_picture_of_another_shape_never_gets_ready_at_instagram(size: tuple[int, int], fits: bool) -> None:
    data = picture(*size, kind="JPEG")
    async with test_instagram.open_bench() as bench:
        bench.server.pictures = lambda _: data
        outcome = await attempt(bench, bench.sealed())
        assert isinstance(outcome, Receipt if fits else ChannelRefused)
        assert len(await bench.standing()) == fits
