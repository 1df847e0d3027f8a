"""AWS's own description of its services, as botocore ships it: the oracle of every request and response."""

from functools import cache

from moto.core.loaders import create_loader
from moto.core.model import OperationModel, ServiceModel

#: The services that are served, by botocore's names.
SERVICES = (
    "s3", "s3control", "iam", "sts", "glue", "lakeformation", "athena", "kinesis", "events", "cloudwatch", "logs",
    "resourcegroupstaggingapi",
)  # fmt: skip

#: What stands in a signature's credential scope, where it differs from botocore's name.
_SIGNED_AS = {"s3": "s3", "tagging": "resourcegroupstaggingapi", "monitoring": "cloudwatch"}

#: What reads change nothing; everything else mutates.
_READS = ("Get", "List", "Head", "Describe", "BatchGet", "Search", "Select", "AssumeRole", "Query")


@cache
def service_model(service: str) -> ServiceModel:
    """The model of one service."""
    return ServiceModel(create_loader().load_service_model(service, "service-2"), service)


def operation_model(service: str, operation: str) -> OperationModel:
    """The model of one operation."""
    return service_model(service).operation_model(operation)


def operations(service: str) -> list[str]:
    """The names of all operations of a service that are not deprecated."""
    model = service_model(service)
    return [name for name in model.operation_names if not model.operation_model(name).deprecated]


def service_signed_as(name: str, path: str) -> str:
    """The service that a credential scope and a path mean: S3 Control signs as S3 and lives under its version."""
    if name == "s3" and path.startswith("/v20180820/"):
        return "s3control"
    return _SIGNED_AS.get(name, name)


def mutates(operation: str) -> bool:
    """Whether an operation can change the world."""
    return not operation.startswith(_READS)
