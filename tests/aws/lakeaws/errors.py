"""How AWS says no, and how we say that we do not know."""


class AwsError(Exception):
    """A refusal that AWS documents: code and message as AWS words them.

    `status` is needed only where the service's model names none; `headers` go into the answer; `fields` are further
    members of the error (S3's `BucketName`, for example).
    """

    def __init__(
        self, code: str, message: str, status: int | None = None, headers: dict[str, str] | None = None, **fields: str
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.headers = headers or {}
        self.fields = fields


class NotEmulated(Exception):
    """The request asks for something that is not emulated: answered 501, never with a wrong success."""
