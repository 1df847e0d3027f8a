"""Glue: jobs and their runs."""

import copy
import time
import uuid
from typing import Any

from lakeaws.call import Call
from lakeaws.clock import SECONDS, born
from lakeaws.errors import AwsError
from lakeaws.registry import ours
from lakeaws.services.glue import check_role, check_tags, exists, invalid, missing, now, page, rows
from lakeaws.world import World

#: DPU of one worker: Glue API, Job, `WorkerType`, https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-job.html.
_DPU = {
    "Standard": 1.0, "G.025X": 0.25, "G.1X": 1.0, "G.2X": 2.0, "G.4X": 4.0, "G.8X": 8.0, "G.12X": 12.0, "G.16X": 16.0,
    "R.1X": 1.0, "R.2X": 2.0, "R.4X": 4.0, "R.8X": 8.0, "Z.2X": 2.0,
}  # fmt: skip


def job(world: World, call: Call, name: str) -> dict[str, Any]:
    """The record of a job; EntityNotFoundException where there is none."""
    found = rows(world, call, "job").get(name)
    if found is None:
        raise missing(f"Job {name} not found.")
    return found


@ours("glue", "CreateJob")
def create_job(world: World, call: Call) -> dict[str, Any]:
    """Glue API, CreateJob (AlreadyExistsException, IdempotentParameterMismatchException).

    The second is told where a job of that name was made with other parameters (its words: Glue Developer Guide,
    "Troubleshooting blueprint errors in AWS Glue", https://docs.aws.amazon.com/glue/latest/dg/blueprints_ts.html).
    """
    name, tags = call.params["Name"], call.params.get("Tags", {})
    check_tags(tags)
    if (there := rows(world, call, "job").get(name)) is not None:
        if there["Asked"] != _asked(call.params):
            told = f"Job with name {name} already submitted with different configuration"
            raise AwsError("IdempotentParameterMismatchException", told)
        raise exists(f"Job {name} already exists.")
    said = copy.deepcopy(_asked(call.params))
    record = defined(call, said)
    moment = born()
    rows(world, call, "job")[name] = {
        **record,
        "Name": name,
        "CreatedOn": moment,
        "LastModifiedOn": moment,
        "Tags": tags,
        "Asked": _asked(call.params),
    }
    return {"Name": name}


def _asked(params: dict[str, Any]) -> dict[str, Any]:
    return {key: copy.deepcopy(value) for key, value in params.items() if key not in ("Name", "Tags")}


def defined(call: Call, said: dict[str, Any], before: dict[str, Any] | None = None) -> dict[str, Any]:
    """A job's definition, checked and with Glue's defaults.

    Glue API, Job and CreateJob: `Timeout` (480 minutes from Glue 5.0 on, 2,880 before, at most 10,080), `GlueVersion`
    (6.0), `JobMode` (SCRIPT), `MaxCapacity` (not beside workers; 10 DPU for Spark, 0.0625 for Python shell),
    `ExecutionProperty` (1), `ExecutionClass` (FLEX from Glue 3.0 on, for glueetl only), `MaintenanceWindow`
    (streaming only), https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-job.html. Python 2 is echoed for Spark
    jobs that name no version: go-to-k/cdkd (measured).
    """
    command = said.get("Command") or {}
    sort = command.get("Name", "glueetl")
    if sort not in ("glueetl", "gluestreaming", "pythonshell", "glueray"):
        raise invalid(f"Command name {sort} is not valid.")
    check_role(call, said.get("Role", ""))
    version = said.get("GlueVersion") or (before or {}).get("GlueVersion") or "6.0"
    _check_capacity(said, sort, version)
    if said.get("ExecutionClass") == "FLEX" and (sort != "glueetl" or _number(version) < 3):
        raise invalid("ExecutionClass FLEX is only allowed for glueetl jobs with Glue version 3.0 or later.")
    if said.get("MaintenanceWindow") and sort != "gluestreaming":
        raise invalid("MaintenanceWindow is only allowed for streaming jobs.")
    if said.get("Timeout", 1) > 10_080:
        raise invalid("Timeout must not exceed 10080 minutes.")
    if both := said.get("DefaultArguments", {}).keys() & said.get("NonOverridableArguments", {}).keys():
        raise invalid(f"Argument {sorted(both)[0]} is both default and non-overridable.")
    out = {
        "JobMode": "SCRIPT",
        "JobRunQueuingEnabled": False,
        "MaxRetries": 0,
        "ExecutionProperty": {"MaxConcurrentRuns": 1},
        **said,
        "GlueVersion": version,
    }
    if sort != "gluestreaming":
        out.setdefault("Timeout", 480 if _number(version) >= 5 else 2880)
    if sort in ("glueetl", "gluestreaming"):
        out["Command"] = {"PythonVersion": "2", **command}
    out.update(_capacity(out, sort, updated=before is not None))
    return out


def _number(version: str) -> float:
    try:
        return float(version)
    except ValueError:
        return 6.0


def _check_capacity(said: dict[str, Any], sort: str, version: str) -> None:
    """Glue API, Job, `MaxCapacity`; the words for half a sizing: aws/aws-cdk #26241."""
    workers = said.get("WorkerType") is not None or said.get("NumberOfWorkers") is not None
    if workers and said.get("MaxCapacity") is not None:
        raise invalid("Please do not set Max Capacity if using Worker Type and Number of Workers.")
    if (said.get("WorkerType") is None) != (said.get("NumberOfWorkers") is None):
        raise invalid("Please set both Worker Type and Number of Workers.")
    if said.get("MaxCapacity") is not None:
        if sort == "pythonshell" and said["MaxCapacity"] not in (0.0625, 1.0):
            raise invalid("Max Capacity of a Python shell job must be 0.0625 or 1.")
        if sort in ("glueetl", "gluestreaming") and _number(version) >= 2:
            raise invalid(
                "Max Capacity cannot be set for Glue version 2.0 or later; set Worker Type and Number of Workers."
            )
    if sort == "pythonshell" and workers:
        # `WorkerType`: "for Spark jobs", "for Ray jobs".
        raise invalid("Worker Type and Number of Workers are not supported for Python shell jobs.")


def _capacity(record: dict[str, Any], sort: str, *, updated: bool) -> dict[str, Any]:
    """The sizing that GetJob shows: capacity from workers, or the default; `AllocatedCapacity` is echoed always.

    boto/boto3 #2644 ("when you set Number of Workers, it sets Max Capacity"); workers that nobody declared appear with
    the first update: go-to-k/cdkd (measured).
    """
    if sort == "pythonshell":
        capacity = record.get("MaxCapacity") or 0.0625
    elif record.get("WorkerType"):
        capacity = _DPU.get(record["WorkerType"], 1.0) * record["NumberOfWorkers"]
    elif record.get("MaxCapacity"):
        capacity = record["MaxCapacity"]
    else:
        workers = {"WorkerType": "G.1X", "NumberOfWorkers": 10} if updated else {}
        return {**workers, "MaxCapacity": 10.0, "AllocatedCapacity": 10}
    return {"MaxCapacity": float(capacity), "AllocatedCapacity": int(capacity)}


@ours("glue", "UpdateJob")
def update_job(world: World, call: Call) -> dict[str, Any]:
    """Overwrites everything but an omitted Glue version.

    Glue API, UpdateJob: "Unspecified configuration is removed or reset to default values".
    """
    name = call.params["JobName"]
    record = job(world, call, name)
    said = copy.deepcopy(call.params["JobUpdate"])
    if "Role" not in said or "Command" not in said:
        raise invalid("Role and Command must be set.")
    changed = defined(call, said, record)
    kept = {key: record[key] for key in ("Name", "CreatedOn", "Tags", "Asked")}
    rows(world, call, "job")[name] = {**changed, **kept, "LastModifiedOn": now()}
    return {"JobName": name}


def _shown(record: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key not in ("Tags", "Asked") and value is not None}


@ours("glue", "GetJob")
def get_job(world: World, call: Call) -> dict[str, Any]:
    """Glue API, GetJob."""
    return {"Job": _shown(job(world, call, call.params["JobName"]))}


@ours("glue", "GetJobs")
def get_jobs(world: World, call: Call) -> dict[str, Any]:
    """Glue API, GetJobs."""
    listed, token = page([_shown(row) for _, row in sorted(rows(world, call, "job").items())], call.params, 1000)
    return {"Jobs": listed, **token}


@ours("glue", "BatchGetJobs")
def batch_get_jobs(world: World, call: Call) -> dict[str, Any]:
    """Glue API, BatchGetJobs: those that do not exist are listed apart."""
    names, there = call.params["JobNames"], rows(world, call, "job")
    found = [_shown(there[name]) for name in names if name in there]
    return {"Jobs": found, "JobsNotFound": [name for name in names if name not in there]}


@ours("glue", "ListJobs")
def list_jobs(world: World, call: Call) -> dict[str, Any]:
    """Glue API, ListJobs: names, filtered by tags."""
    wanted = call.params.get("Tags", {}).items()
    names = [name for name, row in sorted(rows(world, call, "job").items()) if wanted <= row["Tags"].items()]
    listed, token = page(names, call.params, 1000)
    return {"JobNames": listed, **token}


@ours("glue", "DeleteJob")
def delete_job(world: World, call: Call) -> dict[str, Any]:
    """Glue API, DeleteJob: "If the job definition is not found, no exception is thrown"."""
    rows(world, call, "job").pop(call.params["JobName"], None)
    return {"JobName": call.params["JobName"]}


# Runs.


def _state(run: dict[str, Any]) -> str:
    if run["JobRunState"] in ("RUNNING", "STOPPING") and time.monotonic() >= run["Ends"]:
        run["JobRunState"] = "SUCCEEDED" if run["JobRunState"] == "RUNNING" else "STOPPED"
        run["CompletedOn"] = run["LastModifiedOn"] = now()
    return run["JobRunState"]


def _run_shown(run: dict[str, Any]) -> dict[str, Any]:
    _state(run)
    return {key: value for key, value in run.items() if key != "Ends" and value is not None}


@ours("glue", "StartJobRun")
def start_job_run(world: World, call: Call) -> dict[str, Any]:
    """Glue API, StartJobRun: ConcurrentRunsExceededException beyond `MaxConcurrentRuns`; the run's state follows a clock.

    https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-runs.html
    """
    record = job(world, call, call.params["JobName"])
    runs = rows(world, call, "run")
    under_way = [
        run for run in runs.values() if run["JobName"] == record["Name"] and _state(run) in ("RUNNING", "STOPPING")
    ]
    most = record["ExecutionProperty"].get("MaxConcurrentRuns", 1)
    if len(under_way) >= most:
        raise AwsError("ConcurrentRunsExceededException", f"Concurrent runs exceeded for {record['Name']}")
    sizing = (
        "Timeout",
        "MaxCapacity",
        "WorkerType",
        "NumberOfWorkers",
        "GlueVersion",
        "ExecutionClass",
        "SecurityConfiguration",
    )
    moment, run_id = now(), f"jr_{uuid.uuid4().hex * 2}"
    runs[run_id] = {
        "Id": run_id,
        "Attempt": 0,
        "JobName": record["Name"],
        "StartedOn": moment,
        "LastModifiedOn": moment,
        "JobRunState": "RUNNING",
        "Arguments": call.params.get("Arguments", {}),
        "PredecessorRuns": [],
        "LogGroupName": "/aws-glue/jobs",
        **{name: call.params.get(name, record.get(name)) for name in sizing},
        "Ends": time.monotonic() + SECONDS["jobRun"],
    }
    return {"JobRunId": run_id}


@ours("glue", "GetJobRun")
def get_job_run(world: World, call: Call) -> dict[str, Any]:
    """Glue API, GetJobRun."""
    found = rows(world, call, "run").get(call.params["RunId"])
    if found is None or found["JobName"] != call.params["JobName"]:
        raise missing(f"Job run {call.params['RunId']} not found.")
    return {"JobRun": _run_shown(found)}


@ours("glue", "GetJobRuns")
def get_job_runs(world: World, call: Call) -> dict[str, Any]:
    """Glue API, GetJobRuns: newest first, pages of at most 200."""
    name = job(world, call, call.params["JobName"])["Name"]
    found = [_run_shown(run) for run in reversed(rows(world, call, "run").values()) if run["JobName"] == name]
    listed, token = page(found, call.params, 200)
    return {"JobRuns": listed, **token}


@ours("glue", "BatchStopJobRun")
def batch_stop_job_run(world: World, call: Call) -> dict[str, Any]:
    """Glue API, BatchStopJobRun: an error for each run that is not running."""
    name, stopped, errors = call.params["JobName"], [], []
    for run_id in call.params["JobRunIds"]:
        run = rows(world, call, "run").get(run_id)
        if run is None or run["JobName"] != name:
            told = {"ErrorCode": "EntityNotFoundException", "ErrorMessage": f"Job run {run_id} not found."}
            errors.append({"JobName": name, "JobRunId": run_id, "ErrorDetail": told})
        elif _state(run) != "RUNNING":
            told = {"ErrorCode": "InvalidInputException", "ErrorMessage": f"Job run {run_id} is {run['JobRunState']}."}
            errors.append({"JobName": name, "JobRunId": run_id, "ErrorDetail": told})
        else:
            run["JobRunState"], run["Ends"] = "STOPPING", time.monotonic() + SECONDS["jobRunStop"]
            stopped.append({"JobName": name, "JobRunId": run_id})
    return {"SuccessfulSubmissions": stopped, "Errors": errors}
