"""What a telephone sees of a poster: rendered, tilted, dirty; and two readers to decode it."""

from collections.abc import Callable, Iterator

import cv2
import numpy as np
import pypdfium2
import zxingcpp

from backend.app.places.posters import CODE_SIZE, CODE_TOP, HEIGHT, WIDTH

DOTS_PER_INCH = 100
FRAMES_A_SECOND, SECONDS = 30, 3
FINE_BITS = 4
Picture = np.ndarray
Dice = np.random.Generator
Reader = Callable[[Picture], set[str]]


def render(pdf: bytes) -> Iterator[Picture]:
    """Each page at the resolution of a snapshot."""
    document = pypdfium2.PdfDocument(pdf)
    for page in document:
        yield np.ascontiguousarray(page.render(scale=DOTS_PER_INCH / 72).to_numpy())


def text_of(pdf: bytes, page: int = 0) -> str:
    return pypdfium2.PdfDocument(pdf)[page].get_textpage().get_text_bounded()


def read_by_zxing(picture: Picture) -> set[str]:
    return {found.text for found in zxingcpp.read_barcodes(picture)}


def read_by_opencv(picture: Picture) -> set[str]:
    return {cv2.QRCodeDetector().detectAndDecode(picture)[0]}


READERS = (read_by_zxing, read_by_opencv)


def frames(picture: Picture) -> Iterator[Picture]:
    """A camera takes many frames of different sharpness until one is read."""
    yield picture
    yield cv2.medianBlur(picture, 5)
    for blur, scale in ((3, 1.0), (1.5, 0.5), (5, 0.33)):
        soft = cv2.GaussianBlur(picture, (0, 0), blur)
        yield cv2.resize(soft, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def hand_held(picture: Picture, seed: int) -> Iterator[Picture]:
    """Three seconds of film from a telephone in a hand, beginning with a steady frame.

    Every frame differs in angle, distance, focus, exposure and noise.
    """
    yield picture
    dice = np.random.default_rng(seed)
    for _ in range(FRAMES_A_SECOND * SECONDS - 1):
        backwards, sideways = dice.uniform(-25, 25, 2)
        seen = tilted(
            picture, backwards, sideways, turned=dice.uniform(-20, 20), scale=dice.uniform(0.3, 0.8)
        )
        soft = cv2.GaussianBlur(seen, (0, 0), dice.choice([0.6, 1.0, 1.5, 2.2]))
        exposed = soft.astype(np.float32) * dice.uniform(0.8, 2.2) + dice.normal(0, 4, soft.shape)
        yield np.clip(exposed, 0, 255).astype(np.uint8)


def frames_needed(picture: Picture, text: str, read: Reader, seed: int) -> int | None:
    """How many frames go by until the text is read; None when the film is not enough."""
    for number, frame in enumerate(hand_held(picture, seed), 1):
        if text in read(frame):
            return number
    return None


def tilted(
    picture: Picture, backwards: float, sideways: float, turned: float = 12.0, scale: float = 1.0
) -> Picture:
    """Seen from below or from the side, by so many degrees, and from so far."""
    height, width = picture.shape[:2]
    distance = 1.6 * height
    turn = cv2.Rodrigues(np.deg2rad([backwards, sideways, turned]))[0]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], float)
    seen = []
    for corner in corners:
        x, y, z = turn @ np.array([*(corner - [width / 2, height / 2]), 0.0])
        seen.append([distance * x / (z + distance) * scale, distance * y / (z + distance) * scale])
    target = np.float32(seen)
    target -= target.min(axis=0)
    size = target.max(axis=0).astype(int) + 1
    bend = cv2.getPerspectiveTransform(np.float32(corners), target)
    return cv2.warpPerspective(
        picture, bend, size.tolist(), flags=cv2.INTER_AREA, borderValue=(200, 200, 200)
    )


def splashes(dice: Dice) -> float:
    """Mud from a wheel: one and a half to four millimetres across, about one module."""
    return dice.uniform(1.5, 4.0)


def specks(dice: Dice) -> float:
    """Dust, flies, rust: most of one or two millimetres, now and then five."""
    return float(np.clip(1.6 * np.exp(0.7 * dice.standard_normal()), 0.5, 5.0))


DIRT = (splashes, specks)


def dirty(picture: Picture, share: float, seed: int, across: Callable[[Dice], float]) -> Picture:
    """Brown spots over a share of the code's area, finder patterns included, wherever they fall."""
    dice, (height, width) = np.random.default_rng(seed), picture.shape[:2]
    left, top = (WIDTH - CODE_SIZE) / 2 / WIDTH * width, CODE_TOP / HEIGHT * height
    side, dots_a_millimetre = CODE_SIZE / WIDTH * width, DOTS_PER_INCH / 25.4
    spots = np.zeros((height, width), np.uint8)
    code = spots[int(top) : int(top + side), int(left) : int(left + side)]
    while code.mean() < share:
        radius = across(dice) / 2 * dots_a_millimetre
        long = dice.uniform(1.0, 1.3)
        middle = _fine(left + dice.random() * side, top + dice.random() * side)
        axes = _fine(radius * long, radius / long)
        angle = float(dice.integers(180))
        cv2.ellipse(spots, middle, axes, angle, 0, 360, 1, -1, shift=FINE_BITS)
    spoiled = picture.copy()
    spoiled[spots == 1] = (70, 90, 110)
    return spoiled


def _fine(x: float, y: float) -> tuple[int, int]:
    """Fractions of a dot, as OpenCV takes them."""
    return round(x * 2**FINE_BITS), round(y * 2**FINE_BITS)
