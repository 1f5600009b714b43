"""An account that a member connected counts only once an owner said yes, over HTTP: until then it is none."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from bot.accounts.waiting import Settled
from bot.errors import AdMindError
from storage.commit import Change, commit
from storage.inbox import InboxItem, inbox_store
from storage.waiting import WaitingStore
from tests.handlers.serving import API, until
from tests.handlers.studio.test_connecting import ACCOUNTS, Way, opened
from tests.handlers.studio.test_safety import Person


@dataclass
class Team:
    """An owner's way to Mastodon, and Rosa, who approves and is no owner."""

    way: Way
    rosa: str
    person: Person

    def asked(self, user: str = "velo", name: str = "Velo") -> str:
        """Rosa goes there and back and says yes; the path of what the owner sees, within the studio."""
        page = self.way.there_and_back(user, self.person)
        shown = self.person.get(page).text
        assert f"@{user}@velo.example" in shown and "Ask an owner" in shown
        done = self.person.post(page, {"name": name})
        assert done.status_code == 303 and done.headers["location"] == f"/studio{ACCOUNTS}", done.text
        return f"{ACCOUNTS}/waiting/{self.waiting()[-1]['id']}"

    def waiting(self) -> list[dict[str, Any]]:
        admind = self.way.served.admind
        every = self.way.served.on_loop(lambda: WaitingStore(admind.database).every(admind.workspace.id))
        return [each.model_dump() for each in every]

    def told(self, word: str) -> InboxItem:
        """The newest message in AdMind's own home with this word in its title, once it is there."""
        admind = self.way.served.admind

        def look() -> list[InboxItem]:
            page = self.way.served.on_loop(lambda: inbox_store(admind.database).page(admind.workspace.id, limit=50))
            return [item for item in page.items if word in str(item.card["title"])]

        return until(look, bool, f"somebody is told: {word}")[0]

    def sealed(self) -> str:
        admind = self.way.served.admind
        return str(
            self.way.served.on_loop(lambda: admind.database.client.hgetall(f"admind:{{{admind.workspace.id}}}:secrets"))
        )

    def held(self, waiting: str) -> dict[str, str]:
        return self.way.secrets(waiting)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    with opened(tmp_path_factory.mktemp("waiting")) as way:
        rosa = way.served.owner("POST", "/members", {"name": "Rosa", "roles": ["requester", "approver"]}).json()["id"]
        team = Team(way, rosa, Person(way.served, rosa))
        yield team
        team.person.http.close()


@pytest.fixture
def team(shared: Team) -> Iterator[Team]:
    """Nothing connected, nothing waits."""
    for account in shared.way.accounts():
        shared.way.served.owner("DELETE", f"/accounts/{account['id']}")
    for each in shared.waiting():
        shared.way.person.post(f"{ACCOUNTS}/waiting/{each['id']}/decline")
    shared.way.server.tokens.clear()
    yield shared


def test_what_a_member_connects_counts_once_an_owner_has_seen_it_and_said_yes(team: Team) -> None:
    page = team.asked(name="Velo social")
    [token] = team.way.user_tokens()
    assert team.way.accounts() == [] and team.way.audited()[-1][0] == "waits"
    [waiting] = team.waiting()
    assert team.held(waiting["id"])["access_token"] == token and token not in team.sealed(), "encrypted at rest"
    listed = team.way.person.get(ACCOUNTS).text
    assert "Velo social" in listed and "Connected by Rosa" in listed and f'href="/studio{page}"' in listed
    shown = team.way.person.get(page)
    assert shown.status_code == 200 and "@velo@velo.example" in shown.text and "Rosa" in shown.text
    assert team.way.served.admind.workspace.name in shown.text and token not in shown.text
    done = team.way.person.post(page, {"name": "Velo social"})
    assert done.status_code == 303, done.text
    [account] = team.way.accounts()
    assert (account["name"], account["handle"]) == ("Velo social", "@velo@velo.example")
    assert team.way.secrets(account["id"])["access_token"] == token
    assert team.held(waiting["id"]) == {} and team.waiting() == [] and team.way.user_tokens() == [token]
    assert team.way.audited()[-1][0] == "confirmed" and team.way.person.get(page).status_code == 404
    kept = team.way.served.on_loop(
        lambda: team.way.served.admind.people.store.accounts.get(team.way.served.admind.workspace.id, account["id"])
    )
    assert kept.record.connected_by == team.rosa


def test_owners_are_told_with_a_button_and_the_member_how_it_ended(team: Team) -> None:
    page = team.asked(name="Our toots")
    asked = team.told("Our toots waits for your word")
    owners = team.way.served.owner("GET", "/members").json()["items"]
    assert asked.room == f"member:{next(each['id'] for each in owners if each['name'] != 'Rosa')}"
    assert "Rosa connected @velo@velo.example (mastodon)" in str(asked.card["status"])
    [waiting] = team.waiting()
    assert [each["action"] for each in asked.card["buttons"]] == [f"whose:{waiting['id']}"]
    assert team.way.person.post(page, {"name": "Our toots"}).status_code == 303
    ended = team.told("Our toots: how it ended")
    assert ended.room == f"member:{team.rosa}" and "confirmed it" in str(ended.card["status"])


def test_a_way_in_leads_to_the_page_and_to_no_other_place(team: Team) -> None:
    page = team.asked(name="Our way").removeprefix("/")
    admind = team.way.served.admind
    owner = next(
        each["id"] for each in team.way.served.owner("GET", "/members").json()["items"] if each["name"] != "Rosa"
    )

    def code() -> str:
        return team.way.served.on_loop(lambda: admind.sign_in.link(admind.workspace.id, owner, surface="slack"))

    with httpx2.Client(base_url=team.way.served.url, trust_env=False, timeout=60) as browser:
        shown = browser.get(f"/studio/in/{(way := code())}?page={page}")
        assert shown.status_code == 200 and f'action="/studio/in/{way}?page={page}"' in shown.text
        entered = browser.post(f"/studio/in/{way}?page={page}", headers={"origin": team.way.served.url})
        assert (entered.status_code, entered.headers["location"]) == (303, f"/studio/{page}")
        for other in (
            "//evil.example",
            "https://evil.example",
            "../out",
            "a/../../out",
            "a%2F..%2Fb",
            "a b",
            "/x",
            "a//b",
        ):
            assert browser.get(f"/studio/in/{code()}", params={"page": other}).status_code == 422, other


def test_no_draft_goes_there_before(team: Team) -> None:
    page = team.asked(name="Fedi")
    with team.way.served.client(team.way.served.token("read", "propose", "decide")) as client:
        listed = client.get(f"{API}/accounts").json()["items"]
        assert "Fedi" not in {each["name"] for each in listed}
    before = team.way.served.draft("Tell people that we open a shop. Feed and Fedi, tomorrow 9am.")
    assert {version["channel"] for version in before["versions"]} == {"feed"}
    assert team.way.person.post(page, {"name": "Fedi"}).status_code == 303
    after = team.way.served.draft("Tell people that we open a shop. Feed and Fedi, tomorrow 9am.")
    assert {version["channel"] for version in after["versions"]} == {"feed", "mastodon"}


def test_the_member_cannot_say_yes_in_place_of_an_owner_but_take_it_back(team: Team) -> None:
    page = team.asked(name="Our Fediverse")
    assert team.person.get(page).status_code == 200 and "Connect it</button>" not in team.person.get(page).text
    refused = team.person.post(page, {"name": "Velo"})
    assert refused.status_code == 403 and "Only an owner" in refused.text and team.way.accounts() == []
    tom = team.way.served.owner("POST", "/members", {"name": "Tom", "roles": ["approver"]}).json()["id"]
    other = Person(team.way.served, tom)
    for path, fields in ((page, {"name": "Velo"}), (f"{page}/decline", {})):
        assert other.post(path, fields).status_code == 403
    assert "Our Fediverse" not in other.get(ACCOUNTS).text and "Our Fediverse" in team.person.get(ACCOUNTS).text
    other.http.close()
    assert team.person.post(f"{page}/decline").status_code == 303
    assert team.waiting() == [] and team.way.user_tokens() == [], "the access was given back"
    assert team.way.person.post(page, {"name": "Velo"}).status_code == 404 and team.way.accounts() == []


def test_an_owner_of_another_brand_is_told_nothing(team: Team) -> None:
    page = team.asked()
    brot = team.way.served.owner("POST", "/brands", {"name": "Brot"}).json()["id"]
    olga = team.way.served.owner("POST", "/members", {"name": "Olga", "brand": brot, "roles": ["owner"]}).json()["id"]
    other = Person(team.way.served, olga)
    assert other.get(page).status_code == 404 and other.get(f"{page}/face").status_code == 404
    assert other.post(page, {"name": "Mine"}).status_code == 404
    assert other.post(f"{page}/decline").status_code == 404
    other.http.close()
    assert len(team.waiting()) == 1 and team.way.accounts() == []


def test_one_account_serves_one_brand_whoever_connected_it(team: Team) -> None:
    page = team.asked(name="Velo")
    first = team.way.served.admind.workspace.default_brand
    brand = team.way.served.owner("POST", "/brands", {"name": "Kuchen"}).json()["id"]
    assert team.way.person.post("/brand", {"brand": brand}).status_code == 303
    there = team.way.there_and_back()
    assert team.way.person.get(there).status_code == 200
    assert team.way.person.post(there, {"name": "Kuchen"}).status_code == 303, "an owner's own connecting is as it was"
    assert team.way.person.post("/brand", {"brand": first}).status_code == 303
    refused = team.way.person.post(page, {"name": "Velo"})
    assert refused.status_code == 422 and "serves another brand already" in refused.text
    assert [each["brand"] for each in team.way.accounts()] == [brand] and len(team.waiting()) == 1
    [account] = team.way.accounts()
    token = team.way.secrets(account["id"])["access_token"]
    assert team.way.person.post(f"{page}/decline").status_code == 303
    assert token in team.way.user_tokens(), "what works already is not ended with it"
    again = team.way.there_and_back(person=team.person)
    assert team.person.get(again).status_code == 200
    refused = team.person.post(again, {"name": "Velo"})
    assert refused.status_code == 422 and "serves another brand already" in refused.text and team.waiting() == []


def test_a_no_gives_the_access_back_and_deletes_it(team: Team) -> None:
    page = team.asked()
    [waiting] = team.waiting()
    assert team.way.person.post(f"{page}/decline").status_code == 303
    assert team.way.user_tokens() == [] and team.held(waiting["id"]) == {} and team.waiting() == []
    assert waiting["id"] not in team.sealed() and team.way.audited()[-1][0] == "declined"


def test_after_seven_days_without_a_word_it_is_given_back(team: Team) -> None:
    page = team.asked()
    [waiting] = team.waiting()
    team.way.clock.move(timedelta(days=6, hours=23))
    sweep(team)
    assert len(team.waiting()) == 1 and len(team.way.user_tokens()) == 1
    team.way.clock.move(timedelta(hours=2))
    owner, rosa = Person(team.way.served), Person(team.way.served, team.rosa)
    assert owner.post(page, {"name": "Velo"}).status_code == 404, "even before it was swept up"
    sweep(team)
    assert team.waiting() == [] and team.held(waiting["id"]) == {} and team.way.user_tokens() == []
    assert team.way.audited()[-1][0] == "lapsed" and team.way.accounts() == []
    team.way.person.http.close()
    team.person.http.close()
    team.way.person, team.person = owner, rosa  # sessions from before are over


def test_an_access_that_ended_meanwhile_is_not_confirmed(team: Team) -> None:
    page = team.asked()
    team.way.server.tokens.clear()
    shown = team.way.person.get(page)
    assert shown.status_code == 200
    refused = team.way.person.post(page, {"name": "Velo"})
    assert refused.status_code == 422 and team.way.accounts() == [] and len(team.waiting()) == 1


def test_who_connected_it_and_left_since_connects_nothing(team: Team) -> None:
    page = team.asked()
    team.way.served.owner("PUT", f"/members/{team.rosa}/roles", {"roles": ["client"]})
    try:
        refused = team.way.person.post(page, {"name": "Velo"})
        assert refused.status_code == 422 and "does not work for this brand any more" in refused.text
        assert team.way.accounts() == []
    finally:
        team.way.served.owner("PUT", f"/members/{team.rosa}/roles", {"roles": ["requester", "approver"]})


def test_the_same_account_again_waits_once_and_not_for_two(team: Team) -> None:
    page = team.asked()
    assert team.asked() == page and len(team.waiting()) == 1
    tom = team.way.served.owner("POST", "/members", {"name": "Tim", "roles": ["requester"]}).json()["id"]
    other = Person(team.way.served, tom)
    there = team.way.there_and_back(person=other)
    assert other.get(there).status_code == 200
    refused = other.post(there, {"name": "Velo"})
    assert refused.status_code == 422 and "waits for an owner" in refused.text
    other.http.close()
    assert len(team.waiting()) == 1 and team.waiting()[0]["member"] == team.rosa


def test_what_a_crash_left_half_done_is_finished(team: Team) -> None:
    admind = team.way.served.admind
    for state, connected in (("confirmed", 1), ("declined", 0)):
        team.asked(name="Half done")
        [waiting] = team.waiting()

        async def decide(waiting: str = waiting["id"], state: str = state) -> None:
            store, members = WaitingStore(admind.database), await admind.people.members(admind.workspace.id)
            owner = next(each for each in members if "owner" in str(each.roles.get(admind.workspace.default_brand)))
            kept = await store.get(admind.workspace.id, waiting)
            decided = kept.record.changed(state=state, decided_by=owner.id, decided_at=admind.clock.now())
            change = store.put(Change(admind.workspace.id), decided, waiting, ver=kept.ver, at=1.0)
            await commit(admind.database, change)

        team.way.served.on_loop(decide)
        sweep(team)
        assert len(team.waiting()) == 1, "whoever decided may still be at work"
        team.way.clock.move(timedelta(minutes=3))
        sweep(team)
        assert team.waiting() == [] and team.held(waiting["id"]) == {}
        assert len(team.way.accounts()) == connected == len(team.way.user_tokens())
        for account in team.way.accounts():
            team.way.served.owner("DELETE", f"/accounts/{account['id']}")


def test_of_two_decisions_at_once_one_counts(team: Team) -> None:
    page = team.asked()
    admind, waiting = team.way.served.admind, team.waiting()[0]["id"]

    async def both() -> list[Settled | BaseException]:
        members = await admind.people.members(admind.workspace.id)
        owner = next(each for each in members if "owner" in str(each.roles.get(admind.workspace.default_brand)))
        return list(
            await asyncio.gather(
                admind.waiting.confirm(admind.workspace.id, waiting, owner, "Velo"),
                admind.waiting.decline(admind.workspace.id, waiting, owner),
                admind.waiting.confirm(admind.workspace.id, waiting, owner, "Velo"),
                return_exceptions=True,
            )
        )

    found = team.way.served.on_loop(both)
    assert sum(isinstance(each, AdMindError) for each in found) == 2, found
    kept = team.way.accounts()
    assert len(kept) == len(team.way.user_tokens()) and team.waiting() == [], "connected with its access, or neither"
    assert team.way.person.get(page).status_code == 404


def sweep(team: Team) -> None:
    admind = team.way.served.admind
    team.way.served.on_loop(lambda: admind.waiting.sweep([admind.workspace.id]))
