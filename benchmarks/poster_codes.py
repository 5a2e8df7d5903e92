"""Five hundred posters with five percent dirt: how many frames a phone needs, by each reader."""

from dataclasses import replace
from statistics import median

import numpy as np

from backend.app.places.operations import ALPHABET, CODE_LENGTH
from backend.app.places.posters import draw_posters
from tests.app.places.camera import (
    DIRT,
    FRAMES_A_SECOND,
    READERS,
    SECONDS,
    dirty,
    frames_needed,
    render,
)
from tests.app.places.test_posters import HOST, POSTER

POSTERS, SHARE, SEED = 500, 0.05, 20261120


def addresses() -> list[str]:
    dice = np.random.default_rng(SEED)
    letters = np.array(list(ALPHABET))
    return [
        f"{HOST}/q/{''.join(dice.choice(letters, CODE_LENGTH).tolist())}" for _ in range(POSTERS)
    ]


def main() -> None:
    needed: dict[tuple[str, str], list[int | None]] = {}
    for number, url in enumerate(addresses()):
        page = next(render(draw_posters([replace(POSTER, url=url)], "海报")))
        for dirt in DIRT:
            seen = dirty(page, SHARE, number, dirt)
            for read in READERS:
                frames = frames_needed(seen, url, read, number)
                needed.setdefault((dirt.__name__, read.__name__), []).append(frames)
    film = FRAMES_A_SECOND * SECONDS
    print(
        f"{POSTERS} posters with {SHARE:.0%} dirt, {SECONDS} seconds of film ({film} frames) each"
    )
    for (dirt_name, reader), frames_of in needed.items():
        read_ones = sorted(frames for frames in frames_of if frames)
        print(
            f"  {dirt_name:<9}{reader:<16}unread {frames_of.count(None)} (bar 0)   frames:"
            f" median {median(read_ones):.0f}, 95% {read_ones[int(0.95 * len(read_ones))]},"
            f" most {read_ones[-1]}"
        )


if __name__ == "__main__":
    main()
