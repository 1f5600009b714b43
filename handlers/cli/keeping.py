"""Keeping: audit, backup, restore, export, encryption keys."""

from __future__ import annotations

import json
from pathlib import Path

import click

from handlers.cli.painting import console, local_time, table
from handlers.cli.talk import (
    Refused,
    as_json,
    busy,
    command,
    group,
    line,
    part,
    settings_here,
    show_json,
    sure,
    yes_option,
)


@group("show")
def audit() -> None:
    """Who did what; and whether the record is whole."""


@audit.command("show")
@click.argument("about", default="")
@as_json
@command
async def show_audit(about: str, json_: bool) -> None:
    """Entries, oldest first; of one draft or post when its id is given."""
    async with line() as opened:
        found = await opened.every("/audit", about=about)
        if json_:
            show_json(found)
            return
        rows = [
            (
                str(each["sequence"]),
                local_time(each["at"]),
                each["who"] or "AdMind",
                each["kind"],
                each["about"],
                each["hash"][:10],
            )
            for each in found["items"]
        ]
        console().print(table(("#", "when", "who", "what", "about", "hash"), rows))


@audit.command("verify")
@as_json
@command
async def verify(json_: bool) -> None:
    """Recompute the whole chain, and compare it with the heads written down outside the database."""
    async with line() as opened:
        found = await opened.get("/audit/verify")
        if json_:
            show_json(found)
        elif found["ok"]:
            click.secho(f"The record is whole: {found['entries']} entries.", fg="green")
        else:
            click.secho(f"The record is not whole. {found['reason']}", fg="red", err=True)
        if not found["ok"]:
            raise SystemExit(1)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--with-keys", is_flag=True, help="The encryption key too: then guard the file like the key.")
@as_json
@command
async def backup(file: Path, with_keys: bool, json_: bool) -> None:
    """Everything in one file. Without the encryption key, which you keep elsewhere."""
    async with line() as opened:
        body = {"path": str(file.absolute()), "with_keys": with_keys}
        made = await opened.send("POST", "/backup", body, as_="owner")
        show_json(made) if json_ else click.echo(f"{made['path']}, {made['bytes'] / 1e6:.1f} MB")
        if not json_ and not with_keys:
            kept = opened.settings.data_dir / "secret.key"
            click.secho(f"Keep a copy of the key elsewhere: {kept}. Without it the backup cannot be read.", dim=True)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Although there is data; what was there is kept aside.")
@as_json
@command
async def restore(file: Path, force: bool, json_: bool) -> None:
    """Put a backup back. AdMind then starts paused, and asks about every post that was due since."""
    from bot.workflow.keeping import restore_into

    with busy("Restoring"):
        done = await restore_into(settings_here(), file, force=force)
    if json_:
        show_json(done)
        return
    click.echo(f"Restored what was kept on {local_time(str(done['created_at']))}: {done['keys']} entries.")
    click.echo("Start `admind run`. Everything is paused: look at `admind posts`, then `admind resume`.")


@click.group(invoke_without_command=True)
@click.option(
    "--to", "file", type=click.Path(dir_okay=False, path_type=Path), default=None, help="A file; else the screen."
)
@yes_option
@as_json
@click.pass_context
def export(ctx: click.Context, file: Path | None, yes: bool, json_: bool) -> None:
    """Everything that you own here, as JSON lines; with --json as one list. Or the evidence of one post."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(everything, file=file, yes=yes, json_=json_)


@export.command("evidence")
@click.argument("post")
@click.option(
    "--to", "file", type=click.Path(dir_okay=False, path_type=Path), default=None, help="A zip file that is not there."
)
@as_json
@command
async def evidence(post: str, file: Path | None, json_: bool) -> None:
    """How POST came about, and that what went out is what was approved, in one zip that people can read.

    Brief, sources, findings, prompts and models, every change, who decided, receipts, pictures and the sealed bytes.
    """
    async with line() as opened:
        out = (file or Path(f"evidence-{post}.zip")).absolute()
        if out.exists():
            raise Refused(f"{out} is there already. Nothing was written.")
        data = await opened.raw(f"/posts/{part(post)}/evidence")
        out.touch(mode=0o600)
        out.write_bytes(data)
        show_json({"path": str(out), "bytes": len(data)}) if json_ else click.echo(f"{out}, {len(data) / 1e6:.1f} MB")


@export.command("everything")
@click.option(
    "--to", "file", type=click.Path(dir_okay=False, path_type=Path), default=None, help="A file; else the screen."
)
@yes_option
@as_json
@command
async def everything(file: Path | None, yes: bool, json_: bool) -> None:
    """Everything that you own here, as JSON lines; with --json as one list."""
    async with line() as opened:
        if file is not None and file.exists():
            raise Refused(f"{file} is there already. Nothing was written.")
        if file is not None:
            sure("Write everything, in clear, into this file?", yes)
        found = await opened.send("GET", "/export", as_="owner")
        if json_ and file is None:
            show_json(found)
            return
        text = "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in found["items"])
        if file is None:
            click.echo(text, nl=False)
        else:
            file.touch(mode=0o600)
            file.write_text(text, encoding="utf-8")
            show_json({"file": str(file), "records": len(found["items"])}) if json_ else click.echo(
                f"{len(found['items'])} records in {file}."
            )


@click.group()
def keys() -> None:
    """The keys that secrets and personal data are encrypted with."""


@keys.command("rotate")
@yes_option
@as_json
@command
async def rotate(yes: bool, json_: bool) -> None:
    """Bring everything under a new key.

    Without ADMIND_SECRET_KEYS a new key is made and put in front of the others in the data directory's secret.key. With
    it, put a new key first there, start AdMind again, then call this.
    """
    async with line() as opened:
        sure("Bring everything that is encrypted under a new key?", yes)
        done = await opened.send("POST", "/keys/rotation", as_="owner")
        if json_:
            show_json(done)
            return
        made = "A new key was made. " if done["added"] else ""
        click.echo(f"{made}{done['renewed']} secrets are under the newest key now.")
        where = f"in {done['file']}, after the first line" if done["file"] else "in ADMIND_SECRET_KEYS, after the first"
        if done["older"]:
            click.echo(f"Nothing here needs the older keys any more ({done['older']}, {where}), but older backups do:")
            click.echo("take them away once you no longer keep those.")
        if done["added"]:
            click.secho(
                f"Keep a copy of the file elsewhere: {done['file']}. Without it no backup can be read.", dim=True
            )
