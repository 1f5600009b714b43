"""Help: what to say, and the commands. In a chat also what only that has, and short enough for a phone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

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
            *_waiting(),
            told("• `calendar next week` · `posts` · `problems`: what is planned, is out, went wrong"),
            told("• `plan next week`: where nothing is planned · `plan three tips for next week`: drafts them"),
            told("• `plan add LinkedIn Mon and Wed 9:00 tip`: slots that come again · {more}", more=_PLAN),
            told("• `campaign new Launch X on 15 March`: posts up to a day · `campaigns` · `campaign X`"),
            told("• `report last week` · `what next` · `best time` · `experiments`: how posts did, what is next"),
            told("• `links` · `qr code LINK`: short links, and one to scan"),
            *_claims(),
            told("• `away until Friday Ben decides` · `back`"),
            _HOUSE,
            told("In threads slash commands do not work: mention me there (@AdMind shorter)."),
            _on_a_card(),
            told("Shortcuts: “New post” anywhere, “Draft a post from this” on a message."),
        ]
    )


def in_discord(speaking: Speaking) -> str:
    """Commands by what people want, then what Discord has besides. What follows a command is chosen there, or typed
    into options of its own; all of them can be said to AdMind as well.
    """
    return "\n".join(
        [
            _first(speaking),
            *_waiting(),
            told("• `calendar` · `posts` · `problems`: what is planned, is out, went wrong"),
            told("• `plan`: where nothing is planned · `@AdMind plan three tips for next week`: drafts them"),
            told("• `@AdMind plan add LinkedIn Mon and Wed 9:00 tip`: slots that come again · {more}", more=_PLAN),
            told(
                "• `@AdMind campaign new Launch X on 15 March`: posts up to a day · `campaigns` · `@AdMind campaign X`"
            ),
            told("• `report` · `what-next` · `best-time` · `experiments`: how posts did, what is next"),
            told("• `@AdMind links` · `@AdMind qr code LINK`: short links, and one to scan"),
            *_claims(),
            told("• `away`: until when, and who decides meanwhile · `back`"),
            _HOUSE,
            told("In a card's thread mention me (@AdMind shorter), or reply to the card."),
            _on_a_card(),
            told("In a message's menu, under Apps: “Draft a post from this”."),
        ]
    )


def names(commands: Sequence[Command]) -> str:
    """All of them in a line, for where people look around."""
    return " · ".join(each.words[0] for each in commands)


_PLAN: Final = "`plan yes` · `plan fill` · `plan pause` · `plan go on`"
_HOUSE: Final = "• `brand` · `studio` · `settings`"


def _waiting() -> list[str]:
    return [
        told("Each after /admind:"),
        told("• `/admind draft`: a form for a new post"),
        told("• `review`: what waits for you, one at a time · `drafts`: all that wait · `show` · `approve`"),
    ]


def _claims() -> list[str]:
    return [
        told("• `evidence` · `take on`: what proves a claim, or who answers for it"),
        told("• `pause`: nothing more goes out · `resume`: on again"),
    ]


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
