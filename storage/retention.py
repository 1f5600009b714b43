"""How long everything is kept, declared once: each family's life, and which family each kind of key belongs to.

A test fails on any key that has neither a family with a life here, nor an expiry, nor an owner that it dies with.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

Then = Literal["archive", "delete", "expire", "unlist"]


@dataclass(frozen=True, slots=True)
class Life:
    """How many days, and what comes then.

    archive: it moves into a file of the blob store, and is found by its id as before. delete: upkeep removes it.
    expire: the database does so by itself. unlist: what is archived leaves the lists, and is found by its id alone.
    """

    days: int
    then: Then

    @property
    def span(self) -> timedelta:
        return timedelta(days=self.days)

    @property
    def seconds(self) -> int:
        return self.days * 86_400


LIVES: Final[dict[str, Life]] = {
    "drafts": Life(90, "archive"),  # after the last thing that happened to one that is decided, or lapsed
    "posts": Life(90, "archive"),  # after it was published or cancelled; one that asks for a word stays
    "lists": Life(400, "unlist"),  # archived drafts and posts
    "pictures": Life(400, "archive"),  # the library's records of what AdMind drew; what people sent stays
    "feed": Life(400, "delete"),  # items beyond the newest hundred of their feed
    "audit": Life(30, "archive"),  # sealed entries, in parts of many
    "inbox": Life(90, "delete"),
    "slots": Life(400, "delete"),  # of editorial plans, after their time
    "requests": Life(90, "expire"),
    "conversations": Life(30, "expire"),
    "progress": Life(7, "expire"),
    "sessions": Life(7, "expire"),  # after a browser was last used
    "approval_links": Life(14, "expire"),
    "spending": Life(400, "expire"),  # what models took, by day and brand
    "proposals": Life(14, "expire"),  # what a homepage proposes for a brand
    "messages": Life(400, "expire"),  # which draft a message in a chat shows, and which thread goes on with what
    "orders": Life(400, "expire"),  # which are counted already; the sums live with their brand
    "links": Life(180, "expire"),  # short ones that nobody approved; the others live with their brand
    "clicks": Life(400, "delete"),  # by the hour, as `ADMIND_NUMBERS_DAYS` says; a link's sums live with its brand
    "files": Life(14, "delete"),  # after nothing has named them any more
}

KEPT: Final = "kept"  # few, or as many as there are people and accounts: they live as long as their workspace
EXPIRES: Final = "expires"  # never without an expiry

# What stands after the hash tag, up to the next colon → a family of LIVES, KEPT or EXPIRES.
KINDS: Final[dict[str, str]] = {
    **dict.fromkeys(("draft", "drafts"), "drafts"),
    **dict.fromkeys(("post", "posts"), "posts"),
    **dict.fromkeys(("media", "medias"), "pictures"),
    **dict.fromkeys(("feed", "feeds", "feeditem", "feedpictures"), "feed"),
    **dict.fromkeys(("audit", "heads"), "audit"),
    **dict.fromkeys(("notice", "notices"), "inbox"),
    **dict.fromkeys(("shows", "place"), "messages"),
    "spent": "spending",
    "sessions": "sessions",  # the index of a member's; upkeep takes out those that ended
    "unnamed": "files",
    **dict.fromkeys(("slot", "slots"), "slots"),
    "proposal": "proposals",
    "shortlink": "links",
    "clicks": "clicks",
    "order": "orders",
    **dict.fromkeys(
        (
            *("request", "requests", "request-key", "thread", "once", "budget", "shown", "touched", "idem", "nonce"),
            *("session", "link", "approval", "approvals", "join", "unreached", "posted", "told", "kin"),
            *("document", "clicksalt", "visit"),
            "import",  # a calendar's, and the rows of it that are no drafts yet
        ),
        EXPIRES,
    ),
    **dict.fromkeys(
        (
            *("workspace", "workspaces", "brand", "brands", "member", "members", "account", "accounts"),
            *("identity", "identitys", "token", "tokens", "secrets", "keys", "keycheck", "owner", "alive", "cron"),
            *("ctl", "due", "wake", "chain", "forgotten", "feedstamps", "lookup"),
            *(
                "home",
                "homes",
                "room",
                "rooms",
                "group",
                "groups",
                "installs",
                "kins",
                "who",
                "bound",
                "leaving",
                "leavings",
                "standing",  # pictures that a post shows by our address; its own record says until when
                *("reportplan", "clientreport", "clientreports"),  # twelve a year, with their brand
                "audience",  # an account's followers, a number a day; with the account
                "learned",  # rules from a brand's edits; with the brand
                "experiments",  # with the brand
                "watched",  # with what of each feed was seen: the latest few thousand names
                "watcheds",
                "calendar",  # that a brand's calendar can be subscribed to, and what was told; with the brand
                "plan",  # with the brand
                "campaign",
                "campaigns",
                *("linking", "shortlinks", "orders"),  # with the brand
                *("keptlinks", "endedlinks"),  # short links that lead on or have ended, as the owner chose
            ),
            *("packed", "packs", "segments"),  # where archived things lie: some bytes each, for ever
        ),
        KEPT,
    ),
}


def kind_of(key: str) -> str:
    """What stands after the key's hash tag; "" for a key of another form."""
    return key.partition("}:")[2].partition(":")[0]
