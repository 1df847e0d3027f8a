"""Data cells filters."""

import json
import urllib.error

import pytest
from conftest import ACCOUNT, Aws, refused

KEY = {"TableCatalogId": ACCOUNT, "DatabaseName": "lake", "TableName": "orders", "Name": "india"}
FILTER = {**KEY, "RowFilter": {"FilterExpression": "country='IN'"}, "ColumnWildcard": {"ExcludedColumnNames": ["card"]}}


@pytest.fixture
def lake(aws: Aws):
    aws.table()
    return aws.client("lakeformation")


def test_a_filter_comes_back_with_a_version_that_changes(lake) -> None:
    lake.create_data_cells_filter(TableData=FILTER)
    first = lake.get_data_cells_filter(**KEY)["DataCellsFilter"]
    assert {**first, "VersionId": ""} == {**FILTER, "VersionId": ""}
    changed = {**KEY, "RowFilter": {"AllRowsWildcard": {}}, "ColumnNames": ["country"], "VersionId": first["VersionId"]}
    lake.update_data_cells_filter(TableData=changed)
    second = lake.list_data_cells_filter(Table={"CatalogId": ACCOUNT, "DatabaseName": "lake", "Name": "orders"})[
        "DataCellsFilters"
    ]
    assert [each["ColumnNames"] for each in second] == [["country"]] and second[0]["VersionId"] != first["VersionId"]
    with refused("ConcurrentModificationException"):
        lake.update_data_cells_filter(TableData=changed)
    lake.delete_data_cells_filter(**KEY)
    for call in (lake.get_data_cells_filter, lake.delete_data_cells_filter):
        with refused("EntityNotFoundException"):
            call(**KEY)
    with refused("EntityNotFoundException"):
        lake.update_data_cells_filter(TableData=FILTER)


def test_all_rows_come_back_as_an_expression_that_is_true(lake) -> None:
    lake.create_data_cells_filter(TableData={**FILTER, "RowFilter": {"AllRowsWildcard": {}}})
    rows = lake.get_data_cells_filter(**KEY)["DataCellsFilter"]["RowFilter"]
    assert rows == {"AllRowsWildcard": {}, "FilterExpression": "TRUE"}


def test_excluded_columns_come_back_sorted(lake) -> None:
    lake.create_data_cells_filter(TableData={**FILTER, "ColumnWildcard": {"ExcludedColumnNames": ["country", "card"]}})
    wildcard = lake.get_data_cells_filter(**KEY)["DataCellsFilter"]["ColumnWildcard"]
    assert wildcard == {"ExcludedColumnNames": ["card", "country"]}


def test_no_excluded_columns_come_back_as_none(lake) -> None:
    lake.create_data_cells_filter(TableData={**FILTER, "ColumnWildcard": {"ExcludedColumnNames": []}})
    assert lake.get_data_cells_filter(**KEY)["DataCellsFilter"]["ColumnWildcard"] == {}


@pytest.mark.parametrize(
    ("said", "code", "words"),
    [
        ({"TableName": "missing"}, "EntityNotFoundException", "missing"),
        ({"DatabaseName": "missing"}, "EntityNotFoundException", "missing"),
        ({"TableCatalogId": "210987654321"}, "AccessDeniedException", ""),
        (
            {"ColumnNames": ["card"]},
            "InvalidInputException",
            "cannot have both column wildcard expression and column names",
        ),
        ({"ColumnWildcard": None}, "InvalidInputException", "either"),
        ({"ColumnWildcard": {"ExcludedColumnNames": ["nothing"]}}, "InvalidInputException", "nothing"),
        ({"RowFilter": {}}, "InvalidInputException", "exactly one"),
        ({"RowFilter": {"FilterExpression": "a", "AllRowsWildcard": {}}}, "InvalidInputException", "exactly one"),
        ({"RowFilter": {"FilterExpression": "city='IN'"}}, "InvalidInputException", "city"),
        ({"RowFilter": {"FilterExpression": "upper(country)='IN'"}}, "InvalidInputException", "functions"),
        ({"RowFilter": {"FilterExpression": "(country='IN'"}}, "InvalidInputException", "parentheses"),
        ({"RowFilter": {"FilterExpression": "country='IN' ; drop"}}, "InvalidInputException", "position 13"),
    ],
)
def test_bad_filters(lake, said: dict, code: str, words: str) -> None:
    told = {name: value for name, value in {**FILTER, **said}.items() if value is not None}
    with refused(code, words):
        lake.create_data_cells_filter(TableData=told)


@pytest.mark.parametrize(
    "rows",
    [
        "country IN ('IN','AT') AND NOT amount BETWEEN 1 AND 2.5",
        "\"card\" LIKE '4%' OR day = '2026-01-01'",
        "country <> 'it''s' AND card IS NOT NULL",
    ],
)
def test_good_rows(lake, rows: str) -> None:
    lake.create_data_cells_filter(TableData={**FILTER, "RowFilter": {"FilterExpression": rows}})


def test_a_filter_is_made_once(lake) -> None:
    lake.create_data_cells_filter(TableData=FILTER)
    with refused("AlreadyExistsException"):
        lake.create_data_cells_filter(TableData=FILTER)


def test_a_crawl_brings_the_table(aws: Aws) -> None:
    aws.client("glue").create_database(DatabaseInput={"Name": "lake"})
    lake = aws.client("lakeformation")
    with refused("EntityNotFoundException"):
        lake.create_data_cells_filter(TableData=FILTER)
    columns = [{"Name": name, "Type": "string"} for name in ("country", "card")]
    aws.control(
        "POST",
        "glue/crawled",
        {"database": "lake", "table": "orders", "location": "s3://x/", "columns": columns, "crawler": "raw"},
    )
    lake.create_data_cells_filter(TableData=FILTER)
    table = aws.client("glue").get_table(DatabaseName="lake", Name="orders")["Table"]
    assert table["Parameters"]["UPDATED_BY_CRAWLER"] == "raw"


def test_a_table_need_not_be_a_crawlers(aws: Aws) -> None:
    aws.client("glue").create_database(DatabaseInput={"Name": "lake"})
    aws.control("POST", "glue/crawled", {"database": "lake", "table": "orders"})
    parameters = aws.client("glue").get_table(DatabaseName="lake", Name="orders")["Table"]["Parameters"]
    assert parameters["classification"] == "parquet" and "UPDATED_BY_CRAWLER" not in parameters
    for said, words in (
        ({"database": "lake"}, "missing: table"),
        ({"database": "nope", "table": "orders"}, "Database nope not found."),
    ):
        with pytest.raises(urllib.error.HTTPError) as caught:
            aws.control("POST", "glue/crawled", said)
        assert caught.value.code == 400 and words in json.load(caught.value)["error"]


def test_settings_are_one_document(aws: Aws) -> None:
    lake = aws.client("lakeformation")
    settings = lake.get_data_lake_settings()["DataLakeSettings"]
    assert settings["DataLakeAdmins"] == [] and settings["CreateTableDefaultPermissions"]
    admin = {"DataLakePrincipalIdentifier": f"arn:aws:iam::{ACCOUNT}:role/admin"}
    lake.put_data_lake_settings(DataLakeSettings={"DataLakeAdmins": [admin]})
    settings = lake.get_data_lake_settings()["DataLakeSettings"]
    assert (settings["DataLakeAdmins"], settings["CreateTableDefaultPermissions"]) == ([admin], [])
    aws.client("glue").create_database(DatabaseInput={"Name": "lake"})
    assert aws.client("glue").get_database(Name="lake")["Database"]["CreateTableDefaultPermissions"] == []
