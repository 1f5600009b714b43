"""Requests that were made in Slack: taken in durably, shown as taken, and answered where they were made."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from typing import Any, cast

from bot.bootstrap import AdMind
from bot.chat import Asked, ChatRequest, Files, MessageRef
from bot.errors import AdMindError
from bot.review.delivering import Undelivered
from bot.words import reading, told
from handlers.slack.calling import Json, SlackRefused, asked
from handlers.slack.files import Fetching
from handlers.slack.messenger import Place, SlackMessenger
from handlers.slack.people import Visitor
from handlers.slack.places import Asking
from handlers.slack.render import CARD_EVENT
from handlers.slack.teams import Teams
from handlers.slack.telling import Telling, fitting, words_as_message

log = logging.getLogger(__name__)
After = Callable[[Coroutine[Any, Any, None]], None]


class Answering:
    """`bot.chat.Surface` for Slack."""

    def __init__(self, admind: AdMind, teams: Teams, telling: Telling, after: After) -> None:
        self._admind = admind
        self._teams = teams
        self._telling = telling
        self._after = after
        self._fetching = Fetching(admind, teams)

    async def take(
        self, visitor: Visitor, text: str, asking: Asking, *, key: str, about: str = "", brand: str = ""
    ) -> str:
        """Keep a request, once a key; its id. Raises StorageUnavailable, StorageFull."""
        request = await self._admind.desk.receive(
            ChatRequest(
                workspace=visitor.workspace,
                brand=brand,
                surface="slack",
                member=visitor.member.id,
                conversation=asking.conversation,
                text=text,
                key=f"{asking.team}:{key}",
                about=about,
                place=asking.dump(),
                at=self._admind.clock.now(),
            ),
            hand_over=False,
        )
        self._after(self._admind.desk.hand_over(visitor.workspace, request))
        return request

    async def sign(self, visitor: Visitor, request: str, asking: Asking) -> None:
        """Show at once that it was heard; what the answer replaces later."""
        try:
            if asking.way == "direct":
                client = await self._teams.client(asking.team)
                await asked(
                    client.assistant_threads_setStatus(
                        channel_id=asking.channel, thread_ts=asking.thread, status=told("is working on it…")
                    )
                )
                return
        except SlackRefused as error:
            log.info("no status shown team=%s why=%s", asking.team, error.code)
        try:
            if asking.way != "private":
                await self._standing(visitor.workspace, request, asking, told("On it…"))
        except AdMindError as error:
            log.info("no sign shown team=%s why=%s", asking.team, error.what)

    async def fetch(self, asked: Asked) -> Files:
        asking = Asking.load(asked.place)
        return await self._fetching.fetch(asked, asking) if asking is not None and asking.files else Files()

    async def reply(self, asked: Asked) -> None:
        asking = Asking.load(asked.place)
        if asking is None:
            return
        member = await self._admind.looking.member(asked.workspace, asked.member)
        with reading(member.language):
            links, lacking = await self._cards(asked, asking)
            text = "\n".join(part for part in (asked.reply, _unread(asked), lacking) if part)
            if asking.way == "private":
                await self._telling.privately(
                    asking.team, asking.channel, asking.user, text, links=links, response_url=asking.response_url
                )
            else:
                await self._in_thread(asked, asking, text, links)

    async def _in_thread(self, found: Asked, asking: Asking, text: str, links: tuple[tuple[str, str], ...]) -> None:
        """In place of the sign of life, or as a message of its own. Where that cannot be, by direct message."""
        ts = ""

        async def put(given: Json) -> None:
            client = await self._teams.client(asking.team)
            await asked(client.chat_update(channel=asking.channel, ts=ts, **given))

        try:
            ts, fresh = await self._standing(found.workspace, found.id, asking, text or "…", links)
            if not fresh:
                await fitting(words_as_message(text or "…", links), put)
        except SlackRefused as error:
            if error.retry_after_seconds is not None:
                raise
            log.info("answered elsewhere team=%s why=%s", asking.team, error.code)
            await self._elsewhere(asking, found.id, f"{text}\n{error.sentence()}".strip(), links)
            return
        if len(found.drafts) == 1:
            await self._admind.places.remember(
                "slack", asking.team, asking.channel, asking.thread, draft=found.drafts[0]
            )

    async def _elsewhere(self, asking: Asking, request: str, text: str, links: tuple[tuple[str, str], ...]) -> None:
        """The answer to the person directly, once."""
        messenger = await self._messenger(asking.team)
        place, key = Place(await messenger.direct(asking.user)), f"reply-direct:{request}"
        given = words_as_message(text, links) | _metadata(key)
        await fitting(given, lambda said: messenger.place_once(place, key, said))

    async def _standing(
        self, workspace: str, request: str, asking: Asking, text: str, links: tuple[tuple[str, str], ...] = ()
    ) -> tuple[str, bool]:
        """The message that answers this request, posted with these words unless it stands; whether it was now."""
        messenger = await self._messenger(asking.team)
        key = f"reply:{request}"
        known = await self._admind.posted.known(workspace, messenger.home, key)
        if known:
            return known.partition("|")[2], False
        place, given = Place(asking.channel, asking.thread), words_as_message(text, links) | _metadata(key)
        return await fitting(given, lambda said: messenger.place_once(place, key, said))

    async def _messenger(self, team: str) -> SlackMessenger:
        return cast(SlackMessenger, self._admind.open_home(await self._teams.home(team)))

    async def _cards(self, found: Asked, asking: Asking) -> tuple[tuple[tuple[str, str], ...], str]:
        """Links to the cards of its drafts, shown now if they were not; and what keeps them from being shown."""
        links, lacking = [], ""
        home = await self._teams.home(asking.team)
        for draft in found.drafts:
            try:
                await self._admind.board.show(found.workspace, draft, home=home.key)
            except Undelivered as error:
                log.info("card not shown draft=%s why=%s", draft, error.what)
                lacking = next((each.mend for each in error.missed if each.mend), "")
                if not lacking:
                    raise
            record = await self._admind.looking.draft_record(found.workspace, found.member, draft)
            ref = next(
                (each for each in reversed(record.messages) if each.home == home.key and each.digest == record.digest),
                None,
            )
            if ref is not None:
                links.append((told("Look at “{title}”", title=record.title), await self._link(asking.team, ref)))
            elif not lacking:
                lacking = told(
                    "There is no review room yet where cards could wait. An owner chooses one: /admind settings"
                )
        return tuple(links), lacking

    async def _link(self, team: str, ref: MessageRef) -> str:
        client = await self._teams.client(team)
        answer = await asked(client.chat_getPermalink(channel=ref.channel, message_ts=ref.message))
        return str(answer["permalink"])


def _metadata(key: str) -> Json:
    return {"metadata": {"event_type": CARD_EVENT, "event_payload": {"key": key}}}


def _unread(asked: Asked) -> str:
    """Files that nobody understood are named, whatever the answer says."""
    names = [name for name in asked.unread if name not in asked.reply]
    return told("I can't read these files and left them out: {files}", files=", ".join(names)) if names else ""
