"""A worker in the process of the test."""

import signal

from backend.jobs import worker


def work_off() -> None:
    """Does what waits in the queues.

    A worker takes Ctrl-C for a wish to stop after its job; afterwards it stops the tests again.
    """
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        worker.work(burst=True, forks=False)
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
