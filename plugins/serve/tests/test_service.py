"""What a platform's engineer does with the service."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import httpx
import pytest
from handed import packed, year_files
from litestar import Litestar, asgi
from litestar.testing import TestClient
from serving import ENGLISH, SCHEME, Served, serving

import kaohe_compare
from kaohe_serve import Settings, application

TIANJIN = "tianjin/institutions-2023"
CHINESE = {"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"}


def test_cities_say_what_they_hold(served: Served) -> None:
    cities = {city["city"]: city for city in served.client.get("/api/cities").json()}
    assert cities.keys() >= {"changzhou", "tianjin", "qingdao"}
    (scheme,) = cities["changzhou"]["schemes"]
    assert scheme["documents"][0]["number"] == "常医保办〔2023〕12号"
    assert (scheme["begins"], scheme["ends"]) == ("2022-01-01", "2022-12-31")


def test_a_rubric_is_in_the_document_s_words(served: Served) -> None:
    rubrics = served.client.get(f"/api/schemes/{SCHEME}/rubrics").json()
    assert [rubric["kind"] for rubric in rubrics] == [
        "assessment_institution", "nursing_home", "home_care", "device_rental",
    ]  # fmt: skip
    clause = next(clause for item in rubrics[0]["items"] for clause in item["clauses"] if "上门评估" in clause["text"])
    assert clause["text"] == "未按要求在规定时间内开展上门评估工作的,每例扣2分。"
    assert (clause["shape"], clause["points"]) == ("per_case", 2)


def test_an_unset_parameter_says_what_depends_on_it(served: Served) -> None:
    parameters = {entry["parameter"]: entry for entry in served.client.get(f"/api/schemes/{SCHEME}/parameters").json()}
    cutoffs = parameters["grade.cutoffs"]
    assert cutoffs["unset"]
    assert "常医保服务〔2022〕129号" in cutoffs["source"]


def test_a_year_is_handed_in_run_and_explained(served: Served, run: str) -> None:
    """D1 (30 persons) has one complaint, 2 points of 80; D2 (10 persons) nothing: (30 × 78 + 10 × 80) / 40 = 78.5."""
    (result,) = served.client.get(f"/api/runs/{run}/results").json()["rows"]
    assert (result["institution"], result["name"], result["score"]) == ("N1", "甲养老院", "78.5")
    told = served.client.get(f"/api/runs/{run}/institutions/N1").json()
    assert told["score"] == "78.5"
    clauses = [clause for item in told["items"] for clause in item["clauses"]]
    assert {record["evidence"] for clause in clauses for found in clause["findings"] for record in found["records"]}


def test_a_run_can_be_taken_home(served: Served, run: str, tmp_path: Path) -> None:
    file = tmp_path / "run.db"
    file.write_bytes(served.client.get(f"/api/runs/{run}/file").content)
    with sqlite3.connect(file) as connection:
        assert connection.execute("select institution, score from results").fetchall() == [("N1", "78.5")]
    connection.close()


def test_parameters_are_given_with_their_source(served: Served, year: str) -> None:
    cutoffs = {
        "value": [{"grade": "甲", "at_least": "78.5"}, {"grade": "乙", "at_least": "0"}],
        "provenance": "assumption",
        "source": "test",
    }
    run = served.run(year, parameters={"grade.cutoffs": cutoffs})
    (result,) = served.client.get(f"/api/runs/{run}/results").json()["rows"]
    assert result["grade"] == "甲"
    assert "assumption:grade.cutoffs" in result["basis"].split()


def test_a_binary_float_is_refused(served: Served, year: str) -> None:
    setting = {"value": [{"grade": "A", "at_least": 85.5}], "provenance": "assumption", "source": ""}
    order = {"dataset": year, "scheme": SCHEME, "parameters": {"grade.cutoffs": setting}}
    answer = served.client.post("/api/jobs", json=order)
    assert answer.status_code == 422
    (problem,) = answer.json()["problems"]
    assert problem["key"] == "grade.cutoffs"
    assert problem["message"] == "“85.5” is not an exact value"


def test_faults_come_all_at_once_with_their_places_in_the_language_asked_for(served: Served) -> None:
    files = year_files()
    files["events.csv"] = files["events.csv"].replace(b"complaint.substantiated", b"complaint.unknown")
    files["served.csv"] = files["served.csv"].replace(b"30", b"thirty")
    dataset = served.hand_in("bad.zip", packed(files))
    asked = {"url": f"/api/datasets/{dataset}/check", "params": {"scheme": SCHEME}}
    english = served.client.get(**asked, headers=ENGLISH).json()
    chinese = served.client.get(**asked, headers=CHINESE).json()
    assert not english["sound"]
    places = {(fault["file"], fault["row"], fault["column"]) for fault in english["problems"]}
    assert places == {("events.csv", 2, "fact"), ("served.csv", 2, "persons")}
    assert {(fault["file"], fault["row"], fault["column"]) for fault in chinese["problems"]} == places
    assert all(fault["remedy"] for fault in english["problems"])
    assert english["problems"][0]["message"].isascii() or "“" in english["problems"][0]["message"]
    assert "不" in "".join(fault["message"] for fault in chinese["problems"])


def test_a_run_of_faulty_data_fails_with_its_faults(served: Served) -> None:
    files = year_files()
    del files["agreements.csv"]
    job = served.order(served.hand_in("bad.zip", packed(files)))
    assert job["state"] == "failed"
    assert job["run"] is None
    assert [fault["table"] for fault in job["problems"]] == ["agreements"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/nothing", 404),
        ("/api/datasets/2c1f9d0e-0000-4000-8000-000000000000", 404),
        ("/api/runs/2c1f9d0e-0000-4000-8000-000000000000/results", 404),
        ("/api/schemes/nowhere/2022/rubrics", 404),
    ],
)
def test_what_is_not_there_is_a_problem_document(served: Served, path: str, status: int) -> None:
    answer = served.client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["status"] == status
    assert answer.json()["title"] == "there is no such thing here"
    assert served.client.get(path, headers=CHINESE).json()["title"] == "没有所查找的内容"


def test_a_job_that_is_stopped_writes_nothing(tmp_path: Path) -> None:
    """Its only worker is at another run when it is stopped; or it is stopped before a step of its own."""
    with serving(Settings(folder=tmp_path, workers=1)) as served:
        year = served.hand_in("year.zip", packed(year_files()))
        first, second = (
            served.client.post("/api/jobs", json={"dataset": year, "scheme": SCHEME}).json()["job"] for _ in range(2)
        )
        stopped = served.client.delete(f"/api/jobs/{second}").json()
        ended = served.client.get(f"/api/jobs/{second}", params={"wait": 60}).json()
        assert {stopped["state"], ended["state"]} <= {"cancelled", "waiting", "running"}
        assert ended["state"] == "cancelled"
        assert served.client.get(f"/api/jobs/{first}", params={"wait": 60}).json()["state"] == "done"
        assert len(served.client.get("/api/runs").json()) == 1
        assert [path.name for path in (tmp_path / "runs").iterdir() if path.name.startswith(".")] == []


def test_a_corrected_run_names_the_run_that_it_corrects(served: Served, year: str, run: str) -> None:
    corrected = served.run(year, corrects=run)
    assert served.client.get(f"/api/runs/{corrected}").json()["corrects"] == run
    answer = served.client.delete(f"/api/runs/{run}")
    assert answer.status_code == 409
    assert answer.json()["problems"][0]["message"] == "another run corrects this one"


def test_schemes_and_mixes_are_compared(served: Served, year: str) -> None:
    """Both sides score by Changzhou's table, so every institution has 78.5 on both, and nothing to attribute."""
    sides = [SCHEME, f"{SCHEME}+settle=tianjin/institutions-2023"]
    ordered = served.client.post("/api/comparisons", json={"dataset": year, "schemes": sides})
    assert ordered.status_code == 202, ordered.text
    job = served.client.get(f"/api/jobs/{ordered.json()['job']}", params={"wait": 60}).json()
    assert job["state"] == "done", job["problems"]
    assert job["steps_begun"] == job["steps"]
    found = served.client.get(f"/api/comparisons/{job['comparison']}").json()
    assert [(row["side"], row["institution"], row["score"]) for row in found["results"]] == [
        (side, "N1", "78.5") for side in sides
    ]
    assert {row["side"] for row in found["coverage"]} == set(sides)
    alone = served.client.post("/api/comparisons", json={"dataset": year, "schemes": [SCHEME]}).json()["job"]
    failed = served.client.get(f"/api/jobs/{alone}", params={"wait": 60}).json()
    assert [fault["message"] for fault in failed["problems"]] == ["a comparison has at least two sides"]


def test_a_platform_mounts_it_in_its_own_application(tmp_path: Path) -> None:
    inner = application(Settings(folder=tmp_path))

    @asgi("/kaohe", is_mount=True, copy_scope=True)
    async def mounted(scope: object, receive: object, send: object) -> None:
        await inner(scope, receive, send)  # type: ignore[arg-type]

    with TestClient(Litestar([mounted], openapi_config=None)) as client:
        assert client.get("/kaohe/api/").json()["name"] == "kaohe"


def test_two_hundred_requests_at_once_lose_nothing_and_mix_nothing(served: Served) -> None:
    """Each hands in a year with a fault of its own; then all ask at once what is wrong, each in its own language."""
    languages = ("en", "zh-CN")

    def faulty(number: int) -> dict[str, tuple[str, bytes]]:
        files = year_files()
        events = files["events.csv"].replace(b"complaint.substantiated", f"fact-{number}".encode())
        return {"files": (f"year-{number}.zip", packed({"events.csv": events, "dataset.toml": files["dataset.toml"]}))}

    async def both(client: httpx.AsyncClient) -> tuple[list[httpx.Response], list[httpx.Response]]:
        uploads = [faulty(number) for number in range(200)]
        added = await asyncio.gather(*(client.post("/api/datasets", files=files) for files in uploads))
        asked = [f"/api/datasets/{answer.json()['dataset']}/check" for answer in added]
        spoken = [{"Accept-Language": languages[number % 2]} for number in range(200)]
        checks = (client.get(url, headers=headers) for url, headers in zip(asked, spoken, strict=True))
        return added, await asyncio.gather(*checks)

    async def at_once() -> tuple[list[httpx.Response], list[httpx.Response]]:
        limits = httpx.Limits(max_connections=200)
        async with httpx.AsyncClient(base_url=served.address, timeout=240, limits=limits, trust_env=False) as client:
            return await both(client)

    added, checked = asyncio.run(at_once())
    assert [answer.json()["name"] for answer in added] == [f"year-{number}" for number in range(200)]
    assert len({answer.json()["dataset"] for answer in added}) == 200
    said = ("“fact-{}”: this fact is not in the vocabulary", "“fact-{}”，事实目录中没有该事实")
    for number, answer in enumerate(checked):
        assert answer.headers["content-language"] == languages[number % 2]
        messages = [fault["message"] for fault in answer.json()["problems"] if fault["column"] == "fact"]
        assert messages == [said[number % 2].format(f"{number}")]


def test_runs_ordered_at_once_are_each_of_their_own_dataset(served: Served) -> None:
    """On both sheets 90 of 100 are satisfied in the first year, 91 in the second, and so on: the run says which."""
    numbers = {served.hand_in("year.zip", packed(year_files(satisfied=90 + each))): 90 + each for each in range(6)}
    jobs = [
        served.client.post("/api/jobs", json={"dataset": dataset, "scheme": SCHEME}).json()["job"]
        for dataset in numbers
    ]
    ended = [served.client.get(f"/api/jobs/{job}", params={"wait": 60}).json() for job in jobs]
    assert [job["dataset"] for job in ended] == list(numbers)
    for job in ended:
        rows = served.client.get(f"/api/runs/{job['run']}/tables/in_metrics").json()["rows"]
        satisfied = {row["numerator"] for row in rows if row["fact"] == "satisfaction"}
        assert satisfied == {str(numbers[job["dataset"]])}


def test_jobs_are_known_after_a_restart(tmp_path: Path) -> None:
    """What was done, with the run it made; and what was under way when the service ended, as cancelled by that."""
    settings = Settings(folder=tmp_path / "kept")
    with serving(settings) as before:
        job = before.order(before.hand_in("year.zip", packed(year_files())))
        assert job["state"] == "done"
    note = tmp_path / "kept" / "jobs" / f"{job['job']}.json"
    other = "00000000-0000-4000-8000-000000000001"
    broken_off = note.read_text(encoding="utf-8").replace(job["job"], other).replace('"done"', '"running"')
    note.with_name(f"{other}.json").write_text(broken_off, encoding="utf-8")
    with serving(settings) as after:
        again = after.client.get(f"/api/jobs/{job['job']}").json()
        assert (again["state"], again["run"]) == ("done", job["run"])
        assert after.client.get(f"/api/runs/{again['run']}").status_code == 200
        stopped = after.client.delete(f"/api/jobs/{other}").json()
        assert stopped["state"] == "cancelled"
        assert [fault["message"] for fault in stopped["problems"]] == ["the service ended before this was done"]
        assert {entry["job"] for entry in after.client.get("/api/jobs").json()} == {job["job"], other}


def test_a_comparison_takes_plans_a_map_of_kinds_and_mixes(served: Served) -> None:
    """N1 is a nursing home: Tianjin assesses it only by a plan, as a medical institution."""
    plan = (Path(kaohe_compare.__file__).parent / "demo" / "example-plan.toml").read_text(encoding="utf-8")
    files = year_files()
    files["events.csv"] = _with_columns(files["events.csv"], "case", "investigation")
    files["marks.csv"] = b"institution,scorer,item,points,by,evidence,status\n"
    order = {
        "dataset": served.hand_in("both.zip", packed(files)),
        "schemes": [SCHEME, TIANJIN, f"{SCHEME}+combine={TIANJIN}"],
        "kinds": {"nursing_home": "medical"},
        "plans": {TIANJIN: [plan]},
    }
    job = served.client.post("/api/comparisons", json=order).json()
    done = served.client.get(f"/api/jobs/{job['job']}", params={"wait": 60}).json()
    assert done["state"] == "done", done
    found = served.client.get(f"/api/comparisons/{done['comparison']}").json()
    # The mean of 78 and 80, each sheet once, where Changzhou weighs by persons.
    scores = {row["side"]: row["score"] for row in found["results"]}
    assert (scores[SCHEME], scores[f"{SCHEME}+combine={TIANJIN}"]) == ("78.5", "79")
    assert "nursing home is assessed as medical" in [entry["message"] for entry in found["assumptions"]]
    (listed,) = [one for one in served.client.get("/api/comparisons").json() if one["comparison"] == done["comparison"]]
    assert listed["schemes"] == order["schemes"]
    assert served.client.delete(f"/api/comparisons/{done['comparison']}").status_code == 204
    assert served.client.get(f"/api/comparisons/{done['comparison']}").status_code == 404


def test_all_that_is_wrong_with_a_comparison_is_said_by_its_job(served: Served, year: str) -> None:
    order = {"dataset": year, "schemes": [SCHEME, "nowhere/1", "+"], "kinds": {"castle": "medical"}}
    job = served.client.post("/api/comparisons", json=order).json()
    done = served.client.get(f"/api/jobs/{job['job']}", params={"wait": 60}).json()
    assert done["state"] == "failed"
    said = [fault["message"] for fault in done["problems"]]
    assert "“castle” is not a kind of institution" in said
    assert "nowhere/1: there is no city “nowhere”" in said
    assert "+: “+” is not a scheme or a mix of schemes" in said


def _with_columns(table: bytes, *columns: str) -> bytes:
    heading, *rows = table.decode().splitlines()
    lines = [",".join([heading, *columns]), *(row + "," * len(columns) for row in rows)]
    return ("\n".join(lines) + "\n").encode()
