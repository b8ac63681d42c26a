"""The application on a port of this machine, until it is stopped."""

from __future__ import annotations

import socket
import webbrowser
from pathlib import Path

import click
import uvicorn

from kaohe import Problem, Refused
from kaohe.command.output import print_json
from kaohe_serve.service import application
from kaohe_serve.settings import Settings
from kaohe_serve.words import text

LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})


def serve_at(folder: Path, host: str, port: int, token: str, *, opening: bool, as_json: bool) -> None:
    """Serve until interrupted; raises Refused where the folder or the address cannot be had."""
    hosts = frozenset() if token else LOCAL | {host}
    try:
        app = application(Settings(folder=folder, token=token, hosts=hosts))
    except OSError as fault:
        message = text("the folder cannot be used: {fault}", fault=fault.strerror)
        raise Refused([Problem("folder", message, text("choose another (--folder)"), file=str(folder))]) from None
    listening = _bound(host, port)
    address = f"http://{f'[{host}]' if ':' in host else host}:{listening.getsockname()[1]}/"
    if as_json:
        print_json({"address": address, "folder": str(folder)})
    else:
        click.echo(str(text("kaohe answers at {address}; Ctrl+C ends it", address=address)))
    if opening:
        webbrowser.open(address)
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=5, server_header=False, ws="none")
    uvicorn.Server(config).run(sockets=[listening])


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as fault:
        listening.close()
        message = text("{host}:{port} cannot be had: {fault}", host=host, port=port, fault=fault.strerror)
        raise Refused([Problem("address", message, text("choose another (--port)"))]) from None
    return listening
