"""What every process that was killed on a channel came to, as a table at the end of `make kills`."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest

from tests.reliability.channel_table import CASES

COLUMNS = ("channel", "database", "journal", "taker", "one", "asked")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    rows: dict[str, Counter[str]] = defaultdict(Counter)
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name == "kills" and isinstance(value, dict):
                rows[value["case"]].update({column: value.get(column, 0) for column in COLUMNS})
    if not rows:
        return
    write = terminalreporter.write_line
    terminalreporter.section(
        "killed at its steps at the channel, the database, the journal, and as the taker over: one, or asked"
    )
    width = max(map(len, rows))
    write("  ".join([" " * width, *(f"{column:>8}" for column in COLUMNS)]))
    for case in CASES:
        if case.name in rows:
            write("  ".join([f"{case.name:<{width}}", *(f"{rows[case.name][column]:>8}" for column in COLUMNS)]))
    all_of = sum(rows.values(), Counter[str]())
    write("  ".join([f"{'all':<{width}}", *(f"{all_of[column]:>8}" for column in COLUMNS)]))
