"""Files that were written before somebody closed an account may name them: they are taken back."""

from functools import partial

from sqlalchemy import select, update

from backend.app.core.db import after_commit, db
from backend.app.core.files import storage
from backend.app.exports.kinds import REDEMPTIONS, TICKETS
from backend.app.exports.models import Export
from backend.app.exports.states import UNFINISHED, ExportState

NAMING = (TICKETS, REDEMPTIONS)
TAKEN_BACK = "有人注销了账号，这份文件已收回，请再申请一次"


def take_back() -> int:
    """Deletes every file that lists people or cases, and stops those being written."""
    naming = Export.kind.in_(NAMING)
    done = select(Export).where(naming, Export.state == ExportState.DONE).with_for_update()
    files = db.session.scalars(done).all()
    for export in files:
        after_commit(partial(storage.delete, export.file_key or ""))
        export.state, export.file_key, export.failure = ExportState.EXPIRED, None, TAKEN_BACK
    db.session.execute(
        update(Export)
        .where(naming, Export.state.in_(UNFINISHED))
        .values(state=ExportState.EXPIRED, failure=TAKEN_BACK)
    )
    db.session.flush()
    return len(files)
