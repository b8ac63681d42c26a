"""What whoever starts the service decides."""

from __future__ import annotations

from pathlib import Path

from attrs import frozen

MEGABYTE = 2**20


@frozen(kw_only=True)
class Settings:
    """Where things are kept, who may come in, and how much at a time.

    `folder` holds datasets and runs. `token`: what every request must carry; none where only this machine can ask.
    `hosts`: the names under which the service is asked, any where empty (a platform checks that itself).
    `most_uploaded` and `most_unpacked` are bytes; `workers` runs are computed at a time, each in a process of
    its own, `most_waiting` wait. `ready`: such a process is begun with the service, not with the first run.
    """

    folder: Path
    token: str = ""
    hosts: frozenset[str] = frozenset()
    most_uploaded: int = 100 * MEGABYTE
    most_unpacked: int = 512 * MEGABYTE
    workers: int = 2
    most_waiting: int = 1_000
    ready: bool = False
