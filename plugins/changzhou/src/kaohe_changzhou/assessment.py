"""What the notice says beside its tables: who is assessed, and grades that do not come from the score."""

from __future__ import annotations

import narwhals as nw

from kaohe import Frame, Rules, Tables, defaults

ARTICLE_EXEMPT = "一、考核对象"
ARTICLE_COOPERATION = "五、考核要求(二)"
BASIC_INSURANCE = "basic_insurance"
"""The reason of the exemption, and the scheme under which `history` holds the basic insurance's results."""
ONLY_MEDICAL = ["medical_care", "home_bed", "home_bed;medical_care"]
"""仅提供医疗护理服务和家庭病床服务."""
LOWEST = "E"


def exempt(tables: Tables, rules: Rules) -> Tables:
    """Also who gives only medical and home-bed care and is designated by the basic insurance.

    其中,仅提供医疗护理服务和家庭病床服务的定点服务机构中属于基本医疗保险定点医疗机构的,不重复参加长护险年度考核.
    """
    without = defaults.exempt(tables, rules)["exempt"]
    basic = (
        tables["institutions"]
        .filter(nw.col("basic_insurance") == "yes", nw.col("services").is_in(ONLY_MEDICAL))
        .filter(nw.col("kind") != "assessment_institution")
        .join(without.select("institution"), on="institution", how="anti")
        .with_columns(article=nw.lit(ARTICLE_EXEMPT), reason=nw.lit(BASIC_INSURANCE))
    )
    return {"exempt": nw.concat([without, basic.select(without.collect_schema().names())])}


def grade(tables: Tables, rules: Rules) -> Tables:
    """The core's results; then E for who declared late or refused, and the basic insurance's grade for the exempt.

    逾期未申报或不配合年度考核的定点机构,评定结果为E级. The score stands beside the grade. Where it is not recorded
    whether an institution declared, its grade stays open, unless it is E already.
    """
    results = defaults.grade(tables, rules)["results"]
    declared = tables["procedure"].filter(nw.col("step") == "declaration").select("institution", "state")
    joined = results.join(_refused(tables, rules), on="institution", how="left").join(
        declared, on="institution", how="left"
    )
    failed = (~nw.col("refused").is_null()) | nw.col("state").is_in(["late", "missing"])
    lowest = nw.when(failed).then(nw.lit(LOWEST)).otherwise(nw.col("grade"))
    unknown = (nw.col("state") == "unrecorded") & ~failed & (nw.col("grade").is_null() | (nw.col("grade") != LOWEST))
    graded = joined.with_columns(
        grade=nw.when(~unknown).then(lowest),
        basis=nw.when(failed)
        .then(nw.concat_str([_without_cutoffs(), nw.lit(f" article:{ARTICLE_COOPERATION}")]))
        .when(unknown)
        .then(nw.concat_str([_without_cutoffs(), nw.lit(" open:declaration")]))
        .otherwise(nw.col("basis"))
        .str.strip_chars(),
    ).with_columns(status=_status())
    columns = results.collect_schema().names()
    return {"results": nw.concat([graded.select(columns), _taken_over(tables, rules, columns)])}


def _without_cutoffs() -> nw.Expr:
    """The basis of a grade that does not rest on the cutoffs."""
    return nw.col("basis").str.replace_all("assumption:grade.cutoffs", "", literal=True).str.strip_chars()


def _refused(tables: Tables, rules: Rules) -> Frame:
    """Who did not cooperate: the veto of each table that counts it."""
    clauses = [
        (nw.col("rubric") == rubric.rubric) & (nw.col("clause") == veto.clause)
        for rubric in rules.rubrics.values()
        for veto in rubric.vetoes
        if veto.fact == "assessment.refused"
    ]
    counted = nw.any_horizontal(*clauses, ignore_nulls=False) if clauses else nw.lit(False)
    recorded = tables.get("vetoes", tables["trace"]).filter(nw.col("status") == "veto", counted)
    return recorded.select("institution").unique().with_columns(refused=nw.lit(True))


def _status() -> nw.Expr:
    scored, graded = ~nw.col("score").is_null(), ~nw.col("grade").is_null()
    return (
        nw.when(scored & graded)
        .then(nw.lit("determined"))
        .when(scored)
        .then(nw.lit("ungraded"))
        .when(graded)
        .then(nw.lit("range"))
        .otherwise(nw.lit("undetermined"))
    )


def _taken_over(tables: Tables, rules: Rules, columns: list[str]) -> Frame:
    """长护险年度评级参照基本医保年度综合考核结果确定: a row for each exempt institution, without a score."""
    exempted = tables["exempt"].filter(nw.col("reason") == BASIC_INSURANCE)
    unknown = nw.lit(None).cast(nw.String)
    if "history" in tables:
        year = tables["periods"].filter(nw.col("period_kind") == "year").select("period")
        known = tables["history"].filter(nw.col("scheme") == BASIC_INSURANCE)
        known = known.join(year, left_on="year", right_on="period").select(
            "institution", nw.col("grade").alias("basic")
        )
        exempted = exempted.join(known, on="institution", how="left")
    else:
        exempted = exempted.with_columns(basic=unknown)
    parameter = rules.parameters["basic_insurance.grades"]
    grade = unknown
    for result, meant in (parameter.value or {}).items():
        grade = nw.when(nw.col("basic") == result).then(nw.lit(meant)).otherwise(grade)
    assumed = " assumption:basic_insurance.grades" if parameter.provenance == "assumption" and parameter.value else ""
    number = nw.lit(None).cast(nw.Int64)
    rows = exempted.with_columns(
        score=number,
        low=number,
        high=number,
        rank=number,
        grade=grade,
        basis=nw.lit(f"article:{ARTICLE_EXEMPT}{assumed}"),
    )
    status = nw.when(nw.col("grade").is_null()).then(nw.lit("undetermined")).otherwise(nw.lit("taken_over"))
    return rows.with_columns(status=status).select(columns)
