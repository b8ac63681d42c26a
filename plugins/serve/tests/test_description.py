"""The service's own description is one that machines can work with."""

from __future__ import annotations

import importlib
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import requests
import schemathesis
from handed import packed, year_files
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from serving import SCHEME, Served

DESCRIPTION = "/api/schema/openapi.json"


@pytest.fixture(scope="module")
def client(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A client generated from the description, with nothing left out of it."""
    folder = tmp_path_factory.mktemp("generated")
    description, settings = folder / "openapi.json", folder / "settings.json"
    description.write_bytes(served.client.get(DESCRIPTION).content)
    settings.write_text(json.dumps({"post_hooks": []}))
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--path", str(description), "--meta", "none"]
    more = ["--output-path", str(folder / "kaohe_client"), "--config", str(settings), "--fail-on-warning"]
    done = subprocess.run([*command, *more], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    sys.path.insert(0, str(folder))
    yield importlib.import_module("kaohe_client")
    sys.path.remove(str(folder))


def test_a_generated_client_goes_all_the_way(served: Served, client: Any) -> None:
    """From a file in the hand to a clause's evidence."""
    api = {
        name: importlib.import_module(f"kaohe_client.api.{name}")
        for name in (
            "datasets.add_dataset", "datasets.check_dataset", "jobs.order_run", "jobs.get_job", "runs.list_results",
            "runs.explain_institution", "runs.download_run", "schemes.list_cities", "schemes.list_rubrics",
        )
    }  # fmt: skip
    models, types = importlib.import_module("kaohe_client.models"), importlib.import_module("kaohe_client.types")
    with client.Client(served.address, httpx_args={"trust_env": False}, timeout=120) as here:
        assert {city.city for city in api["schemes.list_cities"].sync(client=here)} >= {"changzhou"}
        rubrics = api["schemes.list_rubrics"].sync(*SCHEME.split("/"), client=here)
        assert rubrics[0].items[0].clauses[0].text

        handed = models.Handed([types.File(io.BytesIO(packed(year_files())), "year.zip", "application/zip")])
        dataset = api["datasets.add_dataset"].sync(client=here, body=handed)
        assert api["datasets.check_dataset"].sync(dataset.dataset, client=here, scheme=SCHEME).sound
        order = models.Order(dataset=dataset.dataset, scheme=SCHEME)
        job = api["jobs.get_job"].sync(api["jobs.order_run"].sync(client=here, body=order).job, client=here, wait=60)
        assert job.state == "done"
        (result,) = api["runs.list_results"].sync(job.run, client=here).rows
        told = api["runs.explain_institution"].sync(job.run, result.institution, client=here)
        assert told.score == result.score == "78.5"
        assert any(clause.findings[0].records for item in told.items for clause in item.clauses)
        assert api["runs.download_run"].sync(job.run, client=here).startswith(b"SQLite format 3")

        order.scheme = "nowhere/1"
        failed = api["jobs.get_job"].sync(api["jobs.order_run"].sync(client=here, body=order).job, client=here, wait=60)
        assert failed.state == "failed"
        assert failed.problems[0].remedy


CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def test_no_request_brings_the_service_down(served: Served, year: str, run: str) -> None:
    """Whatever is asked of whatever operation, the answer is one that the description names."""
    schema = schemathesis.openapi.from_dict(served.client.get(DESCRIPTION).json())
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) >= 18
    city, version = SCHEME.split("/")
    known = {"dataset": year, "run": run, "institution": "N1", "table": "results", "city": city, "version": version}
    with requests.Session() as session:
        session.trust_env = False
        for operation in operations:
            # What others of these tests need is not taken away.
            _tried(operation, {} if operation.method == "delete" else known, served.address, session)


def _tried(operation: Any, known: dict[str, str], address: str, session: requests.Session) -> None:
    profile = hypothesis.settings(
        max_examples=4, deadline=None, database=None, suppress_health_check=list(HealthCheck), print_blob=False
    )

    @profile
    @given(case=operation.as_strategy(), there=st.booleans())
    def ask(case: Any, there: bool) -> None:  # noqa: FBT001
        if there:
            case.path_parameters.update({name: known[name] for name in case.path_parameters if name in known})
        if case.query and "wait" in case.query:
            case.query["wait"] = 0
        case.call_and_validate(base_url=address, session=session, timeout=120, checks=CHECKS)

    ask()


def test_the_description_is_whole(served: Served) -> None:
    """Every operation has a name, a summary, a description, and documents its problems."""
    description = served.client.get(DESCRIPTION).json()
    assert description["components"]["securitySchemes"]
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            assert operation["operationId"], path
            assert operation["summary"], path
            assert operation["description"], path
            for status in ("400", "401", "404"):
                assert "application/problem+json" in operation["responses"][status]["content"], (path, method)
