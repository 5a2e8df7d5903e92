"""Files, written in the background and forgotten after a week."""

from backend.app.core.batches import each
from backend.app.core.queue import JobName
from backend.app.exports import operations
from backend.app.exports.bulletins import operations as bulletins
from backend.app.places.queries import county_ids


def write_export(export_id: int) -> None:
    operations.write_export(export_id)


def delete_old_exports() -> int:
    return operations.delete_old_exports()


def write_bulletin(bulletin_id: int) -> None:
    bulletins.write_bulletin(bulletin_id)


def request_bulletins() -> int:
    """What has become due since yesterday."""
    return each(JobName.REQUEST_BULLETINS, county_ids(), bulletins.request_due)
