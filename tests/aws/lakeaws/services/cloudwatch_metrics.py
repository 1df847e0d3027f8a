"""CloudWatch: what the definition of a metric alarm must keep to.

Source of all: API Reference, PutMetricAlarm, https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html,
and MetricDataQuery, https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html.
"""

import re
from typing import Any

from lakeaws.errors import AwsError

#: What describes the metric itself, and goes with MetricName alone.
_OF_ONE_METRIC = ("Namespace", "Dimensions", "Period", "Unit", "Statistic", "ExtendedStatistic")

#: What a PromQL query says in its own way.
_NOT_WITH_CRITERIA = (
    *_OF_ONE_METRIC, "MetricName", "Metrics", "Threshold", "ComparisonOperator", "ThresholdMetricId",
    "EvaluationPeriods", "DatapointsToAlarm",
)  # fmt: skip

#: "are used only for alarms based on anomaly detection models".
_BAND_OPERATORS = ("LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold", "GreaterThanUpperThreshold")

_PERCENTILE = r"(p|tm|tc|ts|wm)\d{1,2}(\.\d+)?|p100|IQM|PR\(.*:.*\)|(TC|TM|TS|WM)\(.*:.*\)"


def _invalid(told: str) -> AwsError:
    """API Reference, "Common Errors": ValidationError. Its words are ours where no source is named."""
    return AwsError("ValidationError", told)


def check_definition(said: dict[str, Any]) -> None:
    """Refuses what is no alarm: "you must specify either MetricName, a Metrics array, or an EvaluationCriteria"."""
    ways = [member for member in ("MetricName", "Metrics", "EvaluationCriteria") if member in said]
    if len(ways) != 1:
        raise _invalid("Exactly one of MetricName, Metrics and EvaluationCriteria must be specified.")
    if re.search(r"[\x00-\x1f\x7f]", said["AlarmName"]):
        raise _invalid("AlarmName can't contain ASCII control characters.")
    _check_actions(said)
    _check_words(said)
    if ways == ["EvaluationCriteria"]:
        return _check_criteria(said)
    if "EvaluationInterval" in said:
        raise _invalid("EvaluationInterval cannot be specified for alarms configured with MetricName or Metrics.")
    for member in ("EvaluationPeriods", "ComparisonOperator"):
        if member not in said:
            raise _invalid(f"{member} must be specified.")
    # The words: hashicorp/terraform #24070.
    if said.get("DatapointsToAlarm", 1) > said["EvaluationPeriods"]:
        raise _invalid("DatapointsToAlarm must be less than or equal to EvaluationPeriods")
    _check_threshold(said)
    return _check_metric(said) if ways == ["MetricName"] else _check_queries(said)


def _check_actions(said: dict[str, Any]) -> None:
    """Actions are ARNs; tags are propagated by a list of those to include or of those to exclude."""
    for member in ("OKActions", "AlarmActions", "InsufficientDataActions"):
        for action in said.get(member, []):
            if not action.startswith("arn:"):
                raise _invalid(f"Invalid arn syntax: {action}")
        if len(set(said.get(member, []))) != len(said.get(member, [])):
            raise _invalid(f"{member} must not name an action twice.")
    propagation = said.get("ActionConfiguration", {}).get("AlarmTagsPropagation", {})
    if "IncludedTagKeys" in propagation and "ExcludedTagKeys" in propagation:
        raise _invalid("IncludedTagKeys and ExcludedTagKeys cannot be specified together.")


def _check_words(said: dict[str, Any]) -> None:
    """Valid values that the model leaves open: TreatMissingData, EvaluateLowSampleCountPercentile."""
    for member, words in (
        ("TreatMissingData", ("breaching", "notBreaching", "ignore", "missing")),
        ("EvaluateLowSampleCountPercentile", ("evaluate", "ignore")),
    ):
        if said.get(member, words[0]) not in words:
            raise _invalid(f"Option {said[member]} is not supported by {member}: valid are {', '.join(words)}")


def _check_criteria(said: dict[str, Any]) -> None:
    """'If you use the EvaluationCriteria parameter, you cannot include …'; EvaluationInterval "is required for alarms that
    use EvaluationCriteria"; EvaluationWindow goes with all "except alarms that are based on a PromQL query"."""
    if surplus := [member for member in (*_NOT_WITH_CRITERIA, "EvaluationWindow") if member in said]:
        raise _invalid(f"{', '.join(surplus)} cannot be specified with EvaluationCriteria.")
    if "EvaluationInterval" not in said:
        raise _invalid("EvaluationInterval is required for alarms that use EvaluationCriteria.")
    _check_period("EvaluationInterval", said["EvaluationInterval"], (10, 20, 30))


def _check_threshold(said: dict[str, Any]) -> None:
    """A threshold of its own, or a band: Threshold "is required for alarms based on static thresholds, but should not be
    used for alarms based on anomaly detection models"."""
    operator = said["ComparisonOperator"]
    if "ThresholdMetricId" in said:
        if "Threshold" in said:
            raise _invalid("Threshold and ThresholdMetricId cannot be specified together.")
        if operator not in _BAND_OPERATORS:
            raise _invalid(f"ComparisonOperator {operator} cannot be used with ThresholdMetricId.")
        bands = [query for query in said.get("Metrics", []) if query["Id"] == said["ThresholdMetricId"]]
        if not any("ANOMALY_DETECTION_BAND" in query.get("Expression", "") for query in bands):
            raise _invalid("ThresholdMetricId must match the ID of an ANOMALY_DETECTION_BAND function in Metrics.")
    elif operator in _BAND_OPERATORS:
        raise _invalid(f"ComparisonOperator {operator} needs a ThresholdMetricId.")
    elif "Threshold" not in said:
        raise _invalid("Threshold is required for alarms based on static thresholds.")


def _check_metric(said: dict[str, Any]) -> None:
    """One metric: "you must specify either Statistic or ExtendedStatistic but not both"; the range that is evaluated is at
    most seven days, of periods below an hour one day."""
    for member in ("Namespace", "Period"):
        if member not in said:
            raise _invalid(f"{member} must be specified with MetricName.")
    if ("Statistic" in said) == ("ExtendedStatistic" in said):
        raise _invalid("Exactly one of Statistic and ExtendedStatistic must be specified.")
    if not re.fullmatch(_PERCENTILE, said.get("ExtendedStatistic", "p90")):
        raise _invalid(f"The value {said['ExtendedStatistic']} for parameter ExtendedStatistic is not supported.")
    _check_period("Period", said["Period"], (10, 20, 30))
    most = 86_400 if said["Period"] < 3600 else 604_800
    if said["Period"] * said["EvaluationPeriods"] > most:
        raise _invalid(f"Metrics cannot be checked across more than {most} seconds (EvaluationPeriods * Period).")
    names = [dimension["Name"] for dimension in said.get("Dimensions", [])]
    if len(set(names)) != len(names):
        raise _invalid("No Dimension name may be repeated.")


def _check_queries(said: dict[str, Any]) -> None:
    """Queries: at most 20, ten that retrieve and ten that calculate; one is watched, beside the band that it is held to."""
    queries = said["Metrics"]
    if surplus := [member for member in _OF_ONE_METRIC if member in said]:
        raise _invalid(f"{', '.join(surplus)} cannot be specified with Metrics.")
    ids = [query["Id"] for query in queries]
    if len(set(ids)) != len(ids):
        raise _invalid("The values for parameter id in parameter MetricDataQueries are not unique.")
    for query in queries:
        if not re.fullmatch(r"[a-z][A-Za-z0-9_]*", query["Id"]):
            raise _invalid(f"The value {query['Id']} for parameter id is not matching the expected pattern.")
        if ("MetricStat" in query) == ("Expression" in query):
            raise _invalid(f"Exactly one of MetricStat and Expression must be specified for {query['Id']}.")
        for holder in (query, query.get("MetricStat", {})):
            if "Period" in holder:
                _check_period("Period", holder["Period"], (1, 5, 10, 20, 30))
    for member in ("MetricStat", "Expression"):
        if sum(member in query for query in queries) > 10:
            raise _invalid(f"At most 10 of the Metrics may have {member}.")
    watched = [
        query for query in queries if query.get("ReturnData", True) and query["Id"] != said.get("ThresholdMetricId")
    ]
    if len(watched) != 1:
        raise _invalid("Exactly one element of the metrics list should return data.")


def _check_period(member: str, seconds: int, short: tuple[int, ...]) -> None:
    """'Valid values are 10, 20, 30, and any multiple of 60'; those of a query begin at 1 and 5."""
    if seconds not in short and seconds % 60:
        raise _invalid(f"{member} must be {', '.join(map(str, short))} or a multiple of 60")
