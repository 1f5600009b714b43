"""How AdMind signs in to the servers of a mailbox: with a password, or with an access that a provider gave.

XOAUTH2 is Google's and Microsoft's way to hand in such an access, the same for SMTP and IMAP:
https://developers.google.com/workspace/gmail/imap/xoauth2-protocol and
https://learn.microsoft.com/en-us/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.channels.base import ChannelRefused, Door

GIVER = "oauth"  # the option that names who gives the access, where there is one
NOTHING_SENT = "Nothing was sent."


@dataclass(frozen=True, slots=True)
class Login:
    """`given`: the secret is an access that a provider gave, and no password."""

    user: str
    secret: str = field(repr=False)
    given: bool = False

    @property
    def xoauth2(self) -> bytes:
        """What is handed in with an access, before it is packed for the wire."""
        return f"user={self.user}\x01auth=Bearer {self.secret}\x01\x01".encode()


async def login_for_sending(door: Door) -> Login | None:
    """None for a server that asks for none. Raises ChannelRefused when the secret is not there, ProvenNotSent."""
    user = door.account.options.get("user", "")
    if not user:
        return None
    given = bool(door.account.options.get(GIVER))
    return Login(user, await door.secret("access_token" if given else "password"), given)


async def login_for_reading(door: Door) -> Login:
    """The mailbox's own user and password, where it has others than the server that sends. Raises as above, too when
    there is no user.
    """
    user = door.account.options.get("imap_user", "")
    if user:
        return Login(user, await door.secret("imap_password"))
    login = await login_for_sending(door)
    if login is None:
        raise ChannelRefused(
            f"The mailbox of {door.account.name} has no user name.",
            code="mailbox",
            kept=NOTHING_SENT,
            do_next="Give imap_user and imap_password, then connect it again.",
        )
    return login
