"""Glue: tables."""

import copy
import re
import uuid
from typing import Any

from lakeaws.call import Call
from lakeaws.clock import born
from lakeaws.errors import AwsError, NotEmulated
from lakeaws.registry import ours
from lakeaws.services.glue import catalog, exists, invalid, missing, now, page, rows
from lakeaws.services.glue_databases import database
from lakeaws.world import World


def table(world: World, call: Call, database_name: str, name: str) -> dict[str, Any]:
    """The record of a table; EntityNotFoundException where it or its database is missing."""
    database(world, call, database_name)
    found = rows(world, call, "table").get((database_name.lower(), name.lower()))
    if found is None:
        raise missing(f"Table {name} not found.")
    return found


def stored(said: dict[str, Any]) -> dict[str, Any]:
    """A table as the catalogue keeps it: names in lower case, what was not said filled in.

    Glue API, TableInput (lower case), https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-tables.html;
    the fill: what `aws glue get-table` shows in the guide's examples (Retention 0, NumberOfBuckets 0, Compressed false,
    SortColumns [], StoredAsSubDirectories false).
    """
    said = copy.deepcopy(said)
    said["Name"] = said["Name"].lower()
    said.setdefault("Retention", 0)
    if "StorageDescriptor" in said:
        fill = {
            "Columns": [],
            "Compressed": False,
            "NumberOfBuckets": 0,
            "SortColumns": [],
            "StoredAsSubDirectories": False,
        }
        said["StorageDescriptor"] = {**fill, **said["StorageDescriptor"]}
    columns = [column["Name"] for column in said.get("StorageDescriptor", {}).get("Columns", [])]
    keys = [column["Name"] for column in said.get("PartitionKeys", [])]
    if twice := {name for name in columns + keys if (columns + keys).count(name) > 1}:
        raise invalid(f"Column name {sorted(twice)[0]} is not unique: columns and partition keys share one name space")
    return said


@ours("glue", "CreateTable")
def create_table(world: World, call: Call) -> dict[str, Any]:
    """Creates a table; `OpenTableFormatInput` makes it an Iceberg table.

    Glue API, CreateTable; Lake Formation Developer Guide, "Creating Apache Iceberg tables",
    https://docs.aws.amazon.com/lake-formation/latest/dg/creating-iceberg-tables.html.
    """
    owner = catalog(call)
    home = database(world, call, call.params["DatabaseName"])["Name"]
    if call.params.get("PartitionIndexes") or call.params.get("TransactionId"):
        raise NotEmulated("CreateTable with partition indexes or a transaction is not emulated")
    if "TableInput" not in call.params:
        raise invalid("TableInput must be given")
    said = stored(call.params["TableInput"])
    if (home, said["Name"]) in rows(world, call, "table"):
        raise exists("Table already exists.")
    if "OpenTableFormatInput" in call.params:
        _make_iceberg(said, call.params["OpenTableFormatInput"])
    put(world, call, home, said, owner)
    return {}


def put(world: World, call: Call, home: str, said: dict[str, Any], owner: str) -> None:
    """Keeps a new table."""
    moment = born()
    rows(world, call, "table")[(home, said["Name"])] = {
        **said,
        "DatabaseName": home,
        "CatalogId": owner,
        "CreateTime": moment,
        "UpdateTime": moment,
        "CreatedBy": f"arn:{call.partition}:iam::{call.account}:root",
        "IsRegisteredWithLakeFormation": False,
        "IsMultiDialectView": False,
        "VersionId": "0",
    }


def _make_iceberg(said: dict[str, Any], asked: dict[str, Any]) -> None:
    """What Glue writes into the table: `table_type` and the first `metadata_location`."""
    iceberg = asked.get("IcebergInput")
    if iceberg is None:
        raise invalid("OpenTableFormatInput must name a format")
    if iceberg.get("CreateIcebergTableInput"):
        raise NotEmulated("CreateTable with CreateIcebergTableInput is not emulated")
    location = said.get("StorageDescriptor", {}).get("Location")
    if not location:
        raise invalid("An Iceberg table needs a StorageDescriptor with a Location")
    file = f"{location.rstrip('/')}/metadata/00000-{uuid.uuid4()}.metadata.json"
    said["Parameters"] = {**said.get("Parameters", {}), "table_type": "ICEBERG", "metadata_location": file}
    said["TableType"] = "EXTERNAL_TABLE"


@ours("glue", "GetTable")
def get_table(world: World, call: Call) -> dict[str, Any]:
    """Glue API, GetTable."""
    catalog(call)
    return {"Table": table(world, call, call.params["DatabaseName"], call.params["Name"])}


@ours("glue", "GetTables")
def get_tables(world: World, call: Call) -> dict[str, Any]:
    """Glue API, GetTables: pages of at most 100, filtered by a regular expression over the name."""
    catalog(call)
    if call.params.get("AttributesToGet"):
        raise NotEmulated("GetTables with AttributesToGet is not emulated")
    home = database(world, call, call.params["DatabaseName"])["Name"]
    wanted = re.compile(call.params.get("Expression") or ".*")
    found = [
        row for key, row in sorted(rows(world, call, "table").items()) if key[0] == home and wanted.fullmatch(key[1])
    ]
    listed, token = page(found, call.params, 100)
    return {"TableList": listed, **token}


@ours("glue", "UpdateTable")
def update_table(world: World, call: Call) -> dict[str, Any]:
    """Replaces the whole definition, if the version is the one that the caller read.

    Glue API, UpdateTable (`VersionId`: "The version ID at which to update the table contents",
    ConcurrentModificationException); wholesale replacement, which drops what engines wrote: go-to-k/cdkd #1479.
    """
    catalog(call)
    if (
        call.params.get("ViewUpdateAction")
        or call.params.get("UpdateOpenTableFormatInput")
        or "TableInput" not in call.params
    ):
        raise NotEmulated("UpdateTable without TableInput is not emulated")
    said = stored(call.params["TableInput"])
    record = table(world, call, call.params["DatabaseName"], said["Name"])
    asked = call.params.get("VersionId", record["VersionId"])
    if asked != record["VersionId"]:
        raise AwsError("ConcurrentModificationException", "Update table failed due to concurrent modifications.")
    kept = (
        "DatabaseName",
        "CatalogId",
        "CreateTime",
        "CreatedBy",
        "IsRegisteredWithLakeFormation",
        "IsMultiDialectView",
    )
    version = str(int(record["VersionId"]) + 1)
    replaced = {**said, **{name: record[name] for name in kept}, "UpdateTime": now(), "VersionId": version}
    rows(world, call, "table")[(record["DatabaseName"], record["Name"])] = replaced
    return {}


@ours("glue", "DeleteTable")
def delete_table(world: World, call: Call) -> dict[str, Any]:
    """Glue API, DeleteTable."""
    catalog(call)
    record = table(world, call, call.params["DatabaseName"], call.params["Name"])
    del rows(world, call, "table")[(record["DatabaseName"], record["Name"])]
    return {}


@ours("glue", "BatchDeleteTable")
def batch_delete_table(world: World, call: Call) -> dict[str, Any]:
    """Glue API, BatchDeleteTable: errors by table, the others are deleted."""
    catalog(call)
    home = database(world, call, call.params["DatabaseName"])["Name"]
    errors = []
    for name in call.params["TablesToDelete"]:
        if rows(world, call, "table").pop((home, name.lower()), None) is None:
            told = {"ErrorCode": "EntityNotFoundException", "ErrorMessage": f"Table {name} not found."}
            errors.append({"TableName": name, "ErrorDetail": told})
    return {"Errors": errors}
