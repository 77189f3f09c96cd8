"""What Spark reads in a Parquet file, as JSON: `python tests/tables/spark_reads.py FILE`."""

from __future__ import annotations

import json
import sys

from pyspark.sql import SparkSession

builder = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
spark = builder.config("spark.sql.session.timeZone", "UTC").getOrCreate()
table = spark.read.parquet(sys.argv[1])
rows = [row.asDict() for row in table.orderBy("id").collect()]
years = table.groupBy("year").count().orderBy("year").collect()
found = {"types": table.dtypes, "rows": rows, "years": [list(row) for row in years]}
print(json.dumps(found, default=str))
