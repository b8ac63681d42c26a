"""A worked case as a dataset folder and a parameter file.

Background, unless a case says otherwise: institution N, in district D1 with 10 persons, which has reported; an
agreement over the whole year; declared in time; no star. What a table wants shown is shown on each sheet, and
such that nothing is taken and nothing earned: every clean sheet has 80 points.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from attrs import evolve
from changzhou_cases import RULES, Absent, Given, Metric, Party, periods_of, scorer_of

COLUMNS = {
    "institutions": ["institution", "name", "kind", "services", "basic_insurance", "star"],
    "agreements": ["agreement", "institution", "from", "to"],
    "scorers": ["scorer", "name", "role"],
    "served": ["institution", "scorer", "persons"],
    "steps": ["institution", "scorer", "step", "done"],
    "events": ["event", "institution", "scorer", "date", "handled", "fact", "count", "evidence", "status"],
    "metrics": ["institution", "scorer", "period", "fact", "numerator", "denominator", "evidence"],
    "history": ["institution", "scheme", "year", "grade"],
}
DATASET = 'name = "算例"\nfrom = 2022-01-01\nto = 2022-12-31\n'
NONE, ALL, ONE = Decimal(0), Decimal(100), Decimal(1)

TRAINED = [Metric(fact="training.plan", numerator=ONE), Metric(fact="training.internal", numerator=Decimal(4))]
SHOWN = [
    *TRAINED,
    Metric(fact="ledger.kept", numerator=ONE),
    Metric(fact="satisfaction", numerator=ALL, denominator=ALL),
]
BACKGROUND = {
    "annex1": [
        Metric(fact="training.plan", numerator=ONE),
        Metric(fact="training.internal", numerator=Decimal(2)),
        Metric(fact="assessment.return_rate", numerator=NONE, denominator=ALL),
        Metric(fact="assessment.areas_answered", numerator=NONE),
    ],
    "annex2": SHOWN,
    "annex3": [
        *SHOWN,
        Metric(fact="capacity.signed", numerator=Decimal(50), denominator=ALL),
        Metric(fact="service.delivery_rate", numerator=ALL, denominator=ALL),
        Metric(fact="exam.passed", numerator=ALL, denominator=ALL),
        Metric(fact="exam.absent", numerator=NONE, denominator=ALL),
        Metric(fact="quality.covered", numerator=NONE, denominator=ALL),
        Metric(fact="site.districts", numerator=NONE),
    ],
    "annex4": [*SHOWN, Metric(fact="site.areas", numerator=NONE)],
}

Rows = list[dict[str, object]]


def parties(given: Given) -> dict[str, Party]:
    """N and its peers, by code."""
    return {"N": given, **{peer.institution: peer for peer in given.peers}}


def spread(metric: Metric | Absent) -> list[tuple[str, str, str]]:
    """The places that a value stands in: scorer, fact, period."""
    scorer = scorer_of(metric.fact, metric.scorer)
    return [(scorer, metric.fact, period) for period in periods_of(metric.fact, metric.period)]


def values_of(party: Party, rubric: str | None) -> dict[tuple[str, str, str], Metric]:
    """The background values of every sheet, with those of the case in their place."""
    background = BACKGROUND[rubric] if rubric else []
    values: dict[tuple[str, str, str], Metric] = {}
    for metric in background:
        scorers = [""] if RULES.facts[metric.fact].scope == "city" else party.sheets
        for scorer in scorers:
            values |= dict.fromkeys(spread(evolve(metric, scorer=scorer)), metric)
    for metric in party.metrics:
        assert values.keys() >= set(spread(metric)), f"no background value to replace: {metric}"
        values |= dict.fromkeys(spread(metric), metric)
    for absent in party.absent:
        for place in spread(absent):
            del values[place]
    return values


def metric_rows(given: Given) -> Rows:
    return [
        {
            "institution": code, "scorer": scorer, "period": period, "fact": fact, "numerator": metric.numerator,
            "denominator": metric.denominator, "evidence": metric.evidence,
        }
        for code, party in parties(given).items()
        for (scorer, fact, period), metric in values_of(party, given.rubric).items()
    ]  # fmt: skip


def event_rows(given: Given) -> Rows:
    events = [(code, event) for code, party in parties(given).items() for event in party.events]
    return [
        {
            "event": f"E{number}", "institution": code, "scorer": scorer_of(event.fact, event.scorer),
            "date": event.date, "handled": event.handled, "fact": event.fact, "count": event.count,
            "evidence": event.evidence, "status": event.status,
        }
        for number, (code, event) in enumerate(events, 1)
    ]  # fmt: skip


def institution_rows(given: Given) -> Rows:
    star = given.star if given.star is not None else 0 if given.rubric == "annex2" else ""
    own: dict[str, object] = {"services": given.services, "basic_insurance": given.basic_insurance, "star": star}
    peers: Rows = [{"institution": peer.institution, "name": "同行", "kind": given.kind} for peer in given.peers]
    return [{"institution": "N", "name": "算例机构", "kind": given.kind, **own}, *peers]


def agreement_rows(given: Given) -> Rows:
    return [
        {"agreement": f"{code}-{number}", "institution": code, "from": agreement.begins, "to": agreement.ends}
        for code, party in parties(given).items()
        for number, agreement in enumerate(party.agreements, 1)
    ]


def step_rows(given: Given, scorers: list[str]) -> Rows:
    reported = scorers if given.reported is None else given.reported
    declared: Rows = [
        {"institution": peer.institution, "step": "declaration", "done": "2023-02-08"} for peer in given.peers
    ]
    if given.declaration != "absent":
        declared.append({"institution": "N", "step": "declaration", "done": given.declaration})
    further: Rows = [{"institution": "N", "step": step.step, "done": step.done} for step in given.steps]
    sheets: Rows = [{"scorer": scorer, "step": "reported", "done": "2023-02-20"} for scorer in reported]
    return [*declared, *further, *sheets]


def tables_of(given: Given) -> dict[str, Rows]:
    served = [(code, *row) for code, party in parties(given).items() for row in party.served.items()]
    scorers = list(dict.fromkeys(scorer for _, scorer, _ in served))
    tables: dict[str, Rows] = {
        "institutions": institution_rows(given),
        "agreements": agreement_rows(given),
        "scorers": [{"scorer": scorer, "name": f"结算区{scorer}", "role": "district"} for scorer in scorers],
        "served": [{"institution": code, "scorer": scorer, "persons": persons} for code, scorer, persons in served],
        "steps": step_rows(given, scorers),
        "events": event_rows(given),
        "metrics": metric_rows(given),
    }
    if given.history:
        results = [{"year": result.year, "grade": result.grade} for result in given.history]
        tables["history"] = [{"institution": "N", "scheme": "basic_insurance", **result} for result in results]
    return tables


def write_dataset(folder: Path, given: Given) -> Path:
    folder.mkdir()
    (folder / "dataset.toml").write_text(DATASET, encoding="utf-8")
    for table, rows in tables_of(given).items():
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as content:
            writer = csv.DictWriter(content, COLUMNS[table])
            writer.writeheader()
            writer.writerows(rows)
    return folder


def inline(pairs: Mapping[str, str]) -> str:
    """The pairs as an inline table of TOML."""
    return "{ " + ", ".join(f'"{key}" = "{value}"' for key, value in pairs.items()) + " }"


def write_parameters(path: Path, given: Given) -> Path | None:
    """The case's choices, cutoffs and mapping as a parameter file; None where it has none."""
    values = {name: f'"{option}"' for name, option in given.parameters.items()}
    if given.cutoffs:
        values["grade.cutoffs"] = f"[{', '.join(inline(cutoff) for cutoff in given.cutoffs)}]"
    if given.mapping:
        values["basic_insurance.grades"] = inline(given.mapping)
    if not values:
        return None
    source = 'provenance = "assumption"\nsource = "测试"\n'
    content = "\n".join(f'["{name}"]\nvalue = {value}\n{source}' for name, value in values.items())
    path.write_text(content, encoding="utf-8")
    return path
