"""Glue: crawlers, and the clock that they run by."""

import copy
import json
import re
import time
from typing import Any

from lakeaws.call import Call
from lakeaws.clock import SECONDS, born
from lakeaws.errors import AwsError
from lakeaws.registry import ours
from lakeaws.services.glue import (
    check_cron,
    check_role,
    check_tags,
    exists,
    invalid,
    missing,
    now,
    page,
    role_name,
    rows,
)
from lakeaws.world import World

_TARGETS = (
    "S3Targets", "JdbcTargets", "MongoDBTargets", "DynamoDBTargets", "CatalogTargets", "DeltaTargets", "IcebergTargets",
    "HudiTargets",
)  # fmt: skip

#: What a definition may say; `Schedule` and `Tags` are kept apart.
_DEFINITION = (
    "Role", "DatabaseName", "Description", "Targets", "Classifiers", "TablePrefix", "SchemaChangePolicy", "RecrawlPolicy",
    "LineageConfiguration", "LakeFormationConfiguration", "Configuration", "CrawlerSecurityConfiguration",
)  # fmt: skip


def crawler(world: World, call: Call, name: str) -> dict[str, Any]:
    """The record of a crawler; EntityNotFoundException where there is none."""
    found = rows(world, call, "crawler").get(name)
    if found is None:
        raise missing(f"Crawler entry with name {name} does not exist")
    return found


def state(record: dict[str, Any]) -> str:
    """READY, RUNNING or STOPPING, by the clock; a crawl that came to its end is written down.

    Glue Developer Guide, "Crawler state" of the Crawlers API,
    https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-crawling.html.
    """
    crawl = record.get("Crawl")
    if crawl is None:
        return "READY"
    stopping = crawl["StopAsked"] if crawl["StopAsked"] is not None else crawl["Started"] + SECONDS["crawl"]
    moment = time.monotonic()
    if moment < stopping:
        return "RUNNING"
    if moment < stopping + SECONDS["crawlStop"]:
        return "STOPPING"
    record["LastCrawl"] = {
        "Status": "SUCCEEDED" if crawl["StopAsked"] is None else "CANCELLED",
        "LogGroup": "/aws-glue/crawlers",
        "LogStream": record["Name"],
        "MessagePrefix": "0" * 8,
        "StartTime": crawl["StartTime"],
    }
    record["Crawl"] = None
    return "READY"


@ours("glue", "CreateCrawler")
def create_crawler(world: World, call: Call) -> dict[str, Any]:
    """Glue API, CreateCrawler, https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-crawling.html."""
    name, tags = call.params["Name"], call.params.get("Tags", {})
    check_tags(tags)
    if name in rows(world, call, "crawler"):
        raise exists(f"Crawler with name {name} already exists")
    record = {
        "Name": name,
        "Description": None,
        "DatabaseName": None,
        "Classifiers": [],
        "TablePrefix": None,
        "Configuration": None,
        "CrawlerSecurityConfiguration": None,
        "SchemaChangePolicy": {},
        "RecrawlPolicy": {},
        "LineageConfiguration": {},
        "LakeFormationConfiguration": {},
        "Schedule": None,
        "Crawl": None,
        "LastCrawl": None,
    }
    _define(world, call, record)
    _schedule(record, call.params.get("Schedule"))
    moment = born()
    record.update(CreationTime=moment, LastUpdated=moment, Version=1, Tags=tags)
    rows(world, call, "crawler")[name] = record
    return {}


@ours("glue", "UpdateCrawler")
def update_crawler(world: World, call: Call) -> dict[str, Any]:
    """Merges: what is not said stays; empty strings and lists clear. Not while the crawler runs.

    Glue API, UpdateCrawler ("If a crawler is running, you must stop it using StopCrawler before updating it",
    CrawlerRunningException); the merge: hashicorp/terraform-provider-aws, internal/service/glue/crawler.go, which sends
    empty strings to clear.
    """
    record = crawler(world, call, call.params["Name"])
    _not_running(record)
    changed = copy.deepcopy(record)
    _define(world, call, changed)
    _schedule(changed, call.params.get("Schedule"))
    changed.update(LastUpdated=now(), Version=record["Version"] + 1)
    rows(world, call, "crawler")[record["Name"]] = changed
    return {}


def _not_running(record: dict[str, Any]) -> None:
    if state(record) != "READY":
        raise AwsError("CrawlerRunningException", f"Crawler with name {record['Name']} is currently running")


def _define(world: World, call: Call, record: dict[str, Any]) -> None:
    """Takes over what a request says, and checks the whole that results."""
    for member in _DEFINITION:
        if member in call.params:
            record[member] = copy.deepcopy(call.params[member])
    check_role(call, record["Role"])
    _check_targets(world, call, record)
    _check_recrawl(record)
    record["Configuration"] = _configuration(record.get("Configuration"))


def _check_targets(world: World, call: Call, record: dict[str, Any]) -> None:
    """At least one target; catalogue targets alone, with deletions only logged; S3 paths in buckets that exist.

    Sources: Glue API, CrawlerTargets, CatalogTarget; Developer Guide, "Crawler source type" ("If you choose existing
    tables, other source types cannot be combined"; the delete behaviour must be "ignore"),
    https://docs.aws.amazon.com/glue/latest/dg/define-crawler-choose-data-sources.html; hashicorp/terraform-provider-aws
    #30370 (the words for a bucket that does not exist).
    """
    targets = record["Targets"]
    if not any(targets.get(sort) for sort in _TARGETS):
        raise invalid("Crawler must have at least one target.")
    if targets.get("CatalogTargets"):
        if any(targets.get(sort) for sort in _TARGETS if sort != "CatalogTargets"):
            raise invalid("Catalog targets cannot be combined with other targets.")
        if record["SchemaChangePolicy"].get("DeleteBehavior") != "LOG":
            raise invalid("Catalog targets require the delete behavior LOG.")
    for target in targets.get("S3Targets", []):
        found = re.match(r"(?:s3://)?([^/]+)", target.get("Path") or "")
        if found is None:
            raise invalid("S3 target needs a path.")
        if found.group(1) not in world.table("s3.bucket"):
            raise invalid(f"S3 bucket {found.group(1)} does not exist.")
        if not 1 <= target.get("SampleSize", 1) <= 249:
            raise invalid("SampleSize must be between 1 and 249.")
    for target in targets.get("DynamoDBTargets", []):
        if not 0.1 <= target.get("scanRate", 0.5) <= 1.5:
            raise invalid("scanRate must be between 0.1 and 1.5.")
    for sort in ("IcebergTargets", "HudiTargets"):
        for target in targets.get(sort, []):
            if not 1 <= target.get("MaximumTraversalDepth", 10) <= 20:
                raise invalid("MaximumTraversalDepth must be between 1 and 20.")


def _check_recrawl(record: dict[str, Any]) -> None:
    """Crawling new folders only is for S3 alone, and leaves schemas alone.

    Glue Developer Guide, "Scheduling incremental crawls for adding new partitions",
    https://docs.aws.amazon.com/glue/latest/dg/incremental-crawls.html; the words: hashicorp/terraform-provider-aws #22868,
    LBHackney-IT/Data-Platform #2418.
    """
    policy, recrawl = record["SchemaChangePolicy"], record["RecrawlPolicy"]
    if recrawl.get("RecrawlBehavior") != "CRAWL_NEW_FOLDERS_ONLY":
        return
    if any(record["Targets"].get(sort) for sort in _TARGETS if sort != "S3Targets"):
        raise invalid('RecrawlBehavior "Crawl new folders only" can only apply to Amazon S3 target.')
    if (policy.get("UpdateBehavior"), policy.get("DeleteBehavior")) != ("LOG", "LOG"):
        raise invalid(
            'The SchemaChangePolicy for "Crawl new folders only" Amazon S3 target can have only LOG DeleteBehavior value '
            "and LOG UpdateBehavior value."
        )


#: What a configuration may hold: Glue Developer Guide, "Setting crawler configuration options",
#: https://docs.aws.amazon.com/glue/latest/dg/crawler-configuration.html.
_CONFIGURATION: dict[str, Any] = {
    "Version": None,
    "CreatePartitionIndex": None,
    "CrawlerOutput": {
        "Partitions": {"AddOrUpdateBehavior": None},
        "Tables": {"AddOrUpdateBehavior": None, "TableThreshold": None},
    },
    "Grouping": {"TableGroupingPolicy": None, "TableLevelConfiguration": None},
}


def _configuration(said: str | None) -> str | None:
    """Glue reads the document and writes it again: `{"Version":1}` comes back as `{"Version":1.0}`; it needs a version.

    Glue Developer Guide, "Setting crawler configuration options"; the rewriting: go-to-k/cdkd (measured); the words for
    unknown keys: LBHackney-IT/Data-Platform #979.
    """
    if not said:
        return None
    try:
        document = json.loads(said)
    except ValueError as cause:
        raise invalid("Invalid Configuration: it is no JSON") from cause
    if not isinstance(document, dict) or document.get("Version") not in (1, 1.0):
        raise invalid("Invalid Configuration: Version must be 1.0")
    _check_keys(document, _CONFIGURATION, "Configuration")
    return json.dumps({**document, "Version": 1.0}, separators=(",", ":"))


def _check_keys(document: Any, known: dict[str, Any], path: str) -> None:
    if not isinstance(document, dict):
        raise invalid(f"{path} must be an object.")
    if unknown := document.keys() - known.keys():
        raise invalid(f"{path} contains unsupported keys: {', '.join(sorted(unknown))}.")
    for key, inner in known.items():
        if inner is not None and key in document:
            _check_keys(document[key], inner, key if path == "Configuration" else f"{path}.{key}")


def _schedule(record: dict[str, Any], asked: str | None) -> None:
    if asked is None:
        return
    if asked:
        check_cron(asked)
    record["Schedule"] = {"ScheduleExpression": asked, "State": "SCHEDULED"} if asked else None


def shown(record: dict[str, Any]) -> dict[str, Any]:
    """A crawler as it is read back, with what was not said filled in.

    Glue API, Crawler; the role comes back as its name, empty targets as empty lists: hashicorp/terraform-provider-aws,
    internal/service/glue/crawler.go; defaults of SchemaChangePolicy and RecrawlPolicy: Glue API, same structures.
    """
    moment = state(record)
    out = {
        key: value
        for key, value in record.items()
        if key not in ("Tags", "Crawl") and value is not None and value != ""
    }
    out["Role"] = role_name(record["Role"])
    out["State"] = moment
    out["CrawlElapsedTime"] = int((time.monotonic() - record["Crawl"]["Started"]) * 1000) if record["Crawl"] else 0
    targets = {sort: copy.deepcopy(record["Targets"].get(sort, [])) for sort in _TARGETS}
    for sort in ("S3Targets", "JdbcTargets", "IcebergTargets", "HudiTargets"):
        for target in targets[sort]:
            target.setdefault("Exclusions", [])
    out["Targets"] = targets
    behaviours = {"UpdateBehavior": "UPDATE_IN_DATABASE", "DeleteBehavior": "DEPRECATE_IN_DATABASE"}
    out["SchemaChangePolicy"] = {**behaviours, **record["SchemaChangePolicy"]}
    out["RecrawlPolicy"] = {"RecrawlBehavior": "CRAWL_EVERYTHING", **record["RecrawlPolicy"]}
    out["LineageConfiguration"] = {"CrawlerLineageSettings": "DISABLE", **record["LineageConfiguration"]}
    out["LakeFormationConfiguration"] = {
        "UseLakeFormationCredentials": False,
        "AccountId": "",
        **record["LakeFormationConfiguration"],
    }
    return out


@ours("glue", "GetCrawler")
def get_crawler(world: World, call: Call) -> dict[str, Any]:
    """Glue API, GetCrawler."""
    return {"Crawler": shown(crawler(world, call, call.params["Name"]))}


@ours("glue", "GetCrawlers")
def get_crawlers(world: World, call: Call) -> dict[str, Any]:
    """Glue API, GetCrawlers."""
    listed, token = page([shown(row) for _, row in sorted(rows(world, call, "crawler").items())], call.params, 1000)
    return {"Crawlers": listed, **token}


@ours("glue", "BatchGetCrawlers")
def batch_get_crawlers(world: World, call: Call) -> dict[str, Any]:
    """Glue API, BatchGetCrawlers: at most 100 names; those that do not exist are listed apart."""
    names, there = call.params["CrawlerNames"], rows(world, call, "crawler")
    found = [shown(there[name]) for name in names if name in there]
    return {"Crawlers": found, "CrawlersNotFound": [name for name in names if name not in there]}


@ours("glue", "ListCrawlers")
def list_crawlers(world: World, call: Call) -> dict[str, Any]:
    """Glue API, ListCrawlers: names, filtered by tags."""
    wanted = call.params.get("Tags", {}).items()
    names = [name for name, row in sorted(rows(world, call, "crawler").items()) if wanted <= row["Tags"].items()]
    listed, token = page(names, call.params, 1000)
    return {"CrawlerNames": listed, **token}


@ours("glue", "DeleteCrawler")
def delete_crawler(world: World, call: Call) -> dict[str, Any]:
    """Glue API, DeleteCrawler: "unless the crawler state is RUNNING" (CrawlerRunningException)."""
    record = crawler(world, call, call.params["Name"])
    _not_running(record)
    del rows(world, call, "crawler")[record["Name"]]
    return {}


@ours("glue", "StartCrawler")
def start_crawler(world: World, call: Call) -> dict[str, Any]:
    """Glue API, StartCrawler: "If the crawler is already running, returns a CrawlerRunningException"."""
    record = crawler(world, call, call.params["Name"])
    _not_running(record)
    record["Crawl"] = {"Started": time.monotonic(), "StartTime": now(), "StopAsked": None}
    return {}


@ours("glue", "StopCrawler")
def stop_crawler(world: World, call: Call) -> dict[str, Any]:
    """Glue API, StopCrawler: CrawlerNotRunningException, CrawlerStoppingException."""
    record = crawler(world, call, call.params["Name"])
    found = state(record)
    if found == "READY":
        raise AwsError("CrawlerNotRunningException", f"Crawler with name {record['Name']} isn't running")
    if found == "STOPPING":
        raise AwsError("CrawlerStoppingException", f"Crawler with name {record['Name']} is already stopping")
    record["Crawl"]["StopAsked"] = time.monotonic()
    return {}


@ours("glue", "UpdateCrawlerSchedule")
def update_schedule(world: World, call: Call) -> dict[str, Any]:
    """Glue API, UpdateCrawlerSchedule, https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-scheduler.html."""
    record = crawler(world, call, call.params["CrawlerName"])
    _schedule(record, call.params.get("Schedule"))
    return {}


@ours("glue", "StartCrawlerSchedule")
def start_schedule(world: World, call: Call) -> dict[str, Any]:
    """Glue API, StartCrawlerSchedule: NoScheduleException; SchedulerRunningException where it is on already."""
    schedule = crawler(world, call, call.params["CrawlerName"])["Schedule"]
    if schedule is None:
        raise AwsError("NoScheduleException", "There is no applicable schedule.")
    if schedule["State"] == "SCHEDULED":
        raise AwsError("SchedulerRunningException", "The scheduler is already running.")
    schedule["State"] = "SCHEDULED"
    return {}


@ours("glue", "StopCrawlerSchedule")
def stop_schedule(world: World, call: Call) -> dict[str, Any]:
    """Glue API, StopCrawlerSchedule: "Sets the schedule state of the specified crawler to NOT_SCHEDULED";
    SchedulerNotRunningException."""
    schedule = crawler(world, call, call.params["CrawlerName"])["Schedule"]
    if schedule is None or schedule["State"] != "SCHEDULED":
        raise AwsError("SchedulerNotRunningException", "The scheduler is not running.")
    schedule["State"] = "NOT_SCHEDULED"
    return {}
