"""Lake Formation: data cells filters and the data lake's settings.

Sources: Lake Formation API Reference, https://docs.aws.amazon.com/lake-formation/latest/APIReference/Welcome.html;
Developer Guide, "Data filters in Lake Formation", https://docs.aws.amazon.com/lake-formation/latest/dg/data-filters-about.html.
"""

import copy
import re
import uuid
from typing import Any

from lakeaws.call import Call
from lakeaws.errors import AwsError
from lakeaws.registry import ours
from lakeaws.services.glue import page
from lakeaws.world import World

_KEY = ("TableCatalogId", "DatabaseName", "TableName", "Name")


def _invalid(told: str) -> AwsError:
    """API Reference, "Errors" of each operation: InvalidInputException. Its words are ours where no source is named."""
    return AwsError("InvalidInputException", told)


def _filters(world: World, call: Call) -> dict[Any, Any]:
    return world.table("lakeformation.filter", call.account, call.region)


def _key(said: dict[str, Any]) -> tuple[str, ...]:
    """Catalogue, database, table and name; database and table fold to lower case as in the catalogue."""
    catalog, database, table, name = (said[part] for part in _KEY)
    return catalog, database.lower(), table.lower(), name


def _table(world: World, call: Call, said: dict[str, Any]) -> dict[str, Any]:
    """The catalogue's table. API Reference, CreateDataCellsFilter: EntityNotFoundException, AccessDeniedException, whose
    words Glue has, too: aws-solutions/workload-discovery-on-aws #228."""
    if said["TableCatalogId"] != call.account:
        raise AwsError(
            "AccessDeniedException",
            f"Insufficient Lake Formation permission(s): Required Describe on {said['TableName']}",
        )
    database, table = said["DatabaseName"].lower(), said["TableName"].lower()
    if database not in world.table("glue.database", call.account, call.region):
        raise AwsError("EntityNotFoundException", f"Database {said['DatabaseName']} not found.")
    found = world.table("glue.table", call.account, call.region).get((database, table))
    if found is None:
        raise AwsError("EntityNotFoundException", f"Table {said['TableName']} not found.")
    return found


def _checked(world: World, call: Call) -> dict[str, Any]:
    """A filter as it is kept, or a refusal.

    Rows: exactly one of an expression and the wildcard (API Reference, RowFilter; hashicorp/terraform-provider-aws
    #46351). Columns: names or a wildcard, not both; the words: dbt-labs/dbt-adapters #937. Columns must exist (Developer
    Guide, "Data filters", "Column-level"). No partition column may be tested for NULL ("PartiQL support in row filter
    expressions", https://docs.aws.amazon.com/lake-formation/latest/dg/partiql-support.html). An empty list of excluded
    columns comes back absent: hashicorp/terraform-provider-aws #48208; another one sorted: #45451. All rows come back with
    the expression TRUE: #36574.
    """
    said = copy.deepcopy(call.params["TableData"])
    table = _table(world, call, said)
    rows = said.get("RowFilter") or {}
    if len(rows) != 1:
        raise _invalid("RowFilter must have exactly one of FilterExpression and AllRowsWildcard.")
    names, wildcard = said.get("ColumnNames"), said.get("ColumnWildcard")
    if names and wildcard is not None:
        raise _invalid("Data cells filter cannot have both column wildcard expression and column names.")
    if not names and wildcard is None:
        raise _invalid("Data cells filter must have either column wildcard expression or column names.")
    descriptor = table.get("StorageDescriptor", {})
    columns = {column["Name"].lower() for column in descriptor.get("Columns", []) + table.get("PartitionKeys", [])}
    chosen = names or wildcard.get("ExcludedColumnNames") or []
    for column in chosen:
        if column.split(".")[0].strip('"').lower() not in columns:
            raise _invalid(f"Column {column} does not exist in table {said['TableName']}.")
    if len(set(chosen)) != len(chosen):
        raise _invalid("Column names must be unique.")
    if "FilterExpression" in rows:
        _check_expression(rows["FilterExpression"], columns)
    else:
        said["RowFilter"] = {"AllRowsWildcard": {}, "FilterExpression": "TRUE"}
    if wildcard is not None:
        said["ColumnWildcard"] = {"ExcludedColumnNames": sorted(chosen)} if chosen else {}
    if not names:
        said.pop("ColumnNames", None)
    said["VersionId"] = str(uuid.uuid4())
    return said


_KEYWORDS = {"AND", "OR", "NOT", "IN", "BETWEEN", "LIKE", "IS", "NULL", "TRUE", "FALSE"}

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>'(?:[^']|'')*')|(?P<quoted>"[^"]+"(?:\."[^"]+")*)|(?P<number>[+-]?\d+(?:\.\d+)?)|"""
    r"""(?P<word>[A-Za-z_][\w]*(?:\.[A-Za-z_][\w]*)*)|(?P<sign><=|>=|<>|!=|=|<|>|\(|\)|,))""",
    re.DOTALL,
)


def _check_expression(expression: str, columns: set[str]) -> None:
    """Reads an expression word by word: known signs, columns that exist, balanced parentheses, no functions.

    Developer Guide, "PartiQL support in row filter expressions": comparison operators, BETWEEN, IN, LIKE, NOT, IS NULL,
    AND, OR; strings in single quotes; keywords as columns in double quotes; no functions.
    """
    if not expression.strip():
        raise _invalid("Filter expression must not be empty.")
    position, depth, previous = 0, 0, ""
    while position < len(expression.rstrip()):
        found = _TOKEN.match(expression, position)
        if found is None:
            raise _invalid(f"Unsupported filter expression: cannot read it from position {position + 1} on.")
        kind, token = found.lastgroup, (found.group(found.lastgroup or 0)).strip()
        if token == "(":
            depth += 1
            if previous == "column":
                raise _invalid("Unsupported filter expression: functions are not supported.")
        if token == ")":
            depth -= 1
        if depth < 0:
            raise _invalid("Unsupported filter expression: unbalanced parentheses.")
        is_column = kind == "quoted" or (kind == "word" and token.upper() not in _KEYWORDS)
        if is_column and expression[found.end() :].lstrip()[:1] == "(":
            raise _invalid("Unsupported filter expression: functions are not supported.")
        if is_column and token.replace('"', "").split(".")[0].lower() not in columns:
            raise _invalid(f"Column {token} does not exist.")
        previous = "column" if is_column else token
        position = found.end()
    if depth:
        raise _invalid("Unsupported filter expression: unbalanced parentheses.")


@ours("lakeformation", "CreateDataCellsFilter")
def create_filter(world: World, call: Call) -> dict[str, Any]:
    """API Reference, CreateDataCellsFilter: AlreadyExistsException."""
    said = _checked(world, call)
    if _key(said) in _filters(world, call):
        raise AwsError("AlreadyExistsException", f"Data cells filter {said['Name']} already exists.")
    _filters(world, call)[_key(said)] = said
    return {}


def _found(world: World, call: Call, said: dict[str, Any]) -> dict[str, Any]:
    found = _filters(world, call).get(_key(said))
    if found is None:
        raise AwsError("EntityNotFoundException", f"Data cells filter {said['Name']} not found.")
    return found


@ours("lakeformation", "GetDataCellsFilter")
def get_filter(world: World, call: Call) -> dict[str, Any]:
    """API Reference, GetDataCellsFilter."""
    _table(world, call, call.params)
    return {"DataCellsFilter": _found(world, call, call.params)}


@ours("lakeformation", "UpdateDataCellsFilter")
def update_filter(world: World, call: Call) -> dict[str, Any]:
    """API Reference, UpdateDataCellsFilter: replaces; ConcurrentModificationException where the version is not the last."""
    asked = call.params["TableData"]
    found = _found(world, call, asked)
    if asked.get("VersionId", found["VersionId"]) != found["VersionId"]:
        raise AwsError("ConcurrentModificationException", "Data cells filter was modified concurrently.")
    said = _checked(world, call)
    _filters(world, call)[_key(said)] = said
    return {}


@ours("lakeformation", "DeleteDataCellsFilter")
def delete_filter(world: World, call: Call) -> dict[str, Any]:
    """API Reference, DeleteDataCellsFilter."""
    missing = [part for part in _KEY if part not in call.params]
    if missing:
        raise _invalid(f"{', '.join(missing)} must be given.")
    del _filters(world, call)[_key(_found(world, call, call.params))]
    return {}


@ours("lakeformation", "ListDataCellsFilter")
def list_filters(world: World, call: Call) -> dict[str, Any]:
    """API Reference, ListDataCellsFilter: those of one table or of all, pages of at most 1,000."""
    table = call.params.get("Table", {})
    database, name = table.get("DatabaseName", "").lower(), table.get("Name", "").lower()
    found = [
        row for key, row in sorted(_filters(world, call).items()) if database in ("", key[1]) and name in ("", key[2])
    ]
    listed, token = page(found, call.params, 1000)
    return {"DataCellsFilters": listed, **token}


# Settings.


@ours("lakeformation", "GetDataLakeSettings")
def get_settings(world: World, call: Call) -> dict[str, Any]:
    """Developer Guide, "Changing the default settings for your data lake": at first everybody whom IAM allows has all,
    https://docs.aws.amazon.com/lake-formation/latest/dg/change-settings.html."""
    everybody = [{"Principal": {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"}, "Permissions": ["ALL"]}]
    first = {
        "DataLakeAdmins": [],
        "ReadOnlyAdmins": [],
        "CreateDatabaseDefaultPermissions": everybody,
        "CreateTableDefaultPermissions": everybody,
        "Parameters": {"CROSS_ACCOUNT_VERSION": "4"},
        "TrustedResourceOwners": [],
        "AllowExternalDataFiltering": False,
        "ExternalDataFilteringAllowList": [],
        "AuthorizedSessionTagValueList": [],
    }
    kept = world.table("lakeformation.settings", call.account, call.region)
    return {"DataLakeSettings": {**first, **kept.get("settings", {})}}


@ours("lakeformation", "PutDataLakeSettings")
def put_settings(world: World, call: Call) -> dict[str, Any]:
    """API Reference, PutDataLakeSettings: replaces the whole document."""
    asked = copy.deepcopy(call.params["DataLakeSettings"])
    for name in ("CreateDatabaseDefaultPermissions", "CreateTableDefaultPermissions"):
        asked.setdefault(name, [])
    world.table("lakeformation.settings", call.account, call.region)["settings"] = asked
    return {}
