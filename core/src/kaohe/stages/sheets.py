"""Sheets: which scorer assesses which institution by which table, and whether it has reported."""

from __future__ import annotations

import narwhals as nw

from kaohe.stages.frames import Frame, Tables


def sheets(tables: Tables, kinds: Frame) -> Frame:
    """A sheet for each institution and scorer who serves somebody there: institution, scorer, persons, rubric."""
    served = tables["served"].filter(nw.col("persons") > 0).select("institution", "scorer", "persons")
    return (
        served.join(tables["institutions"].select("institution", "kind"), on="institution")
        .join(kinds, on="kind")
        .select("institution", "scorer", "persons", "rubric")
    )


def with_reports(sheets: Frame, tables: Tables) -> Frame:
    """The sheets with `reported`: a step “reported” that is done, for the sheet or for all of the scorer's.

    Where the scheme keeps no steps, a scorer counts as having reported.
    """
    if "steps" not in tables:
        return sheets.with_columns(reported=nw.lit(True))
    done = tables["steps"].filter(nw.col("step") == "reported", ~nw.col("done").is_null())
    single = (
        done.filter(~nw.col("institution").is_null(), ~nw.col("scorer").is_null())
        .select("institution", "scorer")
        .unique()
        .with_columns(_single=nw.lit(True))
    )
    whole = (
        done.filter(nw.col("institution").is_null(), ~nw.col("scorer").is_null())
        .select("scorer")
        .unique()
        .with_columns(_whole=nw.lit(True))
    )
    joined = sheets.join(single, on=["institution", "scorer"], how="left").join(whole, on="scorer", how="left")
    return joined.with_columns(reported=~nw.col("_single").is_null() | ~nw.col("_whole").is_null()).drop(
        "_single", "_whole"
    )
