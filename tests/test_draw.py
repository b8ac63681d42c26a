"""The random draw: the order is SHA-256 of seed|institution|number, the share and its rounding are parameters."""

from __future__ import annotations

import zipfile
from hashlib import sha256
from pathlib import Path

import openpyxl
import pytest
from project import Project, Row

IDENTITY = "110101199003071233"
"""A valid identity number of nobody."""


def staff(institution: str, numbers: range, registered: str = "2021-07-01") -> list[Row]:
    return [
        {
            "institution": institution, "number": number, "name": f"{institution}员工{number}", "id_number": IDENTITY,
            "category": "在职", "phone": "",
            "post": "护理", "role": "护理人员", "insured": "参保", "registered": registered,
        }
        for number in numbers
    ]  # fmt: skip


def drawn(project: Project, *more: str) -> list[tuple[str, int]]:
    """Who is drawn, as institution and number, in the order of the result."""
    done = project.kaohe("draw", project.dataset, "--scheme", "changzhou/2022", "--seed", "2023-02-20", "--json", *more)
    assert done.status == 0, done.err
    return [(row["institution"], row["number"]) for row in done.json["drawn"]]


def by_hand(institution: str, numbers: range, size: int) -> list[tuple[str, int]]:
    """The first of a roster by the published order, worked out apart from the program."""
    ordered = sorted(numbers, key=lambda number: sha256(f"2023-02-20|{institution}|{number}".encode()).hexdigest())
    return [(institution, number) for number in ordered[:size]]


@pytest.mark.parametrize(
    ("roster", "reading", "size"),
    [
        (20, "up", 2),
        (21, "up", 3),
        (1, "up", 1),
        (25, "half_up", 3),
        (24, "half_up", 2),
        (29, "down", 2),
        (9, "down", 0),
    ],
)
def test_a_tenth_of_each_roster_is_drawn_in_the_order_of_the_digests(
    project: Project, roster: int, reading: str, size: int
) -> None:
    numbers = range(1, roster + 1)
    project.tables["staff"] = [*staff("N1", numbers)]
    assert drawn(project, "--reading", f"draw.rounding={reading}") == by_hand("N1", numbers, size)


def test_each_institution_has_its_own_share_and_only_the_kinds_of_the_notice_take_part(project: Project) -> None:
    project.tables["institutions"] += [
        {**project.tables["institutions"][0], "institution": "H1", "kind": "home_care", "star": ""},
        {**project.tables["institutions"][0], "institution": "Z1", "kind": "device_rental", "star": ""},
    ]
    project.tables["agreements"] += [
        {**project.tables["agreements"][0], "agreement": f"X{code}", "institution": code} for code in ("H1", "Z1")
    ]
    numbers = range(1, 11)
    project.tables["staff"] = [row for name in ("Z1", "N1", "H1") for row in staff(name, numbers)]
    assert drawn(project) == [*by_hand("H1", numbers, 1), *by_hand("N1", numbers, 1)]


def test_nobody_is_drawn_from_who_is_not_assessed(project: Project) -> None:
    """一、考核对象: without an agreement in the year, or of the basic insurance alone, 不重复参加长护险年度考核."""
    first, agreement = {**project.tables["institutions"][0], "star": ""}, project.tables["agreements"][0]
    project.tables["institutions"] += [
        {
            **first,
            "institution": "H1",
            "kind": "home_care",
            "star": "",
            "services": "医疗护理",
            "basic_insurance": "是",
        },
        {**first, "institution": "H2", "kind": "home_care"},
    ]
    project.tables["agreements"].append({**agreement, "agreement": "XH1", "institution": "H1"})
    numbers = range(1, 11)
    project.tables["staff"] = [row for name in ("N1", "H1", "H2") for row in staff(name, numbers)]
    assert drawn(project) == by_hand("N1", numbers, 1)
    done = project.kaohe("draw", project.dataset, "--scheme", "changzhou/2022", "--seed", "1", "--json")
    assert [problem["message"] for problem in done.json["problems"] if problem["code"] == "exempt"] == [
        "2 institutions with a roster are not assessed, nobody is drawn from them: H1, H2"
    ]


def test_who_is_not_registered_is_not_drawn(project: Project) -> None:
    project.tables["staff"] = [*staff("N1", range(1, 11), registered=""), *staff("N1", range(11, 21))]
    assert drawn(project) == by_hand("N1", range(11, 21), 1)


def test_the_order_of_the_rows_changes_nothing(project: Project) -> None:
    project.tables["staff"] = staff("N1", range(1, 41))
    forwards = drawn(project)
    project.tables["staff"].reverse()
    assert drawn(project) == forwards


def test_the_result_is_written_as_csv_without_identity_numbers(project: Project, tmp_path: Path) -> None:
    project.tables["staff"] = staff("N1", range(1, 21))
    drawn(project, "--out", str(tmp_path / "drawn.csv"))
    written = (tmp_path / "drawn.csv").read_text(encoding="utf-8-sig").splitlines()
    assert written[0] == "institution,number,name,category,post,role,place,digest"
    assert [line.split(",")[1] for line in written[1:]] == [str(number) for _, number in by_hand("N1", range(1, 21), 2)]
    assert IDENTITY not in "".join(written)
    again = project.kaohe(
        "draw", project.dataset, "--scheme", "changzhou/2022", "--seed", "1", "--out", tmp_path / "drawn.csv"
    )
    assert (again.status, "a file stands here already" in again.err) == (1, True)


def test_without_a_roster_there_is_nothing_to_draw(project: Project) -> None:
    done = project.kaohe("draw", project.dataset, "--scheme", "changzhou/2022", "--seed", "1")
    assert done.status == 1
    assert "the dataset has no table “staff” → add the rosters" in done.err


def test_a_scheme_without_a_draw_says_so(project: Project) -> None:
    done = project.kaohe("draw", project.dataset, "--scheme", "qingdao/2023", "--seed", "1")
    assert done.status == 1
    assert "qingdao/2023 has no random draw" in done.err


def test_the_record_is_one_page_to_sign_and_the_lists_behind_it(project: Project, tmp_path: Path) -> None:
    """21 persons are registered, 3 of them drawn; the roster is known again by what it says of them."""
    first = {**project.tables["institutions"][0], "star": ""}
    project.tables["institutions"] = [{**first, "name": "=甲"}, {**first, "institution": "H1", "kind": "home_care"}]
    project.tables["agreements"].append({**project.tables["agreements"][0], "agreement": "XH1", "institution": "H1"})
    project.tables["staff"] = [*staff("N1", range(1, 22)), *staff("H1", range(1, 2), registered="")]
    target = tmp_path / "record.xlsx"
    assert drawn(project, "--out", str(target)) == by_hand("N1", range(1, 22), 3)
    book = openpyxl.load_workbook(target)
    page, persons, population = book["Record"], book["Drawn"], book["Population"]
    told = {row[0].value: row[1].value for row in page.iter_rows(min_row=3, max_row=8)}
    assert told["Seed"] == "2023-02-20"
    assert told["Share drawn"] == "10%（常医保办〔2023〕12号 四(二)2(每个机构随机抽取人员比例暂定为10%)）"
    assert "四、考核安排(二)2" in told["Under"]
    lines = "\n".join(sorted(f"N1|{number}" for number in range(1, 22)))
    for said in ("--seed 2023-02-20 --reading draw.rounding=up", sha256(lines.encode()).hexdigest()):
        assert said in told["How to repeat it"]
    assert [[cell.value for cell in row] for row in page.iter_rows(min_row=10, max_row=12)] == [
        ["kind", "institutions", "registered", "drawn"], ["nursing home", 1, 21, 3], ["total", 1, 21, 3],
    ]  # fmt: skip
    assert page.sheet_properties.pageSetUpPr.fitToPage  # one page across and down, unless it says otherwise
    assert (page.page_setup.fitToWidth, page.page_setup.fitToHeight) == (None, None)
    assert [(row[0], row[1], row[2], row[5]) for row in persons.iter_rows(min_row=2, values_only=True)] == [
        ("N1", "=甲", number, place) for place, (_, number) in enumerate(by_hand("N1", range(1, 22), 3), 1)
    ]
    assert [row[3:] for row in population.iter_rows(min_row=2, values_only=True)] == [(21, 3)]
    assert not [cell for sheet in book for row in sheet for cell in row if cell.data_type == "f"]
    with zipfile.ZipFile(target) as packed:
        assert IDENTITY.encode() not in b"".join(packed.read(name) for name in packed.namelist())
    again = project.kaohe(
        "draw", project.dataset, "--scheme", "changzhou/2022", "--seed", "1", "--out", str(target), lang="en"
    )
    assert again.status == 1
    assert "a file stands here already" in again.err
