"""Papers of a run, and forms out and in, asked for as the pages ask."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import httpx
import openpyxl
import pytest
from handed import packed, year_files
from serving import SCHEME, Served

from kaohe import open_run, verify
from kaohe.explain import explain


def made(served: Served, ordered: httpx.Response) -> str:
    """Wait for the end of what was ordered; where the page leads to then."""
    assert ordered.status_code == 303, ordered.text
    watched = ordered.headers["location"]
    state = {"state": "waiting"}
    while state["state"] in ("waiting", "running"):
        state = served.client.get(f"{watched}/state").json()
    page = served.client.get(watched)
    assert state["state"] == "done", page.text
    return page.headers["location"]


def paper(served: Served, run: str, name: str, **more: str) -> httpx.Response:
    """A paper of a run, made and taken."""
    led = made(served, served.client.post(f"/runs/{run}/papers", data={"paper": name, **more}))
    assert led == f"/runs/{run}/export?made={name}"
    link = f"/runs/{run}/papers/{name}"
    assert f'href="{link}"' in served.client.get(led).text
    return served.client.get(link)


def test_the_report_is_taken_home_as_workbook_and_as_page(served: Served, run: str) -> None:
    book = paper(served, run, "report.xlsx")
    assert "attachment" in book.headers["content-disposition"]
    cells = {cell.value for sheet in openpyxl.load_workbook(io.BytesIO(book.content)) for row in sheet for cell in row}
    assert {"甲养老院", 78.5} <= cells
    page = paper(served, run, "report.html")
    assert "甲养老院" in page.text
    assert "attachment" in page.headers["content-disposition"]  # never shown as a page of the workbench


def test_notices_are_packed_with_who_signs_and_one_is_taken_alone(served: Served, run: str) -> None:
    content = paper(served, run, "notices", issuer="市医保中心 <b>", day="2023-03-20").content
    with zipfile.ZipFile(io.BytesIO(content)) as letters:
        assert sorted(letters.namelist()) == ["N1.docx", "N1.html"]
        letter = letters.read("N1.html").decode()
    assert "市医保中心 &lt;b&gt;" in letter
    alone = served.client.get(f"/runs/{run}/institutions/N1/notice", params={"form": "docx"})
    assert zipfile.ZipFile(io.BytesIO(alone.content)).testzip() is None
    assert "attachment" in alone.headers["content-disposition"]
    assert served.client.get(f"/runs/{run}/institutions/N9/notice").status_code == 404


def test_a_run_as_parquet_is_the_same_run(served: Served, run: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(paper(served, run, "parquet").content)) as tables:
        tables.extractall(tmp_path / "run")
    (tmp_path / "run.db").write_bytes(served.client.get(f"/api/runs/{run}/file").content)
    assert explain(open_run(tmp_path / "run"), "N1") == explain(open_run(tmp_path / "run.db"), "N1")
    assert verify(tmp_path / "run").problems == []


def test_a_paper_that_was_not_made_or_does_not_exist_is_not_there(served: Served, year: str) -> None:
    run = served.run(year)
    assert served.client.get(f"/runs/{run}/papers/report.xlsx").status_code == 404
    assert served.client.get(f"/runs/{run}/papers/..%2fabout.json").status_code in (400, 404)
    assert served.client.post(f"/runs/{run}/papers", data={"paper": "secret"}).status_code == 400
    wrong = served.client.post(f"/runs/{run}/papers", data={"paper": "notices", "day": "tomorrow"})
    assert wrong.status_code == 422
    assert "“tomorrow” is not a day" in wrong.text


def test_papers_go_with_their_run(served: Served, year: str) -> None:
    run = served.run(year)
    paper(served, run, "report.html")
    served.client.post(f"/runs/{run}/remove")
    assert served.client.get(f"/runs/{run}/papers/report.html").status_code == 404
    assert served.client.post(f"/runs/{run}/papers", data={"paper": "report.html"}).status_code == 404


@pytest.fixture(scope="module")
def form(served: Served, year: str) -> bytes:
    """The form of the clean year's only institution."""
    led = made(served, served.client.post(f"/datasets/{year}/forms", data={"scheme": SCHEME}, files=no_plan()))
    assert led == f"/datasets/{year}/forms?scheme={SCHEME}&made=yes"
    packed_forms = served.client.get(f"/datasets/{year}/forms/file", params={"scheme": SCHEME})
    with zipfile.ZipFile(io.BytesIO(packed_forms.content)) as forms:
        assert forms.namelist() == ["N1 甲养老院.xlsx"]
        return forms.read("N1 甲养老院.xlsx")


def no_plan() -> list[tuple[str, tuple[str, bytes]]]:
    return [("plan", ("", b""))]


def filled(form: bytes, **cells: object) -> bytes:
    """The form with these cells of its first sheet filled in."""
    workbook = openpyxl.load_workbook(io.BytesIO(form))
    for place, value in cells.items():
        workbook.worksheets[0][place] = value
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def returns(served: Served, dataset: str, *files: tuple[str, bytes]) -> str:
    """Returned forms handed in and read; the page of what came of them."""
    sent = [("files", file) for file in files]
    led = made(served, served.client.post(f"/datasets/{dataset}/returns", data={"scheme": SCHEME}, files=sent))
    assert led.startswith("/collections/")
    return led


def test_a_returned_form_s_fault_is_shown_at_its_cell_and_in_a_marked_copy(
    served: Served, year: str, form: bytes
) -> None:
    """F7 is the self-score of the first item, which has 5 points at most (or however many it prints)."""
    led = returns(served, year, ("back.zip", packed({"2023-02-09/N1.xlsx": filled(form, F7="many")})))
    page = served.client.get(led).text
    assert '<span class="at">F7</span>' in page
    assert "“many” is not a number" in page
    link = f"{led}/marked?file=back_2023-02-09_N1.xlsx"
    assert link.replace("&", "&amp;") in page
    copy = openpyxl.load_workbook(io.BytesIO(served.client.get(link).content))
    comment = copy.worksheets[0]["F7"].comment
    assert comment is not None
    assert "many" in comment.text
    assert served.client.get(f"{led}/marked", params={"file": "../about.json"}).status_code == 404
    with zipfile.ZipFile(io.BytesIO(served.client.get(f"{led}/marked").content)) as copies:
        assert copies.namelist() == ["back_2023-02-09_N1.xlsx"]
    assert openpyxl.load_workbook(io.BytesIO(served.client.get(f"{led}/returns").content)).worksheets


def test_what_is_no_form_is_told_and_nothing_is_taken(served: Served, year: str, form: bytes) -> None:
    led = returns(served, year, ("readme.txt", b"hello"), ("N1.xlsx", b"not a workbook"))
    page = served.client.get(led).text
    assert "this is not an .xlsx or .ods workbook" in page
    assert "The dataset with what was taken" not in page
    outside = served.client.post(
        f"/datasets/{year}/returns",
        data={"scheme": SCHEME},
        files=[("files", ("back.zip", packed({"../N1.xlsx": form})))],
    )
    assert outside.status_code == 422
    assert "“../N1.xlsx” leads outside" in outside.text
    nothing = served.client.post(f"/datasets/{year}/returns", data={"scheme": SCHEME}, files=[("files", ("", b""))])
    assert nothing.status_code == 422
    assert "no file was handed in" in nothing.text


class Unsaid(zipfile.ZipInfo):
    """A packed file that does not say how its name is written, as other programs than Python's write it."""

    encoding = "utf-8"

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802
        return self.filename.encode(self.encoding), self.flag_bits & ~0x800


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_packed_folder_of_linux_or_windows_keeps_its_chinese_names(served: Served, encoding: str) -> None:
    """Neither says how its names are written: the one writes UTF-8, the other GB18030."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in year_files().items():
            part = Unsaid(name.replace("events", "事件"))
            part.encoding = encoding
            archive.writestr(part, content)
    dataset = served.hand_in("year.zip", buffer.getvalue())
    found = served.client.get(f"/api/datasets/{dataset}/check", params={"scheme": SCHEME}).json()
    assert found["sound"], found["problems"]
    assert found["rows"]["events"] == 1


def test_a_packed_file_with_a_name_that_is_not_what_it_says_is_damaged(served: Served) -> None:
    content = packed({"事件.csv": b"x"}).replace("事件".encode(), b"\xca\xc2\xbc\xfe\xff\xff")
    answer = served.client.post("/api/datasets", files={"files": ("year.zip", content)})
    assert answer.status_code == 422
    assert [fault["message"] for fault in answer.json()["problems"]] == ["the file is damaged"]
