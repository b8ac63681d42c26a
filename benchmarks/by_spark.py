"""kaohe's stages on Spark in local mode, from the same files to the same files.

The session stands before the clock starts.
"""

from __future__ import annotations

import os
from functools import partial

import by_engine
from pyspark.sql import SparkSession

MEMORY = f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') // 2 // 1024**3}g"
"""Half of the machine's: the session holds the whole year in its own process."""

SESSION = (
    SparkSession.builder.master("local[*]")
    .appName("kaohe")
    .config("spark.driver.memory", MEMORY)
    .config("spark.driver.maxResultSize", "0")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.ui.enabled", "false")
    .config("spark.sql.session.timeZone", "UTC")
    .getOrCreate()
)
answer = partial(by_engine.answer, engine="spark")
