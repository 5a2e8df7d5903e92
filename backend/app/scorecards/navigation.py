"""The pages under 得分, in the order of a month: look, compare, clear up, lock."""

from backend.app.access import Permission

# Key, label, address, who may open it.
TABS: tuple[tuple[str, str, str, Permission], ...] = (
    ("villages", "各村评价", "/console/villages", Permission.SEE_VILLAGES),
    ("scores", "排名", "/console/scores", Permission.SEE_VILLAGES),
    ("reviews", "待复核", "/console/reviews", Permission.SEE_REVIEWS),
    ("objections", "申诉", "/console/objections", Permission.SEE_VILLAGES),
    ("adjustments", "扣分加分", "/console/adjustments", Permission.SEE_VILLAGES),
    ("imports", "数据导入", "/console/scores/imports", Permission.IMPORT_FACTS),
    ("months", "月份和锁定", "/console/months", Permission.LOCK_MONTHS),
    ("schemes", "方案", "/console/schemes", Permission.MANAGE_SCHEMES),
    ("kinds", "村的类型", "/console/village-types", Permission.MANAGE_SCHEMES),
)
