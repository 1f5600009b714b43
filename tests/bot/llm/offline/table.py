"""One message, the conversation it is said in, and what the person meant by it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.llm.around import Around, KnownAccount, KnownDraft
from bot.llm.offline.understanding import Call, Say, understand

NOW = datetime(2026, 11, 18, 7, 15, tzinfo=ZoneInfo("Europe/Zurich")).astimezone(UTC)
ACCOUNTS = (
    KnownAccount(name="Velo Feed", channel="feed"),
    KnownAccount(name="Blog", channel="feed"),
    KnownAccount(name="Shop Hook", channel="webhook"),
)
NONE = Around(now=NOW, zone="Europe/Zurich", language="en", accounts=ACCOUNTS)
_FIRST = KnownDraft(id="d_1", title="Spring sale", accounts=("Velo Feed",))
ONE = NONE.model_copy(update={"drafts": (_FIRST,)})
TWO = NONE.model_copy(update={"drafts": (_FIRST, KnownDraft(id="d_2", title="Workshop", accounts=("Blog",)))})
OPTIONS = NONE.model_copy(update={"drafts": (_FIRST.model_copy(update={"options": 3}),)})
UPLOAD = NONE.model_copy(update={"uploads": 1})


@dataclass(frozen=True)
class Case:
    """`tool` is empty for a spoken reply, then `says` are words in it. `posts` makes it a `draft_posts`.

    A field named `<name>_has` asks for a part of it, `facts_have` and `facts_lack` for parts of all facts and topic.
    """

    text: str
    around: Around = NONE
    tool: str = ""
    posts: Sequence[Mapping[str, Any]] = ()
    args: Mapping[str, Any] = field(default_factory=dict)
    says: Sequence[str] = ()
    says_not: Sequence[str] = ()


def misses(case: Case) -> list[str]:
    """What was understood otherwise than meant; empty when all is well."""
    answer = understand(case.text, case.around)
    tool = "draft_posts" if case.posts else case.tool
    if isinstance(answer, Say):
        if tool:
            return [f"said {answer.text!r} instead of {tool}"]
        spoken = answer.text.casefold()
        return [f"says not {part!r}: {answer.text!r}" for part in case.says if part.casefold() not in spoken] + [
            f"says {part!r}: {answer.text!r}" for part in case.says_not if part.casefold() in spoken
        ]
    if answer.name != tool:
        return [f"called {answer.name}({answer.args}) instead of {tool or 'a reply'}"]
    wrong = _compare(case.args, answer.args)
    if case.posts:
        wrong += _posts(case.posts, answer)
    return wrong


def _posts(expected: Sequence[Mapping[str, Any]], answer: Call) -> list[str]:
    posts = answer.args["posts"]
    if len(posts) != len(expected):
        return [f"{len(posts)} posts instead of {len(expected)}: {posts}"]
    wrong = [miss for meant, post in zip(expected, posts, strict=True) for miss in _compare(meant, post)]
    angles = [(post["topic"], post.get("angle", "")) for post in posts]
    return wrong if len(set(angles)) == len(angles) else [*wrong, f"posts alike: {angles}"]


def _compare(meant: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    wrong = []
    told = " | ".join([*found.get("facts", ()), found.get("topic", ""), found.get("offer", "")]).casefold()
    for name, value in meant.items():
        if name == "facts_have":
            wrong += [f"facts lack {part!r}: {found.get('facts')}" for part in value if part.casefold() not in told]
        elif name == "facts_lack":
            wrong += [f"facts hold {part!r}: {found.get('facts')}" for part in value if part.casefold() in told]
        elif name.endswith("_has"):
            got = str(found.get(name.removesuffix("_has"), ""))
            if value.casefold() not in got.casefold():
                wrong.append(f"{name} {value!r}: {got!r}")
        elif found.get(name, _EMPTY.get(name, "")) != value:
            wrong.append(f"{name} {value!r}: {found.get(name)!r}")
    return wrong


_EMPTY: dict[str, Any] = {"hashtags": [], "accounts": [], "facts": [], "image": "none", "variants": 1}
