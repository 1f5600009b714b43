"""The bolt app: what Slack sends is understood here and handed on."""

from __future__ import annotations

from typing import Any, cast

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize

from bot.bootstrap import AdMind
from handlers.slack.listeners import actions, commands, events, home, reactions, shortcuts, views
from handlers.slack.slack import Slack


def create_app(admind: AdMind) -> AsyncApp:
    """AdMind as a Slack app, not started: give it to a Socket Mode handler or an HTTP adapter of bolt's."""
    return app_of(Slack(admind))


def app_of(slack: Slack) -> AsyncApp:
    """The same on parts that are there already.

    Listeners end before Slack hears of it: they only write down, and what takes long goes on after (`Slack.after`).
    That also saves bolt's look for an acknowledgement every ten milliseconds.
    """
    secret = slack.admind.settings.slack_signing_secret
    app = AsyncApp(
        name="AdMind",
        signing_secret=secret.get_secret_value() if secret else "",
        # Without a secret nothing may come by HTTP; over a socket requests bear no signature, and need none.
        request_verification_enabled=True,
        process_before_response=True,
        # What nobody here asks for: Slack checks no certificates any more, and there are no custom functions.
        ssl_check_enabled=False,
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
        authorize=cast(Any, _Authorize(slack)),  # its type names functions alone
    )
    for part in (commands, events, reactions, actions, views, shortcuts, home):
        part.register(app, slack)
    return app


class _Authorize(AsyncAuthorize):
    """As who AdMind is in a team; of bolt's own kind, as it looks up a plain function's arguments each time."""

    def __init__(self, slack: Slack) -> None:
        self._slack = slack

    async def __call__(self, *, team_id: str | None, **_: Any) -> AuthorizeResult | None:
        """None: then bolt says that nothing is installed."""
        return await self._slack.teams.authorize(team_id or "")
