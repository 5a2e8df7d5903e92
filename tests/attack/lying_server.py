"""A villager's own unit against a server that lies, on the mini-program as it is shipped.

`lying_server.js` plays the phone and the server; the phone's own code runs there.
"""

import json
import subprocess
from pathlib import Path
from typing import Any

from backend.app.core.settings import REPOSITORY
from backend.local import node

PLAY = Path(__file__).with_suffix(".js")


def play() -> dict[str, dict[str, Any]]:
    """What each lie brought: whether the phone refused, what it showed, whether he is named."""
    done = subprocess.run(
        ["node", str(PLAY)],
        cwd=REPOSITORY, env=node.environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout)


def report(seen: dict[str, dict[str, Any]]) -> None:
    """For people."""
    print("A server serves one phone keys of its own and calls his unit 1,200 people large:")
    for lie, whose in (
        ("keys", "keys of his own, digest pinned"),
        ("size", "everybody's keys, digest pinned"),
        ("control", "keys of his own, digest from the server (control)"),
    ):
        one = seen[lie]
        came = "refused" if one["refused"] else f"answered, shown {one['size']} people"
        print(f"  {whose:<50} {came}, {'named' if one['named'] else 'not named'}")
