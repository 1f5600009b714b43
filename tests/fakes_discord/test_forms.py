"""What a message, a window and a command may hold: what is just allowed, and what is just not."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from tests.fakes.discord.pressing import Person
from tests.fakes.discord.records import Channel
from tests.fakes.discord_server import DiscordServer
from tests.fakes_discord.bots import Given, raw, refused, refused_for, send

V2 = 1 << 15


def button(custom_id: str = "a", **more: Any) -> Given:
    return {"type": 2, "style": 1, "label": "Go", "custom_id": custom_id, **more}


def row(*inside: Given) -> Given:
    return {"type": 1, "components": list(inside)}


def rows(*rows: Given) -> Given:
    return {"components": list(rows)}


def menu(options: int = 1, **more: Any) -> Given:
    known = [{"label": str(each), "value": str(each)} for each in range(options)]
    return {"type": 3, "custom_id": "m", "options": known, **more}


def display(length: int = 1) -> Given:
    return {"type": 10, "content": "x" * length}


def layout(*parts: Given) -> Given:
    return {"flags": V2, "components": list(parts)}


def embed(**more: Any) -> Given:
    return {"embeds": [more]}


FIELD = {"name": "n", "value": "v"}
PICTURE = {"media": {"url": "https://x.example/a.png"}}
SECTION = {"type": 9, "components": [display()], "accessory": button()}
LIMITS = [
    pytest.param({"content": "x" * 2000}, {"content": "x" * 2001}, id="content"),
    pytest.param(rows(row(button(label="x" * 80))), rows(row(button(label="x" * 81))), id="button label"),
    pytest.param(rows(row(button("x" * 100))), rows(row(button("x" * 101))), id="custom id"),
    pytest.param(rows(row(button("a"), button("b"))), rows(row(button("a"), button("a"))), id="custom id unique"),
    pytest.param(
        rows(row(*(button(str(each)) for each in range(5)))),
        rows(row(*(button(str(each)) for each in range(6)))),
        id="5 buttons",
    ),
    pytest.param(
        rows(*(row(button(str(each))) for each in range(5))),
        rows(*(row(button(str(each))) for each in range(6))),
        id="5 rows",
    ),
    pytest.param(rows(row(button())), rows(button()), id="rows outside"),
    pytest.param(rows(row(button())), rows(row({"type": 2, "style": 1, "label": "Go"})), id="custom id needed"),
    pytest.param(rows(row(button(style=4))), rows(row(button(style=9))), id="style"),
    pytest.param(rows(row(button(label="Go"))), rows(row(button(label=None))), id="label or emoji"),
    pytest.param(
        rows(row({"type": 2, "style": 5, "label": "x", "url": "https://x.example"})),
        rows(row({"type": 2, "style": 5, "label": "x", "url": "https://x.example", "custom_id": "a"})),
        id="link",
    ),
    pytest.param(rows(row(menu(25))), rows(row(menu(26))), id="25 options"),
    pytest.param(rows(row(menu(2, max_values=2))), rows(row(menu(2, max_values=3))), id="max values"),
    pytest.param(rows(row(menu(placeholder="x" * 150))), rows(row(menu(placeholder="x" * 151))), id="placeholder"),
    pytest.param(rows(row(menu())), rows(row(menu(), button())), id="menu alone"),
    pytest.param(embed(title="x" * 256), embed(title="x" * 257), id="embed title"),
    pytest.param(embed(description="x" * 4096), embed(description="x" * 4097), id="embed description"),
    pytest.param(embed(title="t", fields=[FIELD] * 25), embed(title="t", fields=[FIELD] * 26), id="25 fields"),
    pytest.param(
        {"embeds": [{"description": "x" * 3000}] * 2},
        {"embeds": [{"description": "x" * 3000}, {"description": "x" * 3001}]},
        id="embeds 6000",
    ),
    pytest.param({"embeds": [{"title": "t"}] * 10}, {"embeds": [{"title": "t"}] * 11}, id="10 embeds"),
    pytest.param(layout(*[display()] * 40), layout(*[display()] * 39, row(button())), id="40 components"),
    pytest.param(layout(display(2000), display(2000)), layout(display(2000), display(2001)), id="4000 characters"),
    pytest.param(layout(display()), {"components": [display()]}, id="flag needed"),
    pytest.param(layout(display()), layout(display()) | {"content": "x"}, id="no content beside"),
    pytest.param(layout(SECTION), layout({**SECTION, "accessory": None}), id="accessory"),
    pytest.param(
        layout({"type": 17, "components": [display()]}),
        layout({"type": 17, "components": [{"type": 17, "components": [display()]}]}),
        id="no container in a container",
    ),
    pytest.param(
        layout({"type": 12, "items": [PICTURE] * 10}), layout({"type": 12, "items": [PICTURE] * 11}), id="gallery 10"
    ),
    pytest.param(
        layout({"type": 12, "items": [PICTURE]}),
        layout({"type": 12, "items": [{"media": {"url": "attachment://none.png"}}]}),
        id="attachment there",
    ),
]


@pytest.mark.parametrize(("good", "bad"), LIMITS)
async def test_a_message_holds_so_much(client: discord.Client, room: Channel, good: Given, bad: Given) -> None:
    await send(client, room, **good)
    await refused_for(send(client, room, **bad))
    assert len(room.messages) == 1


async def test_problems_are_told_with_their_place(client: discord.Client, room: Channel) -> None:
    told = await refused_for(send(client, room, **rows(row(button(), button("b", label="x" * 81)))))
    assert "components.0.components.1.label: Must be 80 or fewer in length." in told


async def test_once_a_layout_always_a_layout(client: discord.Client, room: Channel) -> None:
    made = await send(client, room, **layout(display(3)))
    path = f"/channels/{room.id}/messages/{made['id']}"
    assert "cannot be removed" in await refused_for(raw(client, "PATCH", path, {"flags": 0, "content": "x"}))
    await refused_for(raw(client, "PATCH", path, {"content": "x"}))
    await raw(client, "PATCH", path, {"components": [display(4)]})
    assert room.last.words == "xxxx"
    plain = await send(client, room, content="words")
    path = f"/channels/{room.id}/messages/{plain['id']}"
    await refused_for(raw(client, "PATCH", path, layout(display())))
    await raw(client, "PATCH", path, layout(display()) | {"content": None})
    assert room.last.words == "x"


def option(name: str = "topic", kind: int = 3, **more: Any) -> Given:
    return {"type": kind, "name": name, "description": "d", **more}


def command(name: str = "draft", *options: Given, **more: Any) -> Given:
    return {"name": name, "description": "d", "type": 1, "options": list(options), **more}


def choices(count: int) -> list[Given]:
    return [{"name": str(each), "value": str(each)} for each in range(count)]


COMMANDS = [
    pytest.param([command("a" * 32)], [command("a" * 33)], id="name 32"),
    pytest.param([command("entwürfe")], [command("Drafts")], id="lower case"),
    pytest.param([command()], [command("two words")], id="no spaces"),
    pytest.param([command("a"), command("b")], [command("a"), command("a")], id="unique"),
    pytest.param([command(description="x" * 100)], [command(description="x" * 101)], id="description 100"),
    pytest.param([command()], [command(description="")], id="description needed"),
    pytest.param(
        [command("a", *(option(f"o{each}") for each in range(25)))],
        [command("a", *(option(f"o{each}") for each in range(26)))],
        id="25 options",
    ),
    pytest.param(
        [command("a", option(choices=choices(25)))], [command("a", option(choices=choices(26)))], id="25 choices"
    ),
    pytest.param(
        [command("a", option("a", required=True), option("b"))],
        [command("a", option("a"), option("b", required=True))],
        id="required first",
    ),
    pytest.param(
        [command("a", option(autocomplete=True))],
        [command("a", option(autocomplete=True, choices=choices(1)))],
        id="choices or autocomplete",
    ),
    pytest.param([command("a", option("s", 1))], [command("a", option("s", 1), option("t"))], id="sub-commands alone"),
    pytest.param(
        [command("a", option("g", 2, options=[option("s", 1)]))],
        [command("a", option("g", 2, options=[option("h", 2)]))],
        id="two levels",
    ),
    pytest.param([{"name": "Draft a post", "type": 3}], [{"name": "Draft", "type": 3, "description": "x"}], id="menu"),
    pytest.param(
        [command(f"c{each}") for each in range(100)], [command(f"c{each}") for each in range(101)], id="100 commands"
    ),
]


@pytest.mark.parametrize(("good", "bad"), COMMANDS)
async def test_commands_hold_so_much(
    client: discord.Client, server: DiscordServer, good: list[Given], bad: list[Given]
) -> None:
    path = f"/applications/{server.world.application}/commands"
    made = await raw(client, "PUT", path, good)
    assert [each["name"] for each in made] == [each["name"] for each in good]
    await refused_for(raw(client, "PUT", path, bad))
    assert [each["id"] for each in await raw(client, "GET", path)] == [each["id"] for each in made], "all or nothing"


async def test_a_commands_id_stays_with_its_name(client: discord.Client, server: DiscordServer) -> None:
    path = f"/applications/{server.world.application}/commands"
    before = await raw(client, "PUT", path, [command("a"), command("b")])
    after = await raw(client, "PUT", path, [command("b", description="new"), command("c")])
    assert after[0]["id"] == before[1]["id"] and after[0]["version"] != before[1]["version"]
    assert await refused(raw(client, "GET", f"{path}/{before[0]['id']}")) == (404, 10063)
    elsewhere = server.guild("nord", bot=False)
    place = f"/applications/{server.world.application}/guilds/{elsewhere.id}/commands"
    assert await refused(raw(client, "PUT", place, [command("a")])) == (403, 50001)


def window(*parts: Given, **more: Any) -> Given:
    return {"title": "t", "custom_id": "w", "components": list(parts), **more}


def field(custom_id: str = "f", **more: Any) -> Given:
    return {"type": 4, "custom_id": custom_id, "style": 1, **more}


def labelled(inside: Given, label: str = "l", **more: Any) -> Given:
    return {"type": 18, "label": label, "component": inside, **more}


WINDOWS = [
    pytest.param(window(labelled(field()), title="x" * 45), window(labelled(field()), title="x" * 46), id="title 45"),
    pytest.param(
        window(*(labelled(field(str(each))) for each in range(5))),
        window(*(labelled(field(str(each))) for each in range(6))),
        id="5 parts",
    ),
    pytest.param(window(labelled(field(), "x" * 45)), window(labelled(field(), "x" * 46)), id="label 45"),
    pytest.param(window(row(field(label="l"))), window(row(field())), id="a row's field needs a label"),
    pytest.param(window(row(field(label="l"))), window(row(button())), id="no buttons"),
    pytest.param(window(labelled(field(value="x" * 4000))), window(labelled(field(value="x" * 4001))), id="value 4000"),
    pytest.param(
        window(labelled(field(max_length=4000))), window(labelled(field(max_length=4001))), id="max length 4000"
    ),
    pytest.param(
        window(labelled(field(placeholder="x" * 100))), window(labelled(field(placeholder="x" * 101))), id="placeholder"
    ),
    pytest.param(
        window(labelled(field("a")), labelled(field("b"))),
        window(labelled(field("a")), labelled(field("a"))),
        id="custom id unique",
    ),
    pytest.param(window(labelled(menu(25))), window(labelled(menu(26))), id="menu 25"),
    pytest.param(window(labelled(field(), description="x" * 100)), window(), id="not empty"),
]


@pytest.mark.parametrize(("good", "bad"), WINDOWS)
async def test_a_window_holds_so_much(
    client: discord.Client, server: DiscordServer, ana: Person, room: Channel, good: Given, bad: Given
) -> None:
    pressed = server.world.new_interaction(2, ana.user, room)
    path = f"/interactions/{pressed.id}/{pressed.token}/callback"
    await refused_for(raw(client, "POST", path, {"type": 9, "data": bad}))
    assert ana.window is None
    await raw(client, "POST", path, {"type": 9, "data": good})
    assert server.world.windows[ana.id] is pressed


async def test_autocomplete_holds_25(client: discord.Client, server: DiscordServer, ana: Person, room: Channel) -> None:
    typed = server.world.new_interaction(4, ana.user, room)
    path = f"/interactions/{typed.id}/{typed.token}/callback"
    await refused_for(raw(client, "POST", path, {"type": 8, "data": {"choices": choices(26)}}))
    await refused_for(raw(client, "POST", path, {"type": 4, "data": {"content": "x"}}))
    await raw(client, "POST", path, {"type": 8, "data": {"choices": choices(25)}})
    assert len(typed.choices) == 25
