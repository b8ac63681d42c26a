"""The application on a port of this machine, until it is stopped."""

from __future__ import annotations

import os
import socket
import webbrowser
from pathlib import Path
from threading import Thread

import click
import uvicorn

from kaohe import Problem, Refused
from kaohe.command.output import print_json
from kaohe.messages import LANGUAGES, of_locale, speaking
from kaohe_serve.api.schemes import cities_here
from kaohe_serve.service import Application, application
from kaohe_serve.settings import Settings
from kaohe_serve.words import text

LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})


def serve_at(folder: Path, host: str, port: int, token: str, *, opening: bool, as_json: bool) -> None:
    """Serve until interrupted; raises Refused where the folder or the address cannot be had."""
    hosts = frozenset() if token else LOCAL | {host}
    try:
        app = application(Settings(folder=folder, token=token, hosts=hosts, ready=True))
    except OSError as fault:
        message = text("the folder cannot be used: {fault}", fault=fault.strerror)
        raise Refused([Problem("folder", message, text("choose another (--folder)"), file=str(folder))]) from None
    with bound(host, port) as listening:
        address = f"http://{f'[{host}]' if ':' in host else host}:{listening.getsockname()[1]}/"
        if as_json:
            print_json({"address": address, "folder": str(folder)})
        else:
            click.echo(str(text("kaohe answers at {address}; Ctrl+C ends it", address=address)))
        Thread(target=_get_to_know_the_cities, daemon=True).start()
        if opening:
            webbrowser.open(address)
        server(app).run(sockets=[listening])


def _get_to_know_the_cities() -> None:
    """Look at all installed cities while the first page is read: each is loaded in a process of its own."""
    for spoken in dict.fromkeys([of_locale(), *LANGUAGES]):
        with speaking(spoken):
            cities_here()


def server(app: Application) -> uvicorn.Server:
    """The application's server: a connection is kept while a busy machine is slow, and none keeps it from ending."""
    config = uvicorn.Config(
        app, log_level="warning", server_header=False, ws="none", timeout_keep_alive=120, timeout_graceful_shutdown=5
    )
    return uvicorn.Server(config)


def bound(host: str, port: int) -> socket.socket:
    """A socket at the address; raises Refused."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(
        family, socket.SOCK_STREAM, socket.IPPROTO_TCP
    )  # so that asyncio waits for no acknowledgement
    if os.name == "posix":  # on Windows it would let two services have one address
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as fault:
        listening.close()
        message = text("{host}:{port} cannot be had: {fault}", host=host, port=port, fault=fault.strerror)
        raise Refused([Problem("address", message, text("choose another (--port)"))]) from None
    return listening
