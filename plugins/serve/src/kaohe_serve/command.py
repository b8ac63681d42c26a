"""`kaohe serve`: the service and the workbench, on this machine unless a token is set."""

from __future__ import annotations

import re
from ipaddress import ip_address
from pathlib import Path

import click

from kaohe.command.output import command
from kaohe_serve.words import text

SHORTEST = 12
GOOD_TOKEN = re.compile(rf"[!-~]{{{SHORTEST},}}")
"""What a browser carries as it is, and nobody guesses soon."""
LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})


def build() -> click.Command:
    """The command, in the language of the moment."""

    @command("serve", text("Serve kaohe over HTTP, with a workbench in the browser."))
    @click.option(
        "--folder",
        type=click.Path(path_type=Path, file_okay=False),
        default=Path("kaohe-workbench"),
        show_default=True,
        help=str(text("Where datasets and runs are kept.")),
    )
    @click.option("--host", default="127.0.0.1", show_default=True, help=str(text("The address to be asked at.")))
    @click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help=str(text("The port.")))
    @click.option(
        "--token",
        envvar="KAOHE_TOKEN",
        default="",
        help=str(text("What every request must carry (better in KAOHE_TOKEN); needed beyond this machine.")),
    )
    @click.option("--open", "opening", is_flag=True, help=str(text("Open the workbench in the browser.")))
    def serve(folder: Path, host: str, port: int, token: str, opening: bool, as_json: bool) -> None:  # noqa: FBT001
        if not token and not _is_local(host):
            raise click.UsageError(str(text("another address than this machine's needs a token (KAOHE_TOKEN)")))
        if token and not GOOD_TOKEN.fullmatch(token):
            raise click.UsageError(
                str(text("a token has {n} or more letters, digits and signs of ASCII, without blanks", n=SHORTEST))
            )
        from kaohe_serve.serving import serve_at

        serve_at(folder, host, port, token, opening=opening, as_json=as_json)

    return serve


def _is_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host in LOCAL
