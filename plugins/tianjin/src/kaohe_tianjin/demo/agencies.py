"""Six entrusted agencies in an agreement year that begins in July, one of them since January only."""

from __future__ import annotations

from pathlib import Path
from random import Random

from kaohe_tianjin.demo.files import Row, describe, person, save, yuan

AREAS = ("和平河西", "河东河北", "南开红桥", "滨海新区", "环城四区", "远郊五区")
COMPANIES = ("津安", "海晏", "长宁", "滨康", "同泽", "北辰瑞和")
ITEMS = {1: 6, 2: 7, 3: 7, 4: 4, 5: 7, 6: 8}
"""How many topics each area of the plan has."""
MONTHS = [f"2024-{month:02}" for month in range(7, 13)] + [f"2025-{month:02}" for month in range(1, 7)]
ACCOUNTS = {"5101": "护理待遇支出", "5102": "评估费支出"}
EVENTS = "事件编号 机构编码 发生日期 事实 例数 涉及金额 佐证材料 是否纳入有关部门报告事项 是否造成基金损失"
VIOLATIONS = [
    ("SJ01", "JB02", "2024-11-18", "重大违规违法事件", 1, "86420.35", "审计报告（示例）第12页", "是", "是"),
    ("SJ02", "JB05", "2025-03-06", "重大违规违法事件", 1, "15000.00", "稽核记录（示例）", "否", "是"),
    ("SJ03", "JB06", "2025-04-22", "严重违反服务协议约定", 1, "", "约谈记录（示例）", "", ""),
]
LATE = 3
"""The agency that took an area over in January."""


def write(folder: Path, rng: Random) -> None:
    """Write the dataset."""
    agencies = [f"JB{number:02}" for number in range(1, 7)]
    describe(folder, "2024-2025年度委托经办机构考核清算（示例，机构和人员均为虚构）", "2024-07-01", "2025-06-30")
    save(folder / "机构.csv", "机构编码 机构名称 机构类型 所属区域", [
        (code, f"{company}养老保险天津分公司", "委托经办机构", f"Q{number}")
        for number, (code, company) in enumerate(zip(agencies, COMPANIES, strict=True), 1)
    ])  # fmt: skip
    headings = "协议编号 机构编码 协议起始日期 协议截止日期 服务区域 服务费"
    save(folder / "协议.csv", headings, _agreements(rng, agencies))
    scorers = list(_scorers(rng))
    save(folder / "考核主体.csv", "考核主体编码 考核主体名称 角色 所属区域", scorers)
    save(folder / "评分.csv", "机构编码 考核主体编码 项目序号 得分 评分人 佐证材料", _marks(rng, agencies, scorers))
    save(folder / "考核步骤.csv", "机构编码 步骤 实际完成日期", _steps(agencies))
    save(folder / "事件.csv", EVENTS, VIOLATIONS)
    save(folder / "账册.csv", "账册 机构编码 基金 科目 月份 凭证号 金额", _ledgers(rng, agencies))


def _agreements(rng: Random, agencies: list[str]) -> list[Row]:
    rows: list[Row] = []
    for number, code in enumerate(agencies):
        begins, ends = ("2025-01-01", "2027-12-31") if number == LATE else ("2024-07-01", "2025-06-30")
        rows.append((f"XY{code}", code, begins, ends, AREAS[number], yuan(rng.randrange(300_000_00, 900_000_00))))
    return rows


def _scorers(rng: Random) -> list[Row]:
    scorers: list[Row] = [("ZX", "市级综合服务中心", "市级中心", "")]
    for number, area in enumerate(AREAS, 1):
        scorers.append((f"ZP{number}", f"{area}委托经办机构自评", "委托经办机构", f"Q{number}"))
        scorers += [
            (f"FZX{number}{part}", f"{area}分中心（{place}）", "分中心", f"Q{number}")
            for part, place in enumerate("东西南"[: rng.choice((1, 2, 3))], 1)
        ]
    return scorers


def _marks(rng: Random, agencies: list[str], scorers: list[Row]) -> list[Row]:
    """Every scorer's marks on every topic, out of 100; one sub-centre has left one out."""
    rows: list[Row] = []
    quality = {code: rng.randrange(78, 95) for code in agencies}
    quality["JB06"] = 68
    for number, code in enumerate(agencies, 1):
        for scorer, _, role, region in scorers:
            if region not in ("", f"Q{number}"):
                continue
            by = person(rng)
            kindness = 5 if role == "委托经办机构" else 0
            for section, topics in ITEMS.items():
                for topic in range(1, topics + 1):
                    mark = min(100, max(0, quality[code] + kindness + rng.randrange(-9, 9)))
                    rows.append((code, scorer, f"{section}.{topic}", mark, by, f"考核底稿{code}-{section}.{topic}"))
    missing = next(row for row in rows if row[0] == "JB04" and str(row[1]).startswith("FZX") and row[2] == "5.7")
    return [row for row in rows if row != missing]


def _steps(agencies: list[str]) -> list[Row]:
    rows: list[Row] = []
    for code in agencies:
        rows += [(code, "自查申报", "2025-07-08"), (code, "现场检查", "" if code == "JB05" else "2025-07-22")]
        rows += [] if code == "JB06" else [(code, "综合评定", "2025-08-12")]
    return rows


def _ledgers(rng: Random, agencies: list[str]) -> list[Row]:
    """Three ledgers voucher by voucher; here and there one is wrong, or lacks a voucher."""
    rows: list[Row] = []
    for code in agencies:
        for month in MONTHS if code != agencies[LATE] else MONTHS[6:]:
            for account in ACCOUNTS:
                for voucher in range(1, 4):
                    amount, document = rng.randrange(20_000_00, 400_000_00), f"{month}-{account}-{voucher:03}"
                    slip = rng.randrange(150)
                    for ledger in ("经办机构账", "中心账", "原始凭证"):
                        wrong = rng.choice((9, 90, 27_00)) if slip == 0 and ledger == "经办机构账" else 0
                        if slip != 1 or ledger != "原始凭证":
                            rows.append((ledger, code, "CHX", account, month, document, yuan(amount + wrong)))
    return rows
