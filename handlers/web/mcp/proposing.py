"""Tools that propose. What they make goes to the brand's approvers like everything else; what is approved stands.

A request is kept before it is worked on: who waits no longer, or breaks off, finds its answer by its id, and one that
is asked again with its key is the same.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json

from bot.chat import ChatRequest, Upload, new_conversation, own_conversation
from bot.errors import NotAllowed, NotFound
from bot.review.discreet import only_client
from handlers.web.mcp.call import SURFACE, Call
from handlers.web.mcp.drawing import draft_line, draft_shown
from handlers.web.mcp.shapes import Ask, Choose, DraftLine, DraftShown, Move, OneRequest, Outcome, Revise, Reword


async def ask(call: Call, takes: Ask) -> Outcome:
    """Ask AdMind in plain words, as a person would in a chat: write posts, change a draft, say what is planned.

    Drafts that come of it wait for the brand's people. Nothing is approved, published or stopped by it.
    """
    caller = call.caller
    workspace, member = call.who
    request = ChatRequest(
        workspace=workspace,
        brand=call.brand,
        surface=SURFACE,
        member=member,
        conversation=own_conversation(member, call.brand, takes.conversation or new_conversation()),
        text=takes.text,
        uploads=tuple(
            [Upload(sha256=await call.admind.library.mine(workspace, call.brand, each)) for each in takes.images]
        ),
        key=_key(call, takes),
        within=caller.brands,
    )
    return await _outcome(call, await call.admind.desk.receive(request), takes.wait_seconds)


async def look_at_request(call: Call, takes: OneRequest) -> Outcome:
    """The answer to what was asked with `ask`, once it is there."""
    return await _outcome(call, takes.request, takes.wait_seconds)


async def revise_draft(call: Call, takes: Revise) -> DraftShown:
    """Let AdMind reword a draft. Where its posts are approved they stand, and the answer is a new draft beside it."""
    await _of_the_team(call)
    changed = await call.admind.requests.revise(await call.asker(), takes.draft, takes.instruction)
    return await _shown(call, changed.id)


async def reword_draft(call: Call, takes: Reword) -> DraftShown:
    """Your own wording for one account, byte for byte. Where its posts are approved they stand, and the answer is a new
    draft beside it.
    """
    await _of_the_team(call)
    changed = await call.admind.requests.word(await call.asker(), takes.draft, {takes.account: takes.text})
    return await _shown(call, changed.id)


async def move_draft(call: Call, takes: Move) -> DraftShown:
    """Propose another time. Where its posts are approved they stand, and the answer is a new draft beside it."""
    await _of_the_team(call)
    changed = await call.admind.requests.move(await call.asker(), takes.draft, takes.when)
    return await _shown(call, changed.id)


async def choose_wording(call: Call, takes: Choose) -> DraftShown:
    """Take one of a draft's alternative wordings."""
    await _of_the_team(call)
    changed = await call.admind.requests.choose(await call.asker(), takes.draft, takes.number)
    return await _shown(call, changed.id)


async def _of_the_team(call: Call) -> None:
    """Raises NotAllowed for a client's program: what it changed would be out of its sight until the team approves."""
    if only_client(await call.caller.looking.member(*call.who), call.brand):
        raise NotAllowed(
            "A client's program can't change a draft itself.",
            kept="It is as it was.",
            do_next="Ask for the change with `ask`: the team looks at it first.",
        )


async def _shown(call: Call, draft: str) -> DraftShown:
    return draft_shown(await call.caller.looking.draft(*call.who, draft))


async def _outcome(call: Call, request: str, seconds: int) -> Outcome:
    """The request as it stands once it is answered, or after so many seconds. Raises NotFound for another's."""
    caller, desk = call.caller, call.admind.desk
    view = await desk.view(*call.who, request, caller.brands)
    if seconds and view.finished_at is None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                async for _ in desk.events(caller.workspace, request):
                    pass
        view = await desk.view(*call.who, request, caller.brands)
    return Outcome(
        request=view.id,
        conversation=view.conversation.rpartition("/")[2],
        status=view.status,
        reply=view.reply,
        drafts=[line for each in view.drafts if (line := await _line(call, each)) is not None],
    )


async def _line(call: Call, draft: str) -> DraftLine | None:
    try:
        return draft_line(await call.caller.looking.draft(*call.who, draft))
    except NotFound:  # it may be erased by now
        return None


def _key(call: Call, takes: Ask) -> str:
    """Tells a repeat from another request: the token, its own key, and all that was asked."""
    if not takes.key:
        return ""
    asked = json.dumps([call.caller.token, takes.key, call.brand, takes.conversation, takes.text, takes.images])
    return hashlib.sha256(asked.encode()).hexdigest()
