"""The workbench's pages as they are sent, without a browser."""

from __future__ import annotations

import csv
import html
import io
import re
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from handed import packed, year_files
from serving import SCHEME, TOKEN, Served, serving

from kaohe_serve import Settings

ROSTER = "institution,number,name,id_number,category,phone,post,role,insured,registered"
IDENTITY = "11010519491231002X"


def test_without_the_token_a_page_asks_for_it(tmp_path: Path) -> None:
    with serving(Settings(folder=tmp_path, token=TOKEN)) as served:
        asked = served.client.get("/")
        assert asked.status_code == 401
        assert 'name="token"' in asked.text
        assert served.client.post("/token", data={"token": "another"}).status_code == 401
        entered = served.client.post("/token", data={"token": TOKEN})
        assert entered.status_code == 303
        cookie = entered.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        assert served.client.get("/").status_code == 200  # the client carries the cookie from here on


def test_the_language_is_the_browser_s_until_another_is_chosen(served: Served) -> None:
    with httpx.Client(base_url=served.address, headers={"Accept-Language": "zh-CN"}, trust_env=False) as client:
        assert '<html lang="zh-CN">' in client.get("/").text
        chosen = client.post("/language", data={"language": "en", "back": "/compare"})
        assert chosen.headers["location"] == "/compare"
        assert '<html lang="en">' in client.get("/").text
        elsewhere = client.post("/language", data={"language": "en", "back": "//elsewhere.example/"})
        assert elsewhere.headers["location"] == "/"


MARKUP = '"><img src=x onerror=alert(1)>'


def test_markup_is_shown_as_it_is_wherever_somebody_may_write_it(served: Served) -> None:
    """A code, names, evidence, who decided an appeal, a source, a file: every page that is linked from the run."""
    cell = '"' + MARKUP.replace('"', '""') + '"'
    files = year_files(name=MARKUP.replace('"', "'"))
    for table, plain in (("institutions.csv", "甲养老院"), ("scorers.csv", "市中心"), ("events.csv", "投诉登记表1")):
        files[table] = files[table].replace(plain.encode(), cell.encode())
    for table in ("institutions.csv", "agreements.csv", "served.csv", "steps.csv", "events.csv", "metrics.csv"):
        files[table] = files[table].replace(b"N1", cell.encode())
    dataset = served.hand_in(f"{MARKUP}.zip", packed(files))
    values = {"value": [{"grade": MARKUP, "at_least": "0"}], "provenance": "assumption", "source": MARKUP}
    run = served.run(dataset, parameters={"grade.cutoffs": values})
    appeal = {"institution": MARKUP, "table": "events", "row": "E1", "filed": "2023-03-20", "decision": "rejected",
              "department": MARKUP, "answered": "2023-04-01"}  # fmt: skip
    job = served.client.post(f"/runs/{run}/appeals", data=appeal).headers["location"]
    corrected = served.client.get(f"/api{job}", params={"wait": 60}).json()
    assert corrected["state"] == "done", corrected["problems"]
    faulty = served.hand_in(f"{MARKUP}.zip", packed({**files, "scorers.csv": f"{cell},name\n{cell},1".encode()}))
    starts = [
        f"/runs/{corrected['run']}",
        f"/datasets/{dataset}?scheme={SCHEME}",
        f"/datasets/{faulty}?scheme={SCHEME}",
    ]
    seen, waiting = set[str](), ["/", "/compare", f"/compare?one={run}&other={corrected['run']}", *starts]
    mine = (run, corrected["run"], dataset, faulty)
    while waiting:
        path = waiting.pop()
        if path in seen or "/export/" in path:
            continue
        seen.add(path)
        answer = served.client.get(path)
        if answer.headers.get("content-type", "").startswith("text/html"):
            assert "<img" not in answer.text, path
            links = (html.unescape(link) for link in re.findall(r'href="([^"]*)"', answer.text))
            waiting += [link for link in links if any(number in link for number in mine)]
    assert len(seen) > 40
    assert html.escape(MARKUP) in served.client.get(f"/runs/{run}/results").text.replace("&#34;", "&quot;")


def test_no_identity_number_stands_on_a_page(served: Served) -> None:
    files = year_files()
    wrong = f"{IDENTITY[:-1]}1"
    rows = [
        f"N1,1,张三,{IDENTITY},护士,,,,是,是",
        f"N1,2,李四,{wrong},护士,,,,是,是",
        f"N1,{wrong},王五,,护士,,,,是,是",
    ]
    files["staff.csv"] = "\n".join([ROSTER, *rows]).encode()
    dataset = served.hand_in("roster.zip", packed(files))
    page = served.client.get(f"/datasets/{dataset}", params={"scheme": SCHEME}).text
    assert "id_number" in page
    assert IDENTITY[:-1] not in page


def test_a_table_taken_home_holds_no_formula(served: Served) -> None:
    """A number below zero stays a number."""
    files = year_files()
    files["institutions.csv"] = files["institutions.csv"].replace("甲养老院".encode(), b"=1+1")
    run = served.run(served.hand_in("year.zip", packed(files)))

    def rows(table: str) -> list[dict[str, str]]:
        content = served.client.get(f"/runs/{run}/export/{table}.csv").content.decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(content)))

    assert [row["name"] for row in rows("in_institutions")] == ["'=1+1"]
    assert "-2" in {row["points"] for row in rows("trace")}
    assert served.client.get(f"/runs/{run}/export/sqlite_master.csv").status_code == 404


@pytest.mark.parametrize("code", ["N/1", "..", "50%", 'N"1'])
def test_an_institution_of_any_code_has_its_pages(served: Served, code: str) -> None:
    """A slash and dots mean folders in an address, and a percent sign begins what is written otherwise."""
    cell = f'"{code.replace(chr(34), chr(34) * 2)}"'.encode()
    files = {name: content.replace(b"N1", cell) for name, content in year_files().items()}
    run = served.run(served.hand_in("year.zip", packed(files)))

    def linked(path: str, pattern: str) -> str:
        found = re.search(rf'href="([^"]*{pattern}[^"]*)"', served.client.get(path).text)
        assert found is not None, path
        return html.unescape(found[1])

    page = linked(f"/runs/{run}/results", "/institutions/")
    assert "<h1>甲养老院</h1>" in served.client.get(page).text
    clause = linked(linked(page, "/items/5"), "/clauses/")
    assert "投诉登记表1" in served.client.get(linked(clause, "/evidence")).text
    if code != "..":  # which no client sends as it is
        assert served.client.get(f"/api/runs/{run}/institutions/{quote(code, safe='')}").json()["institution"] == code


def test_a_run_says_at_once_what_it_rests_on_that_nobody_published(served: Served, year: str) -> None:
    values = {"value": [{"grade": "甲", "at_least": "0"}], "provenance": "assumption", "source": "示例"}
    run = served.run(year, parameters={"grade.cutoffs": values}, readings={"score.rounding": "down_2"})
    assert "This run rests on assumptions" in served.client.get(f"/runs/{run}").text
    page = served.client.get(f"/runs/{run}/basis").text
    given = page.partition("Values given for the year")[2]
    assert re.search(r"grade\.cutoffs.*≥ 0: 甲.*assumption\s+示例", given.partition("</table>")[0], re.DOTALL)
    assert re.search(r"score\.rounding.*?chosen for this run", given, re.DOTALL)
    assert "This run rests on assumptions" not in served.client.get(f"/runs/{served.run(year)}").text


def test_a_clause_leads_to_those_whom_it_cost_points(served: Served, run: str) -> None:
    link = re.search(rf'href="(/runs/{run}/results\?clause=[^"]+)">因服务不当', served.client.get(f"/runs/{run}").text)
    assert link is not None
    page = served.client.get(html.unescape(link[1])).text
    assert "1 result<" in page
    led = re.search(r'href="([^"]+/clauses/[^"]+)">甲养老院', page)
    assert led is not None
    assert "投诉登记表1" in served.client.get(html.unescape(led[1])).text


def test_a_value_without_its_source_is_asked_after(served: Served, year: str) -> None:
    form = {"scheme": SCHEME, "value:grade.cutoffs": "A 60\nB 0"}
    answer = served.client.post(f"/datasets/{year}/runs", data=form, files={"plan": ("", b"")})
    assert answer.status_code == 422
    assert "was given without its source" in answer.text


def test_cutoffs_typed_line_by_line_decide_the_grade(served: Served, year: str) -> None:
    form = {"scheme": SCHEME, "value:grade.cutoffs": "甲 78.5\n乙 0", "source:grade.cutoffs": "协议第3条"}
    ordered = served.client.post(f"/datasets/{year}/runs", data=form, files={"plan": ("", b"")})
    assert ordered.status_code == 303
    job = ordered.headers["location"].removeprefix("/jobs/")
    run = served.client.get(f"/api/jobs/{job}", params={"wait": 60}).json()["run"]
    (result,) = served.client.get(f"/api/runs/{run}/results").json()["rows"]
    assert result["grade"] == "甲"


@pytest.mark.parametrize("path", ["/nothing", "/runs/1", "/datasets/2c1f9d0e-0000-4000-8000-000000000000"])
def test_a_page_that_is_not_there_says_so(served: Served, path: str) -> None:
    answer = served.client.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert "<h1>there is no such thing here</h1>" in answer.text


def test_what_is_removed_is_gone(served: Served) -> None:
    dataset = served.hand_in("year.zip", packed(year_files()))
    assert served.client.post(f"/datasets/{dataset}/remove").status_code == 303
    assert served.client.get(f"/api/datasets/{dataset}").status_code == 404


def test_an_appeal_that_is_refused_leaves_no_dataset_behind(served: Served, run: str) -> None:
    """The copy of the dataset in which it was entered is taken away with it."""
    before = served.client.get("/api/datasets").json()
    appeal = {"institution": "N1", "table": "events", "row": "E1", "filed": "tomorrow"}
    job = served.client.post(f"/runs/{run}/appeals", data=appeal).headers["location"]
    done = served.client.get(f"/api{job}", params={"wait": 60}).json()
    assert [fault["message"] for fault in done["problems"]] == ["“tomorrow”: this is not a date"]
    assert f'href="/runs/{run}"' in served.client.get(job).text
    assert served.client.get("/api/datasets").json() == before


def test_a_run_that_corrects_none_is_refused(served: Served, year: str) -> None:
    form = {"scheme": SCHEME, "corrects": "the last one"}
    answer = served.client.post(f"/datasets/{year}/runs", data=form, files={"plan": ("", b"")})
    assert answer.status_code == 422
    assert "there is no such run" in answer.text
