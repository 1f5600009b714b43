"""Connecting an account by OAuth, over HTTP: the way that works, and every way that must not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from bot.clock import MovableClock
from tests.fakes.mastodon_server import MastodonServer, running_mastodon
from tests.handlers.serving import Served, serving, until
from tests.handlers.studio.test_safety import Person

LINK = re.compile(r'href="(http://127[^"]+/oauth/authorize\?[^"]+)"')
ACCOUNTS = "/settings/accounts"
HOST = "posts.example.com"


class Way:
    """One owner on the way to a Mastodon server and back, with the public edge on a listener of its own."""

    def __init__(self, served: Served, server: MastodonServer, clock: MovableClock) -> None:
        self.served = served
        self.server = server
        self.clock = clock
        self.person = Person(served)
        self.web = httpx2.Client(trust_env=False, timeout=30)

    def close(self) -> None:
        self.person.http.close()
        self.web.close()

    def begin(self, person: Person | None = None, server: str = "") -> str:
        """The address at the server that the studio's page leads to."""
        fields = {"channel": "mastodon", "server": server or self.server.origin}
        page = (person or self.person).post(f"{ACCOUNTS}/begin", fields)
        assert page.status_code == 200, page.text
        found = LINK.search(page.text)
        assert found, page.text
        return found[1].replace("&amp;", "&")

    def decide(self, url: str, user: str = "velo", decision: str = "yes") -> str:
        """What the person does at the server; where it sends the browser."""
        assert self.web.get(url).status_code == 200
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        sent = self.web.post(f"{self.server.origin}/oauth/authorize", data=asked | {"user": user, "decision": decision})
        assert sent.status_code == 302
        return str(sent.headers["location"])

    def come_back(self, location: str) -> httpx2.Response:
        """At the public edge, as the internet reaches it."""
        parts = urlsplit(location)
        assert (parts.netloc, parts.path) == (HOST, "/oauth/return")
        return self.web.get(f"{self.served.public_url}{parts.path}?{parts.query}", headers={"host": HOST})

    def there_and_back(self, user: str = "velo", person: Person | None = None) -> str:
        """The path of the confirm page, within the studio."""
        back = self.come_back(self.decide(self.begin(person), user))
        assert back.status_code == 303 and back.headers["referrer-policy"] == "no-referrer", back.text
        location = str(back.headers["location"])
        assert location.startswith(f"{self.served.url}/studio{ACCOUNTS}/confirm/")
        return location.removeprefix(f"{self.served.url}/studio")

    def connect(self, user: str = "velo", name: str = "Velo") -> dict[str, Any]:
        page = self.there_and_back(user)
        assert self.person.get(page).status_code == 200
        done = self.person.post(page, {"name": name})
        assert done.status_code == 303, done.text
        return next(each for each in self.accounts() if each["name"] == name)

    def accounts(self) -> list[dict[str, Any]]:
        """Those on Mastodon, open ones."""
        with self.served.client(self.served.token("read")) as client:
            found = client.get("/api/v1/accounts").json()["items"]
        return [each for each in found if each["channel"] == "mastodon" and not each["closed"]]

    def audited(self) -> list[tuple[str, str]]:
        """Kind and reason of what the audit holds about connections, the oldest first."""
        admind = self.served.admind
        entries = self.served.on_loop(lambda: admind.audit.read(admind.workspace.id, limit=500))
        return [
            (entry.kind.removeprefix("account connection "), entry.details.get("why", ""))
            for entry in entries
            if entry.kind.startswith("account connection ")
        ]

    def secrets(self, account: str) -> dict[str, str]:
        admind = self.served.admind
        return self.served.on_loop(lambda: admind.credentials.all(admind.workspace.id, account))

    def user_tokens(self) -> list[str]:
        """Tokens that stand for a person at the server."""
        return [token for token, user in self.server.tokens.items() if user]


@contextmanager
def opened(folder: Path, **switches: Any) -> Iterator[Way]:
    clock = MovableClock()
    with running_mastodon(**switches) as server:
        environ = {"ADMIND_PUBLIC_URL": f"https://{HOST}", "ADMIND_ALLOW_HOSTS": f"127.0.0.1:{server.port}"}
        with serving(folder, environ, public=True, clock=clock) as served, closing(Way(served, server, clock)) as way:
            yield way


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Way]:
    with opened(tmp_path_factory.mktemp("oauth")) as way:
        yield way


@pytest.fixture
def way(shared: Way) -> Iterator[Way]:
    """As good as new: no account on Mastodon, no token there, a fresh session."""
    for account in shared.accounts():
        shared.served.owner("DELETE", f"/accounts/{account['id']}")
    shared.server.tokens.clear()
    shared.person.http.close()
    shared.person = Person(shared.served)
    yield shared


def test_an_account_is_shown_before_it_is_kept_and_kept_with_its_secrets(way: Way) -> None:
    page = way.there_and_back()
    shown = way.person.get(page)
    assert shown.status_code == 200 and "@velo@velo.example" in shown.text
    assert urlsplit(way.server.origin).netloc in shown.text and shown.headers["cache-control"] == "no-store"
    assert way.accounts() == [], "nothing is kept yet"
    assert way.person.get(page).status_code == 200, "loading the page again hands no code in again"
    [token] = way.user_tokens()
    assert token not in shown.text
    done = way.person.post(page, {"name": "Velo social"})
    assert done.status_code == 303 and done.headers["location"] == f"/studio{ACCOUNTS}"
    [account] = way.accounts()
    assert (account["name"], account["handle"]) == ("Velo social", "@velo@velo.example")
    assert way.secrets(account["id"])["access_token"] == token
    raw = way.served.on_loop(
        lambda: way.served.admind.database.client.hgetall(f"admind:{{{way.served.admind.workspace.id}}}:secrets")
    )
    assert raw and token not in str(raw), "encrypted at rest"
    assert way.audited()[-1] == ("begun", "")
    assert way.person.get(page).status_code == 404, "the way ends with it"


def test_the_way_out_is_safe_to_leave_by(way: Way) -> None:
    url = way.begin()
    asked = parse_qs(urlsplit(url).query)
    assert asked["code_challenge_method"] == ["S256"] and len(asked["code_challenge"][0]) == 43
    assert asked["redirect_uri"] == [f"https://{HOST}/oauth/return"] and asked["response_type"] == ["code"]
    assert len(asked["state"][0].rpartition(".")[2]) >= 43
    assert set(asked["scope"][0].split()) == {"read:accounts", "read:statuses", "write:statuses", "write:media"}


def test_admind_is_made_known_to_a_server_once_and_again_when_it_was_forgotten(way: Way) -> None:
    way.begin()
    before = len(way.server.apps)
    way.begin()
    assert len(way.server.apps) == before
    way.server.apps.clear()
    way.begin()
    assert len(way.server.apps) == 1


@pytest.mark.parametrize(
    "query",
    ["", "?code=x", "?state=&code=x", "?state=w_x.g_y.zzzzzzzzzzzzzzzzzzzzzzzzzzzz&code=x", "?error=access_denied"],
)
def test_a_return_that_nobody_began_is_a_kind_page(way: Way, query: str) -> None:
    known = len(way.audited())
    page = way.web.get(f"{way.served.public_url}/oauth/return{query}", headers={"host": HOST})
    assert page.status_code == 410 and "never begun here" in page.text and "location" not in page.headers
    assert "unsafe" not in page.headers["content-security-policy"]
    assert way.accounts() == [] and len(way.audited()) == known


def test_a_state_is_good_once(way: Way) -> None:
    location = way.decide(way.begin())
    assert way.come_back(location).status_code == 303
    assert way.come_back(location).status_code == 410


def test_a_way_ends_after_ten_minutes(way: Way) -> None:
    location, page = way.decide(way.begin()), way.there_and_back()
    way.clock.move(timedelta(minutes=10, seconds=1))
    assert way.come_back(location).status_code == 410
    ended = way.person.get(page)
    assert ended.status_code == 404 and "ten minutes" in ended.text
    assert way.person.post(page, {"name": "Velo"}).status_code == 404
    assert way.accounts() == []


def test_who_says_no_at_the_server_is_told_that_this_is_fine(way: Way) -> None:
    page = way.come_back(way.decide(way.begin(), decision="no"))
    assert page.status_code == 200 and "and that is fine" in page.text
    assert f'href="{way.served.url}/studio{ACCOUNTS}"' in page.text
    assert way.accounts() == [] and way.audited()[-1] == ("declined", "access_denied")


def test_a_server_that_sends_nothing_or_names_another_connects_nothing(way: Way) -> None:
    for more in ("&error=server_error", "&code=", "&code=x&iss=https%3A%2F%2Fevil.example"):
        state = parse_qs(urlsplit(way.begin()).query)["state"][0]
        page = way.come_back(f"https://{HOST}/oauth/return?state={state}{more}")
        assert page.status_code == 400 and "without giving access" in page.text
    assert [why for what, why in way.audited() if what == "failed"][-3:] == [
        "server_error",
        "no code",
        "another server answered",
    ]
    assert way.accounts() == []


def test_another_session_of_the_same_member_cannot_go_on_and_ends_the_way(way: Way) -> None:
    page, other = way.there_and_back(), Person(way.served)
    refused = other.get(page)
    assert refused.status_code == 403 and "another browser" in refused.text
    assert way.audited()[-1] == ("refused", "another session")
    assert way.person.get(page).status_code == 404 and way.user_tokens() == [], "the code was never handed in"
    other.http.close()


def test_another_member_cannot_go_on_even_with_the_page_shown(way: Way) -> None:
    rosa = way.served.owner("POST", "/members", {"name": "Rosa", "roles": ["owner"]}).json()["id"]
    page, other = way.there_and_back(), Person(way.served, rosa)
    assert way.person.get(page).status_code == 200 and len(way.user_tokens()) == 1
    assert other.post(page, {"name": "Mine"}).status_code == 403
    assert way.accounts() == [] and way.user_tokens() == [], "what was given is given back"
    other.http.close()


def test_somebody_who_is_signed_out_is_shown_the_door(way: Way) -> None:
    page = way.there_and_back()
    with way.served.client() as stranger:
        answer = stranger.get(f"/studio{page}")
    assert answer.status_code == 303 and answer.headers["location"] == "/studio/in"
    assert way.person.get(page).status_code == 200, "nothing happened to the way"


def test_who_is_not_of_the_team_any_more_connects_nothing(way: Way) -> None:
    olga = way.served.owner("POST", "/members", {"name": "Olga", "roles": ["owner"]}).json()["id"]
    person = Person(way.served, olga)
    page = way.there_and_back(person=person)
    assert person.get(page).status_code == 200
    way.served.owner("PUT", f"/members/{olga}/roles", {"roles": ["client"]})
    assert person.post(page, {"name": "Mine"}).status_code == 403
    assert way.accounts() == [] and way.user_tokens() == []
    begun = person.post(f"{ACCOUNTS}/begin", {"channel": "mastodon", "server": way.server.origin})
    assert begun.status_code == 403
    person.http.close()


def test_another_brand_in_view_connects_nothing_until_the_first_is_chosen_again(way: Way) -> None:
    page = way.there_and_back()
    first = way.served.admind.workspace.default_brand
    made = way.person.post("/settings/brands", {"name": f"Brot {way.clock.now().timestamp()}"})
    assert made.status_code == 303
    refused = way.person.get(page)
    assert refused.status_code == 422 and "another brand" in refused.text
    assert way.person.post(page, {"name": "Velo"}).status_code == 422 and way.accounts() == []
    assert way.person.post("/brand", {"brand": first}).status_code == 303
    assert way.person.get(page).status_code == 200
    assert way.person.post(page, {"name": "Velo"}).status_code == 303
    assert [account["brand"] for account in way.accounts()] == [first]


def test_not_this_one_gives_the_access_back(way: Way) -> None:
    page = way.there_and_back("ana")
    assert "@ana@velo.example" in way.person.get(page).text and len(way.user_tokens()) == 1
    assert way.person.post(f"{page}/decline").status_code == 303
    assert way.accounts() == [] and way.user_tokens() == []
    assert way.audited()[-1] == ("declined", "confirm page") and way.person.get(page).status_code == 404


def test_a_code_that_the_server_refuses_connects_nothing(way: Way) -> None:
    page = way.there_and_back()
    way.server.codes.clear()
    refused = way.person.get(page)
    assert refused.status_code == 422 and "did not give access" in refused.text
    assert way.audited()[-1] == ("failed", "exchange") and way.person.get(page).status_code == 404


def test_a_code_of_another_way_is_refused_by_its_challenge(way: Way) -> None:
    one, two = way.decide(way.begin()), way.decide(way.begin())
    code = parse_qs(urlsplit(two).query)["code"][0]
    state = parse_qs(urlsplit(one).query)["state"][0]
    back = way.come_back(f"https://{HOST}/oauth/return?state={state}&code={code}")
    page = str(back.headers["location"]).removeprefix(f"{way.served.url}/studio")
    assert way.person.get(page).status_code == 422 and way.user_tokens() == []


def test_a_form_of_no_session_confirms_nothing(way: Way) -> None:
    page = way.there_and_back()
    assert way.person.get(page).status_code == 200
    refused = way.person.http.post(f"/studio{page}", data={"name": "Velo", "form_token": "0" * 96})
    assert refused.status_code == 403 and way.accounts() == []


def test_the_same_account_again_is_renewed_and_another_one_is_another_account(way: Way) -> None:
    first = way.connect("velo", "Velo")
    page = way.there_and_back("velo")
    shown = way.person.get(page)
    assert "connected already" in shown.text and 'value="Velo"' in shown.text
    assert way.person.post(page, {"name": "Velo"}).status_code == 303
    assert [each["id"] for each in way.accounts()] == [first["id"]]
    page = way.there_and_back("ana")
    way.person.get(page)
    taken = way.person.post(page, {"name": "Velo"})
    assert taken.status_code == 422 and "already an account called Velo" in taken.text
    assert way.person.post(page, {"name": "Ana"}).status_code == 303, "another name, on the same way"
    assert len({each["id"] for each in way.accounts()}) == 2


def test_what_was_chosen_for_an_account_stays_when_it_is_connected_again(way: Way) -> None:
    chosen = {"server": way.server.origin, "visibility": "unlisted", "spoiler": "Advertising"}
    body = {"channel": "mastodon", "name": "Velo", "options": chosen}
    made = way.served.connect(body | {"secrets": {"access_token": way.server.token_for("velo")}})
    assert way.connect()["id"] == made["id"]
    admind = way.served.admind
    kept = way.served.on_loop(lambda: admind.people.store.accounts.get(admind.workspace.id, made["id"]))
    assert chosen.items() <= kept.record.options.items()


def test_disconnecting_gives_the_access_back(way: Way) -> None:
    account = way.connect()
    assert len(way.user_tokens()) == 1
    assert way.person.post(f"{ACCOUNTS}/{account['id']}/close").status_code == 303
    assert way.accounts() == [] and way.user_tokens() == [] and way.secrets(account["id"]) == {}


def test_an_access_that_an_account_lives_by_is_not_given_back_by_another_way(way: Way) -> None:
    account = way.connect()
    page = way.there_and_back()
    way.person.get(page)
    assert len(way.user_tokens()) == 1, "the server gives the same token again"
    assert way.person.post(f"{page}/decline").status_code == 303
    way.person.post(f"{ACCOUNTS}/{account['id']}/examine")
    assert way.accounts()[0]["health"] == "ok" and len(way.user_tokens()) == 1


def test_a_refused_access_breaks_the_account_with_words_until_it_is_connected_again(way: Way) -> None:
    account = way.connect()
    assert way.person.post(f"{ACCOUNTS}/{account['id']}/examine").status_code == 303
    assert way.accounts()[0]["health"] == "ok"
    way.server.tokens.clear()
    way.person.post(f"{ACCOUNTS}/{account['id']}/examine")
    [broken] = way.accounts()
    assert broken["health"] == "broken" and "no longer accepts" in broken["reason"]
    page = way.person.get(ACCOUNTS).text
    assert "no longer accepts AdMind" in page and "Connect again" in page
    assert way.connect()["id"] == account["id"] and way.accounts()[0]["health"] == "ok"


def test_a_server_that_is_away_for_a_while_breaks_nothing(way: Way) -> None:
    account = way.connect()
    way.server.answers["/api/v1/accounts/verify_credentials"] = [(503, b"", ())]
    way.person.post(f"{ACCOUNTS}/{account['id']}/examine")
    assert way.accounts()[0]["health"] == "ok"


@pytest.mark.parametrize("given", ["", "nowhere.invalid", "127.0.0.1", "http://169.254.169.254", "velo example"])
def test_a_server_that_cannot_be_asked_is_told(way: Way, given: str) -> None:
    answer = way.person.post(f"{ACCOUNTS}/begin", {"channel": "mastodon", "server": given})
    assert answer.status_code == 422 and way.accounts() == []


def test_a_channel_without_oauth_is_told(way: Way) -> None:
    answer = way.person.post(f"{ACCOUNTS}/begin", {"channel": "feed", "server": way.server.origin})
    assert answer.status_code == 422


def test_words_are_in_the_readers_language(way: Way) -> None:
    page = way.web.get(f"{way.served.public_url}/oauth/return", headers={"host": HOST, "accept-language": "de"})
    assert "Es wurde nichts verbunden" in page.text


def test_a_pasted_token_connects_too(way: Way) -> None:
    body = {"channel": "mastodon", "name": "Velo", "options": {"server": way.server.origin, "visibility": "unlisted"}}
    made = way.served.connect(body | {"secrets": {"access_token": way.server.token_for("velo")}})
    assert made["handle"] == "@velo@velo.example"
    refused = way.served.owner("POST", "/accounts/try", body | {"name": "X", "secrets": {"access_token": "wrong"}})
    assert refused.status_code == 422 and len(way.accounts()) == 1
    way.served.owner("DELETE", f"/accounts/{made['id']}")
    assert len(way.user_tokens()) == 1, "a token that somebody pasted is not ours to revoke"


def test_an_approved_draft_stands_there_and_a_refused_access_is_noticed(way: Way) -> None:
    way.connect(name="Velo social")
    brand = way.served.admind.workspace.default_brand
    way.served.owner("PATCH", f"/brands/{brand}", {"self_approval": "allowed"})
    for text, expected in (("our workshop is open again", "published"), ("we sell lights for the dark", "failed")):
        draft = way.served.draft(f"Tell people that {text}. Velo social, tomorrow 9am, with an image.")
        assert [version["channel"] for version in draft["versions"]] == ["mastodon"], draft
        page = way.person.get(f"/drafts/{draft['id']}").text
        assert 'class="preview toot"' in page and "@velo@velo.example" in page
        with way.served.client(way.served.token("read", "propose", "decide")) as client:
            body = {"verdict": "approve", "digest": draft["digest"]}
            done = client.post(f"/api/v1/drafts/{draft['id']}/decisions", json=body)
            assert done.status_code == 200, done.text
            [post] = client.get(f"/api/v1/drafts/{draft['id']}").json()["posts"]
            if expected == "failed":
                way.server.tokens.clear()
            due = client.get(f"/api/v1/posts/{post}").json()["due"]
            way.clock.move_to(httpx_instant(due) + timedelta(seconds=1))
            ended = until(
                lambda post=post: client.get(f"/api/v1/posts/{post}").json(),  # type: ignore[misc]
                lambda found: found["status"] not in ("scheduled", "sending"),
                "the post comes to an end",
            )
        assert ended["status"] == expected, ended
    [status] = way.server.statuses
    assert "workshop" in status.text and len(status.media) == 1
    assert way.server.uploads[status.media[0]].description
    broken = until(way.accounts, lambda found: found[0]["health"] == "broken", "the account is broken, with words")
    assert "no longer accepts" in broken[0]["reason"]
    way.clock.move_to(way.clock.now() - way.clock.offset())


def httpx_instant(text: str) -> Any:
    from datetime import datetime

    return datetime.fromisoformat(text)


def test_older_servers_without_pkce_connect_too_on_the_main_listener(tmp_path: Path) -> None:
    with running_mastodon(has_pkce=False, software="pixelfed", honours_key=False) as server:
        environ = {"ADMIND_PUBLIC_URL": "http://localhost:{port}", "ADMIND_ALLOW_HOSTS": f"127.0.0.1:{server.port}"}
        with serving(tmp_path / "one", environ) as served, closing(Way(served, server, MovableClock())) as way:
            url = way.begin()
            assert parse_qs(urlsplit(url).query)["scope"] == ["read write"]
            location = urlsplit(way.decide(url))
            back = way.web.get(f"{served.url}{location.path}?{location.query}")
            page = str(back.headers["location"]).removeprefix(f"{served.url}/studio")
            assert way.person.get(page).status_code == 200
            assert way.person.post(page, {"name": "Bilder"}).status_code == 303
            assert [each["name"] for each in way.accounts()] == ["Bilder"]


def test_without_a_public_address_the_studio_says_what_to_set(running: Served) -> None:
    person = Person(running)
    page = person.get(ACCOUNTS).text
    assert "ADMIND_PUBLIC_URL" in page and f"{ACCOUNTS}/begin" not in page and "admind accounts add mastodon" in page
    refused = person.post(f"{ACCOUNTS}/begin", {"channel": "mastodon", "server": "mastodon.social"})
    assert refused.status_code == 422 and "ADMIND_PUBLIC_URL" in refused.text
    person.http.close()
