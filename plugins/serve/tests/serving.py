"""The service on a port, in a thread, for the length of a block."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import httpx
from attrs import frozen

from kaohe_serve import Settings, application
from kaohe_serve.serving import bound, server

SCHEME, OTHER = "changzhou/2022", "tianjin/institutions-2023"
TOKEN = "a-token-of-the-tests"
ENGLISH = {"Accept-Language": "en"}


@frozen
class Served:
    """A running service: its address, and a client that speaks English."""

    address: str
    client: httpx.Client

    def hand_in(self, name: str, content: bytes) -> str:
        """Hand in one file; the dataset's number."""
        answer = self.client.post("/api/datasets", files={"files": (name, content)})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["dataset"])

    def order(self, dataset: str, **more: Any) -> dict[str, Any]:
        """Order a run and wait for its end; the job."""
        answer = self.client.post("/api/jobs", json={"dataset": dataset, "scheme": SCHEME, **more})
        assert answer.status_code == 202, answer.text
        done: dict[str, Any] = self.client.get(f"/api/jobs/{answer.json()['job']}", params={"wait": 60}).json()
        return done

    def run(self, dataset: str, **more: Any) -> str:
        """Run a dataset; the run's number."""
        job = self.order(dataset, **more)
        assert job["state"] == "done", job
        return str(job["run"])


@contextmanager
def serving(settings: Settings, headers: dict[str, str] | None = None) -> Iterator[Served]:
    """The service until the block ends."""
    with bound("127.0.0.1", 0) as listening:
        listening.listen(1024)  # whoever asks before the server has begun waits
        running = server(application(settings))
        thread = Thread(target=running.run, kwargs={"sockets": [listening]})
        thread.start()
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        with httpx.Client(base_url=address, headers=ENGLISH | (headers or {}), timeout=120, trust_env=False) as client:
            try:
                yield Served(address, client)
            finally:
                running.should_exit = True
                thread.join()
