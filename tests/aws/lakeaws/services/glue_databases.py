"""Glue: databases."""

import copy
from typing import Any

from lakeaws.call import Call
from lakeaws.clock import born
from lakeaws.registry import ours
from lakeaws.services.glue import catalog, check_tags, exists, invalid, missing, page, rows
from lakeaws.world import World

#: Lake Formation Developer Guide, "Changing the default settings for your data lake": new databases and tables grant
#: everything to IAMAllowedPrincipals, https://docs.aws.amazon.com/lake-formation/latest/dg/change-settings.html.
_EVERYBODY = [{"Principal": {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"}, "Permissions": ["ALL"]}]


def database(world: World, call: Call, name: str) -> dict[str, Any]:
    """The record of a database; EntityNotFoundException where there is none."""
    found = rows(world, call, "database").get(name.lower())
    if found is None:
        raise missing(f"Database {name} not found.")
    return found


def _shown(record: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key != "Tags"}


def _input(world: World, call: Call) -> dict[str, Any]:
    """Glue API, DatabaseInput: "For Hive compatibility, this is folded to lowercase when it is stored",
    https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-databases.html."""
    said = copy.deepcopy(call.params["DatabaseInput"])
    said["Name"] = said["Name"].lower()
    if said.get("TargetDatabase") and (said.get("Description") or said.get("LocationUri")):
        raise invalid("Resource link database cannot have a description or a location")
    if "CreateTableDefaultPermissions" not in said:
        settings = world.table("lakeformation.settings", call.account, call.region).get("settings", {})
        said["CreateTableDefaultPermissions"] = copy.deepcopy(settings.get("CreateTableDefaultPermissions", _EVERYBODY))
    said.setdefault("Parameters", {})
    return said


@ours("glue", "CreateDatabase")
def create_database(world: World, call: Call) -> dict[str, Any]:
    """Glue API, CreateDatabase."""
    said, tags = _input(world, call), call.params.get("Tags", {})
    check_tags(tags)
    owner = catalog(call)
    if said["Name"] in rows(world, call, "database"):
        raise exists("Database already exists.")
    rows(world, call, "database")[said["Name"]] = {**said, "CreateTime": born(), "CatalogId": owner, "Tags": tags}
    return {}


@ours("glue", "GetDatabase")
def get_database(world: World, call: Call) -> dict[str, Any]:
    """Glue API, GetDatabase."""
    catalog(call)
    return {"Database": _shown(database(world, call, call.params["Name"]))}


@ours("glue", "GetDatabases")
def get_databases(world: World, call: Call) -> dict[str, Any]:
    """Glue API, GetDatabases: pages of at most 100."""
    catalog(call)
    found = [_shown(record) for _, record in sorted(rows(world, call, "database").items())]
    listed, token = page(found, call.params, 100)
    return {"DatabaseList": listed, **token}


@ours("glue", "UpdateDatabase")
def update_database(world: World, call: Call) -> dict[str, Any]:
    """Replaces the whole definition; a database is not renamed.

    Glue API, UpdateDatabase ("A DatabaseInput object specifying the new definition"); wholesale: go-to-k/cdkd #1461.
    """
    catalog(call)
    record, said = database(world, call, call.params["Name"]), _input(world, call)
    if said["Name"] != record["Name"]:
        raise invalid("Database name cannot be changed.")
    kept = {name: record[name] for name in ("CreateTime", "CatalogId", "Tags")}
    rows(world, call, "database")[record["Name"]] = {**said, **kept}
    return {}


@ours("glue", "DeleteDatabase")
def delete_database(world: World, call: Call) -> dict[str, Any]:
    """Glue API, DeleteDatabase: its tables, and what hangs on them, go with it, "asynchronously in a timely manner"."""
    catalog(call)
    name = database(world, call, call.params["Name"])["Name"]
    tables = rows(world, call, "table")
    for key in [key for key in tables if key[0] == name]:
        del tables[key]
    del rows(world, call, "database")[name]
    return {}
