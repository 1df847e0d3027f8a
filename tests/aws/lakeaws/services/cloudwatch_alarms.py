"""CloudWatch: metric alarms and their tags. They watch nothing here: the state stays as it was at first.

Source: API Reference, https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/Welcome.html.
"""

import copy
import re
from typing import Any

from lakeaws.call import Call
from lakeaws.clock import born
from lakeaws.errors import AwsError, NotEmulated
from lakeaws.pages import page
from lakeaws.registry import ours
from lakeaws.services.cloudwatch_metrics import check_definition
from lakeaws.tags import checked, listed, mapped, put, take
from lakeaws.world import World

#: Lists that are told even when they are empty: AWS CLI Command Reference, describe-alarms, example 1,
#: https://docs.aws.amazon.com/cli/latest/reference/cloudwatch/describe-alarms.html.
_LISTS = ("OKActions", "AlarmActions", "InsufficientDataActions", "Dimensions")


def _invalid(told: str) -> AwsError:
    """API Reference, "Errors" of TagResource: InvalidParameterValue."""
    return AwsError("InvalidParameterValue", told)


def _rows(world: World, call: Call) -> dict[Any, Any]:
    return world.table("cloudwatch.alarm", call.account, call.region)


@ours("cloudwatch", "PutMetricAlarm")
def put_metric_alarm(world: World, call: Call) -> dict[str, Any]:
    """Replaces the whole definition, keeps state and tags.

    API Reference, PutMetricAlarm: "When you update an existing alarm, its state is left unchanged, but the update
    completely overwrites the previous configuration of the alarm"; "If you are using this operation to update an existing
    alarm, any tags you specify in this parameter are ignored"; at first INSUFFICIENT_DATA, "For PromQL alarms … OK",
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html.
    """
    said = copy.deepcopy(call.params)
    tags = checked(mapped(said.pop("Tags", []), _invalid), _invalid)
    check_definition(said)
    said.setdefault("ActionsEnabled", True)
    for member in _LISTS:
        said.setdefault(member, [])
    for query in said.get("Metrics", []):
        query.setdefault("ReturnData", True)
    moment = born()
    before = _rows(world, call).get(said["AlarmName"])
    first = {
        "StateValue": "OK" if "EvaluationCriteria" in said else "INSUFFICIENT_DATA",
        "StateReason": "Unchecked: Initial alarm creation",
        "StateUpdatedTimestamp": moment,
        "StateTransitionedTimestamp": moment,
    }
    kept = {member: before["Shown"][member] for member in first} if before else first
    shown = {
        **said,
        **kept,
        "AlarmArn": call.arn("cloudwatch", f"alarm:{said['AlarmName']}"),
        "AlarmConfigurationUpdatedTimestamp": moment,
    }
    _rows(world, call)[said["AlarmName"]] = {"Shown": shown, "Tags": before["Tags"] if before else tags}
    return {}


@ours("cloudwatch", "DescribeAlarms")
def describe_alarms(world: World, call: Call) -> dict[str, Any]:
    """API Reference, DescribeAlarms: by names or by prefix, by state and by action; "If you omit this parameter, only metric
    alarms are returned". Other alarms are not emulated, so there are none.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
    """
    params = call.params
    if "ChildrenOfAlarmName" in params or "ParentsOfAlarmName" in params:
        raise NotEmulated("DescribeAlarms by relatives is not emulated: there are no composite alarms")
    if "AlarmNames" in params and "AlarmNamePrefix" in params:
        raise AwsError("ValidationError", "AlarmNamePrefix and AlarmNames cannot be specified together.")
    found = [row["Shown"] for name, row in sorted(_rows(world, call).items()) if _wanted(row["Shown"], name, params)]
    if "MetricAlarm" not in params.get("AlarmTypes", ["MetricAlarm"]):
        found = []
    shown, token = page(
        found,
        params.get("NextToken"),
        params.get("MaxRecords", 50),
        lambda told: AwsError("InvalidNextToken", told),
    )
    out: dict[str, Any] = {"MetricAlarms": copy.deepcopy(shown), "CompositeAlarms": [], "LogAlarms": []}
    return {**out, **({"NextToken": token} if token else {})}


def _wanted(alarm: dict[str, Any], name: str, params: dict[str, Any]) -> bool:
    actions = [action for member in _LISTS[:3] for action in alarm[member]]
    return (
        name in params.get("AlarmNames", [name])
        and name.startswith(params.get("AlarmNamePrefix", ""))
        and params.get("StateValue", alarm["StateValue"]) == alarm["StateValue"]
        and ("ActionPrefix" not in params or any(action.startswith(params["ActionPrefix"]) for action in actions))
    )


@ours("cloudwatch", "DeleteAlarms")
def delete_alarms(world: World, call: Call) -> dict[str, Any]:
    """API Reference, DeleteAlarms: "If you specify any incorrect alarm names, the alarms you specify with correct names are
    still deleted", https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DeleteAlarms.html."""
    for name in call.params["AlarmNames"]:
        _rows(world, call).pop(name, None)
    return {}


@ours("cloudwatch", "EnableAlarmActions", "DisableAlarmActions")
def change_actions(world: World, call: Call) -> dict[str, Any]:
    """API Reference, EnableAlarmActions and DisableAlarmActions, which know no error for a name that is not there,
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_EnableAlarmActions.html."""
    for name in call.params["AlarmNames"]:
        if name in _rows(world, call):
            _rows(world, call)[name]["Shown"]["ActionsEnabled"] = call.operation == "EnableAlarmActions"
    return {}


def _tagged(world: World, call: Call) -> dict[str, Any]:
    """The alarm that an ARN names. API Reference, TagResource: ResourceNotFoundException where there is none."""
    arn = call.params["ResourceARN"]
    found = re.fullmatch(r"arn:aws[a-z-]*:cloudwatch:([a-z0-9-]*):(\d{12}):(alarm:|dashboard/|[a-z-]+/)(.+)", arn)
    if found is None:
        raise _invalid(f"Invalid ARN: {arn}")
    region, account, kind, name = found.groups()
    if kind != "alarm:":
        raise NotEmulated(f"tags of anything but alarms are not emulated: {arn}")
    record = _rows(world, call).get(name)
    if record is None or (region, account) != (call.region, call.account):
        raise AwsError("ResourceNotFoundException", f"The named resource does not exist: {arn}")
    return record


@ours("cloudwatch", "TagResource")
def tag_resource(world: World, call: Call) -> dict[str, Any]:
    """API Reference, TagResource, https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_TagResource.html."""
    put(_tagged(world, call), mapped(call.params["Tags"], _invalid), _invalid)
    return {}


@ours("cloudwatch", "UntagResource")
def untag_resource(world: World, call: Call) -> dict[str, Any]:
    """API Reference, UntagResource, https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_UntagResource.html."""
    take(_tagged(world, call), call.params["TagKeys"])
    return {}


@ours("cloudwatch", "ListTagsForResource")
def list_tags(world: World, call: Call) -> dict[str, Any]:
    """API Reference, ListTagsForResource,
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListTagsForResource.html."""
    return {"Tags": listed(_tagged(world, call)["Tags"])}
