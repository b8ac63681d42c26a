"""Sheets: which scorer assesses which institution by which table, and whether it has reported."""

from __future__ import annotations

import narwhals as nw

from kaohe.model import Rules
from kaohe.stages.frames import SHEET, Frame, Tables, materialised, rule_tables


def sheets(tables: Tables, rules: Rules) -> Frame:
    """A sheet for each institution and scorer who serves somebody there, numbered in that order.

    Reads institutions, served, and steps where they are there. Columns: sheet_no, institution, scorer, persons,
    rubric, table_no, reported, first_no and last_no (the months in which the institution was active), and how
    many clauses of its table matter without a record by year and by month.
    """
    institutions = tables["institutions"].select("institution", "kind", "first_no", "last_no")
    assessed = institutions.join(rule_tables(rules)["kinds"], on="kind").drop("kind")
    served = tables["served"].filter(nw.col("persons") > 0).select("institution", "scorer", "persons")
    numbered = (
        served.join(assessed, on="institution")
        .with_row_index("sheet_no", order_by=["institution", "scorer"])
        .with_columns(nw.col("sheet_no").cast(SHEET))
    )
    if rules.scheme.scorers != "persons":
        # Where scorers have roles they give marks, and a mark that is not there is missing by itself.
        return materialised(numbered.with_columns(reported=nw.lit(True)))
    return materialised(_with_reports(numbered, tables))


def _with_reports(sheets: Frame, tables: Tables) -> Frame:
    """The sheets with `reported`: a step “reported” that is done, for the sheet or for all of the scorer's.

    Where the scheme keeps no steps, a scorer counts as having reported.
    """
    if "steps" not in tables:
        return sheets.with_columns(reported=nw.lit(True))
    done = tables["steps"].filter(nw.col("step") == "reported", ~nw.col("done").is_null(), ~nw.col("scorer").is_null())
    of_one = ~nw.col("institution").is_null()
    single = done.filter(of_one).select("institution", "scorer").unique().with_columns(_single=nw.lit(True))
    whole = done.filter(~of_one).select("scorer").unique().with_columns(_whole=nw.lit(True))
    joined = sheets.join(single, on=["institution", "scorer"], how="left").join(whole, on="scorer", how="left")
    reported = ~nw.col("_single").is_null() | ~nw.col("_whole").is_null()
    return joined.with_columns(reported=reported).drop("_single", "_whole")
