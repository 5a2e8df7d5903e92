"""减负: what no points may be given for, and how much may be asked of a unit."""

import re
import unicodedata

NUMBER, NEAR = r"[\d一二三四五六七八九十两几每]+", r"[^,;。]"
# Each trace with the words it is found by; what means the work itself is left out (挂牌督办,
# 融媒体中心, 媒体曝光). Sources: 整治形式主义为基层减负若干规定 (2024), 国办函〔2026〕12号.
TRACES: dict[str, str] = {
    "会议记录、次数": r"会议(?:记录|纪要|次数|台账)"
    rf"|(?:召开|组织|开展){NEAR}{{0,12}}会{NEAR}{{0,6}}{NUMBER}次|参加{NEAR}{{0,12}}会议",
    "发文": rf"发文|(印发|下发|出台){NEAR}{{0,8}}(文件|方案|通知){NEAR}{{0,6}}{NUMBER}[份个件]"
    rf"|(未|迟|晚|不)报送{NEAR}{{0,6}}方案|(上报|报送){NEAR}{{0,8}}(小结|总结)",
    "简报": r"简报|专报|工作动态",
    "信息篇数": rf"信息{NEAR}{{0,8}}({NUMBER}[篇条]|篇数|条数|报送|采用|刊用)|{NUMBER}篇",
    "媒体报道": r"(?<!融)媒体(?!中心|(负面)?曝光)|宣传(报道|稿件|资料|信息)"
    rf"|(报刊|刊物|电视|报纸){NEAR}{{0,6}}(报道|刊登|刊发|发稿|播出)",
    "批示": r"批示",
    "学习笔记": r"学习(笔记|心得)|心得体会|读书笔记|(工作|填写)日志",
    "留痕": r"留痕|痕迹|轨迹",
    "照片张数": r"照片|拍照|截图",
    "台账盒": rf"台账{NEAR}{{0,4}}盒|档案盒|软件资料|盒{NEAR}{{0,3}}(台账|资料)",
    "微信群": r"微信(工作)?群|工作群|QQ群|钉钉群",
    "点赞": r"点赞",
    "转发": r"转发",
    "投票": r"投票",
    "打卡": r"打卡|签到",
    "登录": r"登录|登陆(?!台风)",
    "注册、安装率": r"(注册|安装|下载|关注)(使用)?(率|量|数|人数|户数|用户)|注册并使用",
    "活跃用户": r"活跃用户|用户活跃|平台活跃|日活|月活",
    "在线时长": r"(在线|学习|使用)时长",
    "挂牌": r"挂牌(?!督办|督战|出让|交易|上市)|制度上墙",
}
FOUND_BY = {name: re.compile(pattern) for name, pattern in TRACES.items()}
MOST_TARGETS, MOST_BY_HAND = 50, 20
# A unit and month, for all its forms together.
MOST_MINUTES = 60


def denied(words: str) -> list[str]:
    """Which traces an element's words would pay for; none where they name results."""
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", words))
    return [name for name, pattern in FOUND_BY.items() if pattern.search(text)]
