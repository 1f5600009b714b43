"""`admind prompts`: what models are told, and how well a model writes by it."""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.text import Text

from bot.errors import BadInput
from bot.insights.costs import what_it_took
from bot.settings import Settings, load_settings
from handlers.cli.painting import console, shown, table
from handlers.cli.talk import as_json, clean, command, group, settings_here, show_json

JUDGED = ("passed", "checks", "facts", "length", "style")

if TYPE_CHECKING:
    from bot.workflow.evaluating import Evaluation, Judged, Outcome
    from bot.workflow.golden import GoldenBrief


@group("list")
def prompts() -> None:
    """What models are told, with versions; and how well a model writes by it."""


@prompts.command("list")
@as_json
@command
async def _list(json_: bool) -> None:
    """Every prompt: its stamp, and what it is for."""
    from bot.workflow.evaluating import every

    found = every()
    if json_:
        show_json([{"id": p.id, "version": p.version, "stamp": p.stamp, "purpose": p.purpose} for p in found])
        return
    console().print(table(("stamp", "purpose"), [(p.stamp, p.purpose) for p in found]))


@prompts.command("show")
@click.argument("prompt")
@as_json
@command
async def _show(prompt: str, json_: bool) -> None:
    """One prompt: its purpose, what comes with it, and its words."""
    from bot.workflow.evaluating import PromptError, load

    try:
        found = load(prompt)
    except PromptError as error:
        raise BadInput(f"{str(error)[:1].upper()}{str(error)[1:]}.", do_next="`admind prompts` lists them.") from error
    if json_:
        show_json({"stamp": found.stamp, "purpose": found.purpose, "inputs": dict(found.inputs), "text": found.source})
        return
    out = console()
    out.print(shown(found.stamp, "bold"), shown(found.purpose), sep="\n")
    out.print(table(("input", "what it holds"), list(found.inputs.items())))
    out.print(shown(f"\n{found.source}"))


@dataclass(frozen=True, slots=True)
class Run:
    """A model, and the folder of its prompts (none: AdMind's own)."""

    model: str
    folder: Path | None

    @property
    def name(self) -> str:
        return f"{self.model} · {self.folder.name}" if self.folder else self.model


@prompts.command("eval")
@click.option("--model", "models", multiple=True, help="provider:model; twice to compare. Unset: ADMIND_MODEL.")
@click.option(
    "--prompts", "folders", multiple=True, type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder with other versions of prompts (copywriter.md, …), to compare with AdMind's own.",
)  # fmt: skip
@click.option("--brief", "names", multiple=True, help="Only these golden briefs.")
@click.option("--language", default="", help="Only golden briefs in this language, e.g. de.")
@click.option("--least", type=click.FloatRange(0, 1), default=0.0, help="Exit 1 when fewer texts pass, e.g. 0.9.")
@click.option("--texts", is_flag=True, help="Print the texts, too.")
@as_json
@command
async def _eval(
    models: tuple[str, ...],
    folders: tuple[Path, ...],
    names: tuple[str, ...],
    language: str,
    least: float,
    texts: bool,
    json_: bool,
) -> None:
    """Have a model write the golden briefs, and judge what it wrote. Nothing is kept, nothing goes out.

    Costs what the model costs: some calls for each text. The offline writer costs nothing.
    """
    base = settings_here()
    runs = [Run(model, folder) for model in models or (base.model,) for folder in (None, *folders)]
    briefs = _chosen(names, language)
    done: list[tuple[Run, Evaluation]] = []
    for run in runs:
        done.append((run, await _evaluated(base, run, briefs, quiet=json_)))
    if json_:
        show_json([_as_document(run, found) for run, found in done])
    else:
        _print(briefs, done, texts)
    if any(found.passed < least for _, found in done):
        click.secho(f"Fewer than {least:.0%} of the texts passed.", fg="red", err=True)
        raise SystemExit(1)


def _chosen(names: Sequence[str], language: str) -> tuple[GoldenBrief, ...]:
    from bot.workflow.golden import golden_briefs

    every = golden_briefs()
    unknown = sorted(set(names) - {each.id for each in every})
    found = tuple(
        each
        for each in every
        if (not names or each.id in names) and (not language or each.brief.language.partition("-")[0] == language)
    )
    if unknown or not found:
        there, named = ", ".join(each.id for each in every), ", ".join(unknown) or "of that kind"
        raise BadInput(f"There is no golden brief {named}.", do_next=f"There are: {there}.")
    return found


async def _evaluated(base: Settings, run: Run, briefs: Sequence[GoldenBrief], *, quiet: bool) -> Evaluation:
    """On throw-away data, with nothing of the real settings but the model's own."""
    from bot.bootstrap import AdMind
    from bot.workflow.evaluating import evaluate, from_folder, load

    told = from_folder(run.folder) if run.folder else load
    with tempfile.TemporaryDirectory(prefix="admind-eval-") as folder:
        settings = _settings(base, run.model, Path(folder))
        async with AdMind(settings, queues=frozenset(), name="eval", prompt=told) as admind:
            await admind.loaded()
            owner = await admind.setup.local_owner(admind.workspace.id)
            if owner is None:
                raise BadInput("There is nobody here to ask in whose name.")
            parts: dict[str, Any] = {
                name: getattr(admind, name) for name in ("database", "requests", "channels", "clock")
            }
            with _counted(run.name, len(briefs), quiet) as tell:
                found = await evaluate(briefs, owner=owner, told=tell, **parts)
    return found


def _settings(base: Settings, model: str, folder: Path) -> Settings:
    given = {name: key.get_secret_value() for name, key in base.provider_keys.items()}
    return load_settings(
        {
            **given,
            "ADMIND_DATA_DIR": str(folder),
            "ADMIND_TIMEZONE": "UTC",
            "ADMIND_PUBLIC_URL": "https://admind.example",  # some channels take pictures only from one
            "ADMIND_MODEL": model,
            "ADMIND_MODEL_PRICES": base.model_prices,
            "ADMIND_REPAIR_ROUNDS": str(base.repair_rounds),
            "ADMIND_DAILY_TOKENS": "0",
            "ADMIND_DAILY_TOKENS_MEMBER": "0",
        }
    )


@contextlib.contextmanager
def _counted(name: str, all_: int, quiet: bool) -> Any:
    """Tells how far it is, to people."""
    from rich.status import Status

    done = 0
    status = Status(f"{name}: 0 of {all_}", console=console(stderr=True))

    async def tell(outcome: Outcome) -> None:
        nonlocal done
        done += 1
        status.update(f"{name}: {done} of {all_}")

    if quiet:
        yield None
        return
    with status:
        yield tell


def _print(briefs: Sequence[GoldenBrief], done: Sequence[tuple[Run, Evaluation]], texts: bool) -> None:
    out = console()
    by_brief = [{each.brief.id: each for each in found.outcomes} for _, found in done]
    rows: list[tuple[str | Text, ...]] = [
        (
            brief.id,
            brief.brief.language,
            ", ".join(each.channel for each in brief.accounts),
            *[_cell(outcomes[brief.id]) for outcomes in by_brief],
        )
        for brief in briefs
    ]
    out.print(table(("brief", "", "channels", *(run.name for run, _ in done)), rows))
    for run, found in done:
        for outcome in found.outcomes:
            _say(run.name if len(done) > 1 else "", outcome, texts)
    out.print(
        table(("model", "passed", "checks", "facts", "length", "style", "took"), [_total(*each) for each in done])
    )


def _cell(outcome: Outcome) -> Text:
    if outcome.failed:
        return shown("failed", "red")
    passed, all_ = sum(each.passed for each in outcome.texts), len(outcome.brief.accounts)
    return shown(f"{passed}/{all_}", "green" if passed == all_ else "yellow")


def _say(run: str, outcome: Outcome, texts: bool) -> None:
    """What did not pass, and why."""
    out, head = console(), " · ".join(part for part in (run, outcome.brief.id) if part)
    if outcome.failed:
        out.print(shown(f"{head}: {outcome.failed}", "red"))
    for text in outcome.texts:
        wrong = [*text.findings, *(f"without “{each}”" for each in text.missing), *text.broken]
        wrong += [] if text.fits else ["too long"]
        if wrong:
            out.print(shown(f"{head} · {text.channel}: {'; '.join(wrong)}", "yellow"))
        if texts:
            out.print(shown(f"{head} · {text.channel}", "bold"), shown(f"{clean(text.text)}\n"), sep="\n")


def _shares(found: Evaluation) -> dict[str, float]:
    by: dict[str, Callable[[Judged], bool]] = {
        "passed": lambda text: text.passed,
        "checks": lambda text: not text.findings,
        "length": lambda text: text.fits,
        "style": lambda text: not text.broken,
    }
    return {name: found.share(good) for name, good in by.items()} | {"facts": found.kept}


def _total(run: Run, found: Evaluation) -> tuple[str, ...]:
    shares = _shares(found)
    took = what_it_took(found.usage) or "nothing"
    return (run.name, *(f"{shares[name]:.0%}" for name in JUDGED), took)


def _as_document(run: Run, found: Evaluation) -> dict[str, Any]:
    return {
        "model": run.model,
        "prompts": str(run.folder) if run.folder else None,
        **{name: round(share, 4) for name, share in _shares(found).items()},
        "texts": found.wanted,
        "usage": json.loads(found.usage.model_dump_json()),
        "briefs": [
            {
                "id": outcome.brief.id,
                "failed": outcome.failed or None,
                "texts": [
                    {
                        "channel": text.channel,
                        "text": text.text,
                        "passed": text.passed,
                        "findings": list(text.findings),
                        "missing": list(text.missing),
                        "fits": text.fits,
                        "broken": list(text.broken),
                    }
                    for text in outcome.texts
                ],
            }
            for outcome in found.outcomes
        ],
    }
