"""`admind`: the command line. Each command loads only what it needs, so that help answers at once."""

from __future__ import annotations

import sys


def main() -> None:
    if sys.argv[1:] == ["--version"]:
        from importlib.metadata import version

        sys.stdout.write(f"admind {version('admind')}\n")
        return
    from handlers.cli import cli

    cli.main(prog_name="admind")


if __name__ == "__main__":
    main()
