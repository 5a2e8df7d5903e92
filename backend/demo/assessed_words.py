"""What units, owners and the office of the demo county say of targets; all of it invented."""

WORK = (
    "本月按计划推进，累计完成{value}{unit}。",
    "已完成{value}{unit}，台账和现场都已核对。",
    "累计{value}{unit}，其余按月安排。",
    "本月集中办了一批，累计{value}{unit}。",
    "与上月相比加快，累计完成{value}{unit}。",
)
DIFFICULTIES = (
    "资金还没有全部到位。", "连阴雨影响了施工。", "手续正在办，要等批复。",
    "人手紧，秋收时停了几天。", "用地协调还差两户。",
)  # fmt: skip
NEXT_STEPS = (
    "下月补上差额，每周看一次进度。", "请主管部门协调资金，月底前开工。",
    "增加一个班组，赶回工期。", "先办好手续，再集中推进。",
)  # fmt: skip
ANSWERS = (
    "主要是前期手续慢，现已办好，下月可以赶上计划。",
    "资金到位晚了一个月，已安排加班，两个月内补齐。",
    "已由分管领导牵头，每周调度一次，月底报结果。",
    "漏报是联络员更换造成的，已补报，今后由两人互相提醒。",
)
DOUBTS = (
    "台账数比系统里多，请核一核验收单。", "计划数还是变更以前的，请按变更后的算。",
    "上月补报的数好像没有算进去。",
)  # fmt: skip
RETURNED = (
    "和台账对不上，请核对后重报。",
    "比上月增加太多，请说明来源。",
    "只报了下达数，请报完成数。",
)
CORRECTED = ("按验收单核实，改为核实数。", "按县级台账核减重复计算的部分。")
UPHELD = "已核对台账和验收单，数字无误，维持原色。"
DROPPED = "已核实，主要受批复时间影响，单位已有安排，本次不督办。"
IN_PARTS = "有事项到期还没有完成"
# What departments take points for, by the element of the common lists.
CASES = {
    "DJ02": "网络舆情处置不及时", "DJ04": "一名干部违反工作纪律被查实",
    "FZ01": "行政处罚程序不当被依法纠正", "FZ05": "涉密文件保管不规范",
    "PA03": "施工现场发生责任事故", "PA05": "集体食堂留样不规范被通报",
    "ST01": "河道污染整改不力", "ST04": "违法占用耕地没有按期整改",
    "MS04": "困难群众应纳未纳", "JJ04": "统计台账和上报数不符",
    "GG02": "没有依据向村里要表",
}  # fmt: skip
OTHER_CASE = "日常检查发现问题没有按期整改"
# Awards and criticism of a year: kind, clause, what happened, whether it counts.
MOVES = (
    ("bonus", "省委、省政府表彰", "乡村建设示范工作受省委、省政府表彰", True),
    ("deduction", "市级通报批评", "秸秆禁烧巡查不到位被市级通报批评", True),
    ("bonus", "市委、市政府表彰", "基层治理创新受市委、市政府表彰", True),
    ("bonus", "市委、市政府表彰", "信访积案化解受市委、市政府表彰", False),
    ("deduction", "县级通报批评", "防汛值班脱岗被县级通报批评", True),
    ("bonus", "县委、县政府表彰", "优化营商环境受县委、县政府表彰", True),
)
SEEN = (
    "看过台账和现场，和上报一致。", "台账有、现场没有，照片是别处的。",
    "完成了大部分，其余还在施工，按实际数计。",
)  # fmt: skip
# How those who are not very satisfied share the other four levels.
RATED_GOOD = (0.74, 0.19, 0.05, 0.02)
APPEAL = "整改已在期限内完成，主管部门漏收了销号单，附验收单。"
APPEAL_UPHELD = "已核对验收单，整改在期限内完成，予以更正。"
APPEAL_AGAIN = "希望按上半年的数重新计算。"
APPEAL_REFUSED = "已按全年的数计算，方法和方案一致，维持原结果。"
