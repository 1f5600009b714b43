"""Help: what to say, and the commands. In a chat also what only that has, and short enough for a phone."""

from __future__ import annotations

from collections.abc import Sequence

from bot.conversation.speaking import Command, Speaking
from bot.words import retold, told


def in_full(speaking: Speaking, commands: Sequence[Command]) -> str:
    """Every command, a line each: where people type them, ids and all."""
    lines = [f"• `{' '.join((c.words[0], c.argument)).strip()}`: {retold(c.help)}" for c in commands]
    return "\n".join([_first(speaking), told("Commands:"), *lines])


def in_slack(speaking: Speaking) -> str:
    """Commands by what people want, then what Slack has besides."""
    return "\n".join(
        [
            _first(speaking),
            told("• `/admind draft`: a form for a new post"),
            told("• `/admind review`: what waits for you, one at a time · `drafts`: all that wait"),
            told("• `/admind calendar next week` · `posts` · `problems`: what is planned, is out, went wrong"),
            told("• `/admind plan next week`: where nothing is planned · `plan three tips for next week`: drafts them"),
            told("• `/admind plan add LinkedIn Mon and Wed 9:00 tip`: slots that come again"),
            told("• `/admind report`: the last 7 days; or `report last week`, `report month`"),
            told("• `/admind pause`: nothing more goes out · `resume`: on again"),
            told("• `/admind away until Friday Ben decides` · `back`"),
            told("• `/admind brand` · `studio` · `settings`"),
            told("In threads slash commands do not work: mention me there (@AdMind shorter)."),
            _on_a_card(),
            told("Shortcuts: “New post” anywhere, “Draft a post from this” on a message."),
        ]
    )


def in_discord(speaking: Speaking) -> str:
    """Commands by what people want, then what Discord has besides. What follows a command is chosen there, or typed
    into options of its own.
    """
    return "\n".join(
        [
            _first(speaking),
            told("• `/admind draft`: a form for a new post"),
            told("• `/admind review`: what waits for you, one at a time · `drafts`: all that wait"),
            told("• `/admind calendar` · `posts` · `problems`: what is planned, is out, went wrong"),
            told("• `/admind plan`: where nothing is planned · `@AdMind plan three tips for next week`: drafts them"),
            told("• `@AdMind plan add LinkedIn Mon and Wed 9:00 tip`: slots that come again"),
            told("• `/admind report`: the last 7 days, or the period that you choose"),
            told("• `/admind pause`: nothing more goes out · `resume`: on again"),
            told("• `/admind away`: until when, and who decides meanwhile · `back`"),
            told("• `/admind brand` · `studio` · `settings`"),
            told("In a card's thread mention me (@AdMind shorter), or reply to the card."),
            _on_a_card(),
            told("In a message's menu, under Apps: “Draft a post from this”."),
        ]
    )


def _on_a_card() -> str:
    return told("On a card: ✅ approves, ❌ rejects, ✏️ asks for changes, ✋ holds. Take it off, and it is taken back.")


def _first(speaking: Speaking) -> str:
    account = next((account.name for account in speaking.turn.around.accounts), "feed")
    return told(
        "Tell me in your own words what to post, such as “Announce our workshop on 12 December, tomorrow at 9am on "
        "{account}, with an image”; then “shorter” or “move it to Friday 3pm”. Nothing goes out before a person "
        "approved it.",
        account=account,
    )
