"""What a telephone sees of a poster: rendered, tilted, dirty; and two readers to decode it."""

from collections.abc import Iterator

import cv2
import numpy as np
import pypdfium2
import zxingcpp

from backend.app.places.posters import CODE_SIZE, CODE_TOP, HEIGHT, WIDTH

DOTS_PER_INCH = 100
SPLASH = (3, 8)
Picture = np.ndarray


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


def tilted(picture: Picture, backwards: float, sideways: float) -> Picture:
    """Seen from below or from the side, by so many degrees."""
    height, width = picture.shape[:2]
    distance = 1.6 * height
    turn = cv2.Rodrigues(np.deg2rad([backwards, sideways, 12.0]))[0]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], float)
    seen = []
    for corner in corners:
        x, y, z = turn @ np.array([*(corner - [width / 2, height / 2]), 0.0])
        seen.append([distance * x / (z + distance), distance * y / (z + distance)])
    target = np.float32(seen)
    target -= target.min(axis=0)
    size = target.max(axis=0).astype(int) + 1
    bend = cv2.getPerspectiveTransform(np.float32(corners), target)
    return cv2.warpPerspective(picture, bend, size.tolist(), borderValue=(200, 200, 200))


def dirty(picture: Picture, share: float, seed: int) -> Picture:
    """Brown splashes of up to four millimetres over a share of the code."""
    dice, (height, width) = np.random.default_rng(seed), picture.shape[:2]
    left, top = int((WIDTH - CODE_SIZE) / 2 / WIDTH * width), int(CODE_TOP / HEIGHT * height)
    side = int(CODE_SIZE / WIDTH * width)
    mask = np.zeros((height, width), np.uint8)
    while mask.sum() / side**2 < share:
        middle = (int(left + dice.integers(side)), int(top + dice.integers(side)))
        axes = (int(dice.integers(*SPLASH)), int(dice.integers(*SPLASH)))
        cv2.ellipse(mask, middle, axes, int(dice.integers(180)), 0, 360, 1, -1)
    spoiled = picture.copy()
    spoiled[mask == 1] = (70, 90, 110)
    return spoiled
