"""python -m tests.wechat --port 8009: the stand-in for a demo county on one machine."""

import argparse
import os
import signal
import threading
from datetime import timedelta

from tests.wechat.server import World, running


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--app-id", default="wx-demo")
    parser.add_argument("--app-secret", default="demo")
    given = parser.parse_args()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    world = World(given.app_id, given.app_secret)
    world.sms.ahead = timedelta(seconds=int(os.environ.get("DEMO_SECONDS_AHEAD", "0")))
    with running(world, given.port):
        stop.wait()


if __name__ == "__main__":
    main()
