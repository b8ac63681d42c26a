"""A command that is interrupted or refused leaves nothing half done."""

from __future__ import annotations

import pytest
from project import SCHEME, Project


@pytest.mark.parametrize(
    "place", ["kaohe.run.compute", "kaohe.store.write.stored_tables", "kaohe.store.sqlite._insert", "os.replace"]
)
def test_an_interrupted_run_leaves_nothing(place: str, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    former = project.written().read_bytes()
    with monkeypatch.context() as broken:
        broken.setattr(place, interrupt)
        for out in ("run.db", "new.db"):
            outcome = project.kaohe("run", project.dataset, "--scheme", SCHEME, "--out", out)
            assert (outcome.status, outcome.out) == (1, "")
            assert "Aborted!" in outcome.err
    assert project.files() == {"dataset", "run.db"}
    assert (project.root / "run.db").read_bytes() == former


def test_a_refused_dataset_leaves_the_former_run(project: Project) -> None:
    former = project.written().read_bytes()
    project.tables["events"][0]["fact"] = "no such fact"
    assert project.run().status == 1
    assert project.files() == {"dataset", "run.db"}
    assert (project.root / "run.db").read_bytes() == former
