"""Who may come in, and what may be brought along."""

from __future__ import annotations

import io
import socket
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from forms import workbook, year
from handed import packed, year_files
from serving import SCHEME, TOKEN, Served, serving

from kaohe_serve import Settings
from kaohe_serve.command import build
from kaohe_serve.uploads import safe_name


def test_without_the_token_nothing_is_told(tmp_path: Path) -> None:
    with serving(Settings(folder=tmp_path, token=TOKEN)) as served:
        for headers in ({}, {"Authorization": "Bearer another"}, {"Cookie": "kaohe_token=another"}):
            answer = served.client.get("/api/datasets", headers=headers)
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"] == "Bearer"
            assert answer.json()["title"] == "a token is needed"
        assert served.client.get("/api/datasets", headers={"Authorization": f"Bearer {TOKEN}"}).json() == []


def test_another_address_needs_a_token() -> None:
    outcome = CliRunner().invoke(build(), ["--host", "0.0.0.0"])
    assert outcome.exit_code == 2
    assert "KAOHE_TOKEN" in outcome.output


def test_another_site_s_page_can_order_nothing(served: Served) -> None:
    """A browser says where a request comes from; a form of another site may be sent here without asking."""
    answer = served.client.post("/api/jobs", json={}, headers={"Origin": "https://elsewhere.example"})
    assert answer.status_code == 403


@pytest.mark.parametrize("token", ["1", "口令口令口令口令口令口令", "twelve and more"])
def test_a_token_that_is_soon_guessed_or_that_no_browser_carries_is_refused(token: str) -> None:
    outcome = CliRunner().invoke(build(), ["--host", "0.0.0.0", "--token", token])
    assert outcome.exit_code == 2
    assert "12" in outcome.output


def test_whoever_has_not_come_in_is_told_so_before_anything_is_read_and_sends_little(tmp_path: Path) -> None:
    """Megabytes are announced and one byte is sent; what the form for the token takes is small."""
    with serving(Settings(folder=tmp_path, token=TOKEN)) as served:
        address = served.client.base_url
        typed, files = b"application/x-www-form-urlencoded", b"multipart/form-data; boundary=b"
        for path, kind, status in (
            (b"/api/datasets", files, b"401"),
            (b"/datasets", files, b"401"),
            (b"/token", typed, b"413"),
            (b"/language", typed, b"413"),
        ):
            with socket.create_connection((address.host, address.port or 0)) as raw:
                announced = b"Content-Type: %s\r\nContent-Length: 50000000" % kind
                raw.sendall(b"POST %s HTTP/1.1\r\nHost: here\r\n%s\r\n\r\n-" % (path, announced))
                assert raw.recv(12) == b"HTTP/1.1 " + status


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_request_that_a_browser_says_is_another_site_s_orders_nothing(served: Served, site: str) -> None:
    """`same-site` is another port of this machine."""
    answer = served.client.post("/language", data={"language": "en"}, headers={"Sec-Fetch-Site": site})
    assert answer.status_code == 403
    assert served.client.get("/", headers={"Sec-Fetch-Site": site}).status_code == 200


def test_a_name_that_another_site_lets_lead_here_is_not_answered_to(tmp_path: Path) -> None:
    with serving(Settings(folder=tmp_path, hosts=frozenset({"127.0.0.1"}))) as served:
        assert served.client.get("/api/").status_code == 200
        assert served.client.get("/api/", headers={"Host": "rebound.example"}).status_code == 403


def test_every_answer_forbids_what_comes_from_elsewhere(served: Served) -> None:
    for path in ("/api/", "/api/nothing"):
        policy = served.client.get(path).headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'")
        assert "unsafe" not in policy


def refusal(served: Served, name: str, content: bytes) -> tuple[int, list[str]]:
    """The status and the messages of a refused upload."""
    answer = served.client.post("/api/datasets", files={"files": (name, content)})
    return answer.status_code, [fault["message"] for fault in answer.json().get("problems", [])]


def linked() -> bytes:
    """A .zip with a symbolic link."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        link = zipfile.ZipInfo("events.csv")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.zip", packed({"../events.csv": b"x"}), "“../events.csv” leads outside"),
        ("a.zip", packed({"/events.csv": b"x"}), "“/events.csv” leads outside"),
        ("a.zip", packed({"C:\\events.csv": b"x"}), "“C:\\events.csv” leads outside"),
        ("a.zip", packed({"events.csv": b"x", "run.exe": b"x"}), "“run.exe” is not a part of a dataset"),
        ("a.zip", packed({"a/b/c/d.csv": b"x", "a/e.csv": b"x"}), "“a/b/c/d.csv” lies too deep"),
        ("a.zip", packed({}), "the packed file is empty"),
        ("a.zip", linked(), "the packed file holds links"),
        ("a.zip", b"PK\x03\x04 not a packed file", "the file is damaged"),
        ("a.xlsx", b"not a workbook", "the file is damaged"),
        ("a.db", b"not a database", "the file is damaged"),
        ("a.exe", b"MZ", "“a.exe” is not a part of a dataset"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_dataset_is_refused(served: Served, name: str, content: bytes, said: str) -> None:
    assert refusal(served, name, content) == (422, [said])


def test_more_files_than_may_come_at_a_time_are_refused_with_how_many_may(served: Served) -> None:
    """10,000 files, and a thousand fields beside them."""
    files = [("files", ("a.csv", b""))] * 11_001
    answer = served.client.post("/api/datasets", files=files)
    assert answer.status_code == 413
    assert [fault["message"] for fault in answer.json()["problems"]] == [
        "more than 10000 files were handed in at a time"
    ]
    assert refusal(
        served, "a.zip", packed(dict.fromkeys((f"events/{number}.csv" for number in range(10_001)), b""))
    ) == (422, ["the file packs more than 10000 files"])


def test_what_unpacks_to_more_than_the_limit_is_refused(tmp_path: Path) -> None:
    """Four megabytes of zeros in a file of some kilobytes."""
    zeros = packed({"events.csv": b"\0" * 2**22})
    assert len(zeros) < 2**14
    with serving(Settings(folder=tmp_path, most_unpacked=2**21)) as served:
        for name in ("a.zip", "a.xlsx"):
            assert refusal(served, name, zeros) == (422, ["the file unpacks to more than 2 megabytes"])
        assert list((tmp_path / "datasets").iterdir()) == []


def test_an_upload_has_a_limit(tmp_path: Path) -> None:
    with serving(Settings(folder=tmp_path, most_uploaded=2**20)) as served:
        status, said = refusal(served, "a.zip", b"\0" * (2**21 + 1))
        assert (status, said) == (413, ["more than 1 megabytes were handed in at a time"])
        assert list((tmp_path / "datasets").iterdir()) == []


def test_a_workbook_with_macros_is_refused(served: Served, tmp_path: Path) -> None:
    path = workbook(tmp_path / "year.xlsx", year())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
    assert refusal(served, "year.xlsx", path.read_bytes()) == (422, ["the workbook holds macros"])


def test_a_database_with_a_view_is_refused(served: Served, tmp_path: Path) -> None:
    """A view is a query of whoever made the file."""
    path = tmp_path / "year.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("create view events as with recursive n(i) as (select 1 union all select i from n) select 1")
        connection.commit()
    status, said = refusal(served, "year.db", path.read_bytes())
    assert (status, said) == (422, ["the file holds “events”, which is no plain table"])


@pytest.mark.parametrize(
    "form",
    [
        "workbook",
        "packed",
        "packed in a folder",
        "packed in a folder named as a table",
        "packed twice",
        "several files",
    ],
)
def test_every_form_of_a_dataset_can_be_handed_in(served: Served, tmp_path: Path, form: str) -> None:
    files = year_files()
    match form:
        case "workbook":
            parts = [("常州 2022.xlsx", workbook(tmp_path / "year.xlsx", year()).read_bytes())]
        case "packed":
            parts = [("year.zip", packed(files))]
        case "packed in a folder":
            parts = [("year.zip", packed({f"常州/{name}": content for name, content in files.items()}))]
        case "packed in a folder named as a table":
            parts = [("year.zip", packed({f"机构/{name}": content for name, content in files.items()}))]
        case "packed twice":
            beside = {"__MACOSX/年度/._events.csv": b"\0", "资料/年度/~$year.xlsx": b"\0"}
            within = {f"资料/年度/{name}": content for name, content in files.items()}
            parts = [("year.zip", packed(within | beside))]
        case _:
            parts = list(files.items())
    answer = served.client.post("/api/datasets", files=[("files", part) for part in parts])
    assert answer.status_code == 201, answer.text
    found = served.client.get(f"/api/datasets/{answer.json()['dataset']}/check", params={"scheme": SCHEME}).json()
    assert found["sound"], found["problems"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.csv", "passwd.csv"),
        ("C:\\Users\\x\\年度.xlsx", "年度.xlsx"),
        ("<script>alert(1)</script>.xlsx", "script_.xlsx"),
        ("a\0b\n.csv", "a_b_.csv"),
        ("CON.csv", "_CON.csv"),
        ("...", "_"),
        ("名" * 200 + ".xlsx", "名" * 95 + ".xlsx"),
    ],
)
def test_a_name_is_kept_without_what_could_lead_elsewhere(given: str, kept: str) -> None:
    assert safe_name(given) == kept


def test_nobody_s_identity_number_is_told(served: Served) -> None:
    """The roster is checked, and neither a problem nor a run shows a number of it."""
    number = "11010519491231002X"
    files = year_files()
    heading = "institution,number,name,id_number,category,phone,post,role,insured,registered"
    rows = [f"N1,1,张三,{number},护士,,,,是,是", f"N1,2,李四,{number[:-1]}1,护士,,,,是,是"]
    files["staff.csv"] = "\n".join([heading, *rows]).encode()
    dataset = served.hand_in("roster.zip", packed(files))
    found = served.client.get(f"/api/datasets/{dataset}/check", params={"scheme": SCHEME})
    assert any(fault["column"] == "id_number" for fault in found.json()["problems"])
    assert number[:-1] not in found.text
    assert "19491231" not in found.text


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("WARNING", logger=httpx.__name__)
