"""What a crawl brings: a table that the tests put where a crawler would."""

from types import SimpleNamespace
from typing import Any

from lakeaws.services.glue_tables import put, stored
from lakeaws.world import World

_WORDS = {"database", "table", "location", "columns", "partitionKeys", "crawler", "account", "region"}


def bring(world: World, said: dict[str, Any]) -> dict[str, Any]:
    """Puts a table into a database, with the parameters that crawlers write.

    Source: Glue Developer Guide, "Parameters set on Data Catalog tables by crawler",
    https://docs.aws.amazon.com/glue/latest/dg/table-properties-crawler.html.
    """
    if unknown := said.keys() - _WORDS:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}; known are {', '.join(sorted(_WORDS))}")
    if missing := {"database", "table"} - said.keys():
        raise ValueError(f"missing: {', '.join(sorted(missing))}")
    account, region = said.get("account", world.account), said.get("region", world.region)
    call: Any = SimpleNamespace(account=account, region=region, partition="aws")
    if said["database"] not in world.table("glue.database", account, region):
        raise ValueError(f"Database {said['database']} not found.")
    parameters = {"classification": "parquet", "compressionType": "none", "typeOfData": "file"}
    if "crawler" in said:
        parameters |= {
            "UPDATED_BY_CRAWLER": said["crawler"],
            "CrawlerSchemaDeserializerVersion": "1.0",
            "CrawlerSchemaSerializerVersion": "1.0",
        }
    parquet = "org.apache.hadoop.hive.ql.io.parquet"
    table = {
        "Name": said["table"],
        "Owner": "owner",
        "TableType": "EXTERNAL_TABLE",
        "Parameters": parameters,
        "PartitionKeys": said.get("partitionKeys", []),
        "StorageDescriptor": {
            "Columns": said.get("columns", []),
            "Location": said.get("location", ""),
            "InputFormat": f"{parquet}.MapredParquetInputFormat",
            "OutputFormat": f"{parquet}.MapredParquetOutputFormat",
            "SerdeInfo": {
                "SerializationLibrary": f"{parquet}.serde.ParquetHiveSerDe",
                "Parameters": {"serialization.format": "1"},
            },
            "Parameters": dict(parameters),
        },
    }
    put(world, call, said["database"].lower(), stored(table), account)
    return {}
