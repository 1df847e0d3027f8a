"""One request, decoded."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from moto.core.model import OperationModel


@dataclass
class Request:
    """The HTTP request as it came."""

    method: str
    #: The path, still percent-encoded.
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    #: Whether its sender has closed the connection by now.
    gone: Callable[[], bool] = lambda: False


@dataclass
class Call:
    """A request that is known to mean one operation of one service."""

    service: str
    operation: str
    model: OperationModel
    account: str
    region: str
    access_key: str
    request: Request
    #: The parameters, decoded by botocore's model.
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def partition(self) -> str:
        """The ARN partition of the call's region."""
        if self.region.startswith("cn-"):
            return "aws-cn"
        if self.region.startswith("us-gov-"):
            return "aws-us-gov"
        return "aws"

    def arn(self, service: str, resource: str, *, regional: bool = True) -> str:
        """An ARN in the call's partition, region and account."""
        return f"arn:{self.partition}:{service}:{self.region if regional else ''}:{self.account}:{resource}"

    @property
    def resource(self) -> str:
        """A short string that identifies what the call is about: `bucket/key`, `database/table`, `role/policy`; of a call
        about several, `one,two`."""
        return "/".join(_told(self.service, part) for part in _identity(self.service, self.params) if part)


#: The members that name a resource, outermost first; each entry lists the names that mean the same.
_IDENTITY = {
    "s3": (("Bucket",), ("Key", "Id")),
    "s3control": (("Name", "ResourceArn"),),
    "iam": (("RoleName", "PathPrefix", "InstanceProfileName"), ("PolicyName", "PolicyArn")),
    "sts": (("RoleArn",),),
    "glue": (("DatabaseName",), ("Name", "CrawlerName", "JobName", "ResourceArn", "TableName"), ("RunId",)),
    "lakeformation": (("DatabaseName",), ("TableName",), ("Name",)),
    "athena": (("WorkGroup", "ResourceARN"), ("Name", "NamedQueryId")),
    "kinesis": (("StreamName", "StreamARN", "ResourceARN", "ConsumerARN"), ("ConsumerName",)),
    "events": (("EventBusName",), ("Name", "ResourceARN")),
    "cloudwatch": (("AlarmName", "AlarmNames", "ResourceARN"),),
    "logs": (("logGroupName", "logGroupIdentifier", "logGroupIdentifiers", "resourceArn", "resourceIdentifier"),),
}

#: Where one thing is named now by its name and now by its ARN.
_BY_NAME_OR_ARN = ("athena", "kinesis", "events", "cloudwatch", "logs")

#: Structures that hold the name when the request itself does not.
_HOLDERS = ("DatabaseInput", "TableInput", "TableData", "Table")


def _identity(service: str, params: dict[str, Any]) -> list[Any]:
    named = dict(params)
    for holder in _HOLDERS:
        if isinstance(params.get(holder), dict):
            named = {**params[holder], **named}
    return [next((named[name] for name in names if named.get(name)), None) for names in _IDENTITY.get(service, ())]


def _told(service: str, part: Any) -> str:
    if isinstance(part, list):
        return ",".join(_told(service, item) for item in part)
    if service in _BY_NAME_OR_ARN and str(part).startswith("arn:"):
        return re.split("[/:]", part.split(":", 5)[-1], maxsplit=1)[-1]
    return str(part)
