"""`python -m lakeaws`: starts the AWS of tests."""

import argparse
import os
import signal
import sys
import threading


def main() -> None:
    """Listens until told to end."""
    words = argparse.ArgumentParser(
        prog="tests/aws/run", description="The AWS of tests: moto behind a strict launcher."
    )
    words.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one")
    words.add_argument("--region", default="eu-west-1", help="the region told with --foreground")
    words.add_argument(
        "--account", default="123456789012", help="the account of callers whose credentials name no other"
    )
    words.add_argument(
        "--until-stdin-closes", action="store_true", help="end when stdin closes, so that no test leaks it"
    )
    words.add_argument("--foreground", action="store_true", help="print the variables to export, too")
    said = words.parse_args()

    # moto reads its environment when it is imported.
    os.environ["MOTO_S3_ALLOW_CROSSACCOUNT_ACCESS"] = "true"
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
    os.environ["MOTO_ALLOW_NONEXISTENT_REGION"] = "true"
    os.environ.setdefault("AWS_ACCESS_KEY_ID", "test")
    os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "test")

    from lakeaws.front import Front
    from lakeaws.server import Server, log
    from lakeaws.world import World

    server = Server(Front(World(said.account, said.region)), said.port)

    def end(*_: object) -> None:
        # From another thread: shutdown waits for the loop that this handler interrupts.
        threading.Thread(target=server.shutdown, daemon=True).start()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    if said.until_stdin_closes:
        threading.Thread(target=lambda: (sys.stdin.buffer.read(), end()), daemon=True).start()

    address = f"http://127.0.0.1:{server.server_port}"
    print(f"listening {address}", flush=True)
    if said.foreground:
        log(f"# the AWS of tests; account {said.account}; Ctrl-C ends it. To use it:")
        for name, value in (
            ("AWS_ENDPOINT_URL", address),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_REGION", said.region),
            ("AWS_DEFAULT_REGION", said.region),
        ):
            print(f"export {name}={value}", flush=True)
    server.serve_forever(poll_interval=0.05)


if __name__ == "__main__":
    main()
