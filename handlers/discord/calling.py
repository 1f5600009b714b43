"""A call to Discord, and what its refusals mean to people."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Final, TypeVar

import aiohttp
import discord

from bot.errors import AdMindError
from bot.words import told

T = TypeVar("T")
# https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
UNKNOWN_CHANNEL, UNKNOWN_GUILD, UNKNOWN_MEMBER, UNKNOWN_MESSAGE, UNKNOWN_USER = 10003, 10004, 10007, 10008, 10013
UNKNOWN_WEBHOOK, UNKNOWN_INTERACTION, NO_ACCESS, DM_CLOSED, LACKS_PERMISSION = 10015, 10062, 50001, 50007, 50013
TOKEN_OVER, FORM, ARCHIVED, HAS_THREAD, TOO_LARGE = 50027, 50035, 50083, 160004, 40005
GONE: Final = frozenset({UNKNOWN_MESSAGE})
NOBODY: Final = frozenset({UNKNOWN_MEMBER, UNKNOWN_USER})
TOO_LATE: Final = frozenset({UNKNOWN_INTERACTION, TOKEN_OVER, UNKNOWN_WEBHOOK})
BAD_TOKEN: Final = -1
CLOSED: Final = "Session is closed"  # aiohttp's words, between the end of a connection and the next login
SOON_SECONDS: Final = 30.0


class DiscordRefused(AdMindError):
    """Discord did not do it. `code` is Discord's own number; 0 where it gave none."""

    def __init__(self, code: int, what: str, *, do_next: str = "", retry_after_seconds: float | None = None) -> None:
        super().__init__(what, do_next=do_next, retry_after_seconds=retry_after_seconds)
        self.code = code


class DiscordUnknown(AdMindError):
    """Discord did not answer: it may have done it."""


async def asked(call: Awaitable[T], room: str = "") -> T:
    """What Discord answered. Raises DiscordRefused, DiscordUnknown; `room` is named in what people read."""
    try:
        return await call
    except discord.DiscordServerError as error:
        raise _silent() from error
    except discord.LoginFailure as error:
        raise no_token() from error
    except discord.RateLimited as error:
        raise DiscordRefused(
            429,
            told("Discord asks for patience."),
            do_next=told("Please try again in a moment."),
            retry_after_seconds=error.retry_after,
        ) from error
    except discord.HTTPException as error:
        raise refusal(error, room) from error
    except RuntimeError as error:
        if str(error) != CLOSED:
            raise
        raise _silent() from error
    except (aiohttp.ClientError, TimeoutError, OSError, discord.GatewayNotFound) as error:
        raise _silent() from error


def refusal(error: discord.HTTPException, room: str = "") -> DiscordRefused:
    if error.status == 401 and error.code not in TOO_LATE:  # of an interaction that is over it is said with 401, too
        return no_token()
    if error.status == 429:
        return DiscordRefused(
            429,
            told("Discord asks for patience."),
            do_next=told("Please try again in a moment."),
            retry_after_seconds=SOON_SECONDS,
        )
    what, do_next = _words(error.code, room)
    return DiscordRefused(error.code, what, do_next=do_next)


def no_token() -> DiscordRefused:
    return DiscordRefused(
        BAD_TOKEN,
        told("Discord does not accept my token."),
        do_next=told("Whoever runs AdMind puts a fresh one into ADMIND_DISCORD_TOKEN and starts it again."),
    )


def _silent() -> DiscordUnknown:
    return DiscordUnknown(
        told("Discord does not answer."),
        do_next=told("Please try again in a moment."),
        retry_after_seconds=SOON_SECONDS,
    )


def _words(code: int, room: str) -> tuple[str, str]:
    """What happened, and what to do."""
    where = told("the room {room}", room=room) if room else told("that room")
    if code == NO_ACCESS:
        return (
            told("Discord does not let me into {where}.", where=where),
            told("Somebody who manages it gives me View Channel there, under Edit Channel, Permissions."),
        )
    if code == LACKS_PERMISSION:
        return (
            told("Discord does not let me do this in {where}: I lack a permission.", where=where),
            told("“admind doctor” names it; whoever manages the server gives it to my role."),
        )
    if code == UNKNOWN_CHANNEL:
        return told("In Discord {where} is not there any more.", where=where), told(
            "Choose another one: /admind settings"
        )
    if code == UNKNOWN_MESSAGE:
        return told("This message was deleted."), told("Ask me for it again: /admind drafts")
    if code == UNKNOWN_GUILD:
        return told("I am not in this Discord server any more."), told("Whoever manages it invites me again.")
    if code == DM_CLOSED:
        return (
            told("Discord does not let me write to you directly."),
            told("Allow direct messages in this server's privacy settings; then try again."),
        )
    if code == ARCHIVED:
        return told("This thread is archived and locked."), told("Ask me in the room.")
    if code in TOO_LATE:
        return told("That took too long for Discord."), told("Please press it once more.")
    if code == TOO_LARGE:
        return told("This is larger than Discord takes."), told("Look at it in the studio.")
    return told("Discord refused this ({code}).", code=code), told(
        "Please try again; if it stays, tell whoever runs AdMind."
    )
