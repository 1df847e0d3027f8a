"""Time: how long things take that go on by themselves, in seconds (`POST /_lake/glue/clock` changes it) or in looks at
them (`POST /_lake/kinesis/looks`), and dates."""

from datetime import UTC, datetime, timedelta

_FIRST = {"crawl": 2.0, "crawlStop": 1.0, "jobRun": 2.0, "jobRunStop": 1.0}

SECONDS = dict(_FIRST)

_FIRST_LOOKS = {"CREATING": 1, "UPDATING": 1, "DELETING": 1}

#: How many looks find a stream or a consumer in a state that passes.
LOOKS = dict(_FIRST_LOOKS)

_told = datetime.fromtimestamp(0, UTC)


def born() -> datetime:
    """The date of what is made now: to the second, as AWS tells it, and later than any date before it, so that what a
    test makes anew within one second is not taken for what was there."""
    global _told
    _told = max(datetime.now(UTC).replace(microsecond=0), _told + timedelta(seconds=1))
    return _told


def reset() -> None:
    """As at the start; births go on, for who looks may remember what was before."""
    SECONDS.update(_FIRST)
    LOOKS.update(_FIRST_LOOKS)
