"""“Try again” in Discord: below the words about a provider's failure, for whoever asked, answered in the same place."""

from __future__ import annotations

from pathlib import Path

from bot.chat import Role
from bot.clock import MovableClock
from tests.fakes.discord.places import Place
from tests.fakes.discord.pressing import Person
from tests.fakes.discord.records import Channel
from tests.fakes.discord_server import DiscordServer
from tests.fakes.model_server import Fail
from tests.fakes.provider import Provider
from tests.fakes.waiting import until
from tests.handlers.discord.acting import lounge, press, shows, works
from tests.handlers.discord.office import ids, running, said


async def test_who_asked_presses_and_the_answer_takes_the_place_of_the_failure(
    server: DiscordServer, velo: Place, ana: Person, room: Channel, clock: MovableClock, tmp_path: Path
) -> None:
    async with (
        Provider() as model,
        running(tmp_path / "data", server, velo, ana, room, clock=clock, model=model) as office,
    ):
        ben = velo.person("ben")
        await works(office, ben, Role.approver)
        model.down = Fail(401, "key")
        ana.mention(lounge(office), "please post about our workshop")
        failed = await said(lounge(office), "The language model can")
        assert "Your request is kept" in failed.words
        model.down = None
        await press(ben, failed, "retry")
        await until(lambda: "Only who asked" in ben.reads(lounge(office)), "ben is told")
        await press(ana, failed, "retry")
        await shows(failed, "Your draft is ready.")
        assert not [each for each in ids(failed) if "retry" in each] and len(await office.drafts()) == 1
