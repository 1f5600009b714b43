"""Requests that were made in Slack: taken in durably, shown as taken, and answered where they were made."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable
from typing import Final, cast

from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.bootstrap import AdMind
from bot.chat import Asked, Files, MessageRef
from bot.errors import AdMindError
from bot.review.delivering import Undelivered
from bot.words import reading, told
from handlers.chat.edits import Edits
from handlers.chat.taking import take, unread
from handlers.chat.visiting import Visitor
from handlers.slack import kit
from handlers.slack.calling import GONE, Json, SlackRefused, asked
from handlers.slack.files import Fetching
from handlers.slack.messenger import Place, SlackMessenger, keyed
from handlers.slack.pictures import Pictures
from handlers.slack.places import Asking
from handlers.slack.showing import After, Showing, edited
from handlers.slack.streaming import Stream, is_long
from handlers.slack.teams import Teams
from handlers.slack.telling import Page, Telling, pages_of, say, words_as_message

log = logging.getLogger(__name__)
_ID: Final = re.compile(r" \(d_[a-z0-9]{1,20}\)")  # behind a draft's title: here it has a link


class Answering:
    """`bot.chat.Surface` for Slack."""

    def __init__(
        self, admind: AdMind, teams: Teams, telling: Telling, edits: Edits, after: After, uploads: Pictures
    ) -> None:
        self._admind = admind
        self._teams = teams
        self._telling = telling
        self._edits = edits
        self.showing = Showing(teams, edits, after, self._sign_of)
        self._fetching = Fetching(admind, teams)
        self._uploads = uploads

    async def take(
        self, visitor: Visitor, text: str, asking: Asking, *, key: str, about: str = "", brand: str = ""
    ) -> str:
        """As `handlers.chat.taking.take`."""
        return await take(self._admind, visitor, text, asking, key=key, about=about, brand=brand)

    async def sign(self, visitor: Visitor, request: str, asking: Asking) -> None:
        """Show at once that it was heard; what the answer replaces later."""
        if asking.way == "direct" and await self.showing.sign(asking):
            if await self._sign_of(asking.team, request):  # the answer was quicker
                await self.showing.clear(asking)
            return
        try:
            if asking.way != "private":
                await self._standing(request, asking, words_as_message(told("On it…")))
        except AdMindError as error:
            log.info("no sign shown team=%s why=%s", asking.team, error.what)

    async def fetch(self, asked: Asked) -> Files:
        asking = Asking.load(asked.place)
        came = asking is not None and (asking.files or asking.others)
        return await self._fetching.fetch(asked, asking) if asking is not None and came else Files()

    async def reply(self, asked: Asked) -> None:
        asking = Asking.load(asked.place)
        if asking is None:
            return
        member = await self._admind.looking.member(asked.workspace, asked.member)
        with reading(member.language):
            links, lacking = await self._cards(asked, asking)
            text = "\n".join(part for part in (_ID.sub("", asked.reply), unread(asked), lacking) if part)
            if asking.way == "private":
                await self._telling.privately(
                    asking.team,
                    asking.channel,
                    asking.user,
                    text,
                    links=links,
                    buttons=asked.buttons,
                    pictures=await self._pictures(asked, asking),
                    response_url=asking.response_url,
                )
            else:
                await self._in_thread(asked, asking, text, links)

    async def _in_thread(self, found: Asked, asking: Asking, text: str, links: tuple[tuple[str, str], ...]) -> None:
        """In place of the sign of life, or as a message of its own, and below it what that has no room for. Where that
        cannot be, by direct message.
        """
        pages = pages_of(text, links, found.buttons, await self._pictures(found, asking))

        async def send(page: str, given: Json) -> None:
            if not page:
                await self._at_once(found, asking, given)
                return
            messenger, key = await self._messenger(asking.team), f"reply:{found.id}:{page}"
            await messenger.place_once(Place(asking.channel, asking.thread), key, given | keyed(key))

        try:
            streamed = (
                is_long(pages[0].words) and not pages[0].pictures and await self._streamed(found, asking, pages[0])
            )
            await say(pages[1:] if streamed else pages, send, first=1 if streamed else 0)
        except SlackRefused as error:
            if error.retry_after_seconds is not None:
                raise
            log.info("answered elsewhere team=%s why=%s", asking.team, error.code)
            await self._elsewhere(asking, found, f"{text}\n{error.sentence()}".strip(), links)
            if asking.way == "direct":
                await self.showing.clear(asking)
            return
        if len(found.drafts) == 1:
            await self._admind.places.remember(
                "slack", asking.team, asking.channel, asking.thread, draft=found.drafts[0]
            )

    async def _pictures(self, found: Asked, asking: Asking) -> tuple[Json, ...]:
        """The calendar that stands beside the answer, as a block; none where there is none to show."""
        if found.calendar is None:
            return ()
        looking = self._admind.looking
        drawn = await self._admind.calendar_showing.beside(looking, found.workspace, found.member, found.calendar)
        home = await self._teams.home(asking.team)
        file = await self._uploads.fresh(home, drawn.data, "calendar.png") if drawn else ""
        return (kit.picture(file, drawn.alt),) if drawn and file else ()

    async def _at_once(self, found: Asked, asking: Asking, given: Json) -> None:
        ts, fresh = await self._standing(found.id, asking, given)
        if fresh:
            return
        client = await self._teams.client(asking.team)

        async def change() -> None:
            await asked(client.chat_update(channel=asking.channel, ts=ts, **given))

        await self._edits.make(edited(asking, ts), change)  # behind what it shows of its progress

    async def _streamed(self, found: Asked, asking: Asking, page: Page) -> bool:
        """Whether a stream has all of this page. In a thread it takes the place of the sign of life, which goes."""
        sign = await self._sign_of(asking.team, found.id)
        key = f"stream:{found.id}" if sign and asking.way == "thread" else f"reply:{found.id}"
        client, messenger = await self._teams.client(asking.team), await self._messenger(asking.team)
        ts = await Stream(client, asking, page, key=key).shown(messenger)
        if ts and sign and sign != ts:
            await _taken_away(client.chat_delete(channel=asking.channel, ts=sign))
            await self._admind.posted.done(
                found.workspace, messenger.home, f"reply:{found.id}", f"{asking.channel}|{ts}"
            )
        return bool(ts)

    async def _sign_of(self, team: str, request: str) -> str:
        """The ts of what stands for this request; "" before anything does."""
        return await (await self._messenger(team)).standing(f"reply:{request}")

    async def _standing(self, request: str, asking: Asking, given: Json) -> tuple[str, bool]:
        """The message that answers this request, posted like this unless it stands; whether it was now."""
        messenger = await self._messenger(asking.team)
        key = f"reply:{request}"
        known = await messenger.standing(key)
        if known:
            return known, False
        return await messenger.place_once(Place(asking.channel, asking.thread), key, given | keyed(key))

    async def _elsewhere(self, asking: Asking, found: Asked, text: str, links: tuple[tuple[str, str], ...]) -> None:
        """The answer to the person directly, once."""
        messenger = await self._messenger(asking.team)
        place, key = Place(await messenger.direct(asking.user)), f"reply-direct:{found.id}"

        async def send(page: str, given: Json) -> None:
            name = f"{key}:{page}" if page else key
            await messenger.place_once(place, name, given | keyed(name))

        await say(pages_of(text, links, found.buttons), send)

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


async def _taken_away(call: Awaitable[AsyncSlackResponse]) -> None:
    try:
        await asked(call)
    except SlackRefused as error:
        if error.code not in GONE:
            raise
