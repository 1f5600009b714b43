"""What waited while an account could not be used goes out with one word, over REST and in the studio."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import MovableClock
from tests.fakes.faulty_http import on_a_thread
from tests.fakes.webhook_server import Act, WebhookServer
from tests.handlers.serving import API, Served, serving, until
from tests.handlers.studio.test_safety import Person

ACCOUNTS = "/settings/accounts"
KEY = "whsec_" + "A" * 43 + "="


class Shop:
    """An owner whose webhook can lock AdMind out."""

    def __init__(self, served: Served, site: WebhookServer, clock: MovableClock) -> None:
        self.served, self.site, self.clock = served, site, clock
        self.person = Person(served)

    def close(self) -> None:
        self.person.http.close()

    def connected(self) -> str:
        body = {"channel": "webhook", "name": "Our site", "options": {"url": self.site.url}}
        made = self.served.connect(body | {"secrets": {"signing_key": KEY}})
        return str(made["id"])

    def held(self) -> str:
        """A post that its channel refused for want of access."""
        with self.served.client(self.served.token("read", "propose", "decide")) as client:
            draft = self.served.draft("Announce our workshop on bike repair for Our site, tomorrow 9am")
            body = {"verdict": "approve", "digest": draft["digest"]}
            decided = client.post(f"{API}/drafts/{draft['id']}/decisions", json=body)
            assert decided.status_code == 200, decided.text
            self.site.plan.append(Act(status=401, commits="never"))
            self.clock.move_to(datetime.fromisoformat(draft["due"]) + timedelta(seconds=1))
            post = str(decided.json()["draft"]["posts"][0])
            self.becomes(post, "failed")
        return post

    def approved(self, text: str) -> str:
        """A post that is scheduled."""
        with self.served.client(self.served.token("read", "propose", "decide")) as client:
            draft = self.served.draft(text)
            body = {"verdict": "approve", "digest": draft["digest"]}
            decided = client.post(f"{API}/drafts/{draft['id']}/decisions", json=body)
            assert decided.status_code == 200, decided.text
            return str(decided.json()["draft"]["posts"][0])

    def brand(self) -> str:
        with self.served.client(self.served.token("read")) as client:
            return str(client.get(f"{API}/brands").json()["items"][0]["id"])

    def stop(self, scope: str) -> None:
        assert self.person.post("/stop", {"scope": scope}).status_code == 303

    def becomes(self, post: str, status: str) -> None:
        with self.served.client(self.served.token("read")) as client:
            until(
                lambda: str(client.get(f"{API}/posts/{post}").json()["status"]),
                lambda now: now == status,
                f"is {status}",
            )


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    clock, folder = MovableClock(), Path(tmp_path_factory.mktemp("releasing"))
    with (
        on_a_thread(WebhookServer()) as site,
        serving(folder, {"ADMIND_ALLOW_HOSTS": f"127.0.0.1:{site.port}"}, clock=clock) as served,
        closing(Shop(served, site, clock)) as found,
    ):
        yield found


def test_over_rest_by_who_may_decide(shop: Shop) -> None:
    account = shop.connected()
    post = shop.held()
    with shop.served.client(shop.served.token("read", "propose", fresh=True)) as client:
        assert client.post(f"{API}/accounts/{account}/release").status_code == 403
    client_only = shop.served.owner("POST", "/members", {"name": "Carla", "roles": ["requester"]}).json()["id"]
    with shop.served.client(shop.served.token("read", "decide", member=client_only)) as client:
        assert client.post(f"{API}/accounts/{account}/release").status_code == 403
    sent = len(shop.site.posts)
    with shop.served.client(shop.served.token("read", "propose", "decide")) as client:
        done = client.post(f"{API}/accounts/{account}/release")
        assert done.status_code == 200 and done.json()["sentence"] == "1 post goes out now.", done.text
        assert [each["id"] for each in done.json()["posts"]] == [post]
        shop.becomes(post, "published")
        again = client.post(f"{API}/accounts/{account}/release")
        assert again.status_code == 422 and "Nothing waits" in again.text
    assert len(shop.site.posts) == sent + 1


def test_in_the_studio_by_one_button(shop: Shop) -> None:
    account = shop.connected()
    post = shop.held()
    page = shop.person.get(ACCOUNTS).text
    assert "1 post waited for it" in page and re.search(rf"/studio{ACCOUNTS}/{account}/release", page)
    sent = len(shop.site.posts)
    done = shop.person.post(f"{ACCOUNTS}/{account}/release")
    assert done.status_code == 303
    shop.becomes(post, "published")
    assert len(shop.site.posts) == sent + 1 and "waited for it" not in shop.person.get(ACCOUNTS).text


def test_what_a_stop_kept_back_goes_out_from_one_list_with_ticks(shop: Shop) -> None:
    shop.connected()
    words = ("Announce our bread sale for Our site, tomorrow 9am", "Announce our cake day for Our site, tomorrow 9am")
    posts = [shop.approved(text) for text in words]
    shop.stop(f"brand:{shop.brand()}")
    shop.clock.move(timedelta(days=2))
    for post in posts:
        shop.becomes(post, "paused")
    shop.person.post("/resume", {"scope": f"brand:{shop.brand()}"})
    page = shop.person.get("/posts?show=asking").text
    assert all(f'name="posts" value="{post}"' in page for post in posts)
    sent = len(shop.site.posts)
    done = shop.person.post("/posts/send-held", {"posts": posts[1]})
    assert done.status_code == 303
    shop.becomes(posts[1], "published")
    shop.becomes(posts[0], "paused")
    assert len(shop.site.posts) == sent + 1
    page = shop.person.get("/posts?show=asking").text
    assert f'value="{posts[0]}"' in page and f'value="{posts[1]}"' not in page


def test_near_misses_of_a_topic_stand_where_it_is_stopped(shop: Shop) -> None:
    shop.connected()
    text = "Announce our bicycles for Our site, tomorrow 9am"
    post = shop.approved(text)
    done = shop.person.post("/stop", {"scope": "topic", "topic": "bicycle"})
    assert done.status_code == 303
    page = shop.person.get("/stop/ask").text
    assert "nearly names the topic and is not stopped" in page and f"/studio/posts/{post}" in page
    shop.person.post("/resume", {"scope": "topic:bicycle"})
    assert f"/studio/posts/{post}" not in shop.person.get("/stop/ask").text
