"""The example: Changzhou's year with what Tianjin's deposit and Qingdao's budgets need; all of it invented."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from random import Random
from shutil import copyfile

from kaohe import Problem, Refused
from kaohe.plugin.manager import City, installed, scheme_named
from kaohe_compare.demo import money
from kaohe_compare.words import text

HERE = Path(__file__).parent
SCORED, DEPOSIT, BUDGETS = "changzhou/2022", "tianjin/institutions-2023", "qingdao/2023"
SIDES = (
    SCORED, DEPOSIT, BUDGETS, f"{SCORED}+settle={DEPOSIT}", f"{SCORED}+allocate={BUDGETS}+settle={BUDGETS}"
)  # fmt: skip
AS = ("nursing_home=medical", "home_care=medical")
PLAN, EXAMPLE = "example-plan.toml", "example-parameters.toml"
INSTITUTIONS, HISTORY = "机构.csv", "历年结果.csv"


def write(folder: Path, seed: int) -> list[str]:
    """Write the year, the example plan and the example values; return the command that compares. Raises Refused."""
    cities = [scheme.partition("/")[0] for scheme in (SCORED, DEPOSIT, BUDGETS)]
    if missing := [city for city in cities if city not in installed()]:
        message = text("the example compares cities of which {missing} are not installed", missing="、".join(missing))
        raise Refused([Problem("demo", message, text("install their plugins"))])
    folder.mkdir(parents=True, exist_ok=True)
    City.named(cities[0]).demo(folder, seed)
    _extend(folder, Random(f"{seed} comparison"))
    given = folder.parent
    plan = copyfile(HERE / PLAN, given / PLAN)
    parameters = []
    for scheme in (SCORED, DEPOSIT, BUDGETS):
        city, _, rules = scheme_named(scheme)
        parameters.append(f"{scheme}={copyfile(rules / EXAMPLE, given / f'{city.name}-parameters.toml')}")
    return [
        "compare", str(folder), *_option("--scheme", SIDES), *_option("--as", AS), "--plan", f"{DEPOSIT}={plan}",
        *_option("--params", parameters), "--out", str(given / "comparison.db"),
    ]  # fmt: skip


def _option(name: str, values: Iterable[str]) -> list[str]:
    return [word for value in values for word in (name, value)]


def _extend(folder: Path, rng: Random) -> None:
    """Add what the other cities ask for: chains, results on record, payments, a fund and its regions."""
    institutions = _read(folder / INSTITUTIONS)
    for row in institutions:
        row["是否优质连锁机构"] = "是" if rng.randrange(100) < 30 else "否"
    _write(folder / INSTITUTIONS, institutions)
    history = _read(folder / HISTORY)
    known = {row["机构编码"] for row in history if row["年度"] == str(money.YEAR)}
    served = [row for row in institutions if row["机构类型"] in money.SERVING]
    history += [
        {
            "机构编码": row["机构编码"],
            "考核办法": BUDGETS,
            "年度": str(money.YEAR),
            "得分": f"{rng.randint(140, 198) / 2:.1f}",
            "等级": "",
        }
        for row in served
        if row["机构编码"] not in known
    ]
    _write(folder / HISTORY, history)
    # What only another city asks for may be blank, but has to be there: a part of the table with its headings alone.
    (folder / "事件" / "天津.csv").write_text("机构编码,日期,事实,案件编号,调查编号\n", encoding="utf-8-sig")
    _write(folder / "基金.csv", money.funds())
    _write(folder / "收入.csv", money.revenues())
    _write(folder / "管理区.csv", money.regions())
    _write(folder / "拨付.csv", money.payments(rng, served))


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _write(path: Path, rows: Iterable[dict[str, str]]) -> None:
    listed = list(rows)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(listed[0]))
        writer.writeheader()
        writer.writerows(listed)
