"""What people write: mentions, direct messages, and replies in threads that are about a draft."""

from __future__ import annotations

from slack_bolt.async_app import AsyncApp

from bot.errors import NotAllowed
from bot.words import read_in
from handlers.slack.calling import Json
from handlers.slack.places import Asking, Way
from handlers.slack.reading import is_said, plain_words
from handlers.slack.slack import Slack
from handlers.slack.surface import EVENTS


def register(app: AsyncApp, slack: Slack) -> None:
    async def said(event: Json, body: Json) -> None:
        await heard(slack, team_of(body), event)

    async def gone(event: Json, body: Json) -> None:
        if event["type"] == "app_uninstalled" or (event.get("tokens") or {}).get("bot"):
            await removed(slack, team_of(body))

    async def changed(event: Json, body: Json) -> None:
        await person_changed(slack, team_of(body), event)

    async def nothing() -> None:
        """Acknowledged, so that Slack does not send it again."""

    app.event("app_mention")(said)
    app.event("message")(said)
    for name in ("app_uninstalled", "tokens_revoked"):
        app.event(name)(gone)
    for name in ("user_change", "subteam_members_changed", "subteam_updated"):
        app.event(name)(changed)
    for name in EVENTS:
        if name not in _ELSEWHERE and not name.startswith("message."):
            app.event(name)(nothing)


_ELSEWHERE = frozenset(
    {
        *("app_mention", "app_uninstalled", "tokens_revoked", "user_change", "subteam_members_changed"),
        *("subteam_updated", "reaction_added", "reaction_removed", "app_home_opened", "agent_session_stopped"),
        *("member_joined_channel",),
    }
)


def team_of(body: Json) -> str:
    """The workspace that AdMind is installed in and hears this from."""
    given = body.get("authorizations") or ()
    return str((given[0].get("team_id") if given else "") or body.get("team_id") or "")


async def heard(slack: Slack, team: str, event: Json) -> None:
    """Take in what was said to AdMind. The same message again makes no second request, however it comes."""
    own = (await slack.teams.team(team)).bot
    if not is_said(event, own):
        return
    channel, ts = str(event["channel"]), str(event["ts"])
    thread = str(event.get("thread_ts") or "")
    direct = event.get("channel_type") == "im" or channel.startswith("D")
    mentioned = event["type"] == "app_mention"
    if not mentioned and not direct and f"<@{own}>" in str(event.get("text", "")):
        return  # it comes as a mention, too
    place = await slack.admind.places.find("slack", team, channel, thread) if thread else None
    if not (direct or mentioned or (place and place.draft)):
        return
    user = str(event["user"])
    try:
        visitor = await slack.people.visitor(team, user, channel=channel)
    except NotAllowed as error:
        if direct or mentioned:
            slack.after(slack.telling.kindly(team, channel, user, error, thread=thread))
        return
    read_in(visitor.member.language)
    way: Way = "direct" if direct else "thread"
    files = tuple(str(each["id"]) for each in event.get("files") or ())
    asking = Asking(way=way, team=team, channel=channel, user=user, thread=thread or ts, files=files)
    text = plain_words(str(event.get("text", "")), own)
    request = await slack.answering.take(
        visitor,
        text or ("help" if not files else ""),
        asking,
        key=f"{channel}:{ts}",
        about=place.draft if place else "",
        brand="" if direct else await slack.brand_of(team, channel),
    )
    slack.after(slack.answering.sign(visitor, request, asking))


async def removed(slack: Slack, team: str) -> None:
    """Uninstalled, or the bot's token revoked: work stops there, and what the install gave is deleted."""
    slack.teams.forget(team)
    slack.people.forget(team)
    await slack.admind.homes.remove("slack", team)


async def person_changed(slack: Slack, team: str, event: Json) -> None:
    """People who changed, left, or came into and out of groups have their roles by that at once."""
    if event["type"] == "user_change":
        user = event["user"]
        who = await slack.people.known(team, str(user["id"]))
        if who is not None:
            await slack.people.meet(who, said=user)
        return
    slack.people.forget_groups(team)
    changed = (*(event.get("added_users") or ()), *(event.get("removed_users") or ()))
    await slack.people.met_again(team, tuple(str(each) for each in changed))
