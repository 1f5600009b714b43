"""A bot with a command group, buttons that outlive a restart, menus, a window and a context menu."""

from __future__ import annotations

import re
from typing import Any

import discord
from discord import app_commands

from tests.fakes_discord.bots import Ears

Interaction = discord.Interaction[Any]
KINDS = [app_commands.Choice(name="A post", value="post"), app_commands.Choice(name="A story", value="story")]


class Approve(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"approve:(?P<draft>\d+)"):
    def __init__(self, draft: str) -> None:
        super().__init__(discord.ui.Button(label="Approve", custom_id=f"approve:{draft}"))
        self.draft = draft

    @classmethod
    async def from_custom_id(cls, _: Interaction, __: discord.ui.Item[Any], match: re.Match[str], /) -> Approve:
        return cls(match["draft"])

    async def callback(self, interaction: Interaction) -> None:
        await interaction.response.edit_message(content=f"Draft {self.draft} approved", view=None)


class Topic(discord.ui.Modal, title="New post"):
    topic: discord.ui.TextInput[Any] = discord.ui.TextInput(label="Topic", max_length=20, custom_id="topic")
    where: discord.ui.Label[Any] = discord.ui.Label(
        text="Where to",
        component=discord.ui.Select(
            custom_id="where",
            min_values=0,
            max_values=2,
            required=False,
            options=[discord.SelectOption(label="Feed", value="feed"), discord.SelectOption(label="X", value="x")],
        ),
    )

    async def on_submit(self, interaction: Interaction) -> None:
        chosen: Any = self.where.component
        await interaction.response.send_message(f"{self.topic.value} → {sorted(chosen.values)}", ephemeral=True)


class Card(discord.ui.View):
    """Everything that can be pressed."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        self.add_item(Approve("7"))

    @discord.ui.button(label="Write", custom_id="write")
    async def write(self, interaction: Interaction, _: discord.ui.Button[Any]) -> None:
        await interaction.response.send_modal(Topic())

    @discord.ui.button(label="Slow", custom_id="slow")
    async def slow(self, interaction: Interaction, _: discord.ui.Button[Any]) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content="done slowly")
        await interaction.followup.send("told you", ephemeral=True)

    @discord.ui.button(label="Old", custom_id="old", disabled=True)
    async def old(self, interaction: Interaction, _: discord.ui.Button[Any]) -> None: ...

    @discord.ui.select(
        custom_id="days", placeholder="When", max_values=2, options=[discord.SelectOption(label=each) for each in "ABC"]
    )
    async def days(self, interaction: Interaction, menu: discord.ui.Select[Any]) -> None:
        await interaction.response.send_message(f"chosen {menu.values}")

    @discord.ui.select(cls=discord.ui.UserSelect, custom_id="who", placeholder="Who")
    async def who(self, interaction: Interaction, menu: discord.ui.UserSelect[Any]) -> None:
        await interaction.response.send_message(f"for {menu.values[0].display_name}")


class Office(Ears):
    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.seen: list[Any] = []

    async def setup_hook(self) -> None:
        self.tree.add_command(commands_of(self))
        self.tree.add_command(app_commands.ContextMenu(name="Draft a post from this", callback=from_message))
        self.add_dynamic_items(Approve)
        self.add_view(Card())
        await self.tree.sync()


async def from_message(interaction: Interaction, message: discord.Message) -> None:
    await interaction.response.send_message(f"from {message.content!r}", ephemeral=True)


def commands_of(office: Office) -> app_commands.Group:
    group = app_commands.Group(name="admind", description="AdMind")

    async def campaigns(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        known = ["spring", "sport", "summer"]
        topic = getattr(interaction.namespace, "topic", None)
        return [app_commands.Choice(name=f"{each} ({topic})", value=each) for each in known if each.startswith(typed)]

    @group.command(description="Draft a post")
    @app_commands.choices(kind=KINDS)
    @app_commands.autocomplete(campaign=campaigns)
    async def draft(
        interaction: Interaction,
        topic: app_commands.Range[str, 1, 50],
        kind: str = "post",
        campaign: str = "",
        count: app_commands.Range[int, 1, 5] = 1,
        to: discord.Member | None = None,
        room: discord.TextChannel | None = None,
        role: discord.Role | None = None,
        picture: discord.Attachment | None = None,
    ) -> None:
        office.seen.append((topic, kind, campaign, count, to, room, role, picture))
        await interaction.response.defer(ephemeral=True)
        await interaction.followup.send(f"drafting {topic}")

    @group.command(description="Show a card")
    async def card(interaction: Interaction) -> None:
        await interaction.response.send_message("Draft 7", view=Card())

    @group.command(description="Never answers")
    async def silence(interaction: Interaction) -> None:
        office.seen.append(interaction)

    return group
