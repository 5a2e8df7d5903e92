"""No points for traces of work."""

import pytest

from backend.app.scoring.assessing.burden import TRACES, denied

# Lines of 石城县 2018 (河长制: departments, then towns) and 慈利县 2016 as printed, and one more
# for each other trace of the list.
PAID_FOR_TRACES = [
    ("加入县河长制工作群（3分）", "微信群"),
    ("年内至少3次，查看相关会议记录（3分，少一次扣1分）", "会议记录、次数"),
    ("有相关宣传资料（展板、公示牌、标语、宣传册）（10分）", "媒体报道"),
    ("参加河长制相关会议（2分，少一次扣0.5分，扣完为止）", "会议记录、次数"),
    ("信息报道受省级媒体以上推广1篇，得3分", "信息篇数"),
    ("县级媒体推广，得1分", "媒体报道"),
    ("相关人员注册并使用，得2分", "注册、安装率"),
    ("河长、巡查员、保洁员按要求填写日志，得3分", "学习笔记"),
    ("每个乡镇省级用稿1篇，市级用稿2篇", "信息篇数"),
    ("按时上报半年工作小结、年终工作总结，得2分", "发文"),
    ("被省、市、县小康简报采用的，分别得1分、0.6分、0.4分", "简报"),
    ("未报送方案不计分，迟报扣0.1分", "发文"),
    ("建立河长制微信群并及时发布信息", "微信群"),
    ("会议记录", "会议记录、次数"),
    ("每季度召开河长制工作会议不少于一次，少一次扣1分", "会议记录、次数"),
    ("以文件形式印发方案1份", "发文"),
    ("每月报送信息4篇", "信息篇数"),
    ("获市领导批示", "批示"),
    ("学习笔记齐全", "学习笔记"),
    ("全程留痕", "留痕"),
    ("上传现场照片3张", "照片张数"),
    ("按要求整理台账三盒", "台账盒"),
    ("公众号点赞", "点赞"),
    ("朋友圈转发量", "转发"),
    ("组织干部参加投票", "投票"),
    ("每日定位打卡", "打卡"),
    ("系统登录次数", "登录"),
    ("APP 注册率达到 90%", "注册、安装率"),
    ("平台活跃用户数", "活跃用户"),
    ("干部在线时长", "在线时长"),
    ("服务站挂牌率", "挂牌"),
]
# Results, some of them in words that sound alike.
RESULTS = [
    "确保县城污水处理率达80%以上，否则不得分（10分）",
    "年内全县查处非法捕捞案件10例以上，否则按完成比例得分（15分）",
    "对非法侵占林地进行调查处理，出现一例未处理扣10分（20分）",
    "建立入河排污口台账（10分）",
    "水质水量监测评价出现一次不达标河库扣2分，扣完为止",
    "被省、市明查暗访组查实工作落实不到位点名批评的，分别扣20、10分",
    "及时拨付河长制资金，组织资金使用绩效审核工作",
    "挂牌督办的重大隐患按期整改率",
    "被媒体曝光的环境问题每例扣2分",
    "融媒体中心建成并投入使用",
    "进销台账相符率", "台账完整及时率", "实名购买活跃指数", "安全生产事故起数",
    "保密档案", "建议提案满意率", "信访按期办结率", "道路养护乡道26.9公里", "小额贷款投放",
    "群众满意度", "行政执法与法治", "政务公开", "意识形态", "会计监督整改",
]  # fmt: skip


@pytest.mark.parametrize(("words", "trace"), PAID_FOR_TRACES)
def test_points_for_traces_are_denied_by_name(words: str, trace: str) -> None:
    assert trace in denied(words)


def test_every_trace_of_the_list_has_an_example() -> None:
    assert {trace for _, trace in PAID_FOR_TRACES} == set(TRACES)


@pytest.mark.parametrize("words", RESULTS)
def test_results_are_not_denied(words: str) -> None:
    assert denied(words) == []


def test_spaces_and_wide_letters_hide_nothing() -> None:
    assert denied("会 议　记录") == ["会议记录、次数"]
    assert denied("ＱＱ群通知") == ["微信群"]
    assert denied("") == []
