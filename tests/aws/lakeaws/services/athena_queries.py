"""Athena: named queries, which keep a workgroup from being deleted.

Source: API Reference, CreateNamedQuery, https://docs.aws.amazon.com/athena/latest/APIReference/API_CreateNamedQuery.html.
"""

import uuid
from typing import Any

from lakeaws.call import Call
from lakeaws.pages import page
from lakeaws.registry import ours
from lakeaws.services.athena_workgroups import invalid, workgroup
from lakeaws.world import World

_DEFINITION = ("Name", "Description", "Database", "QueryString")


def _rows(world: World, call: Call) -> dict[Any, Any]:
    return world.table("athena.query", call.account, call.region)


def _query(world: World, call: Call) -> dict[str, Any]:
    """API Reference, "Errors" of each operation: InvalidRequestException for an id that is not there."""
    found = _rows(world, call).get(call.params["NamedQueryId"])
    if found is None:
        raise invalid(f"NamedQuery {call.params['NamedQueryId']} was not found")
    return found


def _shown(record: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key != "Token"}


@ours("athena", "CreateNamedQuery")
def create_query(world: World, call: Call) -> dict[str, Any]:
    """API Reference, CreateNamedQuery: the same token with the same parameters is the same query, "If a parameter has
    changed, for example, the QueryString, an error is returned"; names may come twice."""
    params = call.params
    group = workgroup(world, call, params.get("WorkGroup", "primary"))["Name"]
    said = {member: params[member] for member in _DEFINITION if member in params} | {"WorkGroup": group}
    token = params.get("ClientRequestToken")
    for key, row in _rows(world, call).items():
        if token is not None and row["Token"] == token:
            if {**said, "NamedQueryId": key} != _shown(row):
                raise invalid("Idempotent parameters do not match")
            return {"NamedQueryId": key}
    key = str(uuid.uuid4())
    _rows(world, call)[key] = {**said, "NamedQueryId": key, "Token": token}
    return {"NamedQueryId": key}


@ours("athena", "GetNamedQuery")
def get_query(world: World, call: Call) -> dict[str, Any]:
    """API Reference, GetNamedQuery, https://docs.aws.amazon.com/athena/latest/APIReference/API_GetNamedQuery.html."""
    return {"NamedQuery": _shown(_query(world, call))}


@ours("athena", "ListNamedQueries")
def list_queries(world: World, call: Call) -> dict[str, Any]:
    """API Reference, ListNamedQueries: the ids of one workgroup, of `primary` where none is named,
    https://docs.aws.amazon.com/athena/latest/APIReference/API_ListNamedQueries.html."""
    group = workgroup(world, call, call.params.get("WorkGroup", "primary"))["Name"]
    ids = sorted(key for key, row in _rows(world, call).items() if row["WorkGroup"] == group)
    found, token = page(ids, call.params.get("NextToken"), call.params.get("MaxResults") or 50, invalid)
    return {**({"NamedQueryIds": found} if found else {}), **({"NextToken": token} if token else {})}


@ours("athena", "DeleteNamedQuery")
def delete_query(world: World, call: Call) -> dict[str, Any]:
    """API Reference, DeleteNamedQuery, https://docs.aws.amazon.com/athena/latest/APIReference/API_DeleteNamedQuery.html."""
    del _rows(world, call)[_query(world, call)["NamedQueryId"]]
    return {}
