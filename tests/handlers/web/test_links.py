"""Short links over the wire: rules by REST, one that leads once it is approved, a name that answers to nothing else."""

from __future__ import annotations

import asyncio
import io
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
from PIL import Image

from bot.channels.standard_webhooks import signed_headers
from bot.workflow.outside import links_address
from tests.handlers.serving import Served, serving

LINK = "https://velo.example/räder?size=m"
NO_ORDERS = {"orders": 0, "amounts": {}, "pixel_orders": 0, "pixel_amounts": {}}
GO = {"Host": "go.example"}


def test_a_short_link_leads_once_approved_from_a_name_of_its_own(tmp_path: Path) -> None:
    settings = {"ADMIND_LINKS_URL": "https://go.example", "ADMIND_PUBLIC_URL": "https://news.example"}
    with serving(tmp_path, settings) as served:
        brand = served.admind.workspace.default_brand
        bad = served.owner("PATCH", f"/brands/{brand}/linking", {"utm": "utm_medium=social"})
        assert (bad.status_code, bad.json()["detail"]) == (
            422, "The parameters name no utm_source. Nothing changed. Add it: utm_source=…"
        )  # fmt: skip
        rules = served.owner("PATCH", f"/brands/{brand}/linking", {"utm": "utm_source={channel}", "short": True})
        assert rules.json()["base_url"] == "https://go.example", rules.text
        draft = served.draft(f"Tell people that we open a shop, {LINK} Feed, tomorrow 9am.")
        [link] = draft["versions"][0]["links"]
        assert link["destination"] == f"{LINK}&utm_source=feed" and link["shown"] in draft["versions"][0]["text"]
        path = link["shown"].removeprefix("https://go.example")
        with served.client() as client:
            early = client.get(path, headers=GO)
            assert early.status_code == 404 and "This link leads nowhere" in early.text
            decision = {"verdict": "approve", "digest": draft["digest"]}
            assert served.owner("POST", f"/drafts/{draft['id']}/decisions", decision).status_code < 300
            for answer in (client.get(path, headers=GO), client.head(path, headers=GO), client.get(path)):
                assert answer.status_code == 302 and not answer.content
                assert answer.headers["location"] == "https://velo.example/r%C3%A4der?size=m&utm_source=feed"
                assert answer.headers["cache-control"] == "no-store"
                assert answer.headers["referrer-policy"] == "strict-origin-when-cross-origin"
            turned = client.get(f"{path}?to=https://evil.example", headers=GO)
            assert turned.headers["location"] == answer.headers["location"]
            _nothing_else(client)
            code = path.removeprefix("/l/")
            listed = served.owner("GET", f"/links?brand={brand}").json()["items"]
            assert [(each["code"], each["state"], each["draft"]) for each in listed] == [(code, "leads", draft["id"])]
            served.on_loop(served.admind.clicks.settle)
            before_it_is_out = {"valid": 0, "all": 4, "bots": 3, "other": 1, **NO_ORDERS}
            assert served.owner("GET", f"/links/{code}").json()["clicks"] == before_it_is_out
            [hour] = served.owner("GET", f"/links/{code}/hours").json()["items"]
            assert hour["clicks"] == before_it_is_out
            svg, png = (served.owner("GET", f"/links/{code}/qr.{form}") for form in ("svg", "png"))
            assert svg.headers["content-type"] == "image/svg+xml" and svg.text.startswith("<svg")
            assert Image.open(io.BytesIO(png.content)).size == (37 * 16, 37 * 16)  # 29 modules and the quiet zone
            _an_order(served, client, brand, code)
            _the_doctor_looks(served, str(client.base_url))
            assert served.owner("POST", f"/links/{code}/end").json()["state"] == "ended"
            gone = client.get(path, headers={**GO, "Accept-Language": "de"})
            assert gone.status_code == 410 and "Dieser Link ist beendet" in gone.text
            assert served.owner("DELETE", f"/links/{code}/end").json()["state"] == "leads"


def _the_doctor_looks(served: Served, here: str) -> None:
    [row] = [row for row in served.owner("GET", "/doctor").json()["items"] if row["what"] == "short links"]
    assert row["state"] == "bad" and row["found"].startswith("https://go.example does not lead here"), row
    assert "DNS" in row["do"]

    async def look(address: str, mark: str) -> list[tuple[str, str]]:
        """By the name that short links have to themselves, as a proxy passes it on."""
        async with httpx2.AsyncClient(headers=GO, trust_env=False) as client:
            return [(each.state, each.found) for each in await links_address(client, address, mark)]

    mark, plain = served.admind.doctor.mark, ("bad", f"{here} is not encrypted: browsers warn before they follow")
    assert asyncio.run(look(here, mark)) == [plain, ("ok", f"{here} leads here")]
    assert asyncio.run(look(here, "another")) == [plain, ("bad", f"{here} answers, but not as this AdMind")]
    closed = "https://127.0.0.1:1"
    assert asyncio.run(look(closed, mark)) == [
        ("bad", f"{closed} does not lead here: What answers there is not AdMind.")
    ]


def _an_order(served: Served, client: httpx2.Client, brand: str, code: str) -> None:
    made = served.owner("POST", f"/brands/{brand}/order-key").json()
    assert made["url"] == "https://go.example/l/in/orders"
    body = json.dumps({"order": "A-1", "link": code, "amount": "49.90", "currency": "EUR"}).encode()
    signed = signed_headers(made["key"], "m1", datetime.now(UTC), body)
    assert client.post("/l/in/orders", content=body, headers=GO).status_code == 403
    for counted, status in ((True, 201), (False, 200)):
        answer = client.post("/l/in/orders", content=body, headers=GO | signed)
        assert (answer.status_code, answer.json()) == (status, {"counted": counted})
    tell = _as_documented(served.url)
    assert [tell(made["key"], {"order": "A-3", "link": code}) for _ in range(2)] == [201, 200]
    shown = client.get("/l/in/pixel.gif", params={"order": "A-2", "link": code}, headers=GO)
    assert len(shown.content) == 42
    assert shown.headers["content-type"] == "image/gif" and "set-cookie" not in shown.headers
    clicks = served.owner("GET", f"/links/{code}").json()["clicks"]
    assert (clicks["orders"], clicks["amounts"], clicks["pixel_orders"]) == (2, {"EUR": "49.90"}, 0)


def _as_documented(url: str) -> Callable[[str, dict[str, str]], int]:
    """The function that the documentation gives to whoever builds a shop."""
    page = (Path(__file__).parents[3] / "docs" / "links.md").read_text()
    [code] = re.findall(r"```python\n(.*?)```", page, re.S)
    named: dict[str, Any] = {}
    exec(code.replace("https://go.example", url), named)
    tell: Callable[[str, dict[str, str]], int] = named["tell"]
    return tell


def _nothing_else(client: httpx2.Client) -> None:
    """The links' own name leads to no studio, no API and no feed."""
    for path in ("/studio", "/api/v1/me", "/feed.xml", "/healthz", "/l"):
        assert client.get(path, headers=GO).status_code == 421, path
    assert client.get("/l/0OIl000000", headers=GO).status_code == 404
    assert client.get("/l/..%2Fstudio", headers=GO).status_code == 404
    assert client.get("/l/2222222222", headers={"Host": "else.example"}).status_code == 421
