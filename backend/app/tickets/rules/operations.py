"""What a county decides about its tickets: settings, routing, templates, categories."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from backend.app.access import Actor, Permission, may
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput, NotAllowed
from backend.app.core.text_check import clean_words
from backend.app.places.errors import RegionUnknown
from backend.app.places.operations import keep_settings
from backend.app.places.queries import county_of_department, region_path
from backend.app.tickets.clocks.deadlines import Urgency
from backend.app.tickets.models import ReplyTemplate, RoutingRule, TicketCategory
from backend.app.tickets.rules import categories

STARTING_TEMPLATES = (
    (None, "已收到，马上去看", "您反映的事我们看到了，今天就去现场看，有结果马上告诉您。"),
    (None, "已办好", "您反映的事已经办好。您再看看，还有不对的地方直接告诉我们。"),
    (None, "需要时间", "这件事要等配件（或上级安排），预计【】日前办好，到时再告诉您。"),
    (None, "确实办不了", "这件事我们问过【】，眼下确实办不了，原因是：【】。您可以：【】。"),
    ("light", "路灯已修", "路灯已经修好，今晚就亮。再有不亮的，请记下灯杆号告诉我们。"),
    ("water", "供水恢复", "水管已经抢修好，现在恢复供水。刚开始水有点浑，放几分钟就清了。"),
    ("clean", "垃圾已清", "垃圾已经清走，以后每【】天清一次。谢谢您告诉我们。"),
    ("welfare", "低保办理说明", "低保要本人申请、入户核实、公示后由县里批准，一般【】个工作日。"),
)  # fmt: skip


def check_may(actor: Actor, county_id: int) -> None:
    if not may(actor, Permission.MANAGE_TICKET_RULES, region_path(county_id)):
        raise NotAllowed


def set_policy(actor: Actor, county_id: int, values: dict[str, Any]) -> None:
    """差评回访, 代录 cap and sample, silence and archive in days."""
    check_may(actor, county_id)
    keep_settings(county_id, values)
    record("set_ticket_policy", actor.person_id, "county", county_id)


def list_routing(county_id: int) -> list[RoutingRule]:
    """The rules in the order in which they are weighed."""
    query = select(RoutingRule).where(RoutingRule.county_id == county_id)
    order = (RoutingRule.category_code.nulls_last(), RoutingRule.region_id.nulls_last())
    return list(db.session.scalars(query.order_by(*order)))


def set_routing(
    actor: Actor,
    county_id: int,
    category_code: str | None,
    target: str,
    department_id: int | None = None,
    region_id: int | None = None,
) -> None:
    """先属主、后属地: where a category of a place goes; the same category and place is replaced."""
    check_may(actor, county_id)
    categories.find_category(county_id, category_code)
    if target not in ("department", "township", "village", "county"):
        raise InvalidInput(errors={"target": ["请选派给谁"]})
    if (target == "department") != (department_id is not None):
        raise InvalidInput(errors={"target": ["派给部门的要选部门"]})
    if department_id is not None and _county_of(department_id) != county_id:
        raise InvalidInput(errors={"target": ["没有这个部门"]})
    if region_id is not None and county_id not in region_path(region_id):
        raise InvalidInput(errors={"region_id": ["请选本县的地方"]})
    drop_routing(actor, county_id, category_code, region_id)
    db.session.add(
        RoutingRule(
            county_id=county_id, category_code=category_code, region_id=region_id,
            target=target, department_id=department_id,
        )
    )  # fmt: skip
    record("set_routing", actor.person_id, "county", county_id, code=category_code or "*")


def _county_of(department_id: int) -> int:
    try:
        return county_of_department(department_id)
    except RegionUnknown:
        raise InvalidInput(errors={"target": ["没有这个部门"]}) from None


def drop_routing(
    actor: Actor, county_id: int, category_code: str | None, region_id: int | None
) -> None:
    """What no rule names waits at the county desk."""
    check_may(actor, county_id)
    db.session.execute(
        delete(RoutingRule).where(
            RoutingRule.county_id == county_id,
            RoutingRule.category_code.is_not_distinct_from(category_code),
            RoutingRule.region_id.is_not_distinct_from(region_id),
        )
    )


def list_templates(county_id: int) -> list[ReplyTemplate]:
    query = select(ReplyTemplate).where(ReplyTemplate.county_id == county_id)
    return list(db.session.scalars(query.order_by(ReplyTemplate.id)))


def set_template(
    actor: Actor, county_id: int, title: str, words: str, category_code: str | None
) -> None:
    """A template by its title; the same title is rewritten, empty words remove it."""
    check_may(actor, county_id)
    name = title.strip()
    if not 1 <= len(name) <= 20:
        raise InvalidInput(errors={"title": ["模板名 1 到 20 个字"]})
    said = clean_words(words)
    categories.find_category(county_id, category_code)
    if said is None:
        where = (ReplyTemplate.county_id == county_id, ReplyTemplate.title == name)
        db.session.execute(delete(ReplyTemplate).where(*where))
    else:
        values = {"category_code": category_code, "words": said}
        db.session.execute(
            insert(ReplyTemplate)
            .values(county_id=county_id, title=name, **values)
            .on_conflict_do_update(index_elements=["county_id", "title"], set_=values)
        )
    record("set_reply_template", actor.person_id, "county", county_id, name=name)


def change_category(
    actor: Actor, county_id: int, code: str, name: str, urgency: str, synonyms: Sequence[str]
) -> TicketCategory:
    """A new version of a category, from now on."""
    check_may(actor, county_id)
    before = categories.find_category(county_id, code)
    if before is None:
        raise InvalidInput(errors={"code": ["没有这个分类"]})
    words = [word.strip() for word in synonyms if word.strip()]
    if not 1 <= len(name.strip()) <= 10:
        raise InvalidInput(errors={"name": ["分类名 1 到 10 个字"]})
    if urgency not in set(Urgency):
        raise InvalidInput(errors={"urgency": ["请从列表中选一个"]})
    if len(words) > 60 or any(len(word) > 10 for word in words):
        raise InvalidInput(errors={"synonyms": ["最多 60 个词，每个最多 10 个字"]})
    record("change_category", actor.person_id, "county", county_id, code=code, before=before.name)
    return categories.change_category(
        county_id, code, name.strip(), urgency, words, before.position
    )


def seed_county(county_id: int) -> None:
    """What a county starts with: categories, all to the village first, and some templates."""
    categories.seed_categories(county_id)
    db.session.execute(
        insert(RoutingRule)
        .values(county_id=county_id, category_code=None, target="village")
        .on_conflict_do_nothing()
    )
    rows = [
        {"county_id": county_id, "category_code": code, "title": title, "words": words}
        for code, title, words in STARTING_TEMPLATES
    ]
    db.session.execute(insert(ReplyTemplate).values(rows).on_conflict_do_nothing())
