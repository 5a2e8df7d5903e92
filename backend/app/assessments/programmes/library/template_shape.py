"""The file of an assessment's template: which keys it may hold, and its faults in words.

Optional keys have the default that a programme without them has; figures are text.
"""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validate

from backend.app.assessments.states import Duty, ElementScope, ProgrammeAdjustmentKind
from backend.app.assessments.states.acceptance import AcceptanceParty
from backend.app.assessments.states.issues import IssueList
from backend.app.assessments.states.rhythms import MeetingRhythm
from backend.app.core.web.schemas import Shape
from backend.app.scoring.assessing.progress import PROGRESS_NAMES
from backend.app.scoring.assessing.rules import MISSING_NAMES

FORMAT = 1
# What becomes a part of the programme's content as it stands, where the file has it.
CONTENT = (
    "raters", "clauses", "vetoes", "grades", "neighbours", "calibration", "feeds", "smart",
    "rhythm", "acceptance", "portraits", "raters_360", "rolling",
    "unranked",
)  # fmt: skip
CODE = validate.Regexp(r"[a-z][a-z0-9_]{0,19}\Z", error="应为小写字母开头的字母、数字")
MONTH_DAY = validate.Regexp(r"(0[1-9]|1[0-2])-(0[1-9]|1\d|2\d|30|31)\Z",
                             error="应为月-日，如 06-30")  # fmt: skip
FIGURE = validate.Regexp(
    r"\d{1,4}(\.\d{1,2})?\Z", error="应为不超过两位小数的数字，写成文字，不小于 0"
)
# What a group's units are found by in the county.
UNIT_KINDS = {
    "townships": "乡镇（街道）", "villages": "村（社区）", "departments": "部门",
    "subjects": "主体",
}  # fmt: skip


def _words(name: str, most: int, least: int = 0, **more: Any) -> fields.String:
    """Words of a length; without any, they are empty."""
    if not least and not more.get("required"):
        more.setdefault("load_default", "")
    length = validate.Length(least, most, error=f"填 {least} 到 {most} 个字")
    return fields.String(validate=length, metadata={"words": name}, **more)


def _figure(name: str, usual: str) -> fields.String:
    return fields.String(validate=FIGURE, load_default=usual, metadata={"words": name})


def _choice(name: str, values: Mapping[Any, str], usual: str) -> fields.String:
    among = validate.OneOf([usual, *values], error=f"应为其中一个：{'、'.join(values)}")
    return fields.String(validate=among, load_default=usual, metadata={"words": name})


def _list(name: str, inner: fields.Field[Any], most: int = 400, **more: Any) -> fields.List[Any]:
    length = validate.Length(0, most, error=f"最多 {most} 项")
    more.setdefault("load_default", list)
    return fields.List(inner, validate=length, metadata={"words": name}, **more)


class _Row(fields.Field[Any]):
    """A list of so many values, each read by the field in its place."""

    def __init__(self, *columns: fields.Field[Any]) -> None:
        super().__init__()
        self.columns = columns

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        if not isinstance(value, list) or len(value) != len(self.columns):
            names = "、".join(column.metadata["words"] for column in self.columns)
            raise ValidationError(f"应依次写：{names}")
        return [column.deserialize(cell) for column, cell in zip(self.columns, value, strict=True)]


class _UnitRuleShape(Shape):
    """Which of a county's units a group takes; a unit goes to the first group that takes it.

    Without names or endings every unit of the kind; `of` is the type of villages or the kind of
    subjects, `industry` that of subjects.
    """

    kind = _choice("单位种类", UNIT_KINDS, "townships")
    names = _list("单位名称", _words("单位名称", 80, 1))
    endings = _list("名称结尾", _words("名称结尾", 10, 1))
    of = _words("类型", 20)
    industry = _words("行业", 20)


class _UnitGroupShape(Shape):
    """A group with its weights and caps, and its units by rule."""

    name = _words("名称", 40, 1, required=True)
    task = _figure("目标任务权重", "100")
    social = _figure("社会评价权重", "0")
    ordinary = _figure("平时考核权重", "0")
    excellent = _figure("优秀比例", "30")
    bonus_cap = _figure("加分封顶", "5")
    deduction_cap = _figure("扣分封顶", "10")
    cards_cap = _figure("红黄牌封顶", "5")
    units = _list("单位", fields.Nested(_UnitRuleShape), 20)


class _ElementShape(Shape):
    """An indicator; scope and group are its dimension's where it names none; a group or industry
    says the scope.

    A line with a published source (`basis`) is no example unless it says so.
    """

    code = _words("编码", 20, 1, required=True)
    name = _words("名称", 80, 1, required=True)
    points = _figure("分值", "0")
    kind = _choice("进度方式", PROGRESS_NAMES, "cumulative")
    rule = fields.Dict(load_default=lambda: {"rule": "pass"}, metadata={"words": "计分方法"})
    source = _words("数据来源", 40, 1, required=True)
    owner = _words("评分责任单位", 80)
    criteria = _words("评分标准", 2000)
    measured_in = _words("计量单位", 16)
    tags = _list("标签", _words("标签", 20, 1), 10)
    direction = _choice("方向", {"up": "", "down": ""}, "up")
    basis = _words("依据", 200)
    duty = _choice("履职清单", Duty.names(), Duty.NONE.value)
    needs_evidence = fields.Boolean(load_default=False, metadata={"words": "要材料"})
    missing = _choice("缺数据时怎么算", MISSING_NAMES, "leave_weight")
    # A sentence for each level, the first level's first.
    anchors = _list("行为锚定", _words("行为锚定", 200, 1), 9)
    is_example = fields.Boolean(metadata={"words": "示例"})
    scope = _choice("给谁", ElementScope.names(), "")
    group = _words("类别", 40)
    industry = _words("行业", 20)


class _DimensionShape(Shape):
    """A heading with its indicators, and whom they are for."""

    code = _words("编码", 20, 1, required=True)
    name = _words("名称", 80, 1, required=True)
    scope = _choice("给谁", ElementScope.names(), "")
    group = _words("类别", 40)
    elements = _list("指标", fields.Nested(_ElementShape), 2000)


class _ProgrammePartShape(Shape):
    """One of several programmes that a template makes together."""

    code = fields.String(required=True, validate=CODE, metadata={"words": "代号"})
    title = _words("名称", 40, 1, required=True)
    dimensions = _list("维度", fields.Nested(_DimensionShape), 100)


class _RollingShape(Shape):
    """滚动评价 of subjects: how many months a value counts, and whether two red ones lead out."""

    validity = fields.Integer(load_default=12, metadata={"words": "有效月数"},
                              validate=validate.Range(1, 36, error="应为 1 到 36"))  # fmt: skip
    exit = fields.Boolean(load_default=False, metadata={"words": "退出"})


class _VetoShape(Shape):
    """一票否决 or 一票否优 with the superior's document it stands on."""

    kind = _words("种类", 12, 1, required=True)
    name = _words("事项", 80, 1, required=True)
    document = _words("文号", 100)


class _AcceptanceStepShape(Shape):
    """A step that scores every item, and who records it."""

    name = _words("步骤", 20, 1, required=True)
    by = _choice("谁来记", AcceptanceParty.names(), AcceptanceParty.OFFICE.value)


class _PortraitShape(Shape):
    """Indicators that are drawn beside each other, by their codes."""

    name = _words("画像", 20, 1, required=True)
    elements = _list("指标编码", _words("指标编码", 20, 1), 12)


class _IssueShape(Shape):
    """A line of the task table; the day it is due is of the programme's year."""

    list = _choice("清单", IssueList.names(), IssueList.TASK.value)
    task = _words("分任务", 120, 1, required=True)
    difficulty = _words("难点堵点", 500, 1, required=True)
    measure = _words("对策措施", 500)
    duties = _list("责任单位", _words("责任单位", 80, 1), 12)
    due = fields.String(validate=MONTH_DAY, load_default="12-31", metadata={"words": "时限"})


CLAUSE = _Row(
    _words("代号", 20, 1), _choice("种类", ProgrammeAdjustmentKind.names(),
            ProgrammeAdjustmentKind.BONUS.value),
    _words("条款", 80, 1), _figure("分值", ""),
)  # fmt: skip
RATERS = _Row(
    _words("评价组", 20, 1), _figure("权重", ""),
    fields.Integer(validate=validate.Range(1, 99, error="应为 1 到 99"),
                   metadata={"words": "最少票数"}),
    fields.Boolean(metadata={"words": "是否只合并显示"}),
)  # fmt: skip


class AssessmentTemplateShape(Shape):
    """The whole file."""

    format = fields.Integer(load_default=FORMAT, metadata={"words": "格式版本"}, validate=(
        validate.Equal(FORMAT, error="这个文件来自更新的版本，本系统还读不了")))  # fmt: skip
    code = fields.String(required=True, validate=CODE, metadata={"words": "代号"})
    title = _words("名称", 60, 1, required=True)
    words = _words("一句话", 120)
    suits = _words("适合谁", 120)
    origin = _words("出处", 200)
    differs = _words("不同之处", 200)
    common_points = _figure("共性指标合计分值", "100")
    lights = fields.Raw(load_default="fuping", metadata={"words": "亮灯"})
    clocks = fields.Dict(fields.String(), fields.Integer(), load_default=dict,
                         metadata={"words": "时限"})  # fmt: skip
    groups = _list("类别", fields.Nested(_UnitGroupShape), 60)
    dimensions = _list("维度", fields.Nested(_DimensionShape), 100)
    parts = _list("分项", fields.Nested(_ProgrammePartShape), 20)
    samples = fields.Dict(metadata={"words": "个性目标样例"})
    raters = _list("评价组", RATERS, 20)
    # Who rates judged elements; without them superiors 40, peers 20, public 40.
    raters_360 = _list("360°评价组", RATERS, 20)
    clauses = _list("条款", CLAUSE, 60)
    rolling = fields.Nested(_RollingShape, metadata={"words": "滚动评价"})
    unranked = fields.Boolean(load_default=False, metadata={"words": "不排名次"})
    vetoes = _list("否决事项", fields.Nested(_VetoShape), 20)
    grades = fields.Dict(metadata={"words": "定等分数线"})
    neighbours = fields.Dict(metadata={"words": "合并定等"})
    calibration = fields.Dict(metadata={"words": "正态校准"})
    smart = fields.Boolean(load_default=False, metadata={"words": "目标不明确的不能审定"})
    rhythm = _choice("报送节奏", MeetingRhythm.names(), MeetingRhythm.USUAL.value)
    acceptance = _list("分步验收", fields.Nested(_AcceptanceStepShape), 5)
    portraits = _list("画像", fields.Nested(_PortraitShape), 4)
    issues = _list("任务分解", fields.Nested(_IssueShape), 200)
    feeds = _list("数据导入代号", _words("代号", 30, 1), 60)
