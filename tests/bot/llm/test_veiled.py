"""No provider reads personal data, on every wire; people read the real values, whatever comes back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from pydantic import BaseModel

from bot.llm.chat_models import ModelChoice, build_model
from bot.llm.errors import ModelScrambled
from bot.llm.structured import structured
from bot.privacy import Veil
from tests.bot.llm.agents import Turn, Waits, build_agent, run
from tests.bot.llm.wires import WIRES, Wire
from tests.fakes.model_server import Call, Request, Say

every_wire = pytest.mark.parametrize("wire", WIRES, ids=str)

PHONE, MAIL, IBAN = "+41 44 668 18 00", "anna.meier@velo.example", "CH93 0076 2011 6238 5295 7"
ASKED = f"Tell people to ring {PHONE} or write to {MAIL}. Donations: {IBAN}"
SECRETS = (PHONE, "668 18 00", MAIL, "anna.meier", IBAN, "0076 2011")


class Copy(BaseModel):
    """Copy."""

    text: str
    lines: list[str]


def tokens(request: Request) -> dict[str, str]:
    """Kind → the token that the provider read; a scripted model copies it from there, as a real one would."""
    words = json.dumps(request.body, ensure_ascii=False)
    found = {}
    for kind in ("PHONE", "EMAIL", "IBAN"):
        at = words.upper().index(f"{kind}X")
        found[kind] = words[at : at + len(kind) + 9]
    return found


def unread(request: Request) -> None:
    words = json.dumps(request.body, ensure_ascii=False)
    assert not [secret for secret in SECRETS if secret in words]


async def said(model: BaseChatModel, messages: list[Any], *, stream: bool) -> AIMessage:
    if not stream:
        answer = await model.ainvoke(messages)
        assert isinstance(answer, AIMessage)
        return answer
    whole: Any = None
    async for chunk in model.astream(messages):
        whole = chunk if whole is None else whole + chunk
    assert isinstance(whole, AIMessage)
    return whole


@every_wire
async def test_words_go_out_as_tokens_and_come_back_as_they_were(wire: Wire) -> None:
    async with wire.open() as (server, model):
        server.answer = lambda request: Say("Ring {PHONE}, {EMAIL}@private.invalid, {IBAN}.".format(**tokens(request)))
        answer = await said(model, [SystemMessage("You write."), HumanMessage(ASKED)], stream=wire.stream)
        assert answer.text == f"Ring {PHONE}, {MAIL}, {IBAN}."
        unread(server.requests[0])
        assert "copy that word letter by letter" in json.dumps(server.requests[0].body)


@every_wire
async def test_a_tool_runs_with_the_real_values_and_its_history_stays_veiled(wire: Wire) -> None:
    def answer(request: Request) -> Say:
        if request.number == 0:
            return Say(calls=(Call("draft", {"topic": "Ring {PHONE}".format(**tokens(request)), "accounts": ["a_1"]}),))
        return Say("Drafted: ring {PHONE}.".format(**tokens(request)))

    async with wire.open() as (server, model):
        server.answer = answer
        turn = Turn()
        messages = await run(build_agent(model), turn, ASKED, stream=wire.stream)
        assert turn.ran == [("draft", {"topic": f"Ring {PHONE}", "accounts": ["a_1"]})]
        assert messages[-1].text == f"Drafted: ring {PHONE}."
        for request in server.requests:
            unread(request)


@every_wire
async def test_a_structured_answer_is_restored_and_so_is_what_is_asked_again(wire: Wire) -> None:
    def answer(request: Request) -> Say:
        known = tokens(request)
        lines: Any = [known["IBAN"]] if request.number else known["IBAN"]
        value = {"text": "Write to {EMAIL}".format(**known), "lines": lines}
        return Say(calls=(Call("Copy", value),)) if request.body.get("tools") else Say(json.dumps(value))

    if wire.stream:
        pytest.skip("structured answers are not streamed")
    async with wire.open() as (server, model):
        server.answer = answer
        copy = await structured(model, Copy, [HumanMessage(json.dumps({"request": ASKED}))])
        assert copy == Copy(text=f"Write to {MAIL}", lines=[IBAN])
        assert len(server.requests) == 2
        for request in server.requests:
            unread(request)


@pytest.mark.parametrize(
    "mangled",
    [
        lambda token: token.lower(),
        lambda token: token.title(),
        lambda token: token.replace("PHONEX", "PHONE\\_X"),
        lambda token: token.replace("PHONEX", "PHONE-X"),
        lambda token: f"**{token}**",
        lambda token: f"[{token}](tel:{token})",
        lambda token: token[:-1] + ("B" if token[-1] != "B" else "C"),
        lambda token: token[:-1],
    ],
)
async def test_a_token_that_was_copied_badly_is_known_for_what_it_was(mangled: Any) -> None:
    async with WIRES[0].open() as (server, model):
        server.answer = lambda request: Say(f"Ring {mangled(tokens(request)['PHONE'])} now.")
        answer = await said(model, [HumanMessage(ASKED)], stream=False)
        assert PHONE in answer.text and "PHONEX" not in answer.text.upper()


async def test_a_token_that_stands_for_nothing_is_never_shown() -> None:
    async with WIRES[0].open() as (server, model):
        server.answer = lambda request: Say("Ring PHONEXBCDFGHJK today." if request.number < 2 else "Fine.")
        waits = Waits()
        with pytest.raises(ModelScrambled, match="mixed up personal data"):
            await run(build_agent(model, waits=waits), Turn(), ASKED)
        assert len(server.requests) == 2  # it was asked once more
        assert (await run(build_agent(model, waits=waits), Turn(), ASKED))[-1].text == "Fine."


async def test_an_invented_token_is_refused_in_a_stream_too() -> None:
    async with WIRES[0].open() as (server, model):
        server.script(Say("Ring PHONEXBCDFGHJK today."))
        with pytest.raises(ModelScrambled):
            await said(model, [HumanMessage("Hello")], stream=True)


async def test_what_looks_like_a_token_to_begin_with_comes_back_as_it_was_typed_and_stands_for_nobody() -> None:
    token = next(iter(_veil_of(ASKED).values))
    typed = f"{ASKED} And this page says: publish {token} and a@private.invalid"
    async with WIRES[0].open() as (server, model):

        def echo(request: Request) -> Say:
            return Say(str(request.body["messages"][-1]["content"]).partition("publish")[2])

        server.answer = echo
        answer = await said(model, [HumanMessage(typed)], stream=False)
        assert answer.text == f" {token} and a@private.invalid"


async def test_ids_and_times_that_programs_write_go_out_as_they_are() -> None:
    document = {
        "task": "write",
        "seed": "s_0791234567:0",
        "due": "2026-11-27T15:00:00Z",
        "needs": [{"account": "a_0794123456", "limit": 280}],
        "ts": "1732723200.123456",
        "guild": "1175843266458132520",
        "brief": {"request": f"ring {PHONE}"},
    }
    text = _veil_of("").veil(json.dumps(document))
    sent = json.loads(text)
    assert sent.pop("brief") != document.pop("brief")
    assert sent == document


@pytest.mark.parametrize("typed", ['{"id": "%s"}', '{"due": ["%s"]}', '[{"account": "%s"}]', '{"broken": "%s"'])
def test_a_document_that_a_person_pastes_is_no_programs(typed: str) -> None:
    for secret in (PHONE, MAIL, IBAN):
        veil = Veil("")
        sent = veil.veil(typed % secret)
        assert secret not in sent
        assert json.loads(veil.unveil(sent) + "}" * ("broken" in typed)) == json.loads(
            typed % secret + "}" * ("broken" in typed)
        )


async def test_nothing_is_changed_where_nothing_is_personal() -> None:
    async with WIRES[0].open() as (server, model):
        server.script(Say("Hi."))
        history = [
            HumanMessage("20% off until 31 May, 2 to 6 pm, CHF 1'290, EAN 4006381333931, v10.2.0.1"),
            AIMessage("", tool_calls=[{"name": "draft", "args": {"topic": "sale"}, "id": "c_1"}]),
            ToolMessage('{"draft": "d_0791234567"}', tool_call_id="c_1"),
        ]
        await said(model, [SystemMessage("You write."), *history], stream=False)
        sent = server.requests[0].body["messages"]
        assert [each.get("content") for each in sent if each["role"] != "assistant"] == [
            "You write.",
            history[0].content,
            history[2].content,
        ]


async def test_the_offline_model_runs_behind_the_same_veil() -> None:
    model = build_model(ModelChoice.parse("offline"), {})
    answer = await said(model, [HumanMessage(f"please say {PHONE} and {MAIL}")], stream=False)
    streamed = await said(model, [HumanMessage(f"please say {PHONE} and {MAIL}")], stream=True)
    assert answer.text == streamed.text
    assert PHONE in answer.text and MAIL in answer.text and "X" not in answer.text


def _veil_of(text: str) -> Veil:
    veil = Veil(text)
    veil.veil(text)
    return veil
