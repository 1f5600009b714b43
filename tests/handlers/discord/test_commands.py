"""/admind with its options, “Draft a post from this”, and the settings of a brand's rooms."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from PIL import Image

from bot.chat import Role
from bot.clock import MovableClock
from tests.fakes.discord.places import Place
from tests.fakes.discord.pressing import Person
from tests.fakes.discord.records import Channel
from tests.fakes.discord_server import DiscordServer, Permission
from tests.fakes.waiting import until
from tests.handlers.discord.acting import lounge, press, shows, whispered, works
from tests.handlers.discord.office import Office, member, running

DOCS = Path(__file__).parents[3] / "docs"


def a_png() -> bytes:
    data = io.BytesIO()
    Image.linear_gradient("L").resize((800, 600)).convert("RGB").save(data, "PNG")
    return data.getvalue()


async def answered(person: Person, room: Channel, *path: str, **options: object) -> str:
    """What only who commanded reads."""
    answer = await person.slash(room, "/admind", *path, **options)  # type: ignore[arg-type]
    await answer.settle()
    assert all(each.only_for == person.id for each in [answer.original] if each)
    return answer.words


async def test_what_is_on_offer(office: Office, ana: Person) -> None:
    offered = ana.commands(lounge(office))
    words = {each.removeprefix("/admind ") for each in offered if each.startswith("/admind ")}
    assert words == {
        "help", "ask", "draft", "review", "show", "drafts", "posts", "calendar", "plan", "campaigns", "report",
        "what-next", "best-time", "experiments", "problems", "brand", "away", "back", "pause", "resume", "studio",
        "settings", "link", "code", "join",
    }  # fmt: skip
    guide = DOCS.joinpath("discord.md").read_text(encoding="utf-8")
    assert words == set(re.findall(r"^\| `/admind ([\w-]+)` \|", guide, re.MULTILINE)), (
        "the guide names each, and no other"
    )
    assert offered[-1] == "Draft a post from this" and f"*{offered[-1]}*" in guide
    stored = str(list(office.server.world.commands[0].values()))
    assert "was ich kann" in stored, "a German Discord shows German descriptions"


@pytest.mark.parametrize(
    ("path", "options", "says_it"),
    [
        ("help", {}, "report"),
        ("ask", {"words": "help"}, "report"),
        ("drafts", {}, "No draft is waiting."),
        ("posts", {"period": "last week"}, "Nothing"),
        ("calendar", {"period": "this month"}, "planned"),
        ("plan", {"period": "next week"}, "planned"),
        ("report", {"period": "last month"}, "went out"),
        ("report", {"account": "Feed", "period": "last month"}, "Feed"),
        ("plan", {"add": "Feed Mon and Wed 9:00 tip"}, "Plan these 2 slots?"),
        ("plan", {"do": "fill"}, "No slot is empty."),
        ("plan", {"add": "Feed daily 9:00 tip", "do": "fill"}, "one of these at a time"),
        ("campaigns", {}, "There is no campaign yet."),
        ("campaigns", {"change": "one post fewer a week"}, "Which campaign?"),
        ("what-next", {}, "What to post next"),
        ("best-time", {"account": "Feed"}, "not enough data"),
        ("experiments", {}, "Not enough data for an experiment"),
        ("problems", {}, "No problems."),
        ("brand", {}, "My brand"),
        ("back", {}, "You are not away."),
        ("review", {}, "Nothing waits for your decision."),
        ("studio", {}, "/studio/in/"),
        ("code", {}, "/admind join "),
        ("link", {}, "/admind link "),
        ("settings", {}, "My brand in this Discord server."),
    ],
)
async def test_each_command_is_answered_to_who_gave_it_alone(
    office: Office, ana: Person, path: str, options: dict[str, str], says_it: str
) -> None:
    words = await answered(ana, lounge(office), path, **options)
    assert says_it.lower() in words.lower(), words
    assert not lounge(office).messages


async def test_a_draft_with_typed_options(office: Office, ana: Person) -> None:
    name = (await office.admind.looking.accounts(office.workspace, (await member(office, ana)).id)).items[0].name
    choices = await ana.suggestions(lounge(office), "/admind", "draft", option="account", typed=name[:2].lower())
    assert [each["name"] for each in choices] == [name]
    await ana.slash(
        lounge(office),
        "/admind",
        "draft",
        topic="Our workshop on bike repair",
        account=str(choices[0]["value"]),
        when="tomorrow 9am",
        campaign="Spring",
        picture=("bike.png", a_png()),
    )
    card = await office.card()
    draft = await office.draft(card)
    assert draft.due is not None and "bike repair" in card.words and draft.versions[0].media
    await whispered(ana, lounge(office), "[Look at")
    found = await ana.suggestions(lounge(office), "/admind", "show", option="draft", typed="bike")
    assert [each["value"] for each in found] == [draft.id]
    assert "Asked for" in await answered(ana, lounge(office), "show", draft=draft.id)
    campaigns = await ana.suggestions(lounge(office), "/admind", "pause", option="campaign", typed="")
    assert [each["value"] for each in campaigns] == ([draft.brief.campaign] if draft.brief.campaign else [])
    assert "Feed" not in draft.versions[0].text and "9am" not in draft.versions[0].text, "wishes are no copy"


async def test_without_a_topic_a_window_opens_and_asks(office: Office, ana: Person) -> None:
    opened = await ana.slash(lounge(office), "/admind", "draft")
    assert opened.modal is not None and opened.modal["title"] == "New post"
    wrong = await ana.submit(topic="Our workshop on bike repair", phrase="whenever", files=[("bike.png", a_png())])
    await wrong.settle()
    again = await press(ana, await whispered(ana, lounge(office), "What you wrote:"), "again")
    assert "Our workshop on bike repair" in str(again.modal)
    await ana.submit(phrase="tomorrow 9am", files=[("bike.png", a_png())])
    card = await office.card()
    assert "bike repair" in card.words and (await office.draft(card)).versions[0].media


async def test_what_a_command_meets_is_said_in_words(office: Office, ana: Person) -> None:
    assert "There is no draft" in await answered(ana, lounge(office), "show", draft="d_nothing")


async def test_a_post_from_a_message(office: Office, ana: Person) -> None:
    said = ana.say(lounge(office), "We open a second shop on Friday")
    opened = await ana.menu_on(said, "Draft a post from this")
    assert "We open a second shop on Friday" in str(opened.modal)
    await ana.submit()
    await shows(await office.card(), "second shop")


async def test_what_is_paused_is_named_and_goes_on_by_ones_own_word(office: Office, ana: Person) -> None:
    room = lounge(office)
    words = await answered(ana, room, "pause", everything=True, because="a storm")
    assert "Paused: everything" in words
    assert "Name one of them" in await answered(ana, room, "pause", everything=True, topic="bikes")
    assert "Posts go out again" in await answered(ana, room, "resume", everything=True)
    account = (await office.admind.looking.accounts(office.workspace, (await member(office, ana)).id)).items[0]
    assert f"Paused: {account.name}" in await answered(ana, room, "pause", account=account.id)
    assert f"Posts go out again: {account.name}" in await answered(ana, room, "resume", account=account.id)


async def test_away_with_a_delegate(office: Office, ana: Person) -> None:
    ben, zoe = office.velo.person("ben"), office.velo.person("zoe")
    await works(office, ben, Role.approver)
    words = await answered(ana, lounge(office), "away", until="Friday", delegate=ben)
    assert "Ben decides for you meanwhile." in words, "also who never said a word to AdMind"
    assert "There are: Ben." in await answered(ana, lounge(office), "away", until="Friday", delegate=zoe)


async def test_settings_tie_rooms_and_roles(office: Office, ana: Person) -> None:
    reviews, clients = office.velo.room("new-reviews"), office.velo.room("clients")
    role = office.velo.role("marketing")
    await answered(ana, lounge(office), "settings")
    menu = await whispered(ana, lounge(office), "My brand in this Discord server.")
    await ana.click(menu, "Rooms")
    assert str(office.room.id) in str(ana.window), "what stands is chosen already"
    await ana.submit(review=[reviews], clients=[clients])
    await whispered(ana, lounge(office), "Drafts of this brand wait in #new-reviews")
    await ana.click(menu, "Who may do what")
    await ana.submit(approver=[role])
    await whispered(ana, lounge(office), "These roles count")
    ana.mention(lounge(office), "Announce our spring sale, tomorrow 9am")
    card = await office.card(channel=reviews)
    ben = office.velo.person("ben", role)
    await press(ben, card, "approve")
    await office.status(card, "approved")
    assert not office.cards()


async def test_a_room_in_which_admind_lacks_something_is_not_chosen(office: Office, ana: Person) -> None:
    hidden = office.velo.room("hidden")
    office.velo.deny(hidden, None, Permission.ATTACH_FILES)
    await answered(ana, lounge(office), "settings")
    await ana.click(await whispered(ana, lounge(office), "My brand in this"), "Rooms")
    await ana.submit(review=[hidden])
    await whispered(ana, lounge(office), "In #hidden I lack: Attach Files.")


async def test_only_owners_change_settings_and_strangers_are_told(office: Office, ana: Person) -> None:
    ben, eve = office.velo.person("ben"), office.velo.person("eve")
    await works(office, ben, Role.approver)
    assert "Only an owner of this brand" in await answered(ben, lounge(office), "settings")
    for path in ("drafts", "review", "studio", "code"):
        assert "I don't know you here yet." in await answered(eve, lounge(office), path)
    assert "/admind link" in await answered(eve, lounge(office), "link"), "a stranger may be somebody elsewhere"
    assert await eve.suggestions(lounge(office), "/admind", "show", option="draft", typed="") == []
    opened = await eve.slash(lounge(office), "/admind", "draft")
    assert opened.modal is None and "I don't know you here yet." in opened.words


async def test_commands_are_given_in_direct_messages_too(office: Office, ana: Person) -> None:
    ana.dm("help")
    await until(lambda: bool(ana.heard()), "it is answered")
    room = ana.dms
    answer = await (await ana.slash(room, "/admind", "brand")).settle()
    assert "My brand" in answer.words
    assert (
        "in the server that should join" in (await (await ana.slash(room, "/admind", "join", code="X")).settle()).words
    )


async def test_a_server_joins_another_by_a_code(office: Office, ana: Person) -> None:
    words = await answered(ana, lounge(office), "code")
    code = words.rpartition("/admind join ")[2].split()[0].replace("\\", "")
    nord = office.server.guild("nord")
    owner, room = nord.owner, nord.room("general")
    answer = await (await owner.slash(room, "/admind", "join", code="AAAA-BBBB-CCCC")).settle()
    assert "Done" not in answer.words
    answer = await (await owner.slash(room, "/admind", "join", code=code)).settle()
    assert "Done: this server works with the other one now." in answer.words, answer.words


async def test_discord_is_told_of_commands_once(
    server: DiscordServer, velo: Place, ana: Person, room: Channel, clock: MovableClock, tmp_path: Path
) -> None:
    route = "PUT /applications/{application}/commands"
    for _ in range(2):
        async with running(tmp_path / "data", server, velo, ana, room, clock=clock):
            assert len(server.rest.of(route)) == 1
