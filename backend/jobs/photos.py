"""Photos that were put aside unopened."""

from backend.app.core.batches import each
from backend.app.core.files import photos, storage
from backend.app.core.queue import JobName

# Longer than a queue that is served takes; a photo whose job was lost is opened all the same.
FORGOTTEN_SECONDS = 300


def open_photo(key: str) -> bool:
    return photos.open_kept(key)


def open_waiting_photos() -> int:
    """What lies aside although its job is gone, as after the loss of Redis."""
    waiting = storage.keys_older_than(storage.UNOPENED, FORGOTTEN_SECONDS)
    keys = [storage.key_of_unopened(aside) for aside in waiting]
    return each(JobName.OPEN_WAITING_PHOTOS, keys, photos.open_kept)
