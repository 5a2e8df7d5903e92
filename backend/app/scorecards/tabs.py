"""The pages under 得分, in the order of a month: look, compare, clear up, lock."""

from backend.app.access import Permission

TABS: tuple[tuple[str, str, Permission], ...] = (
    ("各村评价", "/console/villages", Permission.SEE_VILLAGES),
    ("排名", "/console/scores", Permission.SEE_VILLAGES),
    ("月份和锁定", "/console/months", Permission.LOCK_MONTHS),
    ("方案", "/console/schemes", Permission.MANAGE_SCHEMES),
)
