"""How long things take that go on by themselves, in seconds; `POST /_lake/glue/clock` changes it."""

_FIRST = {"crawl": 2.0, "crawlStop": 1.0, "jobRun": 2.0, "jobRunStop": 1.0}

SECONDS = dict(_FIRST)


def reset() -> None:
    """As at the start."""
    SECONDS.update(_FIRST)
