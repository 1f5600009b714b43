"""The Web API's views and files."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from tests.fakes.slack.blocks import check_message, check_view
from tests.fakes.slack.call import Call, method
from tests.fakes.slack.records import File, Json, Message, Team, View
from tests.fakes.slack.world import Refused, World

MOST_VIEWS = 3  # on top of each other


def replace(view: View, document: Json) -> None:
    """Another state of a view. What was typed stays where block and action are the same."""
    kept = {each["block_id"]: view.values[each["block_id"]] for each in document["blocks"] if _stays(view, each)}
    view.document, view.values, view.hash = document, kept, secrets.token_hex(6)


def _stays(view: View, block: Json) -> bool:
    return block.get("element", {}).get("action_id") in view.values.get(block["block_id"], {})


def namer(world: World) -> Callable[[], str]:
    return lambda: world.new_id("b")


def push(world: World, team: Team, user: str, document: Json) -> View:
    """On top of what the user has open. Raises Refused."""
    stack = team.windows.setdefault(user, [])
    if len(stack) >= MOST_VIEWS:
        raise Refused("push_limit_reached")
    below = stack[-1] if stack else None
    view = world.new_view(
        user, document, root=stack[0].id if below else "", previous=below.id if below is not None else ""
    )
    stack.append(view)
    return view


@method("views.open")
def open_view(call: Call) -> Json:
    """The trigger is used up even when the view is refused, as by Slack."""
    trigger = call.world.take_trigger(call.text("trigger_id", error="invalid_arguments"), call.team)
    document = check_view(call.json("view", "invalid_arguments"), ("modal",), call.team, namer(call.world))
    call.team.windows[trigger.user] = []
    view = push(call.world, call.team, trigger.user, document)
    return {"view": view.shown(call.team.id, call.world.app)}


@method("views.push")
def push_view(call: Call) -> Json:
    trigger = call.world.take_trigger(call.text("trigger_id", error="invalid_arguments"), call.team)
    if not trigger.window or not call.team.windows.get(trigger.user):
        raise Refused("invalid_trigger_id")
    document = check_view(call.json("view", "invalid_arguments"), ("modal",), call.team, namer(call.world))
    return {"view": push(call.world, call.team, trigger.user, document).shown(call.team.id, call.world.app)}


@method("views.update")
def update_view(call: Call) -> Json:
    name, external = call.text("view_id"), call.text("external_id")
    every = [each for stack in call.team.windows.values() for each in stack] + list(call.team.homes.values())
    view = next(
        (each for each in every if each.id == name or (external and each.document.get("external_id") == external)), None
    )
    if view is None:
        raise Refused("not_found")
    if call.text("hash") not in ("", view.hash):
        raise Refused("hash_conflict")
    kind = (str(view.document["type"]),)
    replace(view, check_view(call.json("view", "invalid_arguments"), kind, call.team, namer(call.world)))
    return {"view": view.shown(call.team.id, call.world.app)}


@method("views.publish")
def publish_home(call: Call) -> Json:
    user = call.team.users.get(call.text("user_id", error="user_not_found"))
    if user is None:
        raise Refused("user_not_found")
    document = check_view(call.json("view", "invalid_arguments"), ("home",), call.team, namer(call.world))
    known = call.team.homes.get(user.id)
    if known is not None and call.text("hash") not in ("", known.hash):
        raise Refused("hash_conflict")
    if known is None:
        known = call.team.homes[user.id] = call.world.new_view(user.id, document)
    else:
        replace(known, document)
    return {"view": known.shown(call.team.id, call.world.app)}


# Files


@method("files.getUploadURLExternal", "files:write")
def upload_url(call: Call) -> Json:
    name = call.text("filename", error="invalid_arguments")
    length = call.text("length", error="invalid_arguments")
    if not length.isdigit() or int(length) == 0:
        raise Refused("invalid_arguments")
    file = call.world.new_file(call.team, call.token.user, name, int(length))
    file.alt_text = call.text("alt_txt")
    return {"upload_url": f"{call.world.origin}/upload/{call.team.id}/{file.id}", "file_id": file.id}


@method("files.completeUploadExternal", "files:write")
def complete(call: Call) -> Json:
    """Every file was uploaded whole; shared where the app is a member, if anywhere."""
    given = call.json("files", "invalid_arguments")
    if not isinstance(given, list) or not given:
        raise Refused("invalid_arguments")
    rooms = [each for each in (call.text("channel_id") or call.text("channels")).split(",") if each]
    files = [_uploaded(call, each) for each in given]
    channels = [Call(call.world, {"channel": each}, call.team, call.token).joined() for each in rooms]
    blocks = check_message(call.json("blocks", "invalid_blocks_format"), call.team, namer(call.world))
    for file in files:
        file.complete = True
        file.channels = [each.id for each in channels]
    for channel in channels:
        shared = Message(
            call.world.new_ts(),
            channel.id,
            call.token.user,
            call.text("initial_comment"),
            blocks,
            call.text("thread_ts"),
            call.team.bot_id,
            call.world.app,
            files=[shown_file(call.world, call.team, each) for each in files],
        )
        call.world.add(channel, shared)
    return {"files": [shown_file(call.world, call.team, each) for each in files]}


def _uploaded(call: Call, given: object) -> File:
    file = call.team.files.get(str(given.get("id", ""))) if isinstance(given, dict) else None
    if file is None or file.user != call.token.user or file.complete:
        raise Refused("file_not_found")
    if file.data is None or len(file.data) != file.length:
        raise Refused("file_upload_size_mismatch" if file.data else "file_not_found")
    assert isinstance(given, dict)
    file.title = str(given.get("title") or file.name)
    return file


def shown_file(world: World, team: Team, file: File) -> Json:
    address = f"{world.origin}/files-pri/{team.id}/{file.id}/{file.name}"
    return {
        "id": file.id,
        "name": file.name,
        "title": file.title,
        "mimetype": file.mimetype,
        "filetype": file.name.rpartition(".")[2],
        "size": file.length,
        "user": file.user,
        "mode": "hosted",
        "alt_txt": file.alt_text,
        "url_private": address,
        "url_private_download": f"{address}?download=1",
        "channels": list(file.channels),
    }


@method("files.info", "files:read")
def file_info(call: Call) -> Json:
    file = call.team.files.get(call.text("file", error="file_not_found"))
    if file is None or not file.complete:
        raise Refused("file_not_found")
    return {"file": shown_file(call.world, call.team, file)}
