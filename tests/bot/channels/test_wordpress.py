"""WordPress keeps the contract of channels: a draft under the post's own slug, published once."""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from bot.accounts.door import HttpClient, always
from bot.channels.article import read
from bot.channels.base import (
    Absent,
    Account,
    CannotTell,
    ChannelRefused,
    Content,
    Door,
    Found,
    Live,
    OutcomeUnknown,
    ProvenNotSent,
    Receipt,
)
from bot.channels.wordpress import WordPress
from bot.channels.wordpress_api import site_of
from bot.errors import BadInput
from bot.fetch import safe_client
from storage.sealed import Medium, SealedPayload
from tests.bot.channels.benches import blank_account, door_for
from tests.bot.channels.contract import AT, KEY, OTHER_KEY, OUTCOMES, TEXT, NetworkBench, NetworkContract, attempt
from tests.fakes.faulty_http import Act
from tests.fakes.wordpress_server import PASSWORD, USER, WordPressServer, wordpress_server

PNGS = [b"\x89PNG\r\n\x1a\n" + bytes([number]) * 200 for number in range(2)]
MEDIA = tuple(
    Medium(
        sha256=hashlib.sha256(data).hexdigest(),
        mime="image/png",
        size=len(data),
        width=1200,
        height=675,
        alt=f"<{n}> “a”",
    )
    for n, data in enumerate(PNGS)
)


class WordPressBench:
    secrets: Sequence[str] = (
        PASSWORD,
        PASSWORD.replace(" ", ""),
        base64.b64encode(f"{USER}:{PASSWORD.replace(' ', '')}".encode()).decode(),
    )

    def __init__(self, server: WordPressServer, client: HttpClient) -> None:
        self.channel = WordPress()
        self.server = server
        self.password = PASSWORD
        self._client = client
        self.account: Account = blank_account(
            "wordpress", options={"server": server.origin + server.base, "user": USER}
        )

    def door(
        self, check: Callable[[], Awaitable[None]] = always, *, deadline: timedelta = timedelta(seconds=20)
    ) -> Door:
        return door_for(
            self.account,
            client=self._client,
            secrets={"app_password": self.password},
            blobs=PNGS,
            check=check,
            deadline=deadline,
        )

    def sealed(self, text: str = TEXT, **more: Any) -> SealedPayload:
        return self.channel.build(Content(text=text, not_before=AT, **more), self.account)

    async def send(self, text: str = TEXT, **more: Any) -> Receipt:
        return await self.channel.send(self.sealed(text, **more), KEY, self.door())

    async def standing(self) -> Sequence[str]:
        return [read(html.unescape(each.title), each.content) for each in self.server.public()]


@asynccontextmanager
async def open_bench(options: dict[str, str] | None = None, **switches: Any) -> AsyncIterator[WordPressBench]:
    """A connected account at a fresh site, through the safe client as the operator would allow it."""
    async with (
        wordpress_server(now=lambda: AT, **switches) as server,
        safe_client(allow_hosts={f"127.0.0.1:{server.port}"}) as client,
    ):
        bench = WordPressBench(server, client)
        bench.account = bench.account.changed(options={**bench.account.options, **(options or {})})
        bench.account = await bench.channel.connect(bench.account, bench.door())
        yield bench


# A success is documented to be the post: one that does not say that it is public is looked for.
WORDPRESS_OUTCOMES = OUTCOMES | {
    "empty success": (Act(200, body=b""), OutcomeUnknown, ""),
    "garbage success": (Act(200, body=b"\xff\xfe{"), OutcomeUnknown, ""),
}


class TestWordPress(NetworkContract):
    outcomes = WORDPRESS_OUTCOMES

    def open(self) -> AbstractAsyncContextManager[NetworkBench]:
        return open_bench()


class TestWordPressBelowItsOrigin(NetworkContract):
    outcomes = WORDPRESS_OUTCOMES

    def open(self) -> AbstractAsyncContextManager[NetworkBench]:
        return open_bench(base="/blog")


async def test_an_article_has_title_text_pictures_and_terms() -> None:
    text = "# Ein Titel & mehr\n\n## Warum\n\nDas **ist** neu: [hier](https://velo.example/a).\n\n- eins\n- zwei"
    async with open_bench({"categories": "tips & tricks", "tags": "velo"}) as bench:
        receipt = await bench.send(text, media=MEDIA, link="https://velo.example/neu")
        [entry] = bench.server.entries
        first, second = bench.server.pictures
        assert (entry.title, entry.slug) == ("Ein Titel &amp; mehr", f"ein-titel-mehr-{KEY.key[:12]}")
        assert entry.content == (
            "<h2>Warum</h2>\n"
            '<p>Das <strong>ist</strong> neu: <a href="https://velo.example/a">hier</a>.</p>\n'
            "<ul>\n<li>eins</li>\n<li>zwei</li>\n</ul>\n"
            '<p><a href="https://velo.example/neu">https://velo.example/neu</a></p>\n'
            f'<figure><img src="{bench.server.origin}/wp-content/uploads/2026/12/{second.slug}.png" '
            'alt="&lt;1&gt; “a”" width="1200" height="675" /></figure>'
        )
        assert (entry.featured, entry.terms) == (first.id, {"categories": [7], "tags": [11]})
        assert [(each.data, each.alt) for each in (first, second)] == [(PNGS[0], "<0> “a”"), (PNGS[1], "<1> “a”")]
        live = await bench.channel.read_back(receipt, bench.door())
        expected = bench.sealed(text, media=MEDIA, link="https://velo.example/neu").parts[0].text
        places = tuple(f"{bench.server.origin}/wp-content/uploads/2026/12/{each.slug}.png" for each in (first, second))
        assert live == Live(text=expected, alts=("<0> “a”", "<1> “a”"), url=receipt.url, pictures=places)
        assert expected.startswith(
            "Ein Titel & mehr\n\nWarum\n\nDas ist neu: hier (https://velo.example/a).\n\n- eins\n-"
        )


async def test_nothing_is_taken_as_markup_of_ones_own() -> None:
    async with open_bench() as bench:
        await bench.send(
            "A <script>alert(1)</script>\n\n<img src=x onerror=y> [x](javascript:z) ![p](https://a.example/p)"
        )
        [entry] = bench.server.entries
        assert "<script" not in entry.title + entry.content and "<img" not in entry.content
        assert 'href="javascript' not in entry.content


@pytest.mark.parametrize("step", ["GET /wp/v2/users/me", "GET /wp/v2/posts", "POST /wp/v2/media", "POST /wp/v2/posts"])
@pytest.mark.parametrize("status", [500, 403, 429])
@pytest.mark.parametrize("done", [False, True])
async def test_until_it_is_published_a_failure_is_never_a_doubt_and_leaves_no_second(
    step: str, status: int, done: bool
) -> None:
    async with open_bench() as bench:
        payload = bench.sealed(media=MEDIA)
        (bench.server.acted if done else bench.server.answers)[step] = [(status, b"{}", ())]
        outcome = await attempt(bench, payload)
        assert isinstance(outcome, ProvenNotSent | ChannelRefused) and not bench.server.public()
        receipt = await bench.channel.send(payload, KEY, bench.door())
        assert [str(each.id) for each in bench.server.entries] == [receipt.remote_id]
        assert len(bench.server.pictures) == 2


async def test_two_at_once_publish_one_draft() -> None:
    async with open_bench() as bench:
        payload = bench.sealed()

        async def check() -> None:  # meanwhile the other one does all of it
            await bench.channel.send(payload, KEY, bench.door())

        receipt = await bench.channel.send(payload, KEY, bench.door(check))
        assert [str(each.id) for each in bench.server.entries] == [receipt.remote_id]


async def test_a_twin_of_the_draft_is_thrown_away() -> None:
    async with open_bench() as bench:
        payload = bench.sealed()
        nothing = (200, b"[]", ())
        await bench.channel.send(payload, KEY, bench.door())
        bench.server.answers["GET /wp/v2/posts"] = [nothing]  # as if the first draft had come in late
        outcome = await attempt(bench, payload)
        assert isinstance(outcome, ProvenNotSent) and outcome.retry_after_seconds
        assert len(bench.server.entries) == 1
        assert isinstance(await attempt(bench, payload), Receipt) and len(bench.server.entries) == 1


async def test_a_yes_with_nothing_done_is_a_doubt_that_a_look_clears() -> None:
    async with open_bench() as bench:
        payload = bench.sealed()
        body = b'{"id":101,"status":"draft"}'
        bench.server.plan.append(Act(200, body=body, commits="never"))
        assert isinstance(await attempt(bench, payload), OutcomeUnknown)
        assert await bench.channel.look_up(payload, KEY, bench.door()) == Absent()
        receipt = await bench.channel.send(payload, KEY, bench.door())
        found = await bench.channel.look_up(payload, KEY, bench.door())
        assert isinstance(found, Found) and found.receipt == receipt


async def test_what_a_person_threw_away_is_not_sent_again() -> None:
    async with open_bench() as bench:
        payload = bench.sealed()
        receipt = await bench.channel.send(payload, KEY, bench.door())
        await bench.channel.delete(receipt, bench.door())
        assert isinstance(await bench.channel.look_up(payload, KEY, bench.door()), CannotTell)
        outcome = await attempt(bench, payload)
        assert isinstance(outcome, ChannelRefused) and outcome.code == "put_aside" and not bench.server.public()
        assert await bench.channel.read_back(receipt, bench.door()) is None


async def test_a_site_without_a_trash_deletes_for_good() -> None:
    async with open_bench(has_trash=False) as bench:
        await bench.channel.delete(await bench.send(), bench.door())
        assert bench.server.entries == []


async def test_a_site_that_holds_posts_for_review_is_a_question() -> None:
    async with open_bench(publishes_as="pending") as bench:
        payload = bench.sealed()
        assert isinstance(await attempt(bench, payload), OutcomeUnknown)
        found = await bench.channel.look_up(payload, KEY, bench.door())
        assert isinstance(found, CannotTell) and not found.temporary


@pytest.mark.parametrize(("switches", "code"), [({"filters": "a"}, "changed"), ({"keeps_alt": False}, "alt")])
async def test_what_the_site_would_change_is_not_published(switches: dict[str, Any], code: str) -> None:
    async with open_bench(**switches) as bench:
        outcome = await attempt(bench, bench.sealed(media=MEDIA))
        assert isinstance(outcome, ChannelRefused) and outcome.code == code and not bench.server.public()


async def test_a_draft_that_somebody_changed_is_set_right_before_it_is_published() -> None:
    async with open_bench() as bench:
        payload = bench.sealed()
        bench.server.plan.append(Act(500, commits="never"))
        assert isinstance(await attempt(bench, payload), OutcomeUnknown)
        bench.server.entries[0].content = "<p>Something else</p>"
        await bench.channel.send(payload, KEY, bench.door())
        assert await bench.standing() == [payload.parts[0].text]


async def test_another_user_or_a_withdrawn_password_sends_nothing() -> None:
    async with open_bench() as bench:
        payload = bench.sealed()
        bench.server.user_id = 6
        outcome = await attempt(bench, payload)
        assert isinstance(outcome, ChannelRefused) and outcome.code == "other_account"
        bench.server.password = "another"
        outcome = await attempt(bench, payload)
        assert isinstance(outcome, ChannelRefused) and outcome.code == "unauthorized" and not bench.server.entries


async def test_what_people_said_below_it_is_counted() -> None:
    async with open_bench() as bench:
        assert await bench.channel.metrics(await bench.send(), bench.door()) == {"comments": 4}


async def test_a_site_that_cannot_be_read_is_asked_again_later() -> None:
    async with open_bench() as bench:
        for answer in ((500, b"", ()), (200, b"{}", ()), (200, b"<html>", ())):
            bench.server.answers["GET /wp/v2/posts"] = [answer]
            found = await bench.channel.look_up(bench.sealed(), KEY, bench.door())
            assert isinstance(found, CannotTell) and found.temporary


async def test_connecting_verifies_the_user_and_shows_the_site() -> None:
    async with open_bench({"user": f" {USER} "}, base="/blog", icon="https://velo.example/icon.png") as bench:
        account, origin = bench.account, bench.server.origin
        assert (account.remote_id, account.server, account.destination) == ("5", origin, "/blog")
        await bench.channel.send(bench.sealed("Alt\n\nText"), OTHER_KEY, bench.door())
        shown = await bench.channel.introduce(account, bench.door())
        assert (shown.name, shown.avatar, shown.last_post) == ("Velo & Co", "https://velo.example/icon.png", "Alt")
        assert shown.last_at == AT


async def test_connecting_without_terms_says_nothing_of_them_so_that_those_chosen_before_stay() -> None:
    async with open_bench() as bench:
        assert {"categories_ids", "tags_ids"}.isdisjoint(bench.account.options)
    async with open_bench({"categories": "News", "tags": ""}) as bench:
        assert (bench.account.options["categories_ids"], bench.account.options["tags_ids"]) == ("3", "")


@pytest.mark.parametrize(
    ("switches", "code"),
    [
        ({"capabilities": ("edit_posts",)}, "unauthorized"),
        ({"namespaces": ()}, "unreachable"),
        ({"password": "other"}, "unauthorized"),
    ],
)
async def test_a_site_that_cannot_be_published_to_is_not_connected(switches: dict[str, Any], code: str) -> None:
    with pytest.raises(ChannelRefused) as told:
        async with open_bench(**switches):
            pass
    assert told.value.code == code


@pytest.mark.parametrize("options", [{"user": ""}, {"user": "a:b"}, {"title": "mine"}, {"categories": "Nowhere"}])
async def test_options_that_cannot_work_are_told_when_connecting(options: dict[str, str]) -> None:
    with pytest.raises(BadInput):
        async with open_bench(options):
            pass


async def test_a_password_goes_to_no_other_server_by_redirect() -> None:
    async with wordpress_server() as other, open_bench() as bench:
        bench.server.answers["GET /wp/v2/users/me"] = [(301, b"", (("location", f"{other.origin}/"),))]
        assert isinstance(await attempt(bench, bench.sealed()), ChannelRefused | ProvenNotSent)
        bench.server.answers["GET /"] = [(301, b"", (("location", f"{other.origin}/"),))]
        with pytest.raises(ChannelRefused, match="another address"):
            await bench.channel.connect(bench.account, bench.door())
        assert other.seen == []


@pytest.mark.parametrize(
    ("given", "origin", "path"),
    [
        ("velo.example", "https://velo.example", ""),
        ("https://Velo.example/blog/", "https://velo.example", "/blog"),
        ("velo.example/blog/wp-admin/profile.php", "https://velo.example", "/blog"),
        ("https://velo.example/wp-login.php?x=1", "https://velo.example", ""),
        ("http://127.0.0.1:8080/Blog", "http://127.0.0.1:8080", "/Blog"),
    ],
)
def test_a_site_is_known_by_origin_and_path(given: str, origin: str, path: str) -> None:
    assert site_of(given) == (origin, path)


@pytest.mark.parametrize("given", ["", "http://velo.example", "velo.example/a b", "velo.example/a/%2e%2e"])
def test_what_names_no_site_is_told(given: str) -> None:
    with pytest.raises(BadInput):
        site_of(given)
