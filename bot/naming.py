"""Names instead of ids, and the reader's time and language, for whatever is shown of records."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.when import say
from bot.words import Phrasebook, words
from storage.accounts import Account
from storage.posts import Post
from storage.team import Brand


@dataclass(frozen=True, slots=True)
class Words:
    """What a card needs besides the record: names instead of ids, and the reader's zone.

    `unnamed`: ids of members whom the reader does not get to know by name.
    """

    brand: Brand
    zone: str
    accounts: Mapping[str, Account]
    members: Mapping[str, str] = field(default_factory=dict)  # id → name
    language: str = "en"
    unnamed: frozenset[str] = frozenset()

    def account(self, account: str) -> str:
        return self.accounts[account].name if account in self.accounts else self.t("an account that was removed")

    def address(self, post: Post) -> str:
        """Where it stands, or else where people look at its account; "" when neither is known."""
        account = self.accounts.get(post.account)
        kept = post.receipt or post.claimed
        found = kept.url if kept else ""
        return found or (account.page or account.server if account else "")

    def member(self, member: str) -> str:
        """Their name; "" for who is not named to this reader."""
        if member in self.unnamed:
            return ""
        return self.members.get(member) or self.t("somebody who left")

    def t(self, english: str, /, **values: object) -> str:
        return words(self.language).text(english, **values)

    def said(self, english: str) -> str:
        return words(self.language).said(english)

    def time(self, instant: datetime) -> str:
        return say(instant, self.zone, self.language)


def disclosed(flags: Collection[str], partner: str, words: Phrasebook) -> tuple[str, ...]:
    """What a post says of itself, by a label of its channel or in its text."""
    text, said = words.text, list[str]()
    if "paid_partnership" in flags:
        said.append(text("Paid partnership with {partner}", partner=partner) if partner else text("Paid partnership"))
    if "ai_generated" in flags:
        said.append(text("Made with AI"))
    return tuple(said)


def state_names(words: Phrasebook) -> dict[str, str]:
    """States of drafts and posts, as people say them."""
    text = words.text
    return {
        "waiting": text("Waiting"),
        "changes": text("Changes wanted"),
        "held": text("On hold"),
        "rejected": text("Rejected"),
        "approved": text("Approved"),
        "late": text("Too late"),
        "replaced": text("Replaced"),
        "scheduled": text("Scheduled"),
        "sending": text("On its way"),
        "published": text("Posted"),
        "failed": text("Not posted"),
        "unknown": text("We can't tell"),
        "missed": text("Missed"),
        "cancelled": text("Dropped"),
        "paused": text("Stopped"),
        "empty": text("Empty slot"),
    }
