"""Posts as people read them: a line each on the draft's card, and a card of their own where something is to be done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, Protocol

from bot.chat import Button, Card, CardSection
from bot.checks.times import TIMES
from bot.naming import Words
from storage.posts import ASKS, Post, PostReceipt, PostState
from storage.sources import host_of

POSTED: Final = ("✅", "🗑")  # how the lines begin that clients read, too
MOST_NAMED: Final = 5
MOST_COMPARED: Final = 3  # sentences of pages, old and new: more do not fit on a Discord message
OUT: Final = frozenset({PostState.published, PostState.sending, PostState.unknown})
# Why nothing can be sent again as it was approved, and why the account must be mended first.
SPENT: Final = frozenset({"payload", "changed", "no_account"})
BY_HAND: Final = "by_hand"  # nobody knows which post it is there: people write its first comment
SOURCE: Final = "source_changed"  # a page that it rests on says something else now
ACCESS: Final = frozenset({"account", "unauthorized", "moved", "other_account"})


class Saying(Protocol):
    def __call__(self, english: str, /, **values: object) -> str: ...


def why_by_hand(why: str, account: str, t: Saying) -> str:
    """Why a person must take a post down, by the receipt's code."""
    match why:
        case "closed":
            return t("{account} is not connected any more.", account=account)
        case "cannot":
            return t("{account} lets nobody delete posts from outside.", account=account)
        case "unnamed":
            return t("AdMind does not know which post it is at {account}.", account=account)
    return t("{account} refused to delete it.", account=account)


def post_line(post: Post, names: Words) -> str:
    """What became of it, on its draft's card; "" while there is nothing to say beyond the draft's own time."""
    account, receipt = names.account(post.account), post.receipt
    if receipt is not None and receipt.taken_down_at is not None:
        return f"🗑 {account}: {_taken_down(receipt, names)}"
    if receipt is not None and post.by_hand:
        return "✋ " + names.t("{account}: to be taken down by hand", account=account) + _at(names.address(post))
    if receipt is not None and post.commenting and post.asks:
        return "⚠ " + names.t("{account}: out, but see its first comment", account=account) + _at(receipt.url)
    if receipt is not None:
        return f"✅ {account}{_at(receipt.url)}"
    if post.state is PostState.scheduled and post.reread is not None and post.reread.unread:
        hosts = ", ".join(dict.fromkeys(host_of(url)[:80] for url in post.reread.unread))
        return "⚠ " + names.t(
            "{account}: {host} could not be read again; it goes out all the same", account=account, host=hosts
        )
    return {
        PostState.failed: names.t("❌ {account}: not posted", account=account),
        PostState.unknown: names.t("❓ {account}: we can't tell", account=account),
        PostState.missed: names.t("⏰ {account}: missed its time", account=account),
        PostState.paused: names.t("⏸ {account}: waits for your word", account=account),
        PostState.cancelled: names.t("✖ {account}: will not go out", account=account),
    }.get(post.state, "")


def post_card(post: Post, names: Words, siblings: Sequence[Post] = ()) -> Card:
    """What became of a post: the receipt, the failure, the question, or that somebody must take it down."""
    receipt = post.receipt
    if receipt is not None and receipt.by_hand_since is not None:
        return _by_hand_card(post, receipt, names)
    when, status = (names.time(receipt.at), receipt.url) if receipt else ("", "")  # else its headline says when
    if post.state is PostState.unknown and (address := names.address(post)):
        when, status = names.t("Look here:"), address
    return Card(
        title=_headline(post, names),
        when=when,
        at=receipt.at if receipt else post.due,
        status=status,
        sections=(CardSection(heading=post.title, text=""), *_side_by_side(post, names)),
        notes=tuple(_notes(post, names, siblings)),
        buttons=_buttons(post, names, siblings),
        draft=post.draft,
        digest=post.digest,
    )


def _side_by_side(post: Post, names: Words) -> Iterator[CardSection]:
    """What pages said when the text was written, and what they say now."""
    if post.state is not PostState.paused or post.reread is None:
        return
    for each in post.reread.changed[:MOST_COMPARED]:
        host = host_of(each.url)[:80]
        before = names.t("{host} said, {when}", host=host, when=names.time(each.read_at))
        now = names.t("{host} says now, {when}", host=host, when=names.time(post.reread.at))
        yield CardSection(heading=before, text=each.old)
        yield CardSection(heading=now, text=each.new or names.t("Nothing like it stands there any more."))


def _headline(post: Post, names: Words) -> str:
    account, at = names.account(post.account), names.time(post.due)
    if post.receipt is not None and post.receipt.taken_down_at is not None:
        return names.t("🗑 Taken down: {account}", account=account)
    if post.commenting:
        return _comment_headline(post, names)
    return {
        PostState.published: names.t("✅ Posted: {account}", account=account),
        PostState.failed: names.t("❌ Not posted: {account}, {when}", account=account, when=at),
        PostState.unknown: names.t("❓ We can't tell: {account}, {when}", account=account, when=at),
        PostState.missed: names.t("⏰ Missed: {account}, {when}", account=account, when=at),
        PostState.paused: names.t("⏸ Paused: {account}, {when}", account=account, when=at),
        PostState.cancelled: names.t("Cancelled: {account}, {when}", account=account, when=at),
        PostState.scheduled: names.t("⏳ Late, still trying: {account}, {when}", account=account, when=at)
        if post.failure
        else names.t("Scheduled: {account}, {when}", account=account, when=at),
        PostState.sending: names.t("On its way: {account}, {when}", account=account, when=at),
    }[post.state]


def _comment_headline(post: Post, names: Words) -> str:
    """Of a post that is out, while its first comment is not or may not be."""
    account = names.account(post.account)
    if post.state is PostState.unknown:
        return names.t("❓ Posted; of its first comment we can't tell: {account}", account=account)
    if post.state in (PostState.scheduled, PostState.sending):
        return names.t("⏳ Posted; its first comment is late, still trying: {account}", account=account)
    return names.t("⚠ Posted, but without its first comment: {account}", account=account)


def _notes(post: Post, names: Words, siblings: Sequence[Post]) -> Iterator[str]:
    if post.failure is not None and post.state is not PostState.published:
        yield names.said(post.failure.sentence)
    if post.receipt is not None and post.receipt.compared == "differs":
        yield names.t("What stands there differs from what was approved. Please look.")
        yield from (said for what, said in _differences(names) if what in post.receipt.differs)
    if post.receipt is not None and post.receipt.note:
        yield names.said(post.receipt.note)
    if post.state is not PostState.published:
        live = [other for other in siblings if other.id != post.id and other.state is PostState.published]
        yield from (post_line(other, names) for other in live[:MOST_NAMED])
    if post.state is PostState.unknown:
        yield names.t("Please look there. Nothing resends by itself.")


def _differences(names: Words) -> tuple[tuple[str, str], ...]:
    return (
        ("text", names.t("The text is not the approved one.")),
        ("pictures", names.t("The pictures are not the approved ones.")),
        ("alt texts", names.t("The alt texts are not the approved ones.")),
        ("first comment", names.t("The first comment is not the approved one.")),
    )


def _by_hand_card(post: Post, receipt: PostReceipt, names: Words) -> Card:
    account = names.account(post.account)
    if receipt.taken_down_at is not None:
        return Card(
            title=names.t("🗑 Taken down: {account}", account=account),
            status=_taken_down(receipt, names),
            sections=(CardSection(heading=post.title, text=""),),
            draft=post.draft,
        )
    done = Button(label=names.t("Done, it is gone"), action=f"done:{post.id}", style="primary")
    again = Button(label=names.t("Let AdMind try again"), action=f"takedown:{post.id}")
    return Card(
        title=names.t("✋ Take it down by hand: {account}", account=account),
        when=names.t("Still stands here:"),
        status=names.address(post),
        sections=(CardSection(heading=post.title, text=""),),
        notes=(
            why_by_hand(receipt.by_hand_why, account, names.t),
            names.t("Delete it there, then press the button. Until then it counts as still standing there."),
        ),
        buttons=(done, again) if receipt.by_hand_why in ("refused", "closed") else (done,),
        draft=post.draft,
    )


def _taken_down(receipt: PostReceipt, names: Words) -> str:
    when = names.time(receipt.taken_down_at) if receipt.taken_down_at else ""
    if receipt.taken_down_by:
        name = names.member(receipt.taken_down_by)
        if not name:  # to a client nobody of the team is named
            return names.t("taken down by hand {when}", when=when)
        return names.t("taken down by hand {when}, {name}", when=when, name=name)
    return names.t("taken down {when}", when=when)


def _at(address: str) -> str:
    return f": {address}" if address else ""


def _buttons(post: Post, names: Words, siblings: Sequence[Post]) -> tuple[Button, ...]:
    """What mends it, the likeliest first."""
    if post.state is PostState.published and post.receipt and not post.receipt.taken_down_at:
        return (Button(label=names.t("Take down"), action=f"takedown:{post.id}", more=True),)
    if post.state not in ASKS:
        return ()
    if post.commenting:
        return _comment_buttons(post, names)
    drop = Button(label=names.t("Drop"), action=f"cancel:{post.id}")
    if post.state is PostState.unknown:
        return (
            Button(label=names.t("It is live"), action=f"live:{post.id}", style="primary"),
            Button(label=names.t("Not there, send again"), action=f"send:{post.id}"),
            drop.model_copy(update={"more": True}),
        )
    code = post.failure.code if post.failure else ""
    made = list[Button]()
    if code in ACCESS:
        made.append(Button(label=names.t("Connect it again"), action=f"reconnect:{post.account}"))
    if code == SOURCE or code in TIMES:
        made.append(Button(label=names.t("Send it as it is"), action=f"send:{post.id}"))
        made.append(Button(label=names.t("At another time"), action=f"later:{post.id}"))
    elif code not in SPENT:
        again = names.t("Try again") if post.state is PostState.failed else names.t("Send now")
        made.append(Button(label=again, action=f"send:{post.id}"))
        made.append(Button(label=names.t("At another time"), action=f"later:{post.id}"))
    if not any(other.state in OUT for other in siblings):
        made.append(Button(label=names.t("Edit text"), action=f"rework:{post.id}"))
    elif code in SPENT:
        made.append(Button(label=names.t("New post"), action=f"new:{post.brand}"))
    return (made[0].model_copy(update={"style": "primary"}), *made[1:], drop)


def _comment_buttons(post: Post, names: Words) -> tuple[Button, ...]:
    """What can be done about a first comment: the post itself is out, and is not sent again."""
    code, made = post.failure.code if post.failure else "", list[Button]()
    if code in ACCESS:
        made.append(Button(label=names.t("Connect it again"), action=f"reconnect:{post.account}"))
    if post.state is PostState.unknown or code == BY_HAND:
        made.append(Button(label=names.t("It stands there"), action=f"live:{post.id}"))
    if code != BY_HAND and code not in SPENT:
        again = names.t("Not there, write it again") if post.state is PostState.unknown else names.t("Write it again")
        made.append(Button(label=again, action=f"send:{post.id}"))
    leave = Button(label=names.t("Leave it out"), action=f"cancel:{post.id}")
    down = Button(label=names.t("Take down"), action=f"takedown:{post.id}", more=True)
    first = (made[0].model_copy(update={"style": "primary"}),) if made else ()
    return (*first, *made[1:], leave, down)
