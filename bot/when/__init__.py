"""When? A phrase such as "next Tue 9am CET" → instants, a recurrence, or a question; wrong is worse than none."""

from bot.when.grammar import resolve
from bot.when.records import Found, Resolved, Unclear
from bot.when.saying import say, say_day
from bot.when.series import occurrences
from bot.when.spot import find_phrases
from bot.when.zones import on_the_clock

__all__ = ["Found", "Resolved", "Unclear", "find_phrases", "occurrences", "on_the_clock", "resolve", "say", "say_day"]
