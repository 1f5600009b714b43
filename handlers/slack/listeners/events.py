"""What people write: mentions, direct messages, and replies in threads that are about a draft."""

from __future__ import annotations

from slack_bolt.async_app import AsyncApp

from bot.errors import NotAllowed
from bot.words import read_in
from handlers.slack.calling import Json
from handlers.slack.cards import says
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

    async def reopened(body: Json) -> None:
        await slack.mended(team_of(body))

    async def nothing() -> None:
        """Acknowledged, so that Slack does not send it again."""

    app.event("app_mention")(said)
    app.event("message")(said)
    for name in ("app_uninstalled", "tokens_revoked"):
        app.event(name)(gone)
    for name in ("user_change", "subteam_members_changed", "subteam_updated"):
        app.event(name)(changed)
    for name in ("channel_unarchive", "group_unarchive"):
        app.event(name)(reopened)
    for name in EVENTS:
        if name not in _ELSEWHERE and not name.startswith("message."):
            app.event(name)(nothing)


_ELSEWHERE = frozenset(
    {
        *("app_mention", "app_uninstalled", "tokens_revoked", "user_change", "subteam_members_changed"),
        *("subteam_updated", "reaction_added", "reaction_removed", "app_home_opened", "agent_session_stopped"),
        *("member_joined_channel", "channel_unarchive", "group_unarchive"),
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
    about = await _about(slack, team, channel, event) if thread else ""
    if not (direct or mentioned or about):
        return
    user = str(event["user"])
    try:
        visitor = await slack.people.visitor(team, user, channel=channel)
    except NotAllowed as error:
        if direct or mentioned:
            refused = error
            said = f"{team}:{channel}:{ts}"
            slack.after(slack.once(said, lambda: slack.telling.kindly(team, channel, user, refused, thread=thread)))
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
        about=about,
        brand="" if direct else await slack.brand_of(team, channel),
    )
    slack.after(slack.answering.sign(visitor, request, asking))


async def _about(slack: Slack, team: str, channel: str, event: Json) -> str:
    """The draft that a thread is about; below a card also before it is noted what stands there."""
    thread = str(event["thread_ts"])
    place = await slack.admind.places.find("slack", team, channel, thread)
    if place is not None or not await slack.brand_of(team, channel):
        return place.draft if place else ""
    own = (await slack.teams.team(team)).bot
    shown = await says(slack, team, channel, thread) if event.get("parent_user_id", own) == own else None
    return shown.draft if shown else ""


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
