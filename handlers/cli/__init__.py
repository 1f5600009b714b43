"""The table of commands. Their modules are loaded when one is called, not before."""

from __future__ import annotations

import importlib
from typing import Any

import click

# name → module, and the line that help shows
COMMANDS: dict[str, tuple[str, str]] = {
    "run": ("running", "Start AdMind: web, chat and publishing in one process."),
    "studio": ("studio", "A one-time link to the studio, the web page."),
    "ask": ("asking", "Ask for posts in plain words."),
    "requests": ("requests", "What you asked; try again what a model's provider failed."),
    "drafts": ("looking", "What waits for people; erase one for good."),
    "show": ("looking", "One draft, in full."),
    "edit": ("changing", "Change a draft's text by hand, word for word."),
    "revise": ("changing", "Let AdMind reword a draft."),
    "reschedule": ("changing", "Move a draft to another time."),
    "approve": ("deciding", "Approve a draft: it goes out at its time."),
    "reject": ("deciding", "Reject a draft."),
    "hold": ("deciding", "Put a draft on hold."),
    "changes": ("deciding", "Ask for changes, with the reason."),
    "evidence": ("proving", "What a draft claims, and evidence for it."),
    "take-on": ("proving", "Answer for a claim without evidence, as an owner."),
    "withdraw": ("deciding", "Take back what you decided."),
    "posts": ("looking", "What goes out and what went out."),
    "cancel": ("deciding", "Keep a post from going out."),
    "resolve": ("deciding", "Say what became of a post that AdMind cannot tell about."),
    "take-down": ("deciding", "Delete a published post from its channel."),
    "pause": ("deciding", "STOP: nothing goes out until you resume."),
    "resume": ("deciding", "Let posts go out again."),
    "campaigns": ("campaigns", "Campaigns: propose, change, start, pause, end."),
    "calendar": ("calendar", "What is planned, by day; import, export, subscribe."),
    "plan": ("plan", "The editorial plan: its slots, in words; pause, skip, fill."),
    "rehearse": ("rehearsing", "What the plan would bring in the coming days, on a copy; as a page."),
    "costs": ("costs", "What language models took, by brand and model."),
    "report": ("reporting", "How posts did: figures, picture, PDF, CSV."),
    "advise": ("learned", "What to post next, with the numbers behind it."),
    "best-time": ("learned", "When posts do better, as far as that is known."),
    "experiments": ("learned", "Variants of posts or slots: start, look, draw, stop."),
    "numbers": ("reporting", "Numbers from a CSV file: looked at first, then all or nothing."),
    "notices": ("looking", "What AdMind had to tell."),
    "members": ("office", "Who works here, and what they may do."),
    "names": ("names", "One person under several names: link them, or say that they are two people."),
    "brand": ("office", "Your brand: name, voice, colours, policy."),
    "accounts": ("office", "Where posts go: connect, list, close."),
    "feeds": ("feeds", "Feeds that become drafts: watch, list, stop."),
    "links": ("links", "Links of posts: parameters, short links, where they lead."),
    "tokens": ("office", "Keys for programs."),
    "audit": ("keeping", "Who did what; and whether the record is whole."),
    "backup": ("keeping", "Everything in one file."),
    "restore": ("keeping", "Back from such a file; starts paused."),
    "export": ("keeping", "Everything in readable form."),
    "keys": ("keeping", "The encryption keys: bring everything under a new one."),
    "prompts": ("prompts", "What models are told; how well a model writes by it."),
    "doctor": ("doctor", "Check every setting, key and permission, and say what to do."),
    "demo": ("demo", "The whole main job in under a minute, on throw-away data."),
}


class LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"handlers.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


def _version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"admind {version('admind')}")
        ctx.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--version", is_flag=True, callback=_version, expose_value=False, is_eager=True, help="Show the version.")
def cli(**_: Any) -> None:
    """AdMind: ask for posts in plain words, approve them, and they go out on time."""
