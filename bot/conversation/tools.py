"""The agent's tools: thin doors to the workflow. None approves, publishes, pauses or connects.

Each answers with a compact JSON document that a model can speak from. An AdMindError goes through to the policy around
the tools, which hands its sentence to the model.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from langchain_core.tools import BaseTool, tool
from langgraph.prebuilt import ToolRuntime
from pydantic import BaseModel, ConfigDict, Field

from bot.checks.addresses import find_addresses
from bot.conversation.finding import explain, find
from bot.conversation.proposal_tools import PROPOSAL_TOOLS
from bot.conversation.telling import told
from bot.conversation.turn import Turn
from bot.drafting.tidying import without_unknown
from bot.errors import BadInput
from bot.llm.campaigns import campaign_of, without_campaign
from bot.when import Unclear, resolve, say
from bot.words import words
from bot.workflow.requests import Asker, Idea, Quoting
from storage.drafts import Brief, Document, Draft

Runtime = ToolRuntime[Turn, Any]
LINK: Final = re.compile(r"https?://[^\s<>\"“”«»]+", re.I)
Short = Annotated[str, Field(max_length=200)]
Line = Annotated[str, Field(max_length=600)]
LINK_THERE: Final = frozenset({"link", "the link", "url", "der link", "den link"})
DraftId = Annotated[str, Field(max_length=40)]


class PostIdea(BaseModel):
    """One post, in the person's own words."""

    model_config = ConfigDict(extra="ignore")

    topic: Line = Field(
        "", description="what it is about, e.g. our spring sale; empty when there is only a link or a file"
    )
    goal: Literal["announce", "promote", "invite", "inform", "thank", "hire", "remind", "ask"] = "announce"
    facts: list[Line] = Field(default_factory=list, max_length=20, description="each claim as the person stated it")
    offer: Line = Field("", description="e.g. 20% off all bikes")
    deadline: Short = Field("", description="until when the offer runs, as stated")
    link: str = Field("", max_length=2000, description="verbatim from the message")
    audience: Short = ""
    tone: Short = Field("", description="only when asked for, e.g. playful")
    language: str = Field("", max_length=20, description="BCP 47 of the post")
    hashtags: list[Short] = Field(default_factory=list, max_length=10)
    call_to_action: Short = ""
    verbatim: str = Field("", max_length=10_000, description="wording that must be used exactly as it is")
    image: Literal["none", "card", "upload", "generate", "library"] = Field(
        "none",
        description="card: drawn, the usual one; upload: the picture that came along; generate: only when the person "
        "asks for a generated or AI picture; library: a picture of the media library that the person names",
    )
    library: Short = Field("", description="name or tag of the library's picture, as the person said it")
    image_wish: Line = Field("", description="what the picture shall show, or shows, in the person's words")
    image_words: bool = Field(False, description="words over a generated picture; only when the person wants them")
    first_comment: Line = Field("", description="words for a first comment, verbatim; link: the link goes there")
    accounts: list[Short] = Field(default_factory=list, max_length=20, description="as the person named them")
    when: Short = Field("", description="the phrase about the posting time, verbatim; empty when none was said")
    angle: Short = Field("", description="for several posts on one topic: what sets this one apart")


@tool(parse_docstring=True)
async def draft_posts(
    posts: Annotated[list[PostIdea], Field(min_length=1, max_length=12)],
    runtime: Runtime,
    variants: Annotated[int, Field(ge=1, le=5)] = 1,
) -> str:
    """Write drafts, one for each post idea, and put them up for approval.

    Args:
        posts: One idea for each post that the person wants.
        variants: How many wordings to choose from; more than 1 only when the person asks for it.
    """
    turn = runtime.context
    ideas = [
        Idea(
            brief=_brief(post, turn), accounts=tuple(post.accounts), when=post.when, variants=variants, angle=post.angle
        )
        for post in posts
    ]
    drafts = await turn.doors.draft(_asker(runtime), ideas)
    await turn.note([draft.id for draft in drafts])
    return _json(
        {"did": "drafted", "asked_from": turn.asker.surface, "drafts": [await told(draft, turn) for draft in drafts]}
    )


@tool(parse_docstring=True)
async def revise_draft(
    instruction: Annotated[str, Field(max_length=2000)],
    runtime: Runtime,
    draft: DraftId = "",
    wording: Annotated[str, Field(max_length=10_000)] = "",
    account: Short = "",
    shows: Line = "",
) -> str:
    """Change the text of a draft. Pictures that came along take the place of its own.

    Args:
        instruction: What to change, in the person's words; empty when it is only the picture.
        draft: The draft's id; empty for the latest one in this conversation.
        wording: The exact new text, only when the person gave it word for word.
        account: Only this account's version; empty for all of them.
        shows: What its picture shows, when the person says so.
    """
    turn, draft_id = runtime.context, _meant(draft, runtime.context)
    uploads = tuple(upload.sha256 for upload in turn.uploads)
    if uploads or shows.strip():
        depicted = await turn.doors.depict(_asker(runtime), draft_id, uploads, shows)
        if not (wording.strip() or instruction.strip()):
            return await _changed("revised", depicted, turn)
        draft_id = depicted.id
    if wording.strip():
        changed = await turn.doors.word(_asker(runtime), draft_id, await _texts(turn, draft_id, wording, account))
    else:
        try:
            changed = await turn.doors.revise(_asker(runtime), draft_id, instruction)
        except Quoting as question:
            turn.asides.append(words(turn.asker.language).said(question.sentence()))
            return _json({"did": "asked", "say": words(turn.asker.language).text("One question first:")})
    return await _changed("revised", changed, turn)


@tool(parse_docstring=True)
async def reschedule_draft(when: Short, runtime: Runtime, draft: DraftId = "") -> str:
    """Give a draft another time.

    Args:
        when: The person's phrase, verbatim, e.g. Friday 3pm.
        draft: The draft's id; empty for the latest one in this conversation.
    """
    turn = runtime.context
    return await _changed("moved", await turn.doors.move(_asker(runtime), _meant(draft, turn), when), turn)


@tool(parse_docstring=True)
async def choose_option(number: Annotated[int, Field(ge=1, le=20)], runtime: Runtime, draft: DraftId = "") -> str:
    """Take one of a draft's alternative wordings.

    Args:
        number: Which one, counted from 1.
        draft: The draft's id; empty for the latest one in this conversation.
    """
    turn = runtime.context
    return await _changed("chosen", await turn.doors.choose(_asker(runtime), _meant(draft, turn), number), turn)


@tool(parse_docstring=True)
async def look_up(
    what: Literal["scheduled", "published", "drafts", "problems"], runtime: Runtime, period: Short = ""
) -> str:
    """See what is planned, what went out, what waits for a decision, or what went wrong.

    Args:
        what: What to look for.
        period: The person's phrase, e.g. this week; empty for the usual one.
    """
    return _json(await find(what, period, runtime.context))


@tool(parse_docstring=True)
async def explain_draft(runtime: Runtime, draft: DraftId = "") -> str:
    """Say how a draft stands: why it is blocked, what it waits for, why it is not out.

    Args:
        draft: The draft's id; empty for the latest one in this conversation.
    """
    return _json(await explain(_meant(draft, runtime.context), runtime.context))


@tool(parse_docstring=True)
async def resolve_time(phrase: Short, runtime: Runtime) -> str:
    """Read a phrase about time, such as next Tue 9am CET.

    Args:
        phrase: The phrase, verbatim.
    """
    turn = runtime.context
    asker = turn.asker
    found = resolve(phrase, now=turn.now, zone=asker.zone, language=asker.language)
    if isinstance(found, Unclear):
        raise BadInput(found.question)
    times = [say(instant, found.zone, asker.language, now=turn.now) for instant in found.instants[:12]]
    return _json({"did": "resolved", "times": times, "notes": list(found.notes), "say": ", ".join(times) or phrase})


@tool(parse_docstring=True)
async def advise_next(runtime: Runtime) -> str:
    """Say what the team had better post next, from its numbers, its mix and open slots. Changes nothing."""
    turn = runtime.context
    if turn.advise is None:
        raise BadInput("Nothing is learned from posts here.")
    # Below the answer, unread by the model: topics and titles may hold a page's or a feed's words.
    turn.asides.append(await turn.advise(turn.asker))
    return _json({"did": "advised", "say": words(turn.asker.language).text("This is what your own posts suggest:")})


TOOLS: Final[tuple[BaseTool, ...]] = (
    draft_posts,
    revise_draft,
    reschedule_draft,
    choose_option,
    look_up,
    explain_draft,
    resolve_time,
    advise_next,
    *PROPOSAL_TOOLS,
)


def _asker(runtime: Runtime) -> Asker:
    """The asker, telling progress through the turn's stream."""
    write = runtime.stream_writer

    async def report(sentence: str) -> None:
        write({"progress": sentence})

    return runtime.context.reporting(report)


def _brief(post: PostIdea, turn: Turn) -> Brief:
    """The idea as a brief. A link that no person wrote is left out; the request is the person's own words."""
    links = _links_in(turn.words)
    link = post.link if post.link and post.link in turn.said else ""
    if post.link not in links and post.link in _links_in(turn.said):  # spoken of earlier in the conversation
        links = (*links, post.link)
    uploads = tuple(upload.sha256 for upload in turn.uploads)
    image = post.image if post.image != "library" else "card"
    if image == "upload" and not uploads:
        image = "card"
    language = post.language if re.fullmatch(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}", post.language) else ""
    return Brief(
        request=turn.verbatim or turn.words,
        topic=post.topic,
        goal=post.goal,
        facts=tuple(fact for fact in map(without_campaign, post.facts) if fact.strip()),
        offer=post.offer,
        deadline=post.deadline,
        link=link,
        links=links[:20],
        audience=post.audience,
        tone=post.tone,
        language=language or turn.around.language,
        hashtags=tuple("#" + tag.lstrip("#") for tag in post.hashtags if tag.strip("# ")),
        call_to_action=post.call_to_action,
        verbatim=post.verbatim,
        image=image,
        image_wish=post.image_wish,
        image_words=image == "generate" and post.image_words,
        uploads=uploads if image == "upload" else (),
        library=post.library if post.image == "library" else "",
        documents=tuple(Document(sha256=each.sha256, name=each.name, mime=each.mime) for each in turn.documents),
        campaign=campaign_of(turn.words)[:100],
        first_comment=_comment(post, link, turn),
    )


def _comment(post: PostIdea, link: str, turn: Turn) -> str:
    """What goes into the first comment: the link, or words. Raises BadInput with a question where it lacks its link."""
    wanted = post.first_comment.strip()
    if wanted.casefold() in LINK_THERE:
        if not link:
            raise BadInput("Which link goes into the first comment?")
        return link
    return without_unknown(wanted, (turn.said, *_links_in(turn.words)))


def _links_in(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.text for each in find_addresses(text) if LINK.fullmatch(each.text)))


def _meant(draft: str, turn: Turn) -> str:
    """The draft's id, or that of the latest in this conversation. Raises BadInput with a question."""
    if draft.strip():
        return draft.strip()
    known = turn.around.drafts
    latest = turn.made[-1] if turn.made else turn.around.focus or (known[-1].id if known else "")
    if not latest:
        raise BadInput("There is no draft in this conversation yet. Which one do you mean? Its id is enough.")
    return latest


async def _texts(turn: Turn, draft_id: str, wording: str, account: str) -> Mapping[str, str]:
    """The new text by account id, for one account or for all of the draft."""
    view = await turn.windows.draft(turn.asker.workspace, turn.asker.member, draft_id)
    wanted = account.strip().casefold().lstrip("@")
    chosen = [
        version.account
        for version in view.versions
        if not wanted or wanted in (version.account.casefold(), version.account_name.casefold(), version.channel)
    ]
    if not chosen:
        there = ", ".join(version.account_name for version in view.versions)
        raise BadInput(f"This draft has no version for that account. Which one: {there}?", kept="It is as it was.")
    return dict.fromkeys(chosen, wording)


async def _changed(did: str, draft: Draft, turn: Turn) -> str:
    await turn.note([draft.id])
    return _json({"did": did, "asked_from": turn.asker.surface, "draft": await told(draft, turn)})


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
