"""Connecting Threads, Instagram and Facebook over HTTP: whose access it is, is seen before anything is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from bot.clock import MovableClock
from tests.fakes import facebook_server as facebook
from tests.fakes import instagram_server as instagram
from tests.fakes.faces import face_of
from tests.fakes.faulty_http import on_a_thread
from tests.fakes.meta_server import CLIENT, SECRET, MetaServer
from tests.fakes.threads_server import PEOPLE, ThreadsServer
from tests.fakes.threads_server import Post as ThreadsPost
from tests.handlers.serving import API, Served, serving, until
from tests.handlers.studio.test_safety import Person

ACCOUNTS = "/settings/accounts"
HOST = "posts.example.com"
LINK = re.compile(r'href="(http://127[^"]+/(?:oauth/authorize|dialog/oauth)\?[^"]+)"')


class Road:
    def __init__(self, served: Served, clock: MovableClock, servers: dict[str, MetaServer]) -> None:
        self.served, self.clock, self.servers = served, clock, servers
        self.person = Person(served)
        self.web = httpx2.Client(trust_env=False, timeout=30)

    def close(self) -> None:
        self.person.http.close()
        self.web.close()

    def there_and_back(self, channel: str, person: Person | None = None) -> str:
        """Over Meta's own page; the path of the confirm page, within the studio."""
        page = (person or self.person).post(f"{ACCOUNTS}/begin", {"channel": channel, "server": channel})
        assert page.status_code == 200, page.text
        found = LINK.search(page.text)
        assert found, page.text
        url = found[1].replace("&amp;", "&")
        assert self.web.get(url).status_code == 200
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        sent = self.web.post(self.servers[channel].origin + urlsplit(url).path, data=asked | {"decision": "yes"})
        back = urlsplit(str(sent.headers["location"]))
        assert (back.netloc, back.path) == (HOST, "/oauth/return")
        returned = self.web.get(f"{self.served.public_url}{back.path}?{back.query}", headers={"host": HOST})
        assert returned.status_code == 303, returned.text
        return str(returned.headers["location"]).removeprefix(f"{self.served.url}/studio")

    def connected(self, channel: str, page: str, name: str) -> Any:
        """The account that the confirm page keeps, as it lies in storage."""
        assert self.person.post(page, {"name": name}).status_code == 303
        admind = self.served.admind
        every = self.served.on_loop(lambda: admind.people.store.all(admind.people.store.accounts, admind.workspace.id))
        return next(each for each in every if (each.channel, each.name) == (channel, name) and each.closed_at is None)

    def secrets(self, account: str) -> dict[str, str]:
        admind = self.served.admind
        found: dict[str, str] = self.served.on_loop(lambda: admind.credentials.all(admind.workspace.id, account))
        return found


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Road]:
    clock, folder = MovableClock(), tmp_path_factory.mktemp("platforms")
    with (
        on_a_thread(ThreadsServer()) as threads,
        on_a_thread(facebook.FacebookServer()) as pages,
        on_a_thread(instagram.InstagramServer()) as pictures,
    ):
        servers: dict[str, MetaServer] = {"threads": threads, "facebook": pages, "instagram": pictures}
        environ = {
            "ADMIND_PUBLIC_URL": f"https://{HOST}",
            "ADMIND_ALLOW_HOSTS": ",".join(f"127.0.0.1:{server.port}" for server in servers.values()),
        }
        for channel, server in servers.items():
            place = f"ADMIND_{channel.upper()}"
            environ |= {f"{place}_CLIENT_ID": CLIENT, f"{place}_CLIENT_SECRET": SECRET}
            environ |= {f"{place}_API_URL": server.origin, f"{place}_WEB_URL": server.origin}
        environ["ADMIND_INSTAGRAM_LOGIN_URL"] = pictures.origin
        with (
            serving(folder, environ, public=True, clock=clock) as served,
            closing(Road(served, clock, servers)) as way,
        ):
            yield way


@pytest.fixture
def road(shared: Road) -> Road:
    """With a fresh session, which days that passed have not ended, and with nothing posted yet."""
    servers: list[Any] = list(shared.servers.values())
    for server in servers:
        server.posts.clear()
    shared.person.http.close()
    shared.person = Person(shared.served)
    return shared


def test_of_a_persons_access_the_pages_own_is_kept_and_ending_it_waits_for_the_last_page(road: Road) -> None:
    server = road.servers["facebook"]
    page = road.there_and_back("facebook")
    shown = road.person.get(page).text
    assert "Velo AG" in shown and "Velo Bern" in shown and "Nur lesen" not in shown
    velo = road.connected("facebook", page, "Velo AG")
    page = road.there_and_back("facebook")
    assert road.person.get(page).status_code == 200
    assert road.person.post(f"{page}/choose", {"place": facebook.OTHER}).status_code == 303
    bern = road.connected("facebook", page, "Velo Bern")
    assert (velo.remote_id, bern.remote_id) == (facebook.VELO, facebook.OTHER)
    for account in (velo, bern):
        secrets = road.secrets(account.id)
        granted = server.tokens[secrets["access_token"]]
        assert granted.page == account.remote_id and "refresh_token" not in secrets, "the person's is not kept"
        assert "access_ends_at" not in account.options and account.options["person"] == facebook.PEOPLE["velo"]
    # Somebody who looks at the confirm page and says no must not end what the other pages live by.
    page = road.there_and_back("facebook")
    assert "Velo AG" in road.person.get(page).text
    assert road.person.post(f"{page}/decline", {}).status_code == 303
    kept = road.secrets(bern.id)["access_token"]
    assert kept in server.tokens
    assert road.served.owner("DELETE", f"/accounts/{velo.id}").status_code < 300
    assert kept in server.tokens
    assert road.served.owner("DELETE", f"/accounts/{bern.id}").status_code < 300
    assert server.tokens == {}, "given back with the last page"


def test_each_shows_its_name_picture_and_last_post_before_it_is_kept(road: Road) -> None:
    now, asked = road.clock.now(), {"media_type": "IMAGE", "caption": "Our <last> words", "text": "Our <last> words"}
    posts: dict[str, list[Any]] = {
        "threads": [ThreadsPost("7", PEOPLE["velo"], asked, [""], now)],
        "instagram": [instagram.Post("7", instagram.PEOPLE["velo"], asked, [""], now)],
        "facebook": [facebook.Post(f"{facebook.VELO}_7", facebook.VELO, "Our <last> words", "", [], now)],
    }
    names = {"threads": ("Velo", "velo"), "instagram": ("Velo", "velo"), "facebook": ("Velo AG", facebook.VELO)}
    for channel, standing in posts.items():
        server: Any = road.servers[channel]
        page = road.there_and_back(channel)
        shown = road.person.get(page).text
        name, face = names[channel]
        assert f"<b>{name}</b>" in shown and "None yet" in shown, channel
        server.posts += standing
        assert "<q>Our &lt;last&gt; words</q>" in road.person.get(page).text, channel
        assert road.person.get(f"{page}/face").content == face_of(face), channel
        server.posts.clear()
        assert road.person.post(f"{page}/decline", {}).status_code == 303


def test_what_waits_for_an_owner_lives_by_the_persons_access_too(road: Road) -> None:
    rosa = road.served.owner("POST", "/members", {"name": "Rosa", "roles": ["requester"]}).json()["id"]
    person, server = Person(road.served, rosa), road.servers["facebook"]
    page = road.there_and_back("facebook", person)
    assert person.get(page).status_code == 200
    assert person.post(page, {"name": "Velo AG"}).status_code == 303
    listed = re.search(r"/studio(/settings/accounts/waiting/([a-z0-9_]+))", road.person.get(ACCOUNTS).text)
    assert listed
    kept = road.secrets(listed[2])["access_token"]
    assert server.tokens[kept].page == facebook.VELO, "the person's own access is not kept for seven days either"
    page = road.there_and_back("facebook")
    assert road.person.get(page).status_code == 200
    assert road.person.post(f"{page}/decline", {}).status_code == 303
    assert kept in server.tokens, "a no to something else does not end it"
    assert road.person.post(f"{listed[1]}/decline").status_code == 303
    assert server.tokens == {} and road.secrets(listed[2]) == {}
    person.http.close()


@pytest.mark.parametrize("channel", ["threads", "instagram"])
def test_meta_fetches_what_was_approved_from_the_public_edge_and_nobody_before(road: Road, channel: str) -> None:
    fetched: list[tuple[str, int]] = []

    def fetch(url: str) -> bytes | None:
        """As Meta does: by the address alone, from the edge that the internet sees."""
        parts = urlsplit(url)
        assert (parts.scheme, parts.netloc) == ("https", HOST)
        found = httpx2.get(f"{road.served.public_url}{parts.path}", headers={"host": HOST}, trust_env=False)
        fetched.append((parts.path, found.status_code))
        return found.content if found.status_code == 200 else None

    server = road.servers[channel]
    server.pictures = fetch
    page = road.there_and_back(channel)
    assert road.person.get(page).status_code == 200
    account = road.connected(channel, page, channel.title())
    draft = road.served.draft(
        f"Announce our spring sale: 20% off all bikes. {channel.title()}, in 15 seconds, with an image."
    )
    [version] = draft["versions"]
    assert version["account"] == account.id and version["media"][0]["mime"] == "image/jpeg"
    path = f"/media/{version['media'][0]['sha256']}.jpg"
    assert httpx2.get(f"{road.served.public_url}{path}", headers={"host": HOST}).status_code == 404, "not yet"
    assert (
        f'class="preview {"gram" if channel == "instagram" else "strand"}"'
        in road.person.get(f"/drafts/{draft['id']}").text
    )
    with road.served.client(road.served.token("read", "propose", "decide")) as client:
        decided = client.post(
            f"{API}/drafts/{draft['id']}/decisions", json={"verdict": "approve", "digest": draft["digest"]}
        )
        assert decided.status_code == 200 and decided.json()["draft"]["posts"], decided.text
        post = decided.json()["draft"]["posts"][0]
        told = until(
            lambda: client.get(f"{API}/posts/{post}").json(),
            lambda found: found["status"] not in ("scheduled", "sending"),
            "the post is out",
        )
    assert told["status"] == "published" and told["receipt"]["compared"] == "same", told
    assert fetched == [(path, 200)]
    road.served.owner("DELETE", f"/accounts/{account.id}")


def test_an_access_of_an_hour_is_traded_and_renewed_before_its_sixty_days_are_over(road: Road) -> None:
    people = {"threads": PEOPLE["velo"], "instagram": instagram.PEOPLE["velo"]}
    admind, accounts = road.served.admind, {}
    for channel, person in people.items():
        page = road.there_and_back(channel)
        assert "@velo" in road.person.get(page).text
        accounts[channel] = road.connected(channel, page, f"Velo on {channel}")
        assert accounts[channel].remote_id == person
    first = {channel: road.secrets(account.id) for channel, account in accounts.items()}
    for channel, account in accounts.items():
        assert not road.servers[channel].tokens[first[channel]["access_token"]].short, "what is kept lasts"
        assert account.options["renew_access_at"] < account.options["access_ends_at"]
    road.clock.move(timedelta(days=39))
    road.served.on_loop(lambda: admind.care.renew_all([admind.workspace.id]))
    assert {channel: road.secrets(account.id) for channel, account in accounts.items()} == first, "not yet"
    road.clock.move(timedelta(days=2))
    road.served.on_loop(lambda: admind.care.renew_all([admind.workspace.id]))
    for channel, account in accounts.items():
        renewed = road.secrets(account.id)
        assert renewed["access_token"] == renewed["refresh_token"] != first[channel]["access_token"]
        assert renewed["access_token"] in road.servers[channel].tokens
        assert road.served.owner("DELETE", f"/accounts/{account.id}").status_code < 300
        assert road.secrets(account.id) == {}


def test_without_an_app_the_page_says_what_is_missing(tmp_path_factory: pytest.TempPathFactory) -> None:
    environ = {"ADMIND_PUBLIC_URL": f"https://{HOST}"}
    with serving(tmp_path_factory.mktemp("bare"), environ, public=True) as served:
        person = Person(served)
        page = person.get(ACCOUNTS)
        for channel in ("THREADS", "FACEBOOK", "INSTAGRAM"):
            assert f"ADMIND_{channel}_CLIENT_ID" in page.text
            refused = person.post(f"{ACCOUNTS}/begin", {"channel": channel.lower(), "server": "x"})
            assert refused.status_code == 422 and f"ADMIND_{channel}_CLIENT_SECRET" in refused.text
        person.http.close()
