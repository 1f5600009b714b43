"""The plan over REST, in chat words and at the terminal's interface: read back first, drafted in time, brands apart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from bot.clock import MovableClock
from tests.handlers.serving import API, serving, settled, until
from tests.handlers.studio.test_safety import Person

MONDAY = datetime(2026, 11, 30, 7, tzinfo=UTC)
WORDS = "Feed Mon and Wed 9:00 tip, Fri 10:00 customer story"


def test_a_plan_is_said_read_back_confirmed_and_drafted(tmp_path: Path) -> None:
    clock = MovableClock(MONDAY)
    with serving(tmp_path, clock=clock) as served, served.client(served.token("read", "propose")) as client:
        points = [f"Our bikes come with part number {number}." for number in range(1, 9)]
        pillar = {"name": "Service", "points": points, "share": 100}
        changed = client.patch(f"{API}/plan", json={"pillars": [pillar], "horizon_days": 3})
        assert changed.status_code == 200 and changed.json()["pillars"][0]["share"] == 100, changed.text
        read = client.post(f"{API}/plan/read", json={"words": WORDS}).json()["items"]
        assert [(each["often"], each["at"], each["form"]) for each in read] == [
            ("every Monday", "09:00", "tip"),
            ("every Wednesday", "09:00", "tip"),
            ("every Friday", "10:00", "customer story"),
        ]
        assert client.get(f"{API}/plan").json()["recurring"] == []
        # In plain words, anywhere: read back, and nothing planned before a yes.
        asked = client.post(f"{API}/requests", json={"text": WORDS}).json()
        answer = settled(client, asked["id"])
        assert "Plan these 3 slots?" in answer["reply"] and answer["drafts"] == []
        assert client.get(f"{API}/plan").json()["recurring"] == []
        yes = {"text": "plan yes", "conversation": asked["conversation"]}
        confirmed = settled(client, client.post(f"{API}/requests", json=yes).json()["id"])
        assert confirmed["reply"].startswith("Planned: 3 slots."), confirmed
        settled(client, client.post(f"{API}/requests", json=yes).json()["id"])
        recurring = client.get(f"{API}/plan").json()["recurring"]
        assert len(recurring) == 3, "a second yes plans nothing twice"
        assert client.post(f"{API}/plan/recurring", json={"words": WORDS}).json()["items"] == recurring, "there once"

        def places() -> list[dict[str, str]]:
            end = (clock.now() + timedelta(days=6)).isoformat()
            items: list[dict[str, str]] = client.get(f"{API}/plan/slots", params={"end": end}).json()["items"]
            return items

        drafted = until(places, lambda found: [e["state"] for e in found[:2]] == ["drafted"] * 2, "slots are drafted")
        assert drafted[2]["state"] == "planned"
        draft = client.get(f"{API}/drafts/{drafted[0]['draft']}").json()
        assert draft["status"] == "waiting" and draft["due"].startswith("2026-11-30T09:00")
        # One is skipped, one moved; the rest keep their names.
        skipped = client.post(f"{API}/plan/slots/{drafted[2]['id']}/skip")
        assert skipped.status_code == 200, skipped.text
        moved = client.put(f"{API}/plan/slots/{drafted[1]['id']}/time", json={"when": "Thursday 11:00"})
        assert moved.status_code == 200, moved.text
        again = client.get(f"{API}/drafts/{drafted[1]['draft']}").json()
        assert again["due"].startswith("2026-12-03T11:00") and again["status"] == "waiting"
        assert drafted[2]["id"] not in [each["id"] for each in places() if each["state"] == "planned"]
        said = settled(client, client.post(f"{API}/requests", json={"text": "plan this week"}).json()["id"])["reply"]
        assert "The plan's slots: " in said and "waiting for approval" in said
        assert "Pillars, last 30 days: Service never." in said
        bad = client.patch(f"{API}/plan", json={"holidays": {"country": "CH", "region": "QQ"}})
        assert bad.status_code == 422 and "no region 'QQ' of CH" in bad.text
        assert client.post(f"{API}/plan/read", json={"words": "Feed Mon tip"}).status_code == 422
        assert (
            client.patch(f"{API}/plan/recurring/{recurring[0]['id']}", json={"rule": "FREQ=HOURLY"}).status_code == 422
        )
        other = served.owner("POST", "/brands", {"name": "Other"}).json()["id"]
        narrow = served.token("read", "propose", brands=(other,))
        with served.client(narrow) as stranger:
            brand = draft["brand"]
            assert stranger.get(f"{API}/plan", params={"brand": brand}).status_code == 404
            assert stranger.post(f"{API}/plan/fill", params={"brand": brand}, json={}).status_code == 404
        kinds = {each["kind"] for each in served.owner("GET", "/audit?limit=100").json()["items"]}
        assert {"plan changed", "slots planned", "slot skipped", "slot moved"} <= kinds


def test_the_plan_is_rehearsed_over_rest_and_in_the_studio_and_nothing_of_it_is_kept(tmp_path: Path) -> None:
    with serving(tmp_path, clock=MovableClock(MONDAY)) as served:
        with served.client(served.token("read", "propose")) as client:
            nothing = client.get(f"{API}/plan/rehearsal")
            assert nothing.status_code == 422 and "nothing to rehearse" in nothing.json()["detail"]
            pillar = {"name": "Service", "points": ["We take old bikes back.", "Lights are included."], "share": 100}
            client.patch(f"{API}/plan", json={"pillars": [pillar], "horizon_days": 3})
            client.post(f"{API}/plan/recurring", json={"words": WORDS})
            asked: dict[str, str | int] = {"days": 3, "approve": "all"}
            found = client.get(f"{API}/plan/rehearsal", params=asked, timeout=100)
            assert found.status_code == 200, found.text
            counts = found.json()["counts"]
            assert counts["post"] == 2 and counts["decision"] == 2, counts
            assert client.get(f"{API}/posts").json()["items"] == []
            with pytest.raises(httpx2.TimeoutException):  # whoever goes away ends it
                client.get(f"{API}/plan/rehearsal", params={"days": 300}, timeout=1)
            until(served.admind.rehearsing.locked, lambda locked: not locked, "the place is free again")
        with served.client(served.token("read")) as reader:
            assert reader.get(f"{API}/plan/rehearsal").status_code == 403
        owner = Person(served)
        assert "/studio/plan/rehearsal" in owner.get("/plan").text
        shown = owner.post("/plan/rehearsal", {"days": "2", "approve": "none"})
        assert shown.status_code == 200 and "nothing of this happened" in shown.text
        assert "default-src 'none'" in shown.headers["content-security-policy"]
        owner.http.close()
