"""没办成的任务: what batch jobs set aside, why, and once more."""

from dataclasses import dataclass
from datetime import datetime

from flask import redirect, render_template
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission
from backend.app.accounts.blueprints import console as blueprint
from backend.app.core import batches, clock_tick
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError
from backend.app.core.queue import JobName
from backend.app.core.web import boxes
from backend.app.core.web.forms import query_args
from backend.app.core.web.guards import actor, guard

# Every job of many items, and what its items are called.
JOBS = {
    JobName.FLAG_SUSPICIOUS: ("夜里查异常评价", "县"),
    JobName.RECOMPUTE_NIGHTLY: ("夜里重算得分", "县"),
    JobName.CLOSE_POINTS_MONTH: ("结上月积分", "县"),
    JobName.EXPIRE_POINTS: ("积分到期", "编号"),
    JobName.DELETE_OLD_EXPORTS: ("删过期的导出文件", "导出"),
    JobName.APPLY_RETENTION: ("到期删除个人信息", "种类"),
    JobName.READ_LETTERS: ("拆匿名信", "信"),
    JobName.TEND_ROUNDS: ("问卷开始、结束、公布", "编号"),
    JobName.PREPARE_KEYS: ("备匿名票的钥匙", "县"),
    JobName.TEND_TICKETS: ("诉求催问、结案、归档", "诉求"),
    JobName.ESCALATE_TICKETS: ("诉求催办、通报", "诉求"),
    JobName.CALL_BACK_RATINGS: ("差评回访", "评价"),
    JobName.OPEN_MENDINGS: ("差评整改", "村"),
    JobName.CHECK_WORDS: ("微信内容安全", "文字"),
    JobName.TEND_REDEMPTIONS: ("过期的兑换退回", "兑换"),
    JobName.OPEN_WAITING_PHOTOS: ("处理照片", "照片"),
    JobName.PUBLISH_POINTS: ("公示积分", "村"),
    JobName.REQUEST_BULLETINS: ("写简报", "县"),
    JobName.OPEN_WINDOWS: ("考核填报开始", "考核"),
    JobName.CLOSE_WINDOWS: ("考核填报截止", "填报"),
    JobName.EVALUATE_PERIOD: ("考核定色、月通报", "填报"),
    JobName.ESCALATE_TARGETS: ("考核催报", "填报"),
    JobName.PULL_MEASURES: ("考评数据汇总", "考核单位"),
    JobName.SEND_WEEK: ("考核周清单", "考核"),
}
WORDS = {job.value: words for job, words in JOBS.items()}
REASONS = {
    "IntegrityError": "数据前后对不上，数据库没有收",
    "DataError": "有一个数或字存不下",
    "OperationalError": "数据库忙，或连不上",
    "InternalError": "数据库出错",
    "NoResultFound": "要办的那一条已经不在了",
    "KeyLost": "匿名信箱的钥匙没有了",
    "CryptoError": "封好的信打不开",
    "LetterInvalid": "信里的内容读不出来",
    "PhotoUnreadable": "照片打不开",
    "OSError": "文件读写不了，请看磁盘是不是满了",
    "FileNotFoundError": "文件不见了",
    "PermissionError": "文件没有读写的权限",
    "ConnectionError": "连不上排队用的 Redis",
    "UnicodeDecodeError": "文字编码不对",
}
UNKNOWN = "程序出错，请把这一行告诉维护人员"


@dataclass(frozen=True)
class FailedLine:
    """One line of the page."""

    id: int
    job: str
    item: str
    reason: str
    first_failed_at: datetime
    last_failed_at: datetime
    attempts: int


def reason_words(name: str) -> str:
    """What the class of an error means: our own say it themselves."""
    own = {kind.__name__: kind.message for kind in _kinds(DomainError)}
    return own.get(name) or REASONS.get(name, f"{UNKNOWN}（{name}）")


def _kinds(base: type[DomainError]) -> list[type[DomainError]]:
    return [base, *(kind for child in base.__subclasses__() for kind in _kinds(child))]


def _line(failed: batches.FailedItem) -> FailedLine:
    job, item = WORDS.get(failed.job, (failed.job, "编号"))
    return FailedLine(
        failed.id, job, f"{item} {failed.item}", reason_words(failed.reason),
        failed.first_failed_at, failed.last_failed_at, failed.attempts,
    )  # fmt: skip


@blueprint.get("/failed-items")
@guard(Permission.TEND_JOBS)
@query_args(done=boxes.Text())
def list_failed_items(done: str) -> str:
    """What was set aside, the oldest first."""
    return render_template(
        "accounts/failed_items.html",
        lines=[_line(failed) for failed in batches.list_failed()],
        done=done,
        doubt=clock_tick.find_doubt(),
    )


@blueprint.post("/failed-items/<int:failed_id>/retry")
@guard(Permission.TEND_JOBS)
def retry_failed_item(failed_id: int) -> Response:
    """Runs the job again that could not do it."""
    with transaction():
        batches.retry(actor(), failed_id)
    return redirect(address_of("accounts_console.list_failed_items", done="retry"))
