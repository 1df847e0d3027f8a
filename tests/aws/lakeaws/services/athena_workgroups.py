"""Athena: workgroups and their tags.

Sources: API Reference, https://docs.aws.amazon.com/athena/latest/APIReference/Welcome.html; User Guide, "Use workgroups to
control query access and costs", https://docs.aws.amazon.com/athena/latest/ug/workgroups-manage-queries-control-costs.html.
"""

import copy
import re
from typing import Any

from lakeaws.call import Call
from lakeaws.clock import born
from lakeaws.errors import AwsError
from lakeaws.pages import page
from lakeaws.registry import ours
from lakeaws.tags import checked, listed, mapped, put, take
from lakeaws.world import World

#: User Guide, "Athena engine versioning", https://docs.aws.amazon.com/athena/latest/ug/engine-versions.html: what can be
#: selected, and what AUTO means.
_ENGINES = ("AUTO", "Athena engine version 3", "PySpark engine version 3")
_AUTO = "Athena engine version 3"

#: Members that hold members, with the member of the updates that changes them.
_MERGED = {
    "ResultConfigurationUpdates": "ResultConfiguration",
    "ManagedQueryResultsConfigurationUpdates": "ManagedQueryResultsConfiguration",
}


def invalid(told: str) -> AwsError:
    """API Reference, "Errors" of each operation: InvalidRequestException. Its words are ours where no source is named."""
    return AwsError("InvalidRequestException", told)


def rows(world: World, call: Call) -> dict[Any, Any]:
    """The workgroups of the call's account and region; `primary` is always among them.

    User Guide, "How workgroups work": "each account has a primary workgroup",
    https://docs.aws.amazon.com/athena/latest/ug/user-created-workgroups.html.
    """
    table = world.table("athena.workgroup", call.account, call.region)
    if "primary" not in table:
        table["primary"] = _made("primary", _configured({}), {})
    return table


def workgroup(world: World, call: Call, name: str) -> dict[str, Any]:
    """The record of a workgroup. InvalidRequestException where there is none: floci-io/floci #1301."""
    found = rows(world, call).get(name)
    if found is None:
        raise invalid(f"WorkGroup {name} is not found.")
    return found


def _made(name: str, configuration: dict[str, Any], tags: dict[str, str]) -> dict[str, Any]:
    return {
        "Name": name,
        "State": "ENABLED",
        "Configuration": configuration,
        "Description": None,
        "CreationTime": born(),
        "Tags": tags,
    }


def _configured(said: dict[str, Any]) -> dict[str, Any]:
    """A configuration with what was not said.

    API Reference, WorkGroupConfiguration and EngineVersion ("The default is AUTO"; requester pays: "The default is
    false"); User Guide, "Create a workgroup": the override of client-side settings and metrics are selected by default,
    https://docs.aws.amazon.com/athena/latest/ug/creating-workgroups.html. `SystemTableStatuses` "is ignored on write".
    """
    out = {
        "EnforceWorkGroupConfiguration": True,
        "PublishCloudWatchMetricsEnabled": True,
        "RequesterPaysEnabled": False,
        "EnableMinimumEncryptionConfiguration": False,
        "EngineVersion": {},
        **copy.deepcopy(said),
    }
    out.pop("SystemTableStatuses", None)
    out["EngineVersion"] = _engine(out["EngineVersion"])
    _check(out)
    return out


def _engine(asked: dict[str, str]) -> dict[str, str]:
    """API Reference, EngineVersion: "the EffectiveEngineVersion field is ignored"."""
    selected = asked.get("SelectedEngineVersion", "AUTO")
    if selected not in _ENGINES:
        raise invalid(f"Engine version {selected} is not valid.")
    return {"SelectedEngineVersion": selected, "EffectiveEngineVersion": _AUTO if selected == "AUTO" else selected}


def _check(configuration: dict[str, Any]) -> None:
    """Refuses what does not go together.

    API Reference, ManagedQueryResultsConfiguration: "A workgroup cannot have the ResultConfiguration$OutputLocation
    parameter when you set this field to true"; WorkGroupConfiguration, ExecutionRole: "required for IAM Identity Center
    enabled workgroups"; ResultConfiguration, OutputLocation: a location in Amazon S3.
    """
    location = configuration.get("ResultConfiguration", {}).get("OutputLocation")
    if location is not None and not location.startswith("s3://"):
        raise invalid("outputLocation is not a valid S3 path.")
    if location is not None and configuration.get("ManagedQueryResultsConfiguration", {}).get("Enabled"):
        raise invalid("OutputLocation cannot be set when ManagedQueryResultsConfiguration is enabled.")
    if configuration.get("IdentityCenterConfiguration", {}).get("EnableIdentityCenter"):
        if "ExecutionRole" not in configuration:
            raise invalid("ExecutionRole is required for IAM Identity Center enabled workgroups.")
        if not configuration["IdentityCenterConfiguration"].get("IdentityCenterInstanceArn"):
            raise invalid("IdentityCenterInstanceArn is required for IAM Identity Center enabled workgroups.")


@ours("athena", "CreateWorkGroup")
def create_workgroup(world: World, call: Call) -> dict[str, Any]:
    """API Reference, CreateWorkGroup, https://docs.aws.amazon.com/athena/latest/APIReference/API_CreateWorkGroup.html.

    The words for `primary`: hashicorp/terraform-provider-aws #37845.
    """
    name = call.params["Name"]
    tags = checked(mapped(call.params.get("Tags", []), invalid), invalid)
    if name == "primary":
        raise invalid("primary workGroup could not be created")
    if name in rows(world, call):
        raise invalid("WorkGroup is already created")
    record = _made(name, _configured(call.params.get("Configuration", {})), tags)
    record["Description"] = call.params.get("Description")
    rows(world, call)[name] = record
    return {}


@ours("athena", "GetWorkGroup")
def get_workgroup(world: World, call: Call) -> dict[str, Any]:
    """API Reference, GetWorkGroup and WorkGroup, https://docs.aws.amazon.com/athena/latest/APIReference/API_WorkGroup.html."""
    record = workgroup(world, call, call.params["WorkGroup"])
    out = {key: copy.deepcopy(value) for key, value in record.items() if key != "Tags" and value is not None}
    center = record["Configuration"].get("IdentityCenterConfiguration", {})
    if center.get("EnableIdentityCenter"):
        instance = center["IdentityCenterInstanceArn"].rpartition("/")[2]
        made = f"{int(record['CreationTime'].timestamp()):016d}"
        out["IdentityCenterApplicationArn"] = f"arn:aws:sso::{call.account}:application/{instance}/apl-{made}"
    return {"WorkGroup": out}


@ours("athena", "ListWorkGroups")
def list_workgroups(world: World, call: Call) -> dict[str, Any]:
    """API Reference, ListWorkGroups and WorkGroupSummary,
    https://docs.aws.amazon.com/athena/latest/APIReference/API_ListWorkGroups.html."""
    shown = [
        {
            **{member: row[member] for member in ("Name", "State", "CreationTime")},
            **({"Description": row["Description"]} if row["Description"] is not None else {}),
            "EngineVersion": dict(row["Configuration"]["EngineVersion"]),
        }
        for _, row in sorted(rows(world, call).items())
    ]
    found, token = page(shown, call.params.get("NextToken"), call.params.get("MaxResults", 50), invalid)
    return {"WorkGroups": found, **({"NextToken": token} if token else {})}


@ours("athena", "UpdateWorkGroup")
def update_workgroup(world: World, call: Call) -> dict[str, Any]:
    """Merges: what is not said stays, and a `Remove…` that is true takes away, whatever else is said.

    API Reference, UpdateWorkGroup, WorkGroupConfigurationUpdates and ResultConfigurationUpdates ('If set to "true",
    indicates that the previously-specified query results location … should be ignored and set to null'),
    https://docs.aws.amazon.com/athena/latest/APIReference/API_WorkGroupConfigurationUpdates.html.
    """
    record = workgroup(world, call, call.params["WorkGroup"])
    configuration = copy.deepcopy(record["Configuration"])
    updates = call.params.get("ConfigurationUpdates", {})
    _merge(configuration, {name: value for name, value in updates.items() if name not in _MERGED})
    for update, member in _MERGED.items():
        if update in updates:
            held = configuration.setdefault(member, {})
            _merge(held, updates[update])
            if not held:
                del configuration[member]
            elif member == "ManagedQueryResultsConfiguration":
                held.setdefault("Enabled", False)
    configuration["EngineVersion"] = _engine(configuration["EngineVersion"])
    _check(configuration)
    record["Configuration"] = configuration
    for member in ("Description", "State"):
        if member in call.params:
            record[member] = call.params[member]
    return {}


def _merge(held: dict[str, Any], updates: dict[str, Any]) -> None:
    for name, value in updates.items():
        if not name.startswith("Remove"):
            held[name] = copy.deepcopy(value)
    for name, value in updates.items():
        if name.startswith("Remove") and value:
            held.pop(name.removeprefix("Remove"), None)


@ours("athena", "DeleteWorkGroup")
def delete_workgroup(world: World, call: Call) -> dict[str, Any]:
    """API Reference, DeleteWorkGroup: "The primary workgroup cannot be deleted"; one with named queries goes only with
    `RecursiveDeleteOption`, and they with it.

    https://docs.aws.amazon.com/athena/latest/APIReference/API_DeleteWorkGroup.html; the words for one that is not empty:
    aws-samples/coast-grafana-cost-intelligence-dashboards #9.
    """
    name = call.params["WorkGroup"]
    if name == "primary":
        raise invalid("primary workGroup could not be deleted")
    workgroup(world, call, name)
    queries = world.table("athena.query", call.account, call.region)
    held = [key for key, query in queries.items() if query["WorkGroup"] == name]
    if held and not call.params.get("RecursiveDeleteOption"):
        raise invalid(f"WorkGroup {name} is not empty")
    for key in held:
        del queries[key]
    del rows(world, call)[name]
    return {}


def _tagged(world: World, call: Call) -> dict[str, Any]:
    """The workgroup that an ARN names. API Reference, TagResource: ResourceNotFoundException where there is none."""
    arn = call.params["ResourceARN"]
    found = re.fullmatch(r"arn:aws[a-z-]*:athena:([a-z0-9-]+):(\d{12}):workgroup/(.+)", arn)
    if found is None:
        raise invalid(f"Resource ARN {arn} is not valid.")
    region, account, name = found.groups()
    record = rows(world, call).get(name)
    if record is None or (region, account) != (call.region, call.account):
        raise AwsError("ResourceNotFoundException", f"Resource {arn} is not found.", ResourceName=arn)
    return record


@ours("athena", "TagResource")
def tag_resource(world: World, call: Call) -> dict[str, Any]:
    """API Reference, TagResource, https://docs.aws.amazon.com/athena/latest/APIReference/API_TagResource.html."""
    put(_tagged(world, call), mapped(call.params["Tags"], invalid), invalid)
    return {}


@ours("athena", "UntagResource")
def untag_resource(world: World, call: Call) -> dict[str, Any]:
    """API Reference, UntagResource, https://docs.aws.amazon.com/athena/latest/APIReference/API_UntagResource.html."""
    take(_tagged(world, call), call.params["TagKeys"])
    return {}


@ours("athena", "ListTagsForResource")
def list_tags(world: World, call: Call) -> dict[str, Any]:
    """API Reference, ListTagsForResource, https://docs.aws.amazon.com/athena/latest/APIReference/API_ListTagsForResource.html."""
    tags = listed(_tagged(world, call)["Tags"])
    found, token = page(tags, call.params.get("NextToken"), call.params.get("MaxResults", 75), invalid)
    return {"Tags": found, **({"NextToken": token} if token else {})}
