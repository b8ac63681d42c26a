"""Institutions that serve fewer than ten persons are not assessed."""

import narwhals as nw

from kaohe import Rules, Tables, hookimpl

LEAST, ARTICLE = 10, "示例〔2023〕2号 第十一条"


@hookimpl
def exempt(tables: Tables, rules: Rules) -> Tables:  # noqa: ARG001
    """Each of them with the article."""
    persons = tables["served"].group_by("institution").agg(nw.col("persons").sum())
    few = tables["institutions"].join(persons.filter(nw.col("persons") < LEAST), on="institution")
    return {"exempt": few.select("institution", "kind", article=nw.lit(ARTICLE), reason=nw.lit("few_persons"))}
