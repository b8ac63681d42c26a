"""A seeded example year, on disk as the city's centre would hold it. Every institution is invented."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import NamedTuple

SCHEME = "changzhou/2022"
FIRST, LAST, TERMINATION, REFUSAL = date(2022, 1, 4), date(2022, 12, 30), date(2022, 9, 30), date(2023, 2, 21)
"""The first and last working days of the year, the day on which an agreement ends early, and the one, while the
year is being assessed, on which a home refuses."""

FULL_SCORES = (5, 10, 20, 5, 10, 5, 10, 10, 5, 8, 12)
EARNED = (10, 11)
"""Items 1 to 11 of annex 2; the last two start at zero."""
STAR_POINTS = {5: 3, 4: 2, 3: 1}

# The tables' headings.
INSTITUTIONS = (
    "机构编码 机构名称 机构类型 所属区域 定点起始日期 定点截止日期 养老机构星级 核定床位数 服务内容 是否基本医保定点"
)
AGREEMENTS = "协议编号 机构编码 协议起始日期 协议截止日期"
SCORERS = "考核主体编码 考核主体名称 角色 所属区域"
SERVED = "机构编码 考核主体编码 服务人数"
STEPS = "机构编码 考核主体编码 步骤 应完成日期 实际完成日期 结果"
EVENTS = "事件编号 机构编码 考核主体编码 发生日期 处理日期 事实 例数 涉及金额 佐证材料 状态"
METRICS = "机构编码 考核主体编码 期间 事实 分子 分母 佐证材料 状态"
MARKS = "机构编码 考核主体编码 项目序号 得分 佐证材料"

Row = tuple[object, ...]


class District(NamedTuple):
    """A settlement district (annex 5), how many homes sit there, and how it saves and dates its file."""

    scorer: str
    name: str
    homes: int
    encoding: str = "utf-8-sig"
    dates: str = "{:%Y-%m-%d}"


DISTRICTS = (
    District("CZ01", "市中心", 34),
    District("LY01", "溧阳市", 20, "gb18030", "{0.year}/{0.month}/{0.day}"),  # as Excel in China saves CSV
    District("JT01", "金坛区", 16),
    District("WJ01", "武进区", 26),
)
CENTRE = District("", "市医保中心", 0)
SELF = "ZP01"


class Care(NamedTuple):
    """How well a home works: how many homes do, and the ranges that its year is drawn from."""

    homes: int
    found: tuple[int, int]  # deductions on each sheet
    known: tuple[int, int]  # deductions known to all of its districts
    gains: tuple[int, int]
    trainings: tuple[int, int]
    unhappy: tuple[int, int]  # per cent


CARES = (
    Care(22, (0, 3), (0, 1), (6, 14), (4, 6), (0, 6)),
    Care(46, (2, 7), (0, 2), (5, 13), (4, 6), (0, 11)),
    Care(18, (4, 11), (1, 3), (2, 9), (3, 5), (4, 17)),
    POOR := Care(9, (9, 20), (2, 5), (1, 6), (1, 4), (8, 24)),
    RUINOUS := Care(1, (90, 120), (9, 12), (0, 1), (0, 0), (20, 40)),
)
BAD = (POOR, RUINOUS)


class Deed(NamedTuple):
    """What is recorded: its fact, item and points in annex 2, how common it is, and on which form."""

    fact: str
    item: int
    points: int
    weight: int
    form: str
    most: int = 1


INSPECTION, COMPLAINT, PRICES = "现场检查记录", "投诉登记表", "收费抽查记录"
FOUND = (
    Deed("台账不完整不规范", 8, 1, 30, INSPECTION, 3),
    Deed("服务明细未按要求上传或不符", 3, 2, 22, "服务明细稽核清单", 2),
    Deed("查实投诉", 5, 2, 12, COMPLAINT),
    Deed("未参加培训会议", 7, 2, 11, "培训会议签到表"),
    Deed("未按护理服务计划服务", 3, 2, 8, INSPECTION),
    Deed("收费与服务不符", 2, 2, 6, PRICES),
    Deed("台账与实际不符", 8, 2, 6, INSPECTION),
    Deed("其他未规范使用系统", 4, 1, 6, "系统巡查记录"),
    Deed("收费超过备案价格", 2, 2, 4, PRICES),
    Deed("挂床", 3, 3, 2, INSPECTION),
    Deed("收费高于自费人员", 2, 3, 2, PRICES),
    Deed("不正当竞争", 5, 5, 1, COMPLAINT),
    Deed("变相克扣待遇", 3, 5, 1, "专项核查报告"),
)
KNOWN = (
    Deed("信息变更逾期未报备", 1, 1, 14, "变更备案登记簿"),
    Deed("管理制度不健全", 6, 1, 9, "制度检查表"),
    Deed("系统未升级维护", 4, 1, 6, "系统巡查记录"),
    Deed("私自安装远程控制软件", 4, 2, 2, "系统巡查记录"),
    Deed("系统混接外网或未装杀毒软件", 4, 5, 1, "系统巡查记录"),
)
GAINS = (
    Deed("失能状态好转", 11, 1, 24, "期末评估结论书"),
    Deed("协助宣传", 11, 1, 12, "宣传活动签到表"),
    Deed("主动反馈不符合待遇条件", 10, 2, 10, "主动反馈核实单"),
    Deed("协助查处冒领待遇", 10, 2, 2, "协查处理单"),
)
KNOWN_GAINS = (
    Deed("媒体宣传", 11, 1, 8, "媒体报道剪报"),
    Deed("建议被采纳", 11, 1, 4, "建议采纳回执"),
    Deed("支持考试培训", 11, 2, 2, "师资场地支持证明"),
    Deed("政府表扬", 11, 1, 1, "表扬通报"),
)
SUSPENDED = Deed("中止服务协议", 0, 0, 0, "中止服务协议通知书")
TERMINATED = Deed("终止服务协议", 0, 0, 0, "终止服务协议通知书")
REFUSED = Deed("不配合年度考核", 0, 0, 0, "年度考核催告记录")

FIRST_NAMES = ("云岫", "鹤汀", "雁洲", "月泊", "星垂", "霁雪", "漱石", "归棹", "晚棠", "枕溪", "半亩", "竹外")
SECOND_NAMES = ("安颐", "福棠", "和煦", "同春", "慈萱", "松龄", "恒寿", "长乐")
ENDINGS = ("养老院", "养老院", "护理院", "颐养中心", "养老服务中心", "老年公寓")


class Home(NamedTuple):
    """A nursing home: its seat, the persons it serves of each scorer, and what became of it.

    `silent`: a scorer that has not reported yet. `veto`: why it is vetoed.
    """

    code: str
    name: str
    seat: District
    served: dict[str, int]
    star: int
    care: Care
    silent: str = ""
    veto: Deed | None = None


class Case(NamedTuple):
    """What happened once at one home, and which scorers recorded it."""

    home: Home
    scorers: tuple[str, ...]
    deed: Deed
    day: date
    handled: date | None = None
    cases: int = 1
    amount: str = ""
    status: str = "已确认"


def write(folder: Path, seed: int) -> str:
    """Write the year into the folder, the same bytes for the same seed; return the scheme to run it under."""
    rng = Random(seed)
    homes = _fated(rng, list(_homes(rng)))
    cases = _cases(rng, homes)
    (folder / "事件").mkdir(parents=True, exist_ok=True)
    title = "2022年度常州市长护险定点养老机构综合考核(示例,机构均为虚构)"
    content = f'name = "{title}"\nfrom = 2022-01-01\nto = 2022-12-31\ncurrency = "CNY"\n'
    (folder / "dataset.toml").write_text(content, encoding="utf-8", newline="\n")
    _save(folder / "机构.csv", INSTITUTIONS, _institutions(rng, homes))
    _save(folder / "协议.csv", AGREEMENTS, _agreements(homes))
    _save(folder / "考核主体.csv", SCORERS, _scorers())
    _save(folder / "服务人数.csv", SERVED, _persons(homes))
    _save(folder / "考核步骤.csv", STEPS, _steps(rng, homes))
    for district in (*DISTRICTS, CENTRE):
        _save(folder / "事件" / f"{district.name}.csv", EVENTS, _events(cases, district), district.encoding)
    _save(folder / "指标.csv", METRICS, _metrics(rng, homes))
    _save(folder / "评分.csv", MARKS, _marks(rng, homes, cases))
    return SCHEME


def _save(path: Path, headings: str, rows: Iterable[Row], encoding: str = "utf-8-sig") -> None:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([headings.split(), *rows])


def _homes(rng: Random) -> Iterator[Home]:
    names = [first + second for first in FIRST_NAMES for second in SECOND_NAMES]
    reach = [1] * 64 + [2] * 16 + [3] * 10 + [4] * 6
    cares = [care for care in CARES for _ in range(care.homes)]
    for shuffled in (names, reach, cares):
        rng.shuffle(shuffled)
    seats = [(district, number) for district in DISTRICTS for number in range(1, district.homes + 1)]
    for (seat, number), name, scorers, care in zip(seats, names, reach, cares, strict=True):
        stars = rng.choices(range(6), (30, 5, 15, 25, 15, 10))[0]
        code = f"YL{seat.scorer[:2]}{number:03}"
        yield Home(code, name + rng.choice(ENDINGS), seat, _served(rng, seat, scorers), stars, care)


def _served(rng: Random, seat: District, scorers: int) -> dict[str, int]:
    """Mostly insured of the home's own district, some of others; 3 to 180 in all, small homes more often."""
    least = 3 if scorers == 1 else 12 * scorers
    total = rng.randint(least, rng.randint(least, 180))
    others = rng.sample([district.scorer for district in DISTRICTS if district != seat], scorers - 1)
    guests = {scorer: rng.randint(1, total // 5) for scorer in others}
    return {seat.scorer: total - sum(guests.values()), **guests}


def _fated(rng: Random, homes: list[Home]) -> list[Home]:
    """The homes, four of them vetoed (one the worst), and three that one district has not reported on."""
    worst = [home for home in homes if home.care == RUINOUS]
    better = [home for home in homes if home.care not in BAD]
    silent = rng.sample([home for home in better if "JT01" in home.served and len(home.served) > 1], 3)
    vetoed = worst + rng.sample([home for home in better if home not in silent], 3)
    changed = {home.code: home._replace(silent="JT01") for home in silent}
    for home, veto in zip(vetoed, (SUSPENDED, SUSPENDED, TERMINATED, REFUSED), strict=True):
        changed[home.code] = home._replace(veto=veto)
    return [changed.get(home.code, home) for home in homes]


def _institutions(rng: Random, homes: list[Home]) -> Iterator[Row]:
    for home in homes:
        begins = date(rng.randint(2020, 2021), rng.choice((1, 4, 7, 10)), 1)
        ends = TERMINATION if home.veto == TERMINATED else ""
        beds = (sum(home.served.values()) * 4 // 3 + 20) // 10 * 10
        yield home.code, home.name, "养老机构", home.seat.name, begins, ends, home.star, beds, "机构护理", "否"


def _agreements(homes: list[Home]) -> Iterator[Row]:
    for home in homes:
        ends = TERMINATION if home.veto == TERMINATED else date(2023, 6, 30)
        yield f"XY-{home.code}", home.code, date(2021, 7, 1), ends


def _persons(homes: list[Home]) -> Iterator[Row]:
    return ((home.code, *persons) for home in homes for persons in home.served.items())


def _scorers() -> Iterator[Row]:
    for district in DISTRICTS:
        yield district.scorer, f"{district.name}结算区", "结算区", district.name
    yield SELF, "定点机构自评", "机构自评", ""


def _steps(rng: Random, homes: list[Home]) -> Iterator[Row]:
    """Each home declares at its seat's window (notice, 四(一)); each district reports its sheets (四(三))."""
    late = rng.choice([home.code for home in homes if home.veto is None])
    for home in homes:
        done, said = date(2023, 2, 10) - timedelta(rng.randrange(9)), "已受理"
        if home.code == late:
            done, said = date(2023, 2, 14), "逾期申报"
        declared = ("", "逾期未申报") if home.veto == REFUSED else (done, said)
        yield home.code, home.seat.scorer, "自查申报", date(2023, 2, 10), *declared
        for scorer in home.served:
            sent = "" if scorer == home.silent else date(2023, 2, 28) - timedelta(rng.randrange(7))
            yield home.code, scorer, "已报送", date(2023, 2, 28), sent, "" if sent else "审核中"


def _cases(rng: Random, homes: list[Home]) -> list[Case]:
    """All cases by day; four complaints are of December 2021 and were handled in January."""
    cases = [case for home in homes for case in _cases_of(rng, home)]
    complaints = [place for place, case in enumerate(cases) if case.deed.form == COMPLAINT]
    for days, place in enumerate(rng.sample(complaints, 4)):
        filed = date(2021, 12, 20) + timedelta(days)
        cases[place] = cases[place]._replace(day=filed, handled=filed + timedelta(21))
    return sorted(cases, key=lambda case: (case.day, case.home.code, case.deed.fact))


def _cases_of(rng: Random, home: Home) -> Iterator[Case]:
    everyone = tuple(home.served)
    yield from _drawn(rng, home, everyone, KNOWN, rng.randint(*home.care.known))
    yield from _drawn(rng, home, everyone, KNOWN_GAINS, rng.randint(*home.care.gains) // 5)
    for scorer, persons in home.served.items():
        yield from _drawn(rng, home, (scorer,), FOUND, min(rng.randint(*home.care.found), 10 + persons))
        yield from _drawn(rng, home, (scorer,), GAINS, min(rng.randint(*home.care.gains), 3 + persons // 4))
    if home.veto:
        scorer = home.seat.scorer if home.veto == REFUSED else CENTRE.scorer
        suspension = date(2022, rng.randint(6, 9), 15)
        day = {SUSPENDED: suspension, TERMINATED: TERMINATION, REFUSED: REFUSAL}[home.veto]
        yield Case(home, (scorer,), home.veto, day)


def _day(rng: Random, home: Home) -> date:
    """A day on which somebody was at work."""
    last = TERMINATION if home.veto == TERMINATED else LAST
    day = FIRST + timedelta(rng.randrange((last - FIRST).days + 1))
    return day - timedelta(max(0, day.weekday() - 4))


def _drawn(rng: Random, home: Home, scorers: tuple[str, ...], deeds: tuple[Deed, ...], number: int) -> Iterator[Case]:
    for deed in rng.choices(deeds, [deed.weight for deed in deeds], k=number):
        day = _day(rng, home)
        waited = rng.randint(7, 20) if deed.form == COMPLAINT and rng.randrange(6) == 0 else 0
        handled = day + timedelta(waited) if waited and day + timedelta(waited) <= LAST else None
        amount = f"{rng.randint(30, 900)}.{rng.randrange(100):02}" if deed.form == PRICES else ""
        status = {0: "有异议", 1: "已撤销"}.get(rng.randrange(100), "已确认")
        yield Case(home, scorers, deed, day, handled, rng.randint(1, deed.most), amount, status)


def _events(cases: list[Case], district: District) -> Iterator[Row]:
    """The district's own list: its numbers, and the number of the paper in the register of its form."""
    papers: Counter[str] = Counter()
    own = 0
    for case in cases:
        form, prefix = case.deed.form, case.scorers[0][:2]
        series = f"{form} {prefix}-{case.day}-" if form == INSPECTION else f"{form} {case.day.year}-"
        papers[series] += 1
        if district.scorer not in case.scorers:
            continue
        own += 1
        evidence = f"{series}{papers[series]:0{2 if form == INSPECTION else 4}}"
        number = f"{district.scorer[:2] or 'ZX'}-2022-{own:04}"
        days = (district.dates.format(day) if day else "" for day in (case.day, case.handled))
        record = (case.deed.fact, case.cases, case.amount, evidence, case.status)
        yield number, case.home.code, district.scorer, *days, *record


def _metrics(rng: Random, homes: list[Home]) -> Iterator[Row]:
    """The metrics of every sheet that was reported, but for a handful that nobody recorded."""
    rows = [row for home in homes if home.veto != REFUSED for row in _metrics_of(rng, home)]
    vetoed = [home.code for home in homes if home.veto]
    lost = rng.sample([place for place, row in enumerate(rows) if row[0] not in vetoed], 6)
    return (row for place, row in enumerate(rows) if place not in lost)


def _metrics_of(rng: Random, home: Home) -> Iterator[Row]:
    fallible = home.care == POOR and rng.randrange(3) == 0
    plan, kept = (0, 0) if home.care == RUINOUS else (0 if fallible else 1, 1)
    trainings = rng.randint(*home.care.trainings)
    for scorer, persons in home.served.items():
        satisfied, answers = _survey(rng, home.care, persons)
        for fact, numerator, denominator, evidence in (
            ("内部培训计划", plan, "", "年度培训计划"),
            ("内部培训次数", trainings, "", "内部培训签到表"),
            ("服务台账", kept, "", INSPECTION),
            ("满意度", satisfied, answers, "满意度调查汇总表"),
        ):
            if scorer != home.silent:
                yield home.code, scorer, 2022, fact, numerator, denominator, evidence, "已确认"


def _survey(rng: Random, care: Care, persons: int) -> tuple[int, int]:
    """Satisfied and valid answers; now and then exactly 95, 90 or 85 per cent, where the bands meet."""
    if care not in BAD and persons >= 20 and rng.randrange(6) == 0:
        answers = persons // 20 * 20
        return answers * rng.choice((19, 18, 17)) // 20, answers
    answers = rng.randint(persons - persons // 3, persons)
    return answers - answers * rng.randint(*care.unhappy) // 100, answers


def _marks(rng: Random, homes: list[Home], cases: list[Case]) -> Iterator[Row]:
    """The homes' own marks: every gain remembered, every second deduction; a few homes hand in none."""
    points: Counter[tuple[str, int]] = Counter()
    for case in cases:
        points[case.home.code, case.deed.item] += case.deed.points * case.cases * len(case.scorers)
    for home in homes:
        if home.veto in (TERMINATED, REFUSED) or rng.randrange(20) == 0:
            continue
        for item, full in enumerate(FULL_SCORES, 1):
            recorded = points[home.code, item] // len(home.served)
            gained = recorded + rng.randint(0, 2) + (STAR_POINTS.get(home.star, 0) if item == 11 else 0)
            mark = min(full, gained) if item in EARNED else max(0, full - recorded // 2)
            yield home.code, SELF, item, mark, "自查评分表(附件2)"
