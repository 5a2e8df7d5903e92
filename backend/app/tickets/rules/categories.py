"""Categories of tickets: the ones a county starts with, and what the words suggest."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from backend.app.core import clock
from backend.app.core.db import db
from backend.app.core.read_cache import remembered
from backend.app.tickets.errors import CategoryUnknown
from backend.app.tickets.kinds import TicketKind
from backend.app.tickets.models import TicketCategory

# code, name, urgency, words that point to it. The icon has the name of the code.
STARTING = (
    ("water", "供水", "utility", "自来水 停水 水管 水压 吃水 供水 断水 饮水 水质 机井 水费"),
    ("power", "供电", "utility", "停电 电压 电线 电表 电费 变压器 断电 供电 用电"),
    ("light", "路灯", "ordinary", "路灯 灯不亮 照明 摸黑"),
    ("road", "道路", "ordinary", "道路 路面 坑 修路 塌陷 桥 泥泞 硬化 公路 村道 堵车 班车 公交"),
    ("clean", "环境卫生", "ordinary", "垃圾 污水 臭 厕所 脏 清运 保洁 苍蝇 粪 河道 焚烧 噪音"),
    ("medical", "看病医保", "ordinary", "医保 看病 卫生室 村医 报销 医院 药 新农合 体检 疫苗"),
    ("welfare", "低保养老", "ordinary", "低保 养老 五保 残疾 救助 补贴 高龄 孤儿 困难户"),
    ("land", "土地房屋", "complex", "土地 宅基地 征地 拆迁 占地 危房 房屋 承包 确权 补偿款 违建"),
    ("farm", "农业生产", "ordinary", "灌溉 种子 农机 化肥 庄稼 收割 病虫 果树 养殖 农补 销路 柿饼"),
    ("school", "上学", "ordinary", "学校 上学 老师 校车 幼儿园 学费 午餐 学位 招生"),
    ("safety", "安全", "urgent", "着火 火灾 漏电 塌方 溺水 煤气 触电 危险 洪水 打架 倒塌 泄漏"),
    ("dispute", "邻里纠纷", "ordinary", "邻居 纠纷 吵架 地界 排水沟 欠钱 工资 欠薪 调解"),
    ("service", "办事服务", "ordinary", "办证 证明 盖章 户口 身份证 窗口 材料 手续 社保卡 公示"),
    ("cadre", "干部作风", "complex", "干部 书记 主任 态度 推诿 不作为 偏心 优亲厚友 贪 账目"),
    ("other", "其他", "ordinary", ""),
)  # fmt: skip
KIND_WORDS: dict[TicketKind, tuple[str, ...]] = {
    TicketKind.REPORT: ("举报", "贪污", "受贿", "套取", "冒领", "吃拿卡要"),
    TicketKind.THANKS: ("感谢", "谢谢", "表扬", "点赞", "锦旗"),
    TicketKind.SUGGESTION: ("建议", "希望能", "能不能建", "最好"),
    TicketKind.CONSULT: (
        "请问",
        "咨询",
        "怎么办理",
        "想问",
        "什么时候",
        "需要什么材料",
        "吗？",
    ),
    TicketKind.COMPLAINT: ("投诉", "不作为", "推诿", "态度差", "态度恶劣", "没人管", "不满"),
}


@dataclass(frozen=True)
class Suggestion:
    """What the words point to, and which words did."""

    category: str | None
    kind: TicketKind | None
    because: tuple[str, ...]


@dataclass(frozen=True)
class Signs:
    """A category with the words that point to it."""

    code: str
    words: Collection[str]
    urgent: bool = False


def suggest(words: str, categories: Sequence[Signs]) -> Suggestion:
    """The category whose words occur most; longer words weigh more, the first wins a tie.

    A sign of danger outweighs everything else: 电线着火 is no matter of power supply. Counting
    words that a person can read is all there is to it: whoever overrules it sees why. A question
    mark typed half-width asks as well.
    """
    words = words.replace("?", "？")
    best: tuple[tuple[bool, int], str | None, tuple[str, ...]] = ((False, 0), None, ())
    for signs in categories:
        found = tuple(word for word in signs.words if word in words)
        weight = (bool(found) and signs.urgent, sum(len(word) for word in found))
        if weight > best[0]:
            best = (weight, signs.code, found)
    kind = next((k for k, signs in KIND_WORDS.items() if any(s in words for s in signs)), None)
    return Suggestion(best[1], kind, best[2])


def list_categories(county_id: int) -> list[TicketCategory]:
    """A county's of today, in its own order."""
    return list(
        db.session.scalars(
            select(TicketCategory)
            .where(TicketCategory.county_id == county_id, TicketCategory.valid_to.is_(None))
            .order_by(TicketCategory.position, TicketCategory.id)
        )
    )


@remembered
def find_category(county_id: int, code: str | None) -> TicketCategory | None:
    """Raises CategoryUnknown for a code that the county does not use today."""
    if code is None:
        return None
    query = select(TicketCategory).where(
        TicketCategory.county_id == county_id,
        TicketCategory.code == code,
        TicketCategory.valid_to.is_(None),
    )
    found = db.session.scalar(query)
    if found is None:
        raise CategoryUnknown(errors={"category": [CategoryUnknown.message]})
    return found


def suggest_for(county_id: int, words: str) -> Suggestion:
    return suggest(words, _signs_of(county_id))


@remembered
def _signs_of(county_id: int) -> list[Signs]:
    known = list_categories(county_id)
    return [Signs(c.code, c.synonyms, c.urgency == "urgent") for c in known]


def change_category(
    county_id: int, code: str, name: str, urgency: str, synonyms: Sequence[str], position: int
) -> TicketCategory:
    """A new version from now on; tickets keep the one they were given."""
    at = clock.now()
    before = find_category(county_id, code)
    icon = before.icon if before else "other"
    if before is not None:
        before.valid_to = at
        db.session.flush()
    after = TicketCategory(
        county_id=county_id, code=code, name=name, icon=icon, urgency=urgency,
        synonyms=list(synonyms), position=position, valid_from=at,
    )  # fmt: skip
    db.session.add(after)
    db.session.flush()
    return after


def seed_categories(county_id: int) -> int:
    """Adds the starting categories that a county does not have; returns how many."""
    at = clock.now()
    rows = [
        {
            "county_id": county_id, "code": code, "name": name, "icon": code, "urgency": urgency,
            "synonyms": words.split(), "position": position, "valid_from": at,
        }
        for position, (code, name, urgency, words) in enumerate(STARTING, 1)
    ]  # fmt: skip
    added = (
        insert(TicketCategory)
        .values(rows)
        .on_conflict_do_nothing(
            index_elements=["county_id", "code"], index_where=TicketCategory.valid_to.is_(None)
        )
        .returning(TicketCategory.id)
    )
    return len(db.session.scalars(added).all())
