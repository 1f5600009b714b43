"""Ghost keeps the contract of channels: a draft under the post's own slug, published once."""

from __future__ import annotations

import hashlib
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
from bot.channels.ghost import Ghost
from bot.channels.ghost_api import site_of
from bot.errors import BadInput
from bot.fetch import safe_client
from storage.sealed import Medium, SealedPayload
from tests.bot.channels.benches import blank_account, door_for
from tests.bot.channels.contract import AT, KEY, OUTCOMES, TEXT, NetworkBench, NetworkContract, attempt
from tests.fakes.faulty_http import Act
from tests.fakes.ghost_server import KEY as ADMIN_KEY
from tests.fakes.ghost_server import KEY_ID, SECRET, GhostServer, ghost_server

PNGS = [b"\x89PNG\r\n\x1a\n" + bytes([number]) * 200 for number in range(2)]


def medium(number: int) -> Medium:
    sha256 = hashlib.sha256(PNGS[number]).hexdigest()
    size = len(PNGS[number])
    return Medium(sha256=sha256, mime="image/png", size=size, width=1200, height=675, alt=f"<{number}> “a”")


MEDIA = (medium(0), medium(1))


class GhostBench:
    secrets: Sequence[str] = (ADMIN_KEY, SECRET)

    def __init__(self, server: GhostServer, client: HttpClient) -> None:
        self.channel = Ghost()
        self.server = server
        self.key = ADMIN_KEY
        self._client = client
        self.account: Account = blank_account(
            "ghost", options={"server": f"{server.origin}{server.base}/ghost/#/posts"}
        )

    def door(
        self, check: Callable[[], Awaitable[None]] = always, *, deadline: timedelta = timedelta(seconds=20)
    ) -> Door:
        return door_for(
            self.account,
            client=self._client,
            secrets={"admin_key": self.key},
            blobs=PNGS,
            check=check,
            deadline=deadline,
        )

    def sealed(self, text: str = TEXT, **more: Any) -> SealedPayload:
        return self.channel.build(Content(text=text, not_before=AT, **more), self.account)

    async def send(self, text: str = TEXT, **more: Any) -> Receipt:
        return await self.channel.send(self.sealed(text, **more), KEY, self.door())

    async def standing(self) -> Sequence[str]:
        return [read(each.fields["title"], each.fields["html"]) for each in self.server.public()]


@asynccontextmanager
async def open_bench(options: dict[str, str] | None = None, **switches: Any) -> AsyncIterator[GhostBench]:
    """A connected account at a fresh site, through the safe client as the operator would allow it."""
    async with (
        ghost_server(now=lambda: AT, **switches) as server,
        safe_client(allow_hosts={f"127.0.0.1:{server.port}"}) as client,
    ):
        bench = GhostBench(server, client)
        bench.account = bench.account.changed(options={**bench.account.options, **(options or {})})
        bench.account = await bench.channel.connect(bench.account, bench.door())
        yield bench


# A success is documented to be the post: one that does not say that it is public is looked for.
GHOST_OUTCOMES = OUTCOMES | {
    "empty success": (Act(200, body=b""), OutcomeUnknown, ""),
    "garbage success": (Act(200, body=b"\xff\xfe{"), OutcomeUnknown, ""),
}


class TestGhost(NetworkContract):
    outcomes = GHOST_OUTCOMES

    def open(self) -> AbstractAsyncContextManager[NetworkBench]:
        return open_bench()


class TestGhostBelowItsOrigin(NetworkContract):
    outcomes = GHOST_OUTCOMES

    def open(self) -> AbstractAsyncContextManager[NetworkBench]:
        return open_bench(base="/blog")


async def test_an_article_has_title_text_pictures_and_tags() -> None:
    text = "# Ein Titel & mehr\n\nDas **ist** neu.\n\n- eins\n- zwei"
    async with open_bench({"tags": "News, Velo", "visibility": "members"}) as bench:
        receipt = await bench.send(text, media=MEDIA)
        [entry] = bench.server.entries
        one, two = bench.server.files
        assert entry.slug == f"ein-titel-mehr-{KEY.key[:12]}"
        assert entry.fields == {
            "title": "Ein Titel & mehr",
            "visibility": "members",
            "html": "<!--kg-card-begin: html-->\n<p>Das <strong>ist</strong> neu.</p>\n<ul>\n<li>eins</li>\n"
            f'<li>zwei</li>\n</ul>\n<figure><img src="{two}" alt="&lt;1&gt; “a”" width="1200" height="675" />'
            "</figure>\n<!--kg-card-end: html-->",
            "tags": ["News", "Velo"],
            "feature_image": one,
            "feature_image_alt": "<0> “a”",
        }
        assert list(bench.server.files.values()) == PNGS
        live = await bench.channel.read_back(receipt, bench.door())
        assert live == Live(
            text="Ein Titel & mehr\n\nDas ist neu.\n\n- eins\n- zwei",
            alts=("<0> “a”", "<1> “a”"),
            url=receipt.url,
            pictures=(one, two),
        )


async def test_no_e_mail_is_sent_with_it() -> None:
    async with open_bench() as bench:
        await bench.send()
        assert all("newsletter" not in seen.query and b"newsletter" not in seen.body for seen in bench.server.seen)


@pytest.mark.parametrize(
    ("step", "done"),
    [
        (f"GET /posts/slug/der-fruehling-kommt-{KEY.key[:12]}/", False),
        ("POST /images/upload/", False),
        ("POST /images/upload/", True),
        ("POST /posts/", False),
        ("POST /posts/", True),
    ],
)
@pytest.mark.parametrize("status", [500, 403, 429])
async def test_until_it_is_published_a_failure_is_never_a_doubt_and_leaves_no_second(
    step: str, done: bool, status: int
) -> None:
    async with open_bench() as bench:
        payload = bench.sealed(media=MEDIA)
        (bench.server.acted if done else bench.server.answers)[step] = [(status, b"{}", ())]
        outcome = await attempt(bench, payload)
        assert isinstance(outcome, ProvenNotSent | ChannelRefused) and not bench.server.public()
        receipt = await bench.channel.send(payload, KEY, bench.door())
        assert [each.id for each in bench.server.entries] == [receipt.remote_id]


async def test_two_at_once_publish_one_draft() -> None:
    async with open_bench() as bench:
        payload = bench.sealed()

        async def check() -> None:  # meanwhile the other one does all of it
            await bench.channel.send(payload, KEY, bench.door())

        with pytest.raises(OutcomeUnknown):  # a collision: what was read is not what stands there now
            await bench.channel.send(payload, KEY, bench.door(check))
        assert isinstance(await bench.channel.look_up(payload, KEY, bench.door()), Found)
        assert len(bench.server.entries) == 1


async def test_a_twin_of_the_draft_is_thrown_away() -> None:
    async with open_bench() as bench:
        payload = bench.sealed()
        await bench.channel.send(payload, KEY, bench.door())
        path = f"GET /posts/slug/{bench.server.entries[0].slug}/"
        bench.server.answers[path] = [(404, b"{}", ())]  # as if the first draft had come in late
        outcome = await attempt(bench, payload)
        assert isinstance(outcome, ProvenNotSent) and outcome.retry_after_seconds
        assert len(bench.server.entries) == 1
        assert isinstance(await attempt(bench, payload), Receipt) and len(bench.server.entries) == 1


async def test_a_yes_with_nothing_done_is_a_doubt_that_a_look_clears() -> None:
    async with open_bench() as bench:
        payload = bench.sealed()
        bench.server.plan.append(Act(200, body=b'{"posts":[{"status":"draft"}]}', commits="never"))
        assert isinstance(await attempt(bench, payload), OutcomeUnknown)
        assert await bench.channel.look_up(payload, KEY, bench.door()) == Absent()
        receipt = await bench.channel.send(payload, KEY, bench.door())
        found = await bench.channel.look_up(payload, KEY, bench.door())
        assert isinstance(found, Found) and found.receipt == receipt


async def test_a_state_that_is_none_of_ours_is_a_question() -> None:
    async with open_bench(publishes_as="scheduled") as bench:
        payload = bench.sealed()
        assert isinstance(await attempt(bench, payload), OutcomeUnknown)
        found = await bench.channel.look_up(payload, KEY, bench.door())
        assert isinstance(found, CannotTell) and not found.temporary
        outcome = await attempt(bench, payload)
        assert isinstance(outcome, ChannelRefused) and outcome.code == "put_aside"


@pytest.mark.parametrize("switches", [{"loses": "günstiger"}, {"keeps_alt": False}])
async def test_what_the_site_would_change_is_not_published(switches: dict[str, Any]) -> None:
    async with open_bench(**switches) as bench:
        outcome = await attempt(bench, bench.sealed(media=MEDIA))
        assert isinstance(outcome, ChannelRefused) and outcome.code == "changed" and not bench.server.public()


@pytest.mark.parametrize(("name", "value"), [("title", "Other"), ("visibility", "paid")])
async def test_a_draft_that_somebody_changed_is_not_published(name: str, value: str) -> None:
    async with open_bench() as bench:
        bench.server.plan.append(Act(500, commits="never"))
        assert isinstance(await attempt(bench, bench.sealed()), OutcomeUnknown)
        bench.server.entries[0].fields[name] = value
        outcome = await attempt(bench, bench.sealed())
        assert isinstance(outcome, ChannelRefused) and outcome.code == "changed" and not bench.server.public()


async def test_another_integration_or_a_withdrawn_key_sends_nothing() -> None:
    async with open_bench() as bench:
        payload = bench.sealed()
        bench.server.secret = "00" * 32
        outcome = await attempt(bench, payload)
        assert isinstance(outcome, ChannelRefused) and outcome.code == "unauthorized"
        bench.key = "0" * 24 + ":" + SECRET
        outcome = await attempt(bench, payload)
        assert isinstance(outcome, ChannelRefused) and outcome.code == "other_account" and not bench.server.entries


async def test_what_people_did_with_it_is_counted() -> None:
    async with open_bench() as bench:
        counted = await bench.channel.metrics(await bench.send(), bench.door())
        assert counted == {"clicks": 2, "positive_feedback": 3, "negative_feedback": 4}


async def test_connecting_verifies_the_key_and_shows_the_site() -> None:
    async with open_bench(base="/blog", icon="https://velo.example/icon.png") as bench:
        account, origin = bench.account, bench.server.origin
        assert (account.remote_id, account.server, account.destination) == (KEY_ID, origin, "/blog")
        await bench.send()
        shown = await bench.channel.introduce(account, bench.door())
        assert (shown.name, shown.avatar) == ("Velo & Co", "https://velo.example/icon.png")
        assert (shown.last_post, shown.last_at) == ("Der Frühling kommt 🚲", AT)


async def test_a_key_that_is_refused_connects_nothing() -> None:
    with pytest.raises(ChannelRefused) as told:
        async with open_bench(secret="00" * 32):
            pass
    assert told.value.code == "unauthorized"


@pytest.mark.parametrize("key", ["", "abc", "6748592f4b9b7700010f6564", ADMIN_KEY.upper(), ADMIN_KEY + "0"])
async def test_what_is_no_key_is_told_before_anything_is_asked(key: str) -> None:
    async with open_bench() as bench:
        bench.key, asked = key, len(bench.server.seen)
        with pytest.raises(ChannelRefused):
            await bench.channel.connect(bench.account, bench.door())
        assert len(bench.server.seen) == asked


@pytest.mark.parametrize(
    "options", [{"visibility": "some"}, {"title": "mine"}, {"tags": "#hidden"}, {"tags": "x" * 192}]
)
async def test_options_that_cannot_work_are_told_when_connecting(options: dict[str, str]) -> None:
    with pytest.raises(BadInput):
        async with open_bench(options):
            pass


async def test_a_token_goes_to_no_other_server_by_redirect() -> None:
    async with ghost_server() as other, open_bench() as bench:
        away = (("location", f"{other.origin}/"),)
        bench.server.answers["POST /posts/"] = [(301, b"", away)]
        assert isinstance(await attempt(bench, bench.sealed()), ChannelRefused | ProvenNotSent)
        bench.server.answers["GET /site/"] = [(301, b"", away)]
        with pytest.raises(ChannelRefused, match="another address"):
            await bench.channel.connect(bench.account, bench.door())
        assert other.seen == []


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ("velo.ghost.io", ("https://velo.ghost.io", "")),
        ("https://velo.example/ghost/#/dashboard", ("https://velo.example", "")),
        ("https://velo.example/news/ghost", ("https://velo.example", "/news")),
        ("https://velo.example/ghosts", ("https://velo.example", "/ghosts")),
    ],
)
def test_a_site_is_known_by_origin_and_path(given: str, place: tuple[str, str]) -> None:
    assert site_of(given) == place
