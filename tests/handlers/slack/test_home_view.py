"""App Home, as one person reads it."""

from __future__ import annotations

from bot.conversation.commands import COMMANDS
from bot.conversation.helping import names
from bot.views import PauseView, ReceiptView
from bot.words import reading
from handlers.slack.home_view import HomeNow, OtherBrand, home_view, stranger_view
from handlers.slack.limits import checked_view
from tests.handlers.slack.made import COPY, DUE, NOW, ZONE, spring, view
from tests.handlers.slack.phone import seen
from tests.handlers.slack.test_modals import a_post_view

RECEIPT = ReceiptView(
    remote_id="1", url="https://velo.example/1", at=DUE, compared="same", confirmed_by=None, taken_down_at=None
)


def now(**fields: object) -> HomeNow:
    return HomeNow(**({"brand": "b_velo", "brand_name": "Velo", "zone": ZONE, "at": NOW} | fields))  # type: ignore[arg-type]


def test_what_waits_what_comes_and_what_went_out() -> None:
    missed = a_post_view(None, "failed").model_copy(update={"problem": "The server did not answer."})
    shown = home_view(
        now(
            waiting=[view(spring())],
            upcoming=[a_post_view(None, "scheduled")],
            done=[a_post_view(RECEIPT), missed],
            pauses=[PauseView(scope="brand:b_velo", reason="A storm", since=NOW, until=None)],
            may_resume=True,
            may_settle=True,
        )
    )
    assert seen(shown["blocks"]) == "\n".join(
        [
            "# Velo",
            "⏸ Nothing goes out · since Mon 30 Nov, 13:00 CET · A storm",
            "*Waits for you*",
            "[!Review 1]",
            "Spring sale",
            "Tue 1 Dec, 09:00 CET · decide by Tue 1 Dec, 08:45 CET · LinkedIn · Velo AG, X · @velo   [Open]",
            "*Next out*",
            "Tue 1 Dec, 09:00 CET · X · @velo",
            "Spring sale",
            "*What went out and how it did, and what did not*",
            "✅ Tue 1 Dec, 09:00 CET · X · @velo",
            "Spring sale",
            "https://velo.example/1",
            "no numbers from this channel   [Take down]",
            "❌ Tue 1 Dec, 09:00 CET · X · @velo",
            "Spring sale",
            "The server did not answer.   [⋯ Try again · At another time · Drop]",
            "----",
            "[!New post] [Settings] [Go on] [‼STOP Velo]",
            f"(What you can say after /admind: {names(COMMANDS)})",
        ]
    )


def test_an_empty_home_says_what_to_do_first() -> None:
    assert seen(home_view(now(accounts=1))["blocks"]) == "\n".join(
        [
            "# Velo",
            "*First steps*",
            "✅ Connect an account, in the studio",
            "▫ Choose the room where drafts wait, under Settings here",
            "▫ Say what you want posted: write to me, or press New post",
            "(Nothing goes out that a person did not approve.)",
            "----",
            "[!New post] [‼STOP Velo]",
            f"(What you can say after /admind: {names(COMMANDS)})",
        ]
    )


def test_a_busy_home_fits_and_counts_the_rest() -> None:
    drafts = [view(spring(id=f"d_{number}", title=COPY * 60)) for number in range(25)]
    for language in ("en", "de"):
        with reading(language):
            shown = home_view(
                now(
                    waiting=drafts,
                    upcoming=[a_post_view(None)] * 40,
                    done=[a_post_view(RECEIPT)] * 40,
                    brand_name="V" * 200,
                )
            )
        assert checked_view(shown) is shown
    with reading("en"):
        words = seen(home_view(now(waiting=drafts))["blocks"])
    assert "[!Review 25]" in words and "… and 20 more" in words


def test_who_has_several_brands_sees_what_waits_in_all_of_them() -> None:
    others = [OtherBrand("b_acme", "Acme", 2), OtherBrand("b_cafe", "Café")]
    lines = seen(home_view(now(accounts=1, others=others))["blocks"]).split("\n")
    assert lines[:2] == ["# Velo", "[▾ Velo | Velo · Acme · 2 wait for you · Café] [Acme: review 2]"]
    many = [OtherBrand(f"b_{number}", "B" * 80, number) for number in range(150)]
    for language in ("en", "de"):
        with reading(language):
            shown = home_view(now(brand_name="V" * 200, others=many))
        assert checked_view(shown) is shown


def test_a_stranger_sees_a_way_in_and_nothing_else() -> None:
    assert "Ask an owner" in seen(stranger_view()["blocks"])
