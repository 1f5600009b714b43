"""The one middleware around the agent: what a turn may cost, how often it may try, and what the model gets to read.

Around each model call: the budget is reserved and settled, steps are counted, failures are retried and then taken to
the fallback model, unreadable tool arguments are mended or asked for again, and what can't be answered becomes an error
with sentences for the person. Around each tool call: the person's scope is checked, repeated calls are answered without
running the tool, and a failing tool tells the model sentences, never an exception's text.

Everything about a turn is read off its messages, so one middleware (and one agent) serves many turns at once. Wrap
hooks add no nodes to the graph: a turn with two tools costs half of what the stock middlewares take.

While streaming, the tokens of a call that failed have already gone out when it is tried again: key them by the id of
the message chunk, and drop those of an id that never comes back complete. Waits are announced by the stream writer as
`{"notice": sentence}`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, cast

from langchain.agents.middleware import AgentMiddleware, AgentState, ModelRequest, ModelResponse
from langchain.agents.middleware.types import ToolCallRequest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, SystemMessage, ToolCall, ToolMessage
from langgraph.errors import GraphBubbleUp
from langgraph.types import Command
from langgraph.typing import ContextT
from pydantic import BaseModel, ValidationError

from bot.errors import AdMindError, unexpected
from bot.llm.budget import OverBudget, Payer, Spending, TokenBudget, estimate_tokens, paid
from bot.llm.chat_models import choice_of
from bot.llm.errors import NOTHING_SENT, ModelMisconfigured, ModelMuddled, ModelUnavailable, TurnStopped
from bot.llm.failures import Failure, read_answer, was_cut_for_length
from bot.llm.json_repair import repair_object
from bot.llm.raw_calls import hearing
from bot.llm.retry import RetryPolicy, Unusable, call_models
from bot.words import retold

ToolResult = ToolMessage | Command[Any]

RECURSION_LIMIT: Final = 60
"""Pass it as `config={"recursion_limit": …}`: the graph's own default is 9,999."""

_BAD_ARGUMENTS: Final = "Error invoking tool"  # how LangGraph's sentence about arguments begins
_LAST_STEP: Final = (
    "This is your last step in this turn. Do not call a tool. Say in words what was done and what is still open."
)
_REPEATED: Final = (
    "This call was not run: you made it before with exactly these arguments, and its result is above. "
    "Use that result, change the arguments, or answer the person."
)


@dataclass(frozen=True)
class TurnLimits:
    """`steps`: model calls in a turn. `same_call`: runs of one call with the same arguments. `refused_repeats`: how
    many repeated calls are answered before the turn is stopped.
    """

    steps: int = 12
    same_call: int = 3
    refused_repeats: int = 3
    tool_result_characters: int = 24_000


class TurnPolicy(AgentMiddleware[AgentState[Any], ContextT, Any], Generic[ContextT]):
    """`payer(turn)` says on whose account it goes; `allow(tool_name, turn)` gives the reason why this person may not
    use the tool now, or None. Both see the agent's context as it is at that moment, so a turn that has read untrusted
    text can lose its tools half-way.

    Raises out of `agent.ainvoke`/`astream`: OverBudget, TurnStopped, and the model errors of `bot.llm.errors`.
    """

    def __init__(
        self,
        *,
        budget: TokenBudget,
        payer: Callable[[ContextT], Payer],
        allow: Callable[[str, ContextT], str | None],
        fallback: BaseChatModel | None = None,
        limits: TurnLimits | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        super().__init__()
        self._budget = budget
        self._payer = payer
        self._allow = allow
        self._fallback = fallback
        self._limits = limits or TurnLimits()
        self._retry = retry or RetryPolicy()

    async def awrap_model_call(
        self,
        request: ModelRequest[ContextT],
        handler: Callable[[ModelRequest[ContextT]], Awaitable[ModelResponse[Any]]],
    ) -> ModelResponse[Any]:
        turn = this_turn(request.messages)
        steps = sum(isinstance(message, AIMessage) for message in turn)
        self._stop_if_stuck(turn, steps)
        last = steps + 1 >= self._limits.steps
        if last:
            said = request.system_message.text if request.system_message else ""
            request = request.override(system_message=SystemMessage(content=f"{said}\n\n{_LAST_STEP}".strip()))
        response = await self._paid_call(request, handler)
        if last and any(isinstance(message, AIMessage) and message.tool_calls for message in response.result):
            raise self._out_of_steps()
        return response

    async def awrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], Awaitable[ToolResult]]
    ) -> ToolResult:
        call = request.tool_call
        refused = self._allow(call["name"], cast("ContextT", request.runtime.context))
        if refused is not None:
            return _tell(call, f"Not allowed: {refused} Tell the person; do not try another way.")
        if self._is_repeated(call, this_turn(_messages(request.state))):
            return _tell(call, _REPEATED, repeated=True)
        try:
            result = await handler(request)
        except (GraphBubbleUp, OverBudget, TurnStopped, ModelUnavailable, ModelMisconfigured):
            raise  # no model could tell the person of it: the turn ends, and its request can be tried again
        except AdMindError as error:
            return _tell(call, retold(error.sentence()))
        except Exception as error:
            return _tell(call, unexpected(error, f"running {call['name']}").sentence())
        return self._sanitised(request, result)

    async def _paid_call(
        self,
        request: ModelRequest[ContextT],
        handler: Callable[[ModelRequest[ContextT]], Awaitable[ModelResponse[Any]]],
    ) -> ModelResponse[Any]:
        """The call with its retries and its fallback, paid for."""
        models = [request.model, *([self._fallback] if self._fallback is not None else [])]
        estimate = estimate_tokens(request.messages, len(request.tools))
        async with paid(self._budget, self._payer(request.runtime.context), estimate) as spending:

            async def call(model: BaseChatModel) -> ModelResponse[Any]:
                # Overriding costs: the request is copied with all warnings filters saved and restored.
                same = model is request.model
                return await self._usable(request if same else request.override(model=model), handler, spending)

            def on_failure(model: BaseChatModel, failure: Failure, wait_seconds: float | None) -> None:
                if failure.spent:
                    spending.lost(model)
                if wait_seconds is not None and wait_seconds >= 1:
                    notice = f"{failure.error.what} Trying again in {round(wait_seconds)} s …"
                    request.runtime.stream_writer({"notice": notice})

            return await call_models(models, call, self._retry, on_failure=on_failure)

    async def _usable(
        self,
        request: ModelRequest[ContextT],
        handler: Callable[[ModelRequest[ContextT]], Awaitable[ModelResponse[Any]]],
        spending: Spending,
    ) -> ModelResponse[Any]:
        """An answer that can be acted on; asks once more when tool arguments can't be read. Raises Unusable."""
        message, broken = await _answer(request, handler, spending)
        if broken:
            again = [*request.messages, *_correction(message, broken)]
            message, broken = await _answer(request.override(messages=again), handler, spending)
        if broken:
            raise Unusable(Failure(ModelMuddled(), elsewhere=True))
        return ModelResponse(result=[message])

    def _stop_if_stuck(self, turn: Sequence[AnyMessage], steps: int) -> None:
        if steps >= self._limits.steps:
            raise self._out_of_steps()
        repeats = sum(isinstance(message, ToolMessage) and _is_marked(message) for message in turn)
        if repeats >= self._limits.refused_repeats:
            raise TurnStopped(
                "I was going round in circles and stopped.",
                kept=NOTHING_SENT,
                do_next="Tell me in other words what you need, one step at a time.",
            )

    def _out_of_steps(self) -> TurnStopped:
        return TurnStopped(
            f"I took {self._limits.steps} steps and was not done, so I stopped.",
            kept=NOTHING_SENT,
            do_next="Ask me to go on from there, or split the request.",
        )

    def _is_repeated(self, call: ToolCall, turn: Sequence[AnyMessage]) -> bool:
        """Whether the same call has just been made with success, or has been made too often. Looking again after
        something else was done is no repetition; nor is a second try of what failed.
        """
        failed = {m.tool_call_id for m in turn if isinstance(m, ToolMessage) and m.status == "error"}
        earlier: list[ToolCall] = []
        for known in (known for m in turn if isinstance(m, AIMessage) for known in m.tool_calls):
            if known["id"] == call["id"]:
                break
            earlier.append(known)
        same = [known for known in earlier if known["name"] == call["name"] and known["args"] == call["args"]]
        if len(same) >= self._limits.same_call:
            return True
        return bool(same) and same[-1] is earlier[-1] and same[-1]["id"] not in failed

    def _sanitised(self, request: ToolCallRequest, result: ToolResult) -> ToolResult:
        """A capped result. LangChain takes a ValidationError raised inside a tool for bad arguments and would show its
        text, with whatever data failed, to the model: when the arguments do fit, it was the tool.
        """
        if not isinstance(result, ToolMessage):
            return result
        if result.status == "error" and result.text.startswith(_BAD_ARGUMENTS) and _fits(request):
            error = RuntimeError("a tool raised ValidationError")
            return _tell(request.tool_call, unexpected(error, f"running {request.tool_call['name']}").sentence())
        limit = self._limits.tool_result_characters
        if isinstance(result.content, str) and len(result.content) > limit:
            shortened = result.content[:limit] + "\n[cut: the rest did not fit]"
            return result.model_copy(update={"content": shortened})
        return result


def this_turn(messages: Sequence[AnyMessage]) -> Sequence[AnyMessage]:
    """What came after the person's last message."""
    for index in range(len(messages) - 1, -1, -1):
        if isinstance(messages[index], HumanMessage):
            return messages[index + 1 :]
    return messages


def mend_tool_calls(message: AIMessage) -> AIMessage:
    """The message with every unreadable tool call that can be read without guessing turned into a real one. An answer
    that was cut for its length is left alone: what is missing can't be known.
    """
    if not message.invalid_tool_calls or was_cut_for_length(message):
        return message
    calls, broken = list(message.tool_calls), []
    for number, invalid in enumerate(message.invalid_tool_calls):
        args = repair_object(invalid.get("args") or "")
        name = invalid.get("name")
        if args is None or not name:
            broken.append(invalid)
        else:
            calls.append(ToolCall(name=name, args=args, id=invalid.get("id") or f"mended_{number}", type="tool_call"))
    return message.model_copy(update={"tool_calls": calls, "invalid_tool_calls": broken})


async def _answer(
    request: ModelRequest[ContextT],
    handler: Callable[[ModelRequest[ContextT]], Awaitable[ModelResponse[Any]]],
    spending: Spending,
) -> tuple[AIMessage, list[str]]:
    """The answer with its calls mended, and the names of those that can't be. Raises Unusable."""
    with hearing() as heard:
        response = await handler(request)
    message = next(message for message in reversed(response.result) if isinstance(message, AIMessage))
    spending.answered(message, request.model)
    failure = read_answer(message, choice_of(request.model))
    if failure is not None:
        raise Unusable(Failure(failure.error, failure.again, failure.elsewhere))  # paid for already
    message = mend_tool_calls(heard.truthful(message))
    return message, [invalid.get("name") or "a tool" for invalid in message.invalid_tool_calls]


def _correction(message: AIMessage, broken: Sequence[str]) -> list[AnyMessage]:
    """As plain messages: providers differ in how a call that can't be read may be shown to them again."""
    why = "did not fit your limit, so write less" if was_cut_for_length(message) else "are not valid JSON"
    names = ", ".join(f"`{name}`" for name in broken)
    return [
        AIMessage(content=message.text or f"(a call of {names} with unreadable arguments)"),
        HumanMessage(
            content=f"Nothing was run: the arguments of {names} {why}. "
            "Make the call again with complete, valid JSON arguments, or answer in words."
        ),
    ]


def _messages(state: Any) -> Sequence[AnyMessage]:
    found: Sequence[AnyMessage] = state["messages"] if isinstance(state, dict) else state
    return found


def _tell(call: ToolCall, sentence: str, *, repeated: bool = False) -> ToolMessage:
    return ToolMessage(
        content=sentence,
        name=call["name"],
        tool_call_id=call["id"] or "",
        status="error",
        artifact={"repeated": True} if repeated else None,
    )


def _is_marked(message: ToolMessage) -> bool:
    return isinstance(message.artifact, dict) and message.artifact.get("repeated") is True


def _fits(request: ToolCallRequest) -> bool:
    """Whether the model's arguments satisfy the tool's schema."""
    schema = request.tool.tool_call_schema if request.tool is not None else None
    if not (isinstance(schema, type) and issubclass(schema, BaseModel)):
        return False
    try:
        schema.model_validate(request.tool_call["args"])
    except ValidationError:
        return False
    return True
