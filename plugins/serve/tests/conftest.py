"""The service on a port of this machine, with a folder of its own, for all tests, and what it holds."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from handed import packed, year_files
from playwright.sync_api import Browser
from regional import SCHEME as REGIONAL
from regional import regional_files, reserving
from serving import OTHER, SCHEME, Served, serving
from visiting import opened

from kaohe_serve import Settings

PLAN = """
rubric = "example"
kind = "nursing_home"
name = { zh_CN = "示例", en = "Example" }
document = "示例"
annex = "示例"
full_score = 100
full_score_basis = "printed"
provenance = "assumption"
source = "示例，非公布值"

[[sections]]
section = "site"
name = "实地考核"

[[sections.items]]
item = "1"
name = "查实投诉"
full_score = 60
[[sections.items.clauses]]
clause = "1.1"
text = "查实投诉，每例扣5分。"
fact = "complaint.substantiated"
shape = "per_case"
points = 5

[[sections.items]]
item = "2"
name = "收费"
full_score = 40
[[sections.items.clauses]]
clause = "2.1"
text = "收费超过备案价格，每例扣5分。"
fact = "price.above_filed"
shape = "per_case"
points = 5
"""


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The service without a token, as an official starts it."""
    with serving(Settings(folder=tmp_path_factory.mktemp("workbench"))) as found:
        yield found


@pytest.fixture(scope="session")
def year(served: Served) -> str:
    """The clean year's number on the shelf."""
    return served.hand_in("year.zip", packed(year_files()))


@pytest.fixture(scope="session")
def run(served: Served, year: str) -> str:
    """The number of the clean year's run."""
    return served.run(year)


@pytest.fixture(scope="session")
def compared(served: Served) -> str:
    """The clean year under two schemes, ordered by the form; the page of the comparison.

    Changzhou: 78.5. The plan: the complaint costs 5 of 60 on one of two sheets, whose mean counts: 57.5 + 40. 19 more.
    """
    files = year_files()
    first, *rows = files["events.csv"].decode().splitlines()
    files["events.csv"] = "\n".join([f"{first},case,investigation", *(f"{row},," for row in rows)]).encode()
    files["marks.csv"] = b"institution,scorer,item,points,by,evidence,status\n"
    dataset = served.hand_in("compared.zip", packed(files))
    ordered = served.client.post(
        f"/datasets/{dataset}/comparisons",
        data={"scheme": [SCHEME, OTHER]},
        files=[(f"plan:{OTHER}", ("plan.toml", PLAN.encode()))],
    )
    assert ordered.status_code == 303, ordered.text
    job = ordered.headers["location"]
    done = served.client.get(f"/api{job}", params={"wait": 60}).json()
    assert done["state"] == "done", done["problems"]
    return str(served.client.get(job).headers["location"])


@pytest.fixture(scope="session")
def regional(served: Served) -> list[str]:
    """The runs of a year of regional budgets, a twentieth and a tenth of it put into the reserve."""
    dataset = served.hand_in("regions.zip", packed(regional_files()))
    return [served.run(dataset, scheme=REGIONAL, parameters=reserving(rate)) for rate in ("0.05", "0.10")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for the tests of a file; while it is open, no test beside them can have an event loop of its own."""
    with opened() as found:
        yield found


@pytest.fixture(scope="session")
def collected(served: Served, year: str) -> str:
    """The page of what came of a returned form that is none."""
    files = [("files", ("readme.txt", b"hello"))]
    watched = served.client.post(f"/datasets/{year}/returns", data={"scheme": SCHEME}, files=files).headers["location"]
    while served.client.get(f"{watched}/state").json()["state"] in ("waiting", "running"):
        pass
    return str(served.client.get(watched).headers["location"])
