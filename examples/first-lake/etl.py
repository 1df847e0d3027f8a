"""Masks the events of a payment service and writes them as partitioned Parquet.

Reads JSON events below raw/, hashes who paid with a secret salt, keeps four digits of the card, and writes Parquet
below processed/, partitioned by country and day. With bookmarks on, a run takes only what the last one has not seen.
"""

import sys

from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsglue.job import Job
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext
from pyspark.sql import functions as f

arguments = getResolvedOptions(sys.argv, ["JOB_NAME", "source", "target", "salt"])

glue = GlueContext(SparkContext.getOrCreate())
job = Job(glue)
job.init(arguments["JOB_NAME"], arguments)

events = glue.create_dynamic_frame.from_options(
    connection_type="s3",
    connection_options={"paths": [arguments["source"]], "recurse": True},
    format="json",
    transformation_ctx="events",  # the name under which the bookmark is kept
).toDF()

if events.columns:  # a run without new files has none

    def hashed(column):
        """The same person has the same hash in every run, and nobody without the salt can find it by trying."""
        salted = f.concat(f.lit(arguments["salt"]), f.lower(f.trim(f.col(column))))
        return f.sha2(salted, 256)

    masked = (
        events.withColumn("customer", hashed("customer_email"))
        .withColumn("credit_card", f.concat(f.lit("**** **** **** "), f.substring("credit_card", -4, 4)))
        .withColumn("day", f.to_date("occurred_at").cast("string"))
        .select("event_id", "customer", "credit_card", "amount", "currency", "occurred_at", "country", "day")
        .dropDuplicates(["event_id"])
    )
    glue.write_dynamic_frame.from_options(
        frame=DynamicFrame.fromDF(masked, glue, "masked"),
        connection_type="s3",
        connection_options={"path": arguments["target"], "partitionKeys": ["country", "day"]},
        format="glueparquet",
        format_options={"compression": "snappy"},
        transformation_ctx="masked",
    )

job.commit()
