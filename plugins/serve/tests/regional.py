"""A small year of regional budgets under Qingdao's scheme: two regions alike, and nothing payable."""

from __future__ import annotations

SCHEME = "qingdao/2023"
DATASET = 'name = "算例"\nfrom = 2023-01-01\nto = 2023-12-31\n'
ZERO = ("allocation.growth", "allocation.services", "allocation.beneficiaries", "deposit.rate")


def regional_files() -> dict[str, bytes]:
    """1,000 yuan for the regions A and B, which spent as much last year; each has one institution."""
    regions = [
        f"{region},{name},居民,{year},500,10,100,10,1,yes,90,"
        for region, name in (("A", "甲区"), ("B", "乙区"))
        for year in (2020, 2021, 2022)
    ]
    tables = {
        "institutions": ["institution,name,kind,region,chain", "N1,甲院,nursing_home,A,", "N2,乙院,nursing_home,B,"],
        "funds": ["fund,year,budget", "居民,2023,1000"],
        "revenues": ["fund,year,source,payer,persons,rate,planned,actual", "居民,2023,财政,市,,,1000,1000"],
        "regions": [
            "region,name,fund,year,spending,beneficiaries,insured,services,institutions,sufficient,agency_score,part_of",
            *regions,
        ],
        "payments": ["institution,region,fund,month,payable,withheld"],
        "agreements": ["agreement,institution,from,to", "X1,N1,2022-01-01,2024-12-31", "X2,N2,2022-01-01,2024-12-31"],
        "scorers": ["scorer,name,role"],
        "marks": ["institution,scorer,item,points"],
    }
    files = {f"{table}.csv": "\n".join(rows).encode() for table, rows in tables.items()}
    return files | {"dataset.toml": DATASET.encode()}


def reserving(rate: str) -> dict[str, dict[str, str]]:
    """The values of a run that puts this share of the budget into the reserve, and adjusts by nothing."""
    values = {"reserve.rate": rate, **dict.fromkeys(ZERO, "0")}
    return {name: {"value": value, "provenance": "assumption", "source": "算例"} for name, value in values.items()}
