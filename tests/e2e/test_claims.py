"""Settling a claim in a real browser: the form opens at the finding, and what was in the way is gone."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.browser import Visitor
from tests.handlers.serving import API, Served


def test_evidence_is_given_at_the_finding(ana: Visitor, served: Served) -> None:
    draft = served.draft("Announce 20% off all bikes. Feed, tomorrow 9am.")
    with served.client(served.token("read", "propose", "decide")) as client:
        account = draft["versions"][0]["account"]
        body = {"text": "20% off all bikes. Now CHF 1990, guaranteed."}
        client.patch(f"{API}/drafts/{draft['id']}/versions/{account}", json=body)
    page = ana.go(f"/drafts/{draft['id']}")
    findings = page.locator(".findings li[data-severity=block]")
    expect(findings).to_have_count(2)
    expect(page.locator(".looked + .previews")).to_be_visible()  # on a phone, too, nobody approves before reading them
    first = findings.filter(has_text="CHF 1990")
    first.locator("summary").click()
    first.get_by_label("What proves it, in a sentence").fill("Price list of 1 November")
    first.get_by_role("button", name="Keep it as evidence").click()
    expect(findings).to_have_count(1)
    expect(page.locator("#claims")).to_contain_text("Price list of 1 November")
    findings.first.locator("summary").click()
    findings.first.get_by_label("Or take it on yourself: why?").fill("Our terms say so")
    findings.first.get_by_role("button", name="I answer for it").click()
    expect(findings).to_have_count(0)
    expect(page.locator("#claims")).to_contain_text("taken on by")
