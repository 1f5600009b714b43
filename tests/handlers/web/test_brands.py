"""A brand is a boundary: whoever works for one sees nothing of another, in any list, file, error or answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

import httpx2
import pytest

from handlers.web.mcp.shapes import OfBrand
from handlers.web.mcp.tools import TOOLS
from tests.handlers.serving import API, Served
from tests.handlers.web.programs import called, program, refused
from tests.handlers.web.test_media import png

CANARY = "Zyxwquartz"


@dataclass
class TwoBrands:
    """Brand B is full of the canary; the member works for brand A alone, or a token of theirs is for A alone."""

    member: httpx2.Client
    insider: httpx2.Client
    brand: str
    draft: str
    post: str
    sha256: str
    account: str
    insider_id: str
    request: str
    narrow: bool = False  # a token's brands, and not the member's


@pytest.fixture(scope="module")
def filled(running: Served) -> Iterator[TwoBrands]:
    """Both brands, with a member who works for A alone."""
    brand = running.owner("POST", "/brands", {"name": f"{CANARY} Ltd"}).json()["id"]
    running.owner(
        "PATCH",
        f"/brands/{brand}",
        {"voice": f"like {CANARY}", "facts": [f"{CANARY} is secret"], "self_approval": "allowed"},
    )
    insider = running.owner("POST", "/members", {"name": f"{CANARY} Ana", "roles": ["owner"], "brand": brand}).json()
    member = running.owner("POST", "/members", {"name": "Bo", "roles": ["owner", "approver"]}).json()
    tokens = [running.token("read", "propose", "decide", member=each["id"]) for each in (insider, member)]
    with running.client(tokens[0]) as inside, running.client(tokens[1]) as outside:
        yield _filled(running, brand, insider["id"], inside, outside)


@pytest.fixture(scope="module", params=["member of one brand", "token of one brand"])
def two(running: Served, filled: TwoBrands, request: pytest.FixtureRequest) -> Iterator[TwoBrands]:
    if request.param == "member of one brand":
        yield filled
        return
    home = filled.member.get(f"{API}/brands").json()["items"][0]["id"]
    both = running.owner("POST", "/members", {"name": "Cy", "roles": ["owner", "approver"]}).json()["id"]
    body = {"roles": ["owner", "approver"], "brand": filled.brand}
    assert running.owner("PUT", f"/members/{both}/roles", body).status_code == 200
    narrow = running.token("read", "propose", "decide", member=both, brands=(home,))
    with running.client(narrow) as client:
        yield replace(filled, member=client, narrow=True)


def _filled(running: Served, brand: str, insider: str, inside: httpx2.Client, outside: httpx2.Client) -> TwoBrands:
    sha256 = inside.post(f"{API}/media", content=png("#445566")).json()["sha256"]
    done = running.ask(
        f"Announce the {CANARY} sale with a picture. Tomorrow 9am.",
        running.token("read", "propose", "decide", member=insider),
        images=[sha256],
    )
    assert done["drafts"], done
    draft = inside.get(f"{API}/drafts/{done['drafts'][0]}").json()
    assert draft["brand"] == brand
    decided = inside.post(
        f"{API}/drafts/{draft['id']}/decisions",
        json={"verdict": "approve", "digest": draft["digest"], "reason": CANARY},
    )
    assert decided.status_code == 200, decided.text
    inside.post(f"{API}/pause", json={"scope": f"brand:{brand}", "reason": f"{CANARY} news"})
    inside.post(f"{API}/pause", json={"scope": f"topic:{CANARY}", "reason": CANARY})
    account = draft["versions"][0]["account"]
    return TwoBrands(
        outside, inside, brand, draft["id"], decided.json()["draft"]["posts"][0], sha256, account, insider,
        done["id"],
    )  # fmt: skip


LISTS = [
    "drafts",
    "posts",
    "pauses",
    "calendar.ics",
    "notices",
    "accounts",
    "members",
    "brands",
    "doctor",
    "audit?limit=200",
]


@pytest.mark.parametrize("path", LISTS)
def test_no_list_tells_of_another_brand(two: TwoBrands, path: str) -> None:
    found = two.member.get(f"{API}/{path}")
    assert found.status_code == 200
    text = found.text.lower()
    assert CANARY.lower() not in text
    for secret in (two.brand, two.draft, two.post, two.account, two.insider_id):
        assert secret not in text


def test_who_works_for_the_brand_does_see_it(two: TwoBrands) -> None:
    for path in ("drafts", "posts", "pauses", "calendar.ics", "members", "brands", "audit?limit=200"):
        text = two.insider.get(f"{API}/{path}").text.lower()
        assert CANARY.lower() in text or two.brand in text, path


def test_nothing_of_another_brand_can_be_opened_or_told_from_what_is_not_there(two: TwoBrands) -> None:
    digest = "0" * 64
    for method, path, missing, body in (
        ("GET", f"/drafts/{two.draft}", "/drafts/d_none", None),
        ("GET", f"/drafts/{two.draft}/card", "/drafts/d_none/card", None),
        ("GET", f"/posts/{two.post}", "/posts/p_none", None),
        ("GET", f"/media/{two.sha256}", f"/media/{digest}", None),
        ("GET", f"/requests/{two.request}", "/requests/r_none", None),
        ("POST", f"/drafts/{two.draft}/decisions", "/drafts/d_none/decisions", {"verdict": "hold", "digest": digest}),
        ("POST", f"/posts/{two.post}/cancel", "/posts/p_none/cancel", None),
        ("POST", f"/posts/{two.post}/resolutions", "/posts/p_none/resolutions", {"resolution": "live"}),
        ("POST", f"/posts/{two.post}/take-down", "/posts/p_none/take-down", None),
        ("PATCH", f"/drafts/{two.draft}/versions/{two.account}", "/drafts/d_none/versions/a_x", {"text": "x"}),
        ("POST", f"/drafts/{two.draft}/revisions", "/drafts/d_none/revisions", {"instruction": "shorter"}),
        ("POST", f"/drafts/{two.draft}/declarations", "/drafts/d_none/declarations", {"paid_partnership": True}),
        ("POST", f"/drafts/{two.draft}/evidence", "/drafts/d_none/evidence", {"claim": "x", "text": "y"}),
        ("POST", f"/drafts/{two.draft}/taken-on", "/drafts/d_none/taken-on", {"claim": "x", "reason": "y"}),
        ("POST", f"/drafts/{two.draft}/schedule", "/drafts/d_none/schedule", {"when": "tomorrow 9am"}),
        ("PUT", f"/members/{two.insider_id}/away", "/members/m_none/away", {}),
    ):
        answers = [two.member.request(method, API + each, json=body) for each in (path, missing)]
        assert [answer.status_code for answer in answers] == [404, 404], path
        details = [answer.json()["detail"] for answer in answers]
        names = (two.draft, two.post, two.account, "d_none", "p_none", "a_x", two.insider_id, "m_none")
        for name in names:
            details = [detail.replace(name, "…") for detail in details]
        assert details[0] == details[1]
        assert CANARY.lower() not in answers[0].text.lower()


def test_nobody_asks_or_stops_for_another_brand(two: TwoBrands) -> None:
    asked = two.member.post(f"{API}/requests", json={"text": "hello", "brand": two.brand})
    assert asked.status_code == 404
    assert two.member.post(f"{API}/media?brand={two.brand}", content=png()).status_code == 404
    used = two.member.post(f"{API}/requests", json={"text": "hello", "images": [two.sha256]})
    assert used.status_code == 404
    for action in ("pause", "resume"):
        answers = [
            two.member.post(f"{API}/{action}", json={"scope": f"brand:{each}"}) for each in (two.brand, "b_none")
        ]
        assert answers[0].status_code == answers[1].status_code in (403, 404, 422)
        assert CANARY.lower() not in answers[0].text.lower()


def test_the_assistant_tells_nothing_of_another_brand(running: Served, two: TwoBrands) -> None:
    token = two.member.headers["authorization"].removeprefix("Bearer ")
    for question in (
        "what is scheduled?",
        "show me all drafts",
        f"show me draft {two.draft}",
        f"explain draft {two.draft}",
        f"make {two.draft} shorter",
        "what did we publish last week?",
    ):
        done = running.ask(question, token)
        assert CANARY.lower() not in done["reply"].lower(), question
        assert two.draft not in done["drafts"]


async def test_a_program_over_mcp_learns_nothing_of_another_brand(running: Served, two: TwoBrands) -> None:
    """With a token that may not decide, of the same member and the same brands."""
    home = two.member.get(f"{API}/brands").json()["items"][0]["id"]
    own = two.member.get(f"{API}/members").json()["items"]
    narrow = next(each["id"] for each in own if each["name"] == ("Cy" if two.narrow else "Bo"))
    token = running.token("read", "propose", member=narrow, brands=(home,) if two.narrow else ())
    heard: list[str] = []
    async with program(running.url, token) as client:
        assert [each["id"] for each in (await called(client, "list_brands"))["items"]] == [home]
        for tool in sorted(name for name, each in TOOLS.items() if issubclass(each.takes, OfBrand)):
            words = {"text": "what is scheduled?", "wait_seconds": 40} if tool == "ask" else {}
            if tool == "show_campaign":
                assert "There is no campaign" in await refused(client, tool, campaign="cp_none")
                words = {"campaign": "cp_none"}
            else:
                heard.append(json.dumps(await called(client, tool, **words), ensure_ascii=False))
            answers = [await refused(client, tool, brand=each, **words) for each in (two.brand, "b_none")]
            assert answers[0] == answers[1] and "no such brand" in answers[0], tool
        for tool, wish in (
            ("propose_slots", {"words": "Feed Mon 9:00 tip"}),
            ("propose_campaign", {"words": "Launch the Gravel 2 on 15 March, three weeks of build-up"}),
            ("change_campaign", {"words": "one post fewer a week", "campaign": "cp_none"}),
        ):
            answers = [await refused(client, tool, brand=each, **wish) for each in (two.brand, "b_none")]
            assert answers[0] == answers[1] and "no such brand" in answers[0], tool
        for tool, missing, more in (
            ("show_draft", "d_none", {}),
            ("revise_draft", "d_none", {"instruction": "shorter"}),
            ("reword_draft", "d_none", {"account": two.account, "text": "x"}),
            ("move_draft", "d_none", {"when": "tomorrow 9am"}),
            ("choose_wording", "d_none", {"number": 1}),
        ):
            answers = [await refused(client, tool, draft=each, **more) for each in (two.draft, missing)]
            assert answers[0].replace(two.draft, "…") == answers[1].replace(missing, "…"), tool
        answers = [await refused(client, "look_at_request", request=each) for each in (two.request, "r_none")]
        assert answers[0] == answers[1]
        assert await refused(client, "ask", text="use this", images=[two.sha256])
        asked = [f"show draft {two.draft}", f"make {two.draft} shorter", "what did we publish last week?", "report"]
        for question in asked:
            done = await called(client, "ask", text=question, wait_seconds=40)
            assert two.draft not in {each["id"] for each in done["drafts"]}, question
            heard.append(done["reply"].replace(two.draft, ""))
        heard += [json.dumps(await called(client, "list_posts", status=each)) for each in ("", "asking")]
    told = " ".join(heard).lower()
    for secret in (CANARY.lower(), two.brand, two.post, two.account, two.insider_id, two.sha256):
        assert secret not in told
