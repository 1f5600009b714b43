"""App Home: what waits for me, what goes out next, what went out and how it did, and the stop."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.conversation.commands import COMMANDS
from bot.conversation.helping import names
from bot.insights.saying import followed, how_it_did, without_numbers
from bot.views import DraftView, PauseView, PostView
from bot.when import say
from bot.words import reader, told, words
from handlers.slack import kit
from handlers.slack.buttons import BRAND, MENU
from handlers.slack.forms import Carried
from handlers.slack.limits import SELECT_OPTIONS, Json, checked_view, cut

MOST_SHOWN = 10  # of each list
WAITING_SHOWN = 5  # the others come one at a time
OTHERS_SHOWN = 4  # other brands with a button of their own; all of them can be chosen
_STATES = {"failed": "❌", "unknown": "❓", "missed": "⏰", "paused": "⏸", "published": "✅"}


@dataclass(frozen=True, slots=True)
class OtherBrand:
    """Another brand of the person's, and how many of its drafts wait for them."""

    id: str
    name: str
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class HomeNow:
    """What one person sees of one brand; lists in the order to be shown. `waiting` is what waits for them."""

    brand: str
    brand_name: str
    zone: str
    at: datetime
    waiting: Sequence[DraftView] = ()
    upcoming: Sequence[PostView] = ()
    done: Sequence[PostView] = ()
    pauses: Sequence[PauseView] = ()
    accounts: int = 0
    review_room: bool = False
    may_resume: bool = False
    may_settle: bool = False
    others: Sequence[OtherBrand] = ()


def home_view(now: HomeNow) -> Json:
    """Of one brand; who has several chooses it there, and it stays chosen."""
    blocks = [kit.header(now.brand_name), *_brands(now), *_stopped(now)]
    if not (now.waiting or now.upcoming or now.done):
        blocks += list(_first_steps(now))
    else:
        blocks += [*_waiting(now), *_upcoming(now), *_done(now)]
    blocks.append({"type": "divider"})
    blocks.append(kit.actions(_controls(now)))
    blocks.append(kit.context(told("What you can say after /admind: {commands}", commands=names(COMMANDS))))
    return checked_view({"type": "home", "blocks": blocks, "private_metadata": Carried(brand=now.brand).dump()})


def stranger_view() -> Json:
    """For somebody whom AdMind does not know, or no longer: a way in, and nothing about anybody's work."""
    return checked_view(
        {
            "type": "home",
            "blocks": [
                kit.header("AdMind"),
                kit.section(
                    told("I don't know you yet. Ask an owner of your brand to add you; then this page is yours.")
                ),
            ],
        }
    )


def _brands(now: HomeNow) -> Iterator[Json]:
    """What waits in other brands is one press away."""
    if not now.others:
        return
    here = kit.option(now.brand_name, f"{BRAND}:{now.brand}")
    there = [kit.option(_waits(each), f"{BRAND}:{each.id}") for each in now.others[: SELECT_OPTIONS - 1]]
    chooser = {"type": "static_select", "action_id": BRAND, "options": [here, *there], "initial_option": here}
    busy = [each for each in now.others if each.waiting][:OTHERS_SHOWN]
    buttons = [
        kit.button(
            told("{brand}: review {count}", brand=cut(each.name, 50).text, count=each.waiting), f"next:{each.id}"
        )
        for each in busy
    ]
    yield kit.actions([chooser, *buttons])


def _waits(brand: OtherBrand) -> str:
    name = cut(brand.name, 50).text
    if not brand.waiting:
        return name
    waits = words(reader()).many("{count} waits for you", "{count} wait for you", brand.waiting)
    return f"{name} · {waits}"


def _stopped(now: HomeNow) -> Iterator[Json]:
    for pause in now.pauses[:MOST_SHOWN]:
        since = told("since {when}", when=say(pause.since, now.zone, reader()))
        yield kit.section(" · ".join(part for part in (told("⏸ Nothing goes out"), since, pause.reason) if part))


def _first_steps(now: HomeNow) -> Iterator[Json]:
    done = {
        told("Connect an account, in the studio"): now.accounts > 0,
        told("Choose the room where drafts wait, under Settings here"): now.review_room,
        told("Say what you want posted: write to me, or press New post"): False,
    }
    yield kit.heading(told("First steps"))
    yield kit.section("\n".join(f"{'✅' if each else '▫'} {step}" for step, each in done.items()))
    yield kit.context(told("Nothing goes out that a person did not approve."))


def _waiting(now: HomeNow) -> Iterator[Json]:
    count = len(now.waiting)
    yield kit.heading(told("Waits for you"))
    if not count:
        yield kit.context(told("Nothing waits for you."))
        return
    label = words(reader()).many("Review {count}", "Review {count}", count)
    yield kit.actions([kit.button(label, f"next:{now.brand}", "primary")])
    for draft in now.waiting[:WAITING_SHOWN]:
        facts = [_time(draft.due, now.zone) or told("as soon as it is approved")]
        if draft.decide_by:
            facts.append(told("decide by {when}", when=_time(draft.decide_by, now.zone)))
        facts.append(", ".join(version.account_name for version in draft.versions))
        review = kit.button(told("Open"), f"review:{draft.id}")
        yield kit.section(f"{draft.title}\n{' · '.join(facts)}", accessory=review)
    yield from _more(count, WAITING_SHOWN)


def _upcoming(now: HomeNow) -> Iterator[Json]:
    yield kit.heading(told("Next out"))
    if not now.upcoming:
        yield kit.context(told("Nothing is scheduled."))
    for post in now.upcoming[:MOST_SHOWN]:
        yield kit.section(f"{_time(post.due, now.zone)} · {post.account_name}\n{post.title}")
    yield from _more(len(now.upcoming))


def _done(now: HomeNow) -> Iterator[Json]:
    if not now.done:
        return
    yield kit.heading(told("What went out and how it did, and what did not"))
    for post in now.done[:MOST_SHOWN]:
        receipt = post.receipt
        at = receipt.at if receipt else post.due
        facts = [_sign(post), _time(at, now.zone), "·", post.account_name]
        lines = [" ".join(facts), post.title, post.problem or ""]
        if receipt and receipt.taken_down_at:
            lines.append(told("Taken down {when}", when=_time(receipt.taken_down_at, now.zone)))
        elif post.by_hand:
            lines += [told("To be taken down by hand"), post.look_at or ""]
        elif receipt:
            lines.append(receipt.url)
        if post.clicks is not None:
            lines.append(followed(post.clicks.valid, post.clicks.all, post.clicks.bots))
        lines.append(_how_it_did(post, now.at))
        yield kit.section("\n".join(line for line in lines if line), accessory=_next_step(post))
    yield from _more(len(now.done))


def _how_it_did(post: PostView, now: datetime) -> str:
    """What is known of a post that was taken down stays; nothing is said of one that is not out."""
    if post.numbers is not None:
        return how_it_did(post.numbers.counts, post.numbers.at, now)
    down = post.receipt is not None and post.receipt.taken_down_at is not None
    return without_numbers(post.numbers_come) if post.status == "published" and not down else ""


def _sign(post: PostView) -> str:
    if post.receipt is not None and post.receipt.taken_down_at is not None:
        return "🗑"
    return "✋" if post.by_hand else _STATES.get(post.status, "·")


def _next_step(post: PostView) -> Json | None:
    if post.by_hand:
        return kit.button(told("Done, it is gone"), f"done:{post.id}", "primary")
    if post.status in _STATES and post.status != "published":
        return {"type": "overflow", "action_id": MENU, "options": list(_mending(post))}
    live = post.receipt is not None and post.receipt.taken_down_at is None and post.status == "published"
    return kit.button(told("Take down"), f"takedown:{post.id}") if live else None


def _mending(post: PostView) -> Iterator[Json]:
    """What the message about it offers, too; what cannot be done any more says so when it is chosen."""
    if post.status == "unknown":
        yield kit.option(told("It is live"), f"live:{post.id}")
        yield kit.option(told("Not there, send again"), f"send:{post.id}")
    else:
        again = told("Try again") if post.status == "failed" else told("Send now")
        yield kit.option(again, f"send:{post.id}")
        yield kit.option(told("At another time"), f"later:{post.id}")
    yield kit.option(told("Drop"), f"cancel:{post.id}")


def _more(count: int, shown: int = MOST_SHOWN) -> Iterator[Json]:
    left = count - shown
    if left > 0:
        yield kit.context(words(reader()).many("… and {count} more", "… and {count} more", left))


def _controls(now: HomeNow) -> list[Json]:
    made = [kit.button(told("New post"), f"new:{now.brand}", "primary")]
    if now.may_settle:
        made.append(kit.button(told("Settings"), f"settings:{now.brand}"))
    if now.pauses and now.may_resume:
        made.append(kit.button(told("Go on"), f"resume:{now.brand}"))
    stop = kit.button(told("STOP {brand}", brand=now.brand_name), f"stop:{now.brand}", "danger")
    return [*made, stop]


def _time(instant: datetime | None, zone: str) -> str:
    return say(instant, zone, reader()) if instant else ""
