"""Connecting LinkedIn, X and Pinterest over HTTP: whose access it is, and as whom, is seen before anything is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from bot.clock import MovableClock
from tests.fakes import linkedin_server as linkedin
from tests.fakes import pinterest_server as pinterest
from tests.fakes import x_server as x
from tests.fakes.faces import face_of
from tests.fakes.faulty_http import FaultyServer, on_a_thread
from tests.handlers.serving import Served, serving
from tests.handlers.studio.test_safety import Person

ACCOUNTS = "/settings/accounts"
HOST = "posts.example.com"
LINK = re.compile(r'href="(http://127[^"]+/(?:oauth/v2/authorization|i/oauth2/authorize|oauth/)\?[^"]+)"')


class Road:
    def __init__(
        self,
        served: Served,
        clock: MovableClock,
        pages: linkedin.LinkedInServer,
        posts: x.XServer,
        pins: pinterest.PinterestServer,
    ) -> None:
        self.served, self.clock, self.linkedin, self.x, self.pinterest = served, clock, pages, posts, pins
        self.person = Person(served)
        self.web = httpx2.Client(trust_env=False, timeout=30)

    def close(self) -> None:
        self.person.http.close()
        self.web.close()

    def there_and_back(self, channel: str, server: FaultyServer, person: Person | None = None) -> str:
        """Over the platform's own page; the path of the confirm page, within the studio."""
        page = (person or self.person).post(f"{ACCOUNTS}/begin", {"channel": channel, "server": channel})
        assert page.status_code == 200, page.text
        found = LINK.search(page.text)
        assert found, page.text
        url = found[1].replace("&amp;", "&")
        assert self.web.get(url).status_code == 200
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        sent = self.web.post(server.origin + urlsplit(url).path, data=asked | {"decision": "yes"})
        back = urlsplit(str(sent.headers["location"]))
        assert (back.netloc, back.path) == (HOST, "/oauth/return")
        returned = self.web.get(f"{self.served.public_url}{back.path}?{back.query}", headers={"host": HOST})
        assert returned.status_code == 303, returned.text
        return str(returned.headers["location"]).removeprefix(f"{self.served.url}/studio")

    def accounts(self, channel: str) -> list[dict[str, Any]]:
        with self.served.client(self.served.token("read")) as client:
            found = client.get("/api/v1/accounts").json()["items"]
        return [each for each in found if each["channel"] == channel and not each["closed"]]

    def kept(self, account: str) -> Any:
        """The account as it lies in storage."""
        admind = self.served.admind
        every = self.served.on_loop(lambda: admind.people.store.all(admind.people.store.accounts, admind.workspace.id))
        return next(each for each in every if each.id == account)


@pytest.fixture(scope="module")
def road(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Road]:
    clock, folder = MovableClock(), tmp_path_factory.mktemp("platforms")
    with (
        on_a_thread(linkedin.LinkedInServer()) as pages,
        on_a_thread(x.XServer()) as posts,
        on_a_thread(pinterest.PinterestServer()) as pins,
    ):
        environ = {
            "ADMIND_PUBLIC_URL": f"https://{HOST}",
            "ADMIND_ALLOW_HOSTS": ",".join(f"127.0.0.1:{each.port}" for each in (pages, posts, pins)),
            "ADMIND_PINTEREST_CLIENT_ID": pinterest.CLIENT,
            "ADMIND_PINTEREST_CLIENT_SECRET": pinterest.SECRET,
            "ADMIND_PINTEREST_API_URL": pins.origin,
            "ADMIND_PINTEREST_WEB_URL": pins.origin,
            "ADMIND_LINKEDIN_CLIENT_ID": linkedin.CLIENT,
            "ADMIND_LINKEDIN_CLIENT_SECRET": linkedin.SECRET,
            "ADMIND_LINKEDIN_SCOPE": linkedin.PAGES_SCOPE,
            "ADMIND_LINKEDIN_API_URL": pages.origin,
            "ADMIND_LINKEDIN_WEB_URL": pages.origin,
            "ADMIND_X_CLIENT_ID": x.CLIENT,
            "ADMIND_X_CLIENT_SECRET": x.SECRET,
            "ADMIND_X_API_URL": posts.origin,
            "ADMIND_X_WEB_URL": posts.origin,
        }
        with (
            serving(folder, environ, public=True, clock=clock) as served,
            closing(Road(served, clock, pages, posts, pins)) as way,
        ):
            yield way


def test_one_sign_in_at_linkedin_connects_the_page_that_was_chosen(road: Road) -> None:
    page = road.there_and_back("linkedin", road.linkedin)
    shown = road.person.get(page)
    assert shown.status_code == 200 and "Ana Muster" in shown.text and "Velo AG" in shown.text
    assert road.person.get(f"{page}/face").status_code == 404, "apps for pages are not told of a face"
    assert road.person.post(f"{page}/choose", {"place": linkedin.OTHER}).status_code == 422, "not a page of theirs"
    assert road.person.post(f"{page}/choose", {"place": linkedin.VELO}).status_code == 303
    written = {"author": linkedin.VELO, "commentary": r"Our \<last\> words"}
    road.linkedin.posts.append(linkedin.Post("urn:li:share:7", written, "", road.clock.now()))
    chosen = road.person.get(page).text
    assert "<p><b>Velo AG</b>" in chosen and road.accounts("linkedin") == []
    assert "Our &lt;last&gt; words" in chosen and f"{page}/face" in chosen, "its own posts"
    logo = road.person.get(f"{page}/face")
    assert logo.status_code == 200 and logo.content != face_of("face"), "its own logo, and not Ana's face"
    road.linkedin.posts.clear()
    assert road.person.post(page, {"name": "Velo on LinkedIn"}).status_code == 303
    [account] = road.accounts("linkedin")
    assert (account["name"], account["handle"]) == ("Velo on LinkedIn", "Velo AG")
    kept = road.kept(account["id"])
    assert kept.remote_id == linkedin.VELO and kept.options["reads"] == "yes"
    assert kept.options["access_ends_at"], "somebody is told before its sixty days are over"
    # And the person beside the page, with an access of their own.
    page = road.there_and_back("linkedin", road.linkedin)
    assert "<p><b>Ana Muster</b>" in road.person.get(page).text
    assert road.person.post(page, {"name": "Ana"}).status_code == 303
    assert sorted(each["handle"] for each in road.accounts("linkedin")) == ["Ana Muster", "Velo AG"]
    for each in road.accounts("linkedin"):
        assert road.served.owner("DELETE", f"/accounts/{each['id']}").status_code < 300
    assert road.linkedin.tokens == {}, "given back"


def test_one_sign_in_at_pinterest_connects_the_board_that_was_chosen(road: Road) -> None:
    page = road.there_and_back("pinterest", road.pinterest)
    shown = road.person.get(page)
    assert shown.status_code == 200 and "Velo News" in shown.text and "Räder &amp; Co" in shown.text
    assert road.person.post(f"{page}/choose", {"place": pinterest.OTHERS}).status_code == 422, "not a board of theirs"
    assert road.person.post(f"{page}/choose", {"place": pinterest.SHOP}).status_code == 303
    pin = {"title": "Our <last> pin", "board_id": pinterest.SHOP}
    road.pinterest.pins += [
        pinterest.Pin("2", pin, [], road.clock.now()),
        pinterest.Pin("1", pin | {"title": "An older one"}, [], road.clock.now() - timedelta(days=1)),
    ]
    chosen = road.person.get(page).text
    assert "Velo AG" in chosen and "Our &lt;last&gt; pin" in chosen and "An older one" not in chosen
    assert road.person.get(f"{page}/face").content == face_of("velo")
    road.pinterest.pins.clear()
    assert road.person.post(page, {"name": "Pins"}).status_code == 303
    [account] = road.accounts("pinterest")
    kept = road.kept(account["id"])
    assert (kept.destination, kept.remote_id) == (pinterest.SHOP, "4812")
    assert kept.options["renew_access_at"] and kept.options["access_ends_at"]
    assert road.served.owner("DELETE", f"/accounts/{account['id']}").status_code < 300


def test_a_partners_access_is_renewed_and_its_year_is_counted(road: Road) -> None:
    road.linkedin.partner = True
    page = road.there_and_back("linkedin", road.linkedin)
    assert road.person.get(page).status_code == 200
    assert road.person.post(page, {"name": "Ana"}).status_code == 303
    [account] = road.accounts("linkedin")
    before = road.kept(account["id"])
    assert before.options["renew_access_at"] < before.options["access_ends_at"]
    road.served.owner("DELETE", f"/accounts/{account['id']}")
    road.linkedin.partner = False


def test_x_is_connected_with_a_verifier_and_renewed_with_a_refresh_token_that_is_good_once(road: Road) -> None:
    page = road.there_and_back("x", road.x)
    road.x.posts.append(x.Post("7", "velo", "Our <last> words", {}, road.clock.now()))
    shown = road.person.get(page).text
    assert "@velo" in shown and "Our &lt;last&gt; words" in shown
    face = road.person.get(f"{page}/face")
    assert face.content == face_of("velo") and face.headers["content-type"] == "image/png"
    road.x.posts.clear()
    assert "None yet" in road.person.get(page).text
    assert road.person.post(page, {"name": "Velo on X"}).status_code == 303
    [account] = road.accounts("x")
    admind = road.served.admind
    secrets = road.served.on_loop(lambda: admind.credentials.all(admind.workspace.id, account["id"]))
    assert secrets["refresh_token"] in road.x.refreshes
    road.clock.move(timedelta(minutes=81))
    road.served.on_loop(lambda: admind.care.renew_all([admind.workspace.id]))
    renewed = road.served.on_loop(lambda: admind.credentials.all(admind.workspace.id, account["id"]))
    assert renewed["refresh_token"] != secrets["refresh_token"] and renewed["refresh_token"] in road.x.refreshes
    assert renewed["access_token"] in road.x.tokens and renewed["access_token"] != secrets["access_token"]
    assert road.kept(account["id"]).health.state == "ok"
    assert road.served.owner("DELETE", f"/accounts/{account['id']}").status_code < 300
    assert renewed["access_token"] not in road.x.tokens


def test_an_access_of_two_hours_that_waits_for_an_owner_is_renewed_for_their_look(road: Road) -> None:
    rosa = road.served.owner("POST", "/members", {"name": "Rosa", "roles": ["requester"]}).json()["id"]
    person = Person(road.served, rosa)
    page = road.there_and_back("x", road.x, person)
    assert person.get(page).status_code == 200
    assert person.post(page, {"name": "Velo on X"}).status_code == 303 and road.accounts("x") == []
    road.clock.move(timedelta(hours=3))
    road.x.tokens.clear()
    listed = re.search(r"/studio(/settings/accounts/waiting/[a-z0-9_]+)", road.person.get(ACCOUNTS).text)
    assert listed
    shown = road.person.get(listed[1]).text
    assert "@velo" in shown and "None yet" in shown, "read with the new access"
    assert road.person.get(f"{listed[1]}/face").content == face_of("velo")
    done = road.person.post(listed[1], {"name": "Velo on X"})
    assert done.status_code == 303, done.text
    [account] = road.accounts("x")
    kept = road.kept(account["id"])
    assert kept.options["renew_access_at"] > road.clock.now().isoformat() and kept.connected_by == rosa
    admind = road.served.admind
    secrets = road.served.on_loop(lambda: admind.credentials.all(admind.workspace.id, account["id"]))
    assert secrets["access_token"] in road.x.tokens and secrets["refresh_token"] in road.x.refreshes
    assert road.served.owner("DELETE", f"/accounts/{account['id']}").status_code < 300
    person.http.close()


def test_without_an_app_the_page_says_what_is_missing(tmp_path: Path) -> None:
    with serving(tmp_path / "data", {"ADMIND_PUBLIC_URL": f"https://{HOST}"}, public=True) as served:
        person = Person(served)
        page = person.get(ACCOUNTS)
        assert "ADMIND_LINKEDIN_CLIENT_ID" in page.text and "ADMIND_X_CLIENT_ID" in page.text
        refused = person.post(f"{ACCOUNTS}/begin", {"channel": "x", "server": "x"})
        assert refused.status_code == 422 and "ADMIND_X_CLIENT_SECRET" in refused.text
        person.http.close()
