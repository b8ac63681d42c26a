"""About 2,000 hospitals and pharmacies in the agreement year 2023, with twelve months of payments."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random

from kaohe_tianjin.demo.files import Row, describe, person, save, yuan

MEDICAL, PHARMACIES = 820, 1180
DISTRICTS = ("和平", "河东", "河西", "南开", "河北", "红桥", "东丽", "西青", "津南", "北辰", "武清", "宝坻", "滨海")
NAMES = "仁康宁泽安民济和瑞祥福寿春晖"
DEPARTMENTS = (("JS", "市医保结算中心"), ("JJ", "市医疗保障基金管理中心"), ("CG", "市医药采购中心"))
ITEMS = {"JS": "1.1", "JJ": "2.1", "CG": "3.1"}
RATES = ("0.05", "0.05", "0.05", "0.1", "0.03")
MATERIALS = ("未按规定的时限和要求提供考核资料", "隐匿考核资料", "转移考核资料", "伪造考核资料")


def write(folder: Path, rng: Random) -> None:
    """Write the dataset."""
    codes = [f"YL{number:04}" for number in range(1, MEDICAL + 1)]
    codes += [f"YD{number:04}" for number in range(1, PHARMACIES + 1)]
    describe(folder, "2023协议年度定点医药机构协议考核（示例，机构和人员均为虚构）", "2023-01-01", "2023-12-31")
    save(folder / "机构.csv", "机构编码 机构名称 机构类型 所属区域", (_institution(rng, code) for code in codes))
    agreements = ((f"X{code}", code, "2023-01-01", "2023-12-31", rng.choice(RATES)) for code in codes)
    save(folder / "协议.csv", "协议编号 机构编码 协议起始日期 协议截止日期 保证金比例", agreements)
    save(folder / "考核主体.csv", "考核主体编码 考核主体名称 角色", ((*names, "业务主管部门") for names in DEPARTMENTS))
    quality = {code: min(99, max(35, round(rng.gauss(86, 9)))) for code in codes}
    weak = rng.sample(codes, 40)
    quality |= {code: rng.randrange(40, 62) for code in weak}
    marks = list(_marks(rng, codes, quality))
    save(folder / "评分.csv", "机构编码 考核主体编码 项目序号 得分 评分人 佐证材料", marks)
    save(
        folder / "利害关系.csv",
        "人员 机构编码 关系",
        ((person(rng) + "（已回避）", code, "近亲属任职") for code in rng.sample(codes, 12)),
    )
    save(folder / "拨付.csv", "机构编码 管理区 基金 月份 应拨付金额 实际预留金额", _payments(rng, codes))
    save(folder / "历年结果.csv", "机构编码 考核办法 年度 得分 等级", _history(rng, codes, weak))
    special = rng.sample([code for code in codes if code not in weak], 60)
    save(
        folder / "事件.csv",
        "事件编号 机构编码 发生日期 处理日期 事实 例数 佐证材料 状态 案件编号 调查编号",
        _events(rng, codes, special[:5]),
    )
    save(folder / "调查.csv", "调查编号 机构编码 立案日期 结案日期 调查结论", _investigations(special[5:17]))
    save(
        folder / "申诉.csv",
        "申诉编号 机构编码 所涉表 所涉记录 提出日期 答复部门 答复日期 决定 改为",
        _appeals(
            rng, special[17:41], {(str(code), str(scorer)): int(str(mark)) for code, scorer, _, mark, *_ in marks}
        ),
    )


def _institution(rng: Random, code: str) -> Row:
    district = rng.choice(DISTRICTS)
    name = rng.choice(NAMES) + rng.choice(NAMES)
    kind, what = (
        ("医疗机构", rng.choice(("医院", "门诊部", "社区卫生服务中心"))) if code[1] == "L" else ("零售药店", "大药房")
    )
    return code, f"天津{district}{name}{what}", kind, district


def _marks(rng: Random, codes: list[str], quality: dict[str, int]) -> Iterator[Row]:
    """Each department's mark on its part, out of 100; a few are missing."""
    markers = {scorer: [person(rng) for _ in range(8)] for scorer, _ in DEPARTMENTS}
    for code in codes:
        for scorer, item in ITEMS.items():
            if rng.random() < 0.999:
                mark = min(100, max(0, quality[code] + rng.randrange(-6, 7)))
                yield code, scorer, item, mark, rng.choice(markers[scorer]), f"考核材料{code}-{item}"


def _payments(rng: Random, codes: list[str]) -> Iterator[Row]:
    """Twelve months each; in some months what was actually withheld is recorded."""
    for code in codes:
        size = (
            rng.choice((8_000_00, 40_000_00, 200_000_00, 3_000_000_00))
            if code[1] == "L"
            else rng.choice((3_000_00, 20_000_00))
        )
        for month in range(1, 13):
            payable = rng.randrange(size // 2, size * 2)
            actual = yuan(payable * 3 // 100) if rng.random() < 0.01 else ""
            yield code, "", rng.choice(("ZG", "JM")) if month == 0 else "ZG", f"2023-{month:02}", yuan(payable), actual


def _history(rng: Random, codes: list[str], weak: list[str]) -> Iterator[Row]:
    for code in codes:
        if rng.random() < 0.98:
            score = rng.randrange(45, 65) if code in weak else rng.randrange(70, 100)
            yield code, "tianjin/institutions-2023", "2022", score, ""


def _events(rng: Random, codes: list[str], failed: list[str]) -> Iterator[Row]:
    """Violations dealt with in 2023, some of them of the year before; and what five did to their materials."""
    for number, code in enumerate(sorted(rng.sample(codes, 260)), 1):
        handled = date(2023, 1, 5) + timedelta(rng.randrange(350))
        happened = handled - timedelta(rng.randrange(5, 400))
        status = rng.choice(("", "", "", "", "有异议"))
        case = f"AJ{number:04}"
        count, evidence = rng.choice((1, 1, 2)), f"处理决定{number}号（示例）"
        fact = "违法违规违约行为受到处理"
        yield f"S{number:04}", code, happened, handled, fact, count, evidence, status, case, ""
    for number, code in enumerate(failed, 1):
        yield f"Z{number:04}", code, date(2024, 1, 20), "", MATERIALS[number % 4], 1, "考核组记录（示例）", "", "", ""


def _investigations(codes: list[str]) -> Iterator[Row]:
    """Twelve under investigation; four of them concluded before the assessment ended."""
    for number, code in enumerate(codes, 1):
        closed = date(2024, 1, 10) if number % 3 == 0 else ""
        yield (
            f"DC{number:03}",
            code,
            date(2023, 9, 1) + timedelta(number),
            closed,
            "未发现违法违规情形" if closed else "",
        )


def _appeals(rng: Random, codes: list[str], marks: dict[tuple[str, str], int]) -> Iterator[Row]:
    """Objections against marks: upheld with a higher mark, reduced, rejected, or not answered yet."""
    for number, code in enumerate(codes, 1):
        scorer, department = rng.choice([names for names in DEPARTMENTS if marks.get((code, names[0]), 100) < 100])
        mark = marks[code, scorer]
        record = f"{scorer} {ITEMS[scorer]}"
        answer = (("支持", min(100, mark + 8)), ("部分支持", mark + 1), ("不支持", ""), ("", ""))[number % 4]
        answered = (department, date(2024, 2, 20) + timedelta(number)) if answer[0] else ("", "")
        yield f"SS{number:03}", code, "评分", record, date(2024, 2, 5), *answered, *answer
