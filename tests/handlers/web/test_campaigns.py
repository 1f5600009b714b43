"""Campaigns over REST and in words: proposed, changed, started by a person; programs propose only, brands apart."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from bot.clock import MovableClock
from tests.handlers.serving import API, serving, settled, until

NOW = datetime(2027, 2, 15, 7, tzinfo=UTC)
WORDS = "Launch the Gravel 2 on 15 March, three weeks of build-up, Feed, goal pre-orders"


def test_a_campaign_is_said_changed_and_started_by_a_person(tmp_path: Path) -> None:
    clock = MovableClock(NOW)
    with serving(tmp_path, clock=clock) as served, served.client(served.token("read", "propose")) as client:
        asked = client.post(f"{API}/requests", json={"text": WORDS}).json()
        answer = settled(client, asked["id"])
        assert "Gravel 2 · proposed" in answer["reply"] and answer["drafts"] == [], answer
        [found] = client.get(f"{API}/campaigns").json()["items"]
        assert (found["status"], found["goal"]) == ("proposed", "pre-orders")
        fewer = {"text": "one post fewer a week", "conversation": asked["conversation"]}
        settled(client, client.post(f"{API}/requests", json=fewer).json()["id"])
        at = f"{API}/campaigns/{found['id']}"
        changed = client.get(at).json()
        assert len(changed["posts"]) < len(found["posts"])
        assert client.post(f"{at}/start", json={}).status_code == 403, "a program proposes, a person starts"
        moved = client.post(f"{at}/changes", json={"words": "move the launch to 22 March"})
        assert moved.status_code == 200 and moved.json()["milestones"][0]["day"] == "2027-03-22", moved.text
        assert client.post(f"{at}/changes", json={"words": "make it pop"}).status_code == 422
        added = client.post(f"{at}/posts", json={"when": "18 March 11:00", "topic": "Test rides"}).json()
        [mine] = [each for each in added["posts"] if each["topic"] == "Test rides"]
        there = client.put(f"{at}/posts/{mine['id']}/time", json={"when": "19 March 11:00"}).json()
        assert [each["at"] for each in there["posts"] if each["id"] == mine["id"]] == ["2027-03-19T11:00"]
        assert there["notices"] == []
        other = next(each for each in there["posts"] if each["stage"] == "proof")
        near = client.put(f"{at}/posts/{mine['id']}/time", json={"when": other["at"].replace("T", " ")}).json()
        assert [each["kind"] for each in near["notices"]] == ["clash", "clash"], near["notices"]
        assert "give one of them another time" in near["notices"][0]["text"]
        holiday = {"holidays": {"country": "CH", "region": "ZH", "kept": []}}
        assert client.patch(f"{API}/plan", json=holiday).status_code == 200
        client.put(f"{at}/posts/{mine['id']}/time", json={"when": "26 March 11:00"})
        [notice] = client.get(at).json()["notices"]
        assert (notice["post"], notice["kind"]) == (mine["id"], "free") and "Good Friday" in notice["text"], notice
        assert (
            client.patch(f"{API}/plan", json={"holidays": {"country": "", "region": "", "kept": []}}).status_code == 200
        )
        assert client.patch(f"{at}/posts/{mine['id']}", json={"accounts": ["a_nobody"]}).status_code == 422
        gone = client.delete(f"{at}/posts/{mine['id']}").json()
        assert mine["id"] not in {each["id"] for each in gone["posts"]}
        assert client.patch(at, json={"budget": "20", "utm": "g2"}).json()["utm"] == "g2"
        started = served.owner("POST", f"/campaigns/{found['id']}/start", {})
        assert started.json()["status"] == "running", started.text
        first = datetime.fromisoformat(gone["posts"][0]["at"]).replace(tzinfo=UTC)
        clock.move_to(first.replace(hour=0))

        def states() -> list[str]:
            return [each["state"] for each in client.get(at).json()["posts"]]

        until(states, lambda found: found[0] == "drafted", "the first post is drafted")
        other = served.owner("POST", "/brands", {"name": "Other"}).json()["id"]
        with served.client(served.token("read", "propose", brands=(other,))) as stranger:
            assert stranger.get(at).status_code == 404
            assert stranger.post(f"{at}/changes", json={"words": "drop the teaser"}).status_code == 404
        assert served.owner("POST", f"/campaigns/{found['id']}/pause", {}).json()["status"] == "paused"
        assert served.owner("POST", f"/campaigns/{found['id']}/end", {}).json()["status"] == "ended"
        kinds = {each["kind"] for each in served.owner("GET", "/audit?limit=100").json()["items"]}
        assert {"campaign proposed", "campaign changed", "campaign started", "campaign ended", "paused"} <= kinds
