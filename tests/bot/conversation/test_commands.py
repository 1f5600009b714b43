"""Commands need no model, are the whole message, and decide nothing."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.conversation import helping
from bot.conversation.commands import COMMANDS, read_command
from bot.llm.around import Around, KnownAccount
from bot.publishing.pause import Pausing
from bot.words import reading
from storage.blobs.files import FileBlobs
from storage.commit import Change, commit
from storage.posts import Post
from storage.sealed import Part, SealedPayload
from storage.stores import PostStore, TeamStore
from storage.team import Member, Role
from tests.bot.conversation.room import Room


@pytest.mark.parametrize(
    ("text", "name", "argument"),
    [
        ("help", "help", ""),
        ("/drafts", "drafts", ""),
        ("admind calendar next week", "calendar", "next week"),
        ("Posts.", "posts", ""),
        ("show d_7k2m9q", "show", "d_7k2m9q"),
        ("approve d_7k2m9q", "approve", "d_7k2m9q"),
        ("pause", "pause", ""),
        ("stop", "pause", ""),
        ("pause everything because the CEO quit", "pause", "everything because the CEO quit"),
        ("pause topic spring sale", "pause", "topic spring sale"),
        ("resume everything", "resume", "everything"),
        ("/admind review", "review", ""),
        ("calendar month", "calendar", "month"),
        ("away until Friday, Ben decides", "away", "until Friday, Ben decides"),
        ("back", "back", ""),
        ("plan next month", "plan", "next month"),
        ("evidence", "evidence", ""),
        ("evidence d_7k2m9q", "evidence", "d_7k2m9q"),
        ("evidence CHF 1990: our price list", "evidence", "CHF 1990: our price list"),
        ("beleg 8:30 Uhr: https://velo.example/zeiten", "evidence", "8:30 Uhr: https://velo.example/zeiten"),
        ("links", "links", ""),
        ("QR AbCdEfGhJk", "qr code", "AbCdEfGhJk"),
        ("qr code https://go.example/l/AbCdEfGhJk", "qr code", "https://go.example/l/AbCdEfGhJk"),
        ("qr code", "qr code", ""),
        (
            "take on clinically tested because the study is here",
            "take on",
            "clinically tested because the study is here",
        ),
    ],
)
def test_a_command_is_known_by_the_whole_message(text: str, name: str, argument: str) -> None:
    found = read_command(text)
    assert found is not None
    assert (found[0].words[0], found[1]) == (name, argument)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "help our customers find the shop",
        "evidence that bikes make happy, post about it",
        "take on a new colleague, announce it",
        "posts about our sale",
        "stop by our shop on Saturday",
        "pause for a coffee with us",
        "plan our launch posts for Mastodon",
        "report on our workshop",
        "brand new bikes are here",
        "studio open day on Sunday",
        "away game on Saturday, announce it",
        "review of our new bike",
        "show our new bikes",
        "drafts beer is here, announce it",
        "approve of our new look? post about it",
        "x" * 100_000,
    ],
)
def test_what_only_begins_like_a_command_is_for_the_agent(text: str) -> None:
    assert read_command(text) is None


def test_every_command_has_help_and_no_name_twice() -> None:
    names = [word for command in COMMANDS for word in command.words]
    assert len(names) == len(set(names))
    assert all(command.help for command in COMMANDS)


@pytest.mark.parametrize("language", ["en", "de"])
def test_each_chats_help_names_every_command_and_fits_a_phone(language: str) -> None:
    around = Around(accounts=(KnownAccount(id="a_1", name="Feed", channel="feed"),))
    speaking = cast(Any, SimpleNamespace(turn=SimpleNamespace(around=around)))
    with reading(language):
        for said in (helping.in_slack(speaking), helping.in_discord(speaking), helping.names(COMMANDS)):
            spoken = said.replace("-", " ")  # Discord's own commands have no spaces
            missing = [each.words[0] for each in COMMANDS if not re.search(rf"\b{each.words[0]}\b", spoken)]
            assert set(missing) <= {"help"}, missing
            assert len(said) <= 1500, len(said)
    assert not re.search(r"\bkampagne neu\b", helping.names(COMMANDS)), "by the names that Discord and Slack know"


async def test_commands_answer_before_any_model_is_there(room: Room) -> None:
    room.desk._agent = None
    for text in ("help", "drafts", "posts", "calendar", "problems", "review", "brand", "studio", "settings", "plan"):
        said = await room.say(text)
        assert said.status == "done", (text, said.reply)
    waiting = await room.say("Announce our café tomorrow 9am")
    assert (waiting.status, "still starting" in waiting.reply) == ("failed", True)


async def test_lists_show_what_there_is(room: Room) -> None:
    made = (await room.say("Announce our café tomorrow 9am")).drafts[0]
    for text in ("drafts", "calendar", "calendar tomorrow", f"show {made}"):
        assert made in (await room.say(text)).reply, text
    assert made not in (await room.say("calendar next month")).reply
    assert "no draft" in (await room.say("show d_zzzzzzzz")).reply


async def test_a_message_does_not_decide(room: Room) -> None:
    made = (await room.say("Announce our café tomorrow 9am")).drafts[0]
    for text in (f"approve {made}", "approve it", "publish it now", "yes", "looks good, go ahead and publish"):
        await room.say(text)
    view = await room.looking.draft(room.workspace.id, room.owner.id, made)
    assert (view.status, view.decisions) == ("waiting", [])


async def test_a_message_stops_but_never_lets_go_on(room: Room) -> None:
    paused = await room.say("pause everything because the CEO quit")
    assert "Paused: everything" in paused.reply
    assert [(p.scope, p.reason) for p in (await room.pausing.now(room.workspace.id)).holding()] == [
        ("workspace", "the CEO quit")
    ]
    assert "admind resume everything" in (await room.say("resume everything")).reply
    assert len((await room.pausing.now(room.workspace.id)).holding()) == 1


async def test_an_account_is_paused_by_its_name(room: Room) -> None:
    assert "Paused: Feed" in (await room.say("pause account feed")).reply
    (pause,) = (await room.pausing.now(room.workspace.id)).holding()
    assert pause.scope.startswith("account:a_")
    assert "I know no account" in (await room.say("pause account Instagram")).reply


async def test_a_topic_pause_names_what_nearly_says_it_wherever_the_words_stand(room: Room, tmp_path: Path) -> None:
    account = (await TeamStore(room.database).all(TeamStore(room.database).accounts, room.workspace.id))[0]
    for number, words in enumerate(("All bikes on sale", "Our bicycles are back", "Fresh bread from six")):
        payload = SealedPayload(
            workspace=room.workspace.id, channel="feed", account=account.id, parts=(Part(text=words),)
        )
        post = Post(
            id=f"p_{number}",
            workspace=room.workspace.id,
            brand=room.workspace.default_brand,
            account=account.id,
            channel="feed",
            draft="d_1",
            revision=1,
            digest=payload.digest,
            payload=await FileBlobs(tmp_path / "blobs").put(payload.canonical()),
            title=f"News {number}",
            requested_by=room.owner.id,
            approved_by=(room.owner.id,),
            created_at=room.clock.now(),
            due=room.clock.now() + timedelta(hours=3),
        )
        await commit(room.database, PostStore(room.database).save(Change(room.workspace.id), post, ver=None))
    reply = (await room.say("pause topic bike")).reply
    assert "Close to it, but not paused: News 0." in reply, "its title does not say it, its text does"
    assert "News 1" not in reply and "News 2" not in reply


async def test_who_may_not_approve_can_stop(room: Room) -> None:
    people = TeamStore(room.database)
    kept = await people.members.get(room.workspace.id, room.owner.id)
    brand = next(iter(kept.record.roles))
    lower = kept.record.changed(roles={brand: frozenset({Role.requester})})
    change = people.members.put(Change(room.workspace.id), lower, lower.id, ver=kept.ver, at=0)
    await commit(room.database, change)
    assert (await room.say("pause")).status == "done"
    assert len((await Pausing.now(room.pausing, room.workspace.id)).holding()) == 1


async def colleague(room: Room, name: str, *roles: Role) -> Member:
    return await room.office.add_member(
        room.workspace.id, room.owner.id, name, room.workspace.default_brand, [role.value for role in roles]
    )


async def test_review_shows_what_waits_for_who_asks_one_at_a_time(room: Room) -> None:
    assert "Nothing waits" in (await room.say("review")).reply
    later = (await room.say("Announce our café next Tuesday 9am")).drafts[0]
    sooner = (await room.say("Announce our sale tomorrow 9am", conversation="v_2")).drafts[0]
    reply = (await room.say("review")).reply
    assert sooner in reply
    assert later not in reply
    assert "1 more after it" in reply


async def test_away_takes_a_day_and_a_name_where_it_is_certain_who_speaks(room: Room) -> None:
    ben = await colleague(room, "Ben Muster", Role.approver)
    store = TeamStore(room.database)
    said = await room.say("away until Friday, Ben decides", surface="slack")
    assert "Fri 20 Nov" in said.reply
    assert "Ben Muster decides" in said.reply
    away = (await store.members.get(room.workspace.id, room.owner.id)).record.away
    assert away is not None
    assert (away.delegate, away.until.isoformat()) == (ben.id, "2026-11-20T22:59:00+00:00")
    assert "Welcome back" in (await room.say("back", surface="slack")).reply
    assert (await store.members.get(room.workspace.id, room.owner.id)).record.away is None


async def test_a_program_names_no_delegate_by_writing_a_message(room: Room) -> None:
    await colleague(room, "Ben", Role.approver)
    for surface in ("api", "terminal"):
        said = await room.say("away until Friday Ben decides", surface=surface)
        assert "admind members away" in said.reply
    store = TeamStore(room.database)
    assert (await store.members.get(room.workspace.id, room.owner.id)).record.away is None


async def test_away_asks_for_what_it_does_not_understand(room: Room) -> None:
    await colleague(room, "Ben", Role.approver)
    assert "Who decides meanwhile? There are: Ben." in (await room.say("away until Friday Zoe decides")).reply
    assert "Until when?" in (await room.say("away until the cows come home")).reply


async def test_no_reply_holds_a_link_that_signs_in(room: Room) -> None:
    for surface in ("terminal", "api", "slack"):
        assert "/studio/in" not in (await room.say("studio", surface=surface)).reply


async def test_a_reply_in_a_drafts_thread_is_about_that_draft(room: Room) -> None:
    first = (await room.say("Announce our café tomorrow 9am")).drafts[0]
    second = (await room.say("Announce our sale tomorrow 10am")).drafts[0]
    changed = await room.say("shorter", about=first)
    assert changed.drafts == (first,), (first, second, changed.reply)
    elsewhere = await room.say("shorter", conversation="v_9", about=second)
    assert elsewhere.drafts == (second,)
