"""Internal, then client, across platforms: the agency is in Slack, its client in Discord."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from bot.chat import DecisionRequest, Draft, Identified, Member, Role, Verdict
from tests.fakes.discord.places import Place
from tests.fakes.discord.pressing import Person
from tests.fakes.discord.records import Channel
from tests.fakes.slack.pressing import Person as InSlack
from tests.fakes.waiting import until
from tests.handlers.both.office import ASK, NO, YES, Both, DiscordCard, SlackCard, joined
from tests.handlers.discord.acting import press, texts_of, whispered
from tests.handlers.discord.office import told
from tests.handlers.slack.office import all_of as in_slack_all_of

SECRET = "pelican"  # what the team calls the client among itself
TEAM = re.compile(r"\b(ana|tim|ben)\b", re.IGNORECASE)


class Clients:
    """Carl is the client. His server has one room of the brand's, `shop`, for clients; Ben approves in the agency."""

    def __init__(self, both: Both, house: Place, shop: Channel, carl: Person, ben: InSlack) -> None:
        self.both, self.house, self.shop, self.carl, self.ben = both, house, shop, carl, ben

    async def member(self) -> Member:
        who = Identified(platform="discord", team=str(self.house.id), user=str(self.carl.id))
        found = await self.both.admind.homes.member(who)
        assert found is not None
        return found

    def cards(self) -> list[DiscordCard]:
        return self.both.discord_cards(self.shop)

    async def card(self, count: int = 1) -> DiscordCard:
        await until(lambda: len(self.cards()) >= count, f"{count} cards for the client", seconds=20)
        return self.cards()[-1]

    async def in_slack(self, count: int = 1) -> SlackCard:
        await until(lambda: len(self.both.slack_cards()) >= count, f"{count} cards in Slack", seconds=20)
        return self.both.slack_cards()[-1]

    async def ask(self) -> SlackCard:
        before = len(self.both.slack_cards())
        await self.both.tim.slash(self.both.lounge, "/admind", ASK)
        return await self.in_slack(before + 1)

    async def distinct(self) -> None:
        """Ana says that Carl is nobody of the agency."""
        owner = await self.both.owner()
        await self.both.admind.kinship.vouch(self.both.workspace, owner.id, (await self.member()).id, distinct=True)

    def overheard(self) -> str:
        """Everything that stands, or ever stood, anywhere in the client's server, or was said to its people."""
        messages = [each for room in self.house.guild.channels.values() for each in room.messages.values()]
        messages += [whisper for room in self.house.guild.channels.values() for whisper in room.whispers]
        messages += [*self.carl.heard(), *self.house.owner.heard()]
        names = [room.name for room in self.house.guild.channels.values()]
        return "\n".join([*names, *(text for each in messages for text in (each.words, *each.versions))])


@pytest.fixture
async def clients(strangers: Both) -> Clients:
    both = strangers
    ben = both.slack.person("ben")
    await both.works(both.tim, Role.requester)
    await both.works(ben, Role.approver)
    await joined(both)
    shop, carl, owner, team = (
        both.velo.room("with-the-agency"),
        both.velo.person("carl"),
        await both.owner(),
        str(both.velo.id),
    )
    await both.admind.homes.tie(both.workspace, owner, "discord", team, str(shop.id), shop.name, both.brand, "client")
    await both.works(carl, Role.client)
    await both.rules(client_approvals=1)
    return Clients(both, both.velo, shop, carl, ben)


def by(both: Both, draft: Draft, member: Member, verdict: Verdict, reason: str = "") -> DecisionRequest:
    """A word with a reason, as a window sends it."""
    return DecisionRequest(
        workspace=both.workspace,
        draft=draft.id,
        member=member.id,
        verdict=verdict,
        digest=draft.digest,
        surface="slack",
        reason=reason,
        at=both.clock.now(),
    )


async def test_the_client_sees_it_once_the_team_has_approved_and_hears_nothing_of_the_talk(clients: Clients) -> None:
    both, carl = clients.both, clients.carl
    await clients.distinct()
    here = await clients.ask()
    await both.tim.reply(here, f"the {SECRET} will hate this")
    await both.tim.reply(here, f"make it shorter, the {SECRET} never reads", mentions=True)
    await until(
        lambda: "shorter" in both.desk.thread(here.ts)[-1].words or len(both.desk.thread(here.ts)) > 2,
        "answered",
        seconds=20,
    )
    here = both.slack_cards()[-1]
    draft = (await both.draft()).id
    refused = await (await carl.slash(clients.shop, "/admind show", draft=draft)).settle()
    assert (
        "There is no draft" in refused.words
        and await carl.suggestions(clients.shop, "/admind show", option="draft") == []
    )
    await clients.ben.react(here, NO)
    await both.status("rejected")
    assert not clients.cards(), "the client hears nothing of a draft that the team has not approved"
    await clients.ben.unreact(here, NO)
    await both.status("waiting")
    await clients.ben.react(here, YES)
    there = await clients.card()
    assert "Approve" in there.words and "Waiting for the client (Carl)" in there.words
    await both.ana.react(here, "hand")
    await both.status("held")
    await until(lambda: "The team is working on it again" in there.words, "no more than that", seconds=20)
    await both.ana.unreact(here, "hand")
    await until(lambda: "Waiting for the client" in there.words, "again", seconds=20)
    carl.react(there, "✅")
    await both.status("approved")
    await until(lambda: "Approved by" in there.words and "Approved by" in here.words, "both say so", seconds=20)
    assert SECRET not in clients.overheard()


async def test_reasons_are_not_the_clients_to_read(clients: Clients) -> None:
    """In nothing that they can open: the card, all of it in full, the list, a question in words."""
    both, carl = clients.both, clients.carl
    await clients.distinct()
    here = await clients.ask()
    await both.tim.reply(here, "move it to Thursday 3pm", mentions=True)
    here = await clients.in_slack(2)
    await clients.ben.react(here, YES)
    there = await clients.card()
    owner, draft = await both.owner(), await both.draft()
    await both.admind.decisions.decide(by(both, draft, owner, Verdict.reject, f"the {SECRET} sulks"))
    await until(lambda: "working on it again" in there.words, "no reason", seconds=20)
    await until(lambda: f"the {SECRET} sulks" in here.words, "the team reads why", seconds=20)
    await both.admind.decisions.decide(by(both, draft, owner, Verdict.withdraw))
    await until(lambda: "Waiting for the client" in there.words, "again", seconds=20)
    shown = await (await carl.slash(clients.shop, "/admind show", draft=draft.id)).settle()
    assert draft.versions[0].text in shown.words and "ben" not in shown.words
    assert "Asked for" not in shown.words
    for words in ("drafts", "calendar", "problems", f"why is {draft.title} waiting?"):
        await (await carl.slash(clients.shop, "/admind ask", words=words)).settle()
    await press(carl, there, "changes")
    await carl.submit(reason="Warmer, please.")
    await both.status("changes")
    seen = await both.admind.looking.draft(both.workspace, (await clients.member()).id, draft.id)
    assert [each.reason for each in seen.decisions] == ["Warmer, please."] and not seen.history
    assert SECRET not in clients.overheard()


async def test_nobody_of_the_team_is_named_to_a_client_anywhere(clients: Clients) -> None:
    """Not on cards in either chat, in no list, and not on what went out: the team speaks as one."""
    both, carl, here_too = clients.both, clients.carl, clients.both.slack.channel("with-carl", clients.both.ana)
    await clients.distinct()
    owner = await both.owner()
    team = both.slack.team.id
    await both.admind.homes.tie(both.workspace, owner, "slack", team, here_too.id, here_too.name, both.brand, "client")
    await clients.ben.react(await clients.ask(), YES)
    there = await clients.card()
    draft = await both.draft()
    await (await carl.slash(clients.shop, "/admind show", draft=draft.id)).settle()
    carl.react(there, "✅")
    await both.status("approved")
    in_slack = both.slack_cards(here_too)[-1]
    await until(lambda: "Approved by the team and Carl" in there.words, "by whom", seconds=20)
    await until(lambda: "Approved by the team and Carl" in in_slack.words, "by whom in Slack", seconds=20)
    await until(lambda: "Approved by Carl and ben" in both.slack_cards()[-1].words, "the team reads names", seconds=20)
    assert draft.due is not None
    both.clock.move_to(draft.due + timedelta(seconds=1))
    await until(lambda: "1 of 1 posted" in there.words and "1 of 1 posted" in in_slack.words, "it is out", seconds=30)
    for words in ("drafts", "posts", "report", "calendar", "problems", "brand"):
        await (await carl.slash(clients.shop, "/admind ask", words=words)).settle()
    shown = await (await carl.slash(clients.shop, "/admind show", draft=draft.id)).settle()
    assert "Carl · approved" in shown.words and "Asked by" not in shown.words
    (post,) = (await both.admind.looking.posts(both.workspace, (await clients.member()).id)).items
    assert post.approved_by == ["Carl"]
    assert not TEAM.search(clients.overheard())
    assert not [each for each in here_too.messages.values() if TEAM.search(in_slack_all_of(each))]


async def test_a_reminder_tells_a_client_no_more_than_their_card(clients: Clients) -> None:
    both, carl = clients.both, clients.carl
    await clients.distinct()
    here = await clients.ask()
    await clients.ben.react(here, YES)
    there, draft = await clients.card(), await both.draft()
    assert draft.decide_by is not None
    both.clock.move_to(draft.decide_by - timedelta(minutes=119))
    reminder = await told(carl, "Still waiting")
    assert "Waiting for the client (Carl)" in reminder.words
    await both.admind.decisions.decide(by(both, draft, await both.owner(), Verdict.hold, f"the {SECRET} sulks"))
    await until(lambda: "working on it again" in there.words, "the card", seconds=20)
    await until(lambda: "working on it again" in reminder.words, "the reminder", seconds=20)
    carl.react(there, "✅")
    await told(carl, "The team is working on it again.")
    await both.admind.decisions.decide(by(both, draft, await both.owner(), Verdict.withdraw))
    await both.status("approved")
    await until(lambda: "Approved by the team and Carl" in reminder.words, "it is over", seconds=20)
    assert SECRET not in clients.overheard() and not TEAM.search(clients.overheard())


async def test_a_clients_own_words_count_as_their_approval_and_take_one_tap_of_the_team(clients: Clients) -> None:
    both, carl = clients.both, clients.carl
    await clients.distinct()
    await clients.ben.react(await clients.ask(), YES)
    there = await clients.card()
    opened = await press(carl, there, "edit")
    assert opened.modal is not None
    (field,) = texts_of(carl)
    given: dict[str, Any] = {field: "Bikes, mended while you wait.\nCome in."}
    await carl.submit(**given)
    await whispered(carl, clients.shop, "Your words count as your approval")
    newer = await clients.in_slack(2)
    assert "Bikes, mended while you wait." in newer.words and "Waiting for" in newer.words
    assert (await both.draft()).status.value == "waiting" and not await both.posts()
    await until(lambda: "Replaced" in there.words, "the client's old card", seconds=20)
    assert len(clients.cards()) == 1, "the team looks first"
    await clients.ben.react(newer, YES)
    await both.status("approved")
    (post,) = await both.posts()
    assert (
        post.payload is not None and (await both.draft()).versions[0].text == "Bikes, mended while you wait.\nCome in."
    )
    last = await clients.card(2)
    await until(lambda: "Approved by" in last.words, "the client sees it", seconds=20)
    trail = await both.admind.history.read(both.workspace, await both.owner(), limit=50)
    assert any(each.details.get("approves") for each in trail.items), "it is written down as an approval"


async def test_the_clients_words_void_what_the_team_had_approved(clients: Clients) -> None:
    both, carl = clients.both, clients.carl
    await clients.distinct()
    here = await clients.ask()
    await clients.ben.react(here, YES)
    there = await clients.card()
    carl.react(there, "✅")
    await both.status("approved")
    await press(carl, there, "edit")
    (field,) = texts_of(carl)
    given: dict[str, Any] = {field: "Bikes, mended."}
    await carl.submit(**given)
    await both.status("waiting")
    assert all(post.state.value == "cancelled" for post in await both.posts())


async def test_a_client_who_may_be_of_the_team_under_another_name_counts_once_an_owner_says_so(
    clients: Clients,
) -> None:
    both = clients.both
    here = await clients.ask()
    await clients.ben.react(here, YES)
    clients.carl.react(await clients.card(), "✅")
    await until(lambda: "may be somebody of the team under another name" in here.words, "a doubt", seconds=20)
    assert (await both.draft()).status.value == "waiting"
    await clients.distinct()
    await both.status("approved")
