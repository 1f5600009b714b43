"""Sentences for a report's front page: by a language model where one is configured, else by template."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Final

from pydantic import BaseModel, Field

from bot.drafting.copy import Ask
from bot.errors import AdMindError
from bot.insights.summary import Summary
from bot.insights.wording import by_template, cells_of, checked
from bot.words import words
from prompts import Prompt, load

log = logging.getLogger(__name__)
MOST_CELLS: Final = 120


class ReportWords(BaseModel):
    """Sentences about the cells; figures by their cell's name in braces alone."""

    sentences: list[str] = Field(default_factory=list, max_length=6)


class Wording:
    """`ask` for whom the brand's budget pays; None where no model writes."""

    def __init__(self, ask: Callable[[str, str], Ask] | None, *, prompt: Callable[[str], Prompt] = load) -> None:
        self._ask = ask
        self._prompt = prompt

    async def of(self, summary: Summary, language: str) -> tuple[str, ...]:
        """Checked sentences; by template where a model fails, or nothing of what it wrote can be kept."""
        book = words(language)
        if self._ask is None or summary.main is None:
            return by_template(book, summary)
        cells = cells_of(book, summary)
        shown = {name: cell.shown for name, cell in list(cells.items())[:MOST_CELLS]}
        document = {"task": "report", "language": language, "cells": shown}
        # LangChain is heavy: by the first call it is loaded anyway.
        from langchain_core.messages import HumanMessage, SystemMessage  # noqa: PLC0415

        messages = [SystemMessage(self._prompt("report").text), HumanMessage(json.dumps(document, ensure_ascii=False))]
        try:
            written: ReportWords = await self._ask(summary.workspace, summary.brand)(ReportWords, messages)
        except AdMindError as error:
            log.info("report in words by template brand=%s why=%s", summary.brand, error.what)
            return by_template(book, summary)
        kept = checked(written.sentences, cells)
        if len(kept) < len(written.sentences):
            log.info("sentences dropped brand=%s count=%d", summary.brand, len(written.sentences) - len(kept))
        return kept or by_template(book, summary)
