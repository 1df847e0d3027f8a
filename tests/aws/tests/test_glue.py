"""Databases, tables, crawlers, jobs and their tags."""

import time

import pytest
from conftest import ACCOUNT, REGION, Aws, refused

ASSUME = "Service is unable to assume provided role. Please verify the role's TrustPolicy"
BUCKET = "lake-store"
S3 = {"S3Targets": [{"Path": f"s3://{BUCKET}/raw/", "Exclusions": ["**/_tmp/**"], "SampleSize": 5}]}
SPARK = {"Name": "glueetl", "ScriptLocation": f"s3://{BUCKET}/etl.py"}


@pytest.fixture
def glue(aws: Aws):
    aws.bucket(BUCKET)
    aws.role()
    return aws.client("glue")


def until(read, wanted) -> None:
    """Waits for a state that the clock brings."""
    deadline = time.monotonic() + 10
    while (found := read()) != wanted:
        assert time.monotonic() < deadline, found
        time.sleep(0.02)


# Databases and tables.


def test_a_database_folds_its_name_and_has_defaults(glue) -> None:
    glue.create_database(
        DatabaseInput={"Name": "Lake", "LocationUri": "s3://x/y/", "Parameters": {"a": "b"}}, Tags={"k": "v"}
    )
    read = glue.get_database(Name="LAKE")["Database"]
    assert (read["Name"], read["LocationUri"], read["Parameters"], read["CatalogId"]) == (
        "lake",
        "s3://x/y/",
        {"a": "b"},
        ACCOUNT,
    )
    everybody = {"Principal": {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"}, "Permissions": ["ALL"]}
    assert read["CreateTableDefaultPermissions"] == [everybody]
    with refused("AlreadyExistsException"):
        glue.create_database(DatabaseInput={"Name": "lake"})
    glue.update_database(Name="lake", DatabaseInput={"Name": "lake", "CreateTableDefaultPermissions": []})
    read = glue.get_database(Name="lake")["Database"]
    assert "LocationUri" not in read and read["CreateTableDefaultPermissions"] == []
    glue.delete_database(Name="lake")
    with refused("EntityNotFoundException"):
        glue.get_database(Name="lake")
    with refused("EntityNotFoundException"):
        glue.delete_database(Name="lake")


def test_lists_come_in_pages(glue) -> None:
    for number in range(5):
        glue.create_database(DatabaseInput={"Name": f"d{number}"})
    pages = list(glue.get_paginator("get_databases").paginate(PaginationConfig={"PageSize": 2}))
    assert [len(page["DatabaseList"]) for page in pages] == [2, 2, 1]


def test_a_table_is_replaced_whole_and_only_from_its_last_version(aws: Aws, glue) -> None:
    aws.table()
    read = glue.get_table(DatabaseName="lake", Name="Orders")["Table"]
    assert (read["VersionId"], read["Retention"], read["StorageDescriptor"]["NumberOfBuckets"]) == ("0", 0, 0)
    changed = {"Name": "orders", "Parameters": {"classification": "parquet"}}
    glue.update_table(DatabaseName="lake", TableInput=changed, VersionId="0", SkipArchive=True)
    with refused("ConcurrentModificationException"):
        glue.update_table(DatabaseName="lake", TableInput=changed, VersionId="0")
    read = glue.get_table(DatabaseName="lake", Name="orders")["Table"]
    assert read["VersionId"] == "1" and "StorageDescriptor" not in read
    assert [each["Name"] for each in glue.get_tables(DatabaseName="lake", Expression="ord.*")["TableList"]] == [
        "orders"
    ]
    glue.delete_table(DatabaseName="lake", Name="orders")
    with refused("EntityNotFoundException"):
        glue.get_table(DatabaseName="lake", Name="orders")


def test_an_iceberg_table_gets_its_metadata(aws: Aws, glue) -> None:
    glue.create_database(DatabaseInput={"Name": "lake"})
    described = {"Columns": [{"Name": "a", "Type": "string"}], "Location": "s3://x/y"}
    glue.create_table(
        DatabaseName="lake",
        TableInput={"Name": "ice", "StorageDescriptor": described},
        OpenTableFormatInput={"IcebergInput": {"MetadataOperation": "CREATE", "Version": "2"}},
    )
    parameters = glue.get_table(DatabaseName="lake", Name="ice")["Table"]["Parameters"]
    assert parameters["table_type"] == "ICEBERG" and parameters["metadata_location"].startswith(
        "s3://x/y/metadata/00000-"
    )
    assert "OpenTableFormatInput" not in parameters


def test_a_database_takes_its_tables_along(aws: Aws, glue) -> None:
    aws.table()
    glue.delete_database(Name="lake")
    glue.create_database(DatabaseInput={"Name": "lake"})
    assert glue.get_tables(DatabaseName="lake")["TableList"] == []


# Crawlers.


def test_a_crawler_comes_back_with_what_was_not_said(glue) -> None:
    glue.create_crawler(
        Name="raw",
        Role=f"arn:aws:iam::{ACCOUNT}:role/lake/events/etl",
        DatabaseName="lake",
        Targets=S3,
        Configuration='{"Version":1,"Grouping":{}}',
    )
    read = glue.get_crawler(Name="raw")["Crawler"]
    assert (read["Role"], read["State"], read["Version"]) == ("etl", "READY", 1)
    assert read["Targets"]["S3Targets"] == S3["S3Targets"] and read["Targets"]["CatalogTargets"] == []
    assert read["Configuration"] == '{"Version":1.0,"Grouping":{}}'
    assert read["SchemaChangePolicy"] == {
        "UpdateBehavior": "UPDATE_IN_DATABASE",
        "DeleteBehavior": "DEPRECATE_IN_DATABASE",
    }
    assert read["RecrawlPolicy"] == {"RecrawlBehavior": "CRAWL_EVERYTHING"}
    assert read["LakeFormationConfiguration"] == {"UseLakeFormationCredentials": False, "AccountId": ""}
    assert "Schedule" not in read and "LastCrawl" not in read


def test_a_crawler_is_merged_and_cleared_by_empties(glue) -> None:
    glue.create_crawler(
        Name="raw",
        Role="etl",
        Targets=S3,
        Description="d",
        TablePrefix="p_",
        Schedule="cron(0 1 * * ? *)",
        Configuration='{"Version":1.0}',
    )
    glue.update_crawler(Name="raw", TablePrefix="q_")
    read = glue.get_crawler(Name="raw")["Crawler"]
    assert (read["Description"], read["TablePrefix"], read["Schedule"]["State"], read["Version"]) == (
        "d",
        "q_",
        "SCHEDULED",
        2,
    )
    glue.update_crawler(
        Name="raw",
        Description="",
        TablePrefix="",
        Schedule="",
        Configuration="",
        Classifiers=[],
        CrawlerSecurityConfiguration="",
    )
    read = glue.get_crawler(Name="raw")["Crawler"]
    assert not {"Description", "TablePrefix", "Schedule", "Configuration", "CrawlerSecurityConfiguration"} & read.keys()


@pytest.mark.parametrize(
    ("said", "code", "words"),
    [
        ({"Role": "nobody"}, "InvalidInputException", ASSUME),
        ({"Targets": {}}, "InvalidInputException", "at least one target"),
        (
            {"Targets": {"S3Targets": [{"Path": "s3://lake-nowhere/x"}]}},
            "InvalidInputException",
            "S3 bucket lake-nowhere does not exist.",
        ),
        ({"Schedule": "rate(1 hour)"}, "InvalidInputException", "Schedule"),
        ({"Schedule": "cron(0 1 * * * *)"}, "InvalidInputException", "exactly one"),
        ({"Schedule": "cron(0/3 * * * ? *)"}, "InvalidInputException", "5 minutes"),
        ({"Schedule": "cron(0 1 * * ?)"}, "InvalidInputException", "Schedule"),
        ({"RecrawlPolicy": {"RecrawlBehavior": "CRAWL_NEW_FOLDERS_ONLY"}}, "InvalidInputException", "LOG"),
        ({"Configuration": "{"}, "InvalidInputException", "JSON"),
        ({"Configuration": '{"Grouping":{}}'}, "InvalidInputException", "Version"),
        (
            {"Configuration": '{"Version":1.0,"CrawlerOutput":{"Partitions":{"UpdateBehavior":"LOG"}}}'},
            "InvalidInputException",
            "CrawlerOutput.Partitions contains unsupported keys: UpdateBehavior.",
        ),
        (
            {
                "Targets": {"DeltaTargets": [{"DeltaTables": ["s3://x/"]}]},
                "RecrawlPolicy": {"RecrawlBehavior": "CRAWL_NEW_FOLDERS_ONLY"},
            },
            "InvalidInputException",
            "can only apply to Amazon S3 target",
        ),
        (
            {
                "Targets": {**S3, "CatalogTargets": [{"DatabaseName": "lake", "Tables": ["t"]}]},
                "SchemaChangePolicy": {"DeleteBehavior": "LOG"},
            },
            "InvalidInputException",
            "combined",
        ),
        ({"Targets": {"CatalogTargets": [{"DatabaseName": "lake", "Tables": ["t"]}]}}, "InvalidInputException", "LOG"),
    ],
)
def test_bad_crawlers(glue, said: dict, code: str, words: str) -> None:
    with refused(code, words):
        glue.create_crawler(**{"Name": "raw", "Role": "etl", "Targets": S3, **said})


def test_a_role_must_trust_glue(aws: Aws, glue) -> None:
    from conftest import TRUST

    aws.client("iam").create_role(
        RoleName="lambda", AssumeRolePolicyDocument=TRUST.replace("glue.amazonaws", "lambda.amazonaws")
    )
    with refused("InvalidInputException", ASSUME):
        glue.create_crawler(Name="raw", Role="lambda", Targets=S3)
    with refused("InvalidInputException", ASSUME):
        glue.create_job(Name="etl", Role="lambda", Command=SPARK)


def test_a_running_crawler_is_left_alone(aws: Aws, glue) -> None:
    aws.control("POST", "glue/clock", {"crawl": 30, "crawlStop": 0.2})
    glue.create_crawler(Name="raw", Role="etl", Targets=S3)
    with refused("CrawlerNotRunningException"):
        glue.stop_crawler(Name="raw")
    glue.start_crawler(Name="raw")
    for call in (glue.start_crawler, glue.update_crawler, glue.delete_crawler):
        with refused("CrawlerRunningException"):
            call(Name="raw")
    glue.stop_crawler(Name="raw")
    assert glue.get_crawler(Name="raw")["Crawler"]["State"] == "STOPPING"
    with refused("CrawlerStoppingException"):
        glue.stop_crawler(Name="raw")
    until(lambda: glue.get_crawler(Name="raw")["Crawler"]["State"], "READY")
    assert glue.get_crawler(Name="raw")["Crawler"]["LastCrawl"]["Status"] == "CANCELLED"
    aws.control("POST", "glue/clock", {"crawl": 0.1, "crawlStop": 0.1})
    glue.start_crawler(Name="raw")
    until(lambda: glue.get_crawler(Name="raw")["Crawler"].get("LastCrawl", {}).get("Status"), "SUCCEEDED")
    glue.delete_crawler(Name="raw")
    with refused("EntityNotFoundException"):
        glue.get_crawler(Name="raw")


def test_crawler_schedules(glue) -> None:
    glue.create_crawler(Name="raw", Role="etl", Targets=S3)
    with refused("NoScheduleException"):
        glue.start_crawler_schedule(CrawlerName="raw")
    glue.update_crawler_schedule(CrawlerName="raw", Schedule="cron(0/5 * * * ? *)")
    with refused("SchedulerRunningException"):
        glue.start_crawler_schedule(CrawlerName="raw")
    glue.stop_crawler_schedule(CrawlerName="raw")
    assert glue.get_crawler(Name="raw")["Crawler"]["Schedule"]["State"] == "NOT_SCHEDULED"
    with refused("SchedulerNotRunningException"):
        glue.stop_crawler_schedule(CrawlerName="raw")
    glue.start_crawler_schedule(CrawlerName="raw")


def test_crawlers_and_jobs_are_read_many_at_once(glue) -> None:
    for name in ("a", "b"):
        glue.create_crawler(Name=name, Role="etl", Targets=S3, Tags={"k": name})
        glue.create_job(Name=name, Role="etl", Command=SPARK, Tags={"k": name})
    crawlers = glue.batch_get_crawlers(CrawlerNames=["b", "c", "a"])
    assert ([each["Name"] for each in crawlers["Crawlers"]], crawlers["CrawlersNotFound"]) == (["b", "a"], ["c"])
    jobs = glue.batch_get_jobs(JobNames=["b", "c", "a"])
    assert ([each["Name"] for each in jobs["Jobs"]], jobs["JobsNotFound"]) == (["b", "a"], ["c"])
    assert glue.list_crawlers(Tags={"k": "a"})["CrawlerNames"] == ["a"]
    assert glue.list_jobs(Tags={"k": "b"})["JobNames"] == ["b"]


# Jobs.


def test_a_job_has_the_defaults_of_its_sort_and_version(glue) -> None:
    glue.create_job(Name="spark", Role="etl", Command=SPARK)
    read = glue.get_job(JobName="spark")["Job"]
    told = {
        name: read[name]
        for name in ("Timeout", "GlueVersion", "MaxRetries", "JobMode", "JobRunQueuingEnabled", "ExecutionProperty")
    }
    assert told == {
        "Timeout": 480,
        "GlueVersion": "6.0",
        "MaxRetries": 0,
        "JobMode": "SCRIPT",
        "JobRunQueuingEnabled": False,
        "ExecutionProperty": {"MaxConcurrentRuns": 1},
    }
    glue.create_job(Name="old", Role="etl", Command=SPARK, GlueVersion="4.0", WorkerType="G.2X", NumberOfWorkers=3)
    read = glue.get_job(JobName="old")["Job"]
    assert (read["Timeout"], read["MaxCapacity"], read["AllocatedCapacity"]) == (2880, 6.0, 6)
    glue.create_job(
        Name="shell",
        Role="etl",
        Command={"Name": "pythonshell", "ScriptLocation": "s3://x/y.py", "PythonVersion": "3.9"},
    )
    assert glue.get_job(JobName="shell")["Job"]["MaxCapacity"] == 0.0625


def test_updating_a_job_overwrites_all_but_its_version(glue) -> None:
    glue.create_job(
        Name="etl",
        Role="etl",
        Command=SPARK,
        GlueVersion="5.0",
        Description="d",
        DefaultArguments={"--a": "b"},
        WorkerType="G.1X",
        NumberOfWorkers=7,
    )
    glue.update_job(JobName="etl", JobUpdate={"Role": "etl", "Command": SPARK, "Timeout": 60})
    read = glue.get_job(JobName="etl")["Job"]
    assert not {"Description", "DefaultArguments"} & read.keys()
    assert (read["GlueVersion"], read["Timeout"], read["WorkerType"], read["NumberOfWorkers"]) == (
        "5.0",
        60,
        "G.1X",
        10,
    )
    with refused("EntityNotFoundException"):
        glue.update_job(JobName="nobody", JobUpdate={"Role": "etl", "Command": SPARK})


@pytest.mark.parametrize(
    "said",
    [
        {"Command": {"Name": "nothing"}},
        {"WorkerType": "G.1X", "NumberOfWorkers": 2, "MaxCapacity": 2.0},
        {"WorkerType": "G.1X"},
        {"MaxCapacity": 2.0, "GlueVersion": "5.0"},
        {"Timeout": 10081},
        {"ExecutionClass": "FLEX", "GlueVersion": "2.0"},
        {"MaintenanceWindow": "Sun:3"},
        {"DefaultArguments": {"--a": "1"}, "NonOverridableArguments": {"--a": "2"}},
        {"Role": "nobody"},
    ],
)
def test_bad_jobs(glue, said: dict) -> None:
    with refused("InvalidInputException"):
        glue.create_job(**{"Name": "etl", "Role": "etl", "Command": SPARK, **said})


def test_a_job_is_made_once(glue) -> None:
    glue.create_job(Name="etl", Role="etl", Command=SPARK)
    with refused("AlreadyExistsException"):
        glue.create_job(Name="etl", Role="etl", Command=SPARK)
    with refused("IdempotentParameterMismatchException"):
        glue.create_job(Name="etl", Role="etl", Command=SPARK, Timeout=5)
    for _ in range(2):
        glue.delete_job(JobName="etl")
    with refused("EntityNotFoundException"):
        glue.get_job(JobName="etl")


def test_job_runs_follow_a_clock(aws: Aws, glue) -> None:
    aws.control("POST", "glue/clock", {"jobRun": 30, "jobRunStop": 0.1})
    glue.create_job(Name="etl", Role="etl", Command=SPARK)
    run = glue.start_job_run(JobName="etl", Arguments={"--day": "1"})["JobRunId"]
    assert glue.get_job_run(JobName="etl", RunId=run)["JobRun"]["JobRunState"] == "RUNNING"
    with refused("ConcurrentRunsExceededException"):
        glue.start_job_run(JobName="etl")
    stopped = glue.batch_stop_job_run(JobName="etl", JobRunIds=[run, "jr_0"])
    assert [each["JobRunId"] for each in stopped["SuccessfulSubmissions"]] == [run]
    assert [each["ErrorDetail"]["ErrorCode"] for each in stopped["Errors"]] == ["EntityNotFoundException"]
    until(lambda: glue.get_job_run(JobName="etl", RunId=run)["JobRun"]["JobRunState"], "STOPPED")
    aws.control("POST", "glue/clock", {"jobRun": 0.1})
    run = glue.start_job_run(JobName="etl")["JobRunId"]
    until(lambda: glue.get_job_runs(JobName="etl")["JobRuns"][0]["JobRunState"], "SUCCEEDED")


# Tags.


def test_tags_go_with_what_they_are_on(glue) -> None:
    glue.create_job(Name="etl", Role="etl", Command=SPARK, Tags={"a": "1"})
    arn = f"arn:aws:glue:{REGION}:{ACCOUNT}:job/etl"
    glue.tag_resource(ResourceArn=arn, TagsToAdd={"b": "2"})
    glue.untag_resource(ResourceArn=arn, TagsToRemove=["a"])
    assert glue.get_tags(ResourceArn=arn)["Tags"] == {"b": "2"}
    glue.delete_job(JobName="etl")
    with refused("EntityNotFoundException"):
        glue.get_tags(ResourceArn=arn)
    with refused("InvalidInputException"):
        glue.get_tags(ResourceArn=f"arn:aws:glue:{REGION}:{ACCOUNT}:table/lake/t")
