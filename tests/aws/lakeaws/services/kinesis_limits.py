"""Kinesis: what an account and a stream may have at most.

Source: Developer Guide, "Quotas and limits", https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html.
"""

import time
from typing import Any

from lakeaws.call import Call
from lakeaws.registry import ours
from lakeaws.services.kinesis import limit, look, rows
from lakeaws.world import World

#: "The default shard quota is 20,000 shards per AWS account for the following AWS Regions … For all other Regions, the
#: default shard quota is 1,000 or 6,000".
_LARGE_REGIONS, _MOST_IN_LARGE, _MOST_ELSEWHERE = ("us-east-1", "us-west-2", "eu-west-1"), 20_000, 1_000

#: "By default, you can create up to 50 data streams with the on-demand capacity mode".
_ON_DEMAND = 50

#: API Reference, CreateStream: "Have more than five streams in the CREATING state".
_PASSING = 5


def _shard_limit(call: Call) -> int:
    return _MOST_IN_LARGE if call.region in _LARGE_REGIONS else _MOST_ELSEWHERE


def _shards(world: World, call: Call) -> int:
    return sum(row["Shards"] for row in rows(world, call).values() if row["Mode"] == "PROVISIONED")


def check_shards(world: World, call: Call, more: int) -> None:
    """Refuses more shards than the account may have. API Reference, CreateStream and UpdateShardCount: "the shard limit for
    your account"."""
    if _shards(world, call) + more > _shard_limit(call):
        raise limit(
            f"This request would exceed the shard limit for the account {call.account} in {call.region}. Current shard "
            f"count: {_shards(world, call)}. Limit: {_shard_limit(call)}."
        )


def check_streams(world: World, call: Call, mode: str) -> None:
    """Refuses a sixth stream that is being made or deleted, and more streams on demand than the account may have.

    The words of the first: hashicorp/terraform-provider-aws, which waits for them in
    internal/service/kinesis/service_package.go. The refusal is a look at the five, so that who only tries again gets on.
    """
    table = rows(world, call)
    passing = [name for name, row in list(table.items()) if row["State"] in ("CREATING", "DELETING")]
    if len(passing) >= _PASSING:
        for name in passing:
            look(table, name)
        raise limit(
            "This request would exceed the limit on the number of streams that can simultaneously be in CREATING or "
            f"DELETING. Limit: {_PASSING}"
        )
    if mode == "ON_DEMAND" and sum(row["Mode"] == mode for row in table.values()) >= _ON_DEMAND:
        raise limit(f"This request would exceed the limit of {_ON_DEMAND} on-demand streams of the account.")


def count_change(record: dict[str, Any], change: str, most: int) -> None:
    """Counts a change of a stream, and refuses more of a sort than a rolling day may have."""
    moment = time.monotonic()
    recent = [each for each in record["Changes"].get(change, []) if moment - each < 86_400]
    if len(recent) >= most:
        raise limit(f"{change} of stream {record['Name']} is limited to {most} times in a rolling 24-hour period.")
    record["Changes"][change] = [*recent, moment]


@ours("kinesis", "DescribeLimits")
def describe_limits(world: World, call: Call) -> dict[str, Any]:
    """API Reference, DescribeLimits, https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeLimits.html."""
    return {
        "ShardLimit": _shard_limit(call),
        "OpenShardCount": _shards(world, call),
        "OnDemandStreamCount": sum(row["Mode"] == "ON_DEMAND" for row in rows(world, call).values()),
        "OnDemandStreamCountLimit": _ON_DEMAND,
    }
