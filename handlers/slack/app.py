"""The bolt app: what Slack sends is understood here and handed on."""

from __future__ import annotations

from slack_bolt.async_app import AsyncApp

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
        authorize=slack.teams.authorize,
    )
    for part in (commands, events, reactions, actions, views, shortcuts, home):
        part.register(app, slack)
    return app
