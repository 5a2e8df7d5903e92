"""What can go wrong with trainings."""

from backend.app.core.errors import Conflict, NotFound


class TrainingUnknown(NotFound):
    code = "training_unknown"
    message = "没有找到这次培训"


class TrainingMoved(Conflict):
    code = "training_moved"
    message = "这次培训已有见效的数，不能再改"
