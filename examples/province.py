"""A province's dataset in Parquet, a folder a table, partitioned by city: assessed on Spark, each city by its scheme.

spark-submit province.py PROVINCE OUT changzhou=changzhou/2022 …
"""

import sys
from collections.abc import Mapping
from functools import reduce
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.functions import col, lit

import kaohe


def assessed(spark: SparkSession, province: Path, schemes: Mapping[str, str]) -> DataFrame:
    """The results of every city, with its name; the stages run where the session's executors are."""
    tables = {folder.name: spark.read.parquet(str(folder)) for folder in sorted(province.iterdir()) if folder.is_dir()}
    results = []
    for city, scheme in schemes.items():
        own = {name: frame.where(col("city") == city).drop("city") for name, frame in tables.items()}
        results.append(kaohe.assess(own, scheme).results.withColumn("city", lit(city)))
    return reduce(DataFrame.unionByName, results)


if __name__ == "__main__":
    source, target, *chosen = sys.argv[1:]
    session = SparkSession.builder.appName("province").getOrCreate()
    named = dict(entry.split("=", 1) for entry in chosen)
    assessed(session, Path(source), named).write.partitionBy("city").parquet(target)
