"""The pages under 得分, in the order of a month: look, compare, clear up, lock."""

from backend.app.access import Permission

# Key, label, address, who may open it.
TABS: tuple[tuple[str, str, str, Permission], ...] = (
    ("villages", "各村评价", "/console/villages", Permission.SEE_VILLAGES),
    ("scores", "排名", "/console/scores", Permission.SEE_VILLAGES),
    ("objections", "申诉", "/console/objections", Permission.SEE_VILLAGES),
    ("months", "月份和锁定", "/console/months", Permission.LOCK_MONTHS),
    ("schemes", "方案", "/console/schemes", Permission.MANAGE_SCHEMES),
)
