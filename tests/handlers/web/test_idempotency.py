"""An Idempotency-Key: the same write is carried out once and answered the same, however often it is repeated."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import httpx2

from tests.handlers.serving import API, Served


def test_a_repeated_write_is_answered_and_not_repeated(running: Served, decider: httpx2.Client) -> None:
    draft = running.draft()
    body = {"verdict": "reject", "digest": draft["digest"], "reason": "no"}
    headers = {"Idempotency-Key": str(uuid4())}
    first = decider.post(f"{API}/drafts/{draft['id']}/decisions", json=body, headers=headers)
    again = decider.post(f"{API}/drafts/{draft['id']}/decisions", json=body, headers=headers)
    assert first.status_code == again.status_code == 200 and first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true" and "idempotency-replayed" not in first.headers


def test_two_asks_under_one_key_are_one_request(proposer: httpx2.Client) -> None:
    headers = {"Idempotency-Key": str(uuid4())}
    asks = [proposer.post(f"{API}/requests", json={"text": "what is planned?"}, headers=headers) for _ in range(3)]
    assert len({answer.json()["id"] for answer in asks}) == 1


def test_a_key_stands_for_one_write_alone(proposer: httpx2.Client) -> None:
    headers = {"Idempotency-Key": str(uuid4())}
    assert proposer.post(f"{API}/requests", json={"text": "one"}, headers=headers).status_code == 202
    other = proposer.post(f"{API}/requests", json={"text": "two"}, headers=headers)
    assert other.status_code == 422 and "Idempotency-Key" in other.json()["detail"]
    elsewhere = proposer.post(f"{API}/pause", json={"scope": "topic:none"}, headers=headers)
    assert elsewhere.status_code == 422


def test_anothers_key_is_another(running: Served, proposer: httpx2.Client, decider: httpx2.Client) -> None:
    headers = {"Idempotency-Key": str(uuid4())}
    asks = [client.post(f"{API}/requests", json={"text": "hello"}, headers=headers) for client in (proposer, decider)]
    assert asks[0].json()["id"] != asks[1].json()["id"]


def test_at_the_same_moment_one_is_carried_out(running: Served) -> None:
    key, token = str(uuid4()), running.token("read", "propose")

    def ask(_: int) -> httpx2.Response:
        with running.client(token, **{"Idempotency-Key": key}) as client:
            return client.post(f"{API}/requests", json={"text": "what is planned?"})

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))
    assert {answer.status_code for answer in answers} <= {202, 409}
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 202}) == 1


def test_what_was_refused_leaves_the_key_free(running: Served, decider: httpx2.Client) -> None:
    draft = running.draft()
    headers = {"Idempotency-Key": str(uuid4())}
    path = f"{API}/drafts/{draft['id']}/decisions"
    stale = {"verdict": "hold", "digest": "0" * 64}
    assert decider.post(path, json=stale, headers=headers).status_code == 409
    good = decider.post(path, json=stale | {"digest": draft["digest"]}, headers=headers)
    assert good.status_code == 200, good.text


def test_a_key_of_any_length_is_not_taken(proposer: httpx2.Client) -> None:
    answer = proposer.post(f"{API}/requests", json={"text": "x"}, headers={"Idempotency-Key": "k" * 201})
    assert answer.status_code == 422


def test_a_picture_that_is_sent_again_is_kept_once(running: Served, proposer: httpx2.Client) -> None:
    headers = {"Idempotency-Key": str(uuid4()), "Content-Type": "image/png"}
    from tests.handlers.web.test_media import png

    answers = [proposer.post(f"{API}/media", content=png(), headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201] and answers[0].json() == answers[1].json()
