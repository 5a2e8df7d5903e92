"""Sets of rules that a county can load and change: data, no code.

岳池: the county published 6 classes and 17 items (domain rules §4); the published text gives the
numbers, not the wording, so labels and points here are ours.
"""

from backend.app.points.point_sources import FOLLOW_UP, RATING, TICKET
from backend.app.points.rules.rulebook import RuleItem

YUECHI = (
    RuleItem("村务参与", RATING, "评价服务", 2, 5, 30),
    RuleItem("村务参与", "m02", "参加院坝会", 5, 1, 4),
    RuleItem("村务参与", TICKET, "实名提诉求", 5, 1, 4),
    RuleItem("村务参与", FOLLOW_UP, "回答回访", 3, 2, 8),
    RuleItem("村务参与", "m05", "参加村民会议", 10, 1, 3),
    RuleItem("环境卫生", "m06", "房前屋后干净", 10, 1, 1),
    RuleItem("环境卫生", "m07", "垃圾分类投放", 5, 1, 4),
    RuleItem("环境卫生", "m08", "参加村庄清洁日", 10, 1, 2),
    RuleItem("乡风文明", "m09", "移风易俗、喜事新办", 30, 1, 1),
    RuleItem("乡风文明", "m10", "敬老爱幼受村里表扬", 20, 1, 1),
    RuleItem("公益事业", "m11", "志愿服务半天", 20, 1, 4),
    RuleItem("公益事业", "m12", "义务修路修渠半天", 20, 1, 4),
    RuleItem("公益事业", "m13", "无偿献血", 50, 1, 1),
    RuleItem("平安建设", "m14", "参加治安巡逻", 15, 1, 4),
    RuleItem("平安建设", "m15", "调解邻里纠纷", 20, 1, 2),
    RuleItem("产业发展", "m16", "参加技术培训", 10, 1, 2),
    RuleItem("产业发展", "m17", "带动邻居一起种养", 20, 1, 1),
)
EXAMPLES = {"yuechi": ("岳池样例：6 类 17 项", YUECHI, 150_000)}
