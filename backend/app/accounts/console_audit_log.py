"""操作记录: who did what, in words."""

from typing import Any

from flask import render_template

from backend.app.access import ROLE_NAMES, Permission, regions_of
from backend.app.accounts import audit_queries
from backend.app.accounts.blueprints import console as blueprint
from backend.app.core.audit import AuditEntry
from backend.app.core.web import boxes
from backend.app.core.web.forms import Query, turned
from backend.app.core.web.guards import actor, guard
from backend.app.scoring.schemes import ADJUSTMENT_NAMES

Names = dict[tuple[str, str], str]
ACTIONS = {
    "log_in": "登录",
    "log_out": "退出",
    "login_locked": "账号被锁定",
    "enrol_second_factor": "启用动态口令",
    "use_recovery_code": "用备用码登录",
    "change_password": "修改密码",
    "log_in_failed": "登录失败",
    "second_factor_failed": "动态口令不对",
    "password_refused": "改密码时原密码不对",
    "activate_login": "激活账号",
    "register_phone": "登记手机，等核对",
    "phone_refused": "手机尾号不对",
    "found_office": "设立三员",
    "shell_command": "服务器命令",
    "see_telephone": "查看电话",
    "invite_cadre": "请村干部",
    "accept_invitation": "接受邀请",
    "close_account": "注销账号",
    "export_person": "导出个人资料",
    "ask_data_request": "登记资料申请",
    "see_data_request": "查看资料申请",
    "decide_data_request": "办理资料申请",
    "open_login": "开账号",
    "reset_password": "重置密码",
    "unlock_login": "解锁账号",
    "disable_login": "停用账号",
    "enable_login": "恢复账号",
    "ask_for_grant": "申请角色",
    "ask_to_revoke": "申请收回角色",
    "decide_grant": "确认角色申请",
    "grant_role": "授予角色",
    "revoke_grant": "收回角色",
    "review_words": "审核留言",
    "request_export": "申请导出",
    "download_export": "下载导出",
    "recompute_month": "重新计算得分",
    "lock_month": "锁定月份",
    "correct_month": "更正锁定的月份",
    "publish_month": "公示月份",
    "print_village_sheet": "打印你说我办",
    "request_bulletin": "做简报",
    "download_bulletin": "下载简报",
    "save_scheme": "存考核方案",
    "approve_scheme": "批准考核方案",
    "drop_scheme": "作废考核方案",
    "save_programme": "存考核项目",
    "save_element": "存考核指标",
    "drop_element": "删考核指标",
    "save_targets": "存目标分解",
    "import_targets": "导入目标分解表",
    "try_programme": "试算考核项目",
    "approve_programme": "审定考核项目",
    "stop_programme": "停止考核项目",
    "issue_programme": "下达目标",
    "confirm_targets": "确认目标",
    "query_target": "对目标提疑问",
    "uphold_target": "维持目标",
    "drop_target": "取消目标",
    "set_key_target": "列为重点监管",
    "propose_target_change": "提出目标变更",
    "decide_target_change": "审定目标变更",
    "close_window": "关闭填报窗口",
    "reopen_window": "重开填报窗口",
    "submit_reports": "报进度",
    "pass_report": "通过进度汇报",
    "return_report": "退回进度汇报",
    "change_report": "改进度汇报的数",
    "use_evidence": "附印证材料",
    "detach_evidence": "取下印证材料",
    "evaluate_period": "定色",
    "publish_period": "发月通报",
    "ask_about_colour": "对颜色提疑问",
    "answer_query": "答复颜色疑问",
    "confirm_step": "确认督办",
    "drop_step": "不督办",
    "answer_step": "答复督办",
    "close_step": "督办销号",
    "create_api_token": "发接口令牌",
    "revoke_api_token": "收回接口令牌",
    "propose_adjustment": "提出扣分加分",
    "decide_adjustment": "审批扣分加分",
    "drop_adjustment": "撤回扣分加分",
    "start_import": "上传要导入的文件",
    "apply_import": "确认导入",
    "import_applied": "导入完成",
    "undo_import": "撤销导入",
    "download_refused": "下载没收的行",
    "set_village_kind": "定村的类型",
    "set_residents": "填常住人口",
    "add_village_kind": "新设村的类型",
    "raise_objection": "提出申诉",
    "decide_objection": "裁决申诉",
    "review_ratings": "复核评价",
    "set_objection_days": "改申诉期限",
    "set_points_rule": "改积分规则",
    "add_reward": "上架奖品",
    "change_reward": "改奖品",
    "retire_reward": "下架奖品",
    "open_exchange_point": "新设兑换点",
    "change_exchange_point": "改兑换点",
    "pause_exchange_point": "兑换点歇业",
    "resume_exchange_point": "兑换点开业",
    "close_exchange_point": "撤销兑换点",
    "invite_keeper": "请店主",
    "accept_keeper_invitation": "接受店主邀请",
    "deliver_stock": "送货",
    "undo_delivery": "撤回送货",
    "count_stock": "盘点",
    "confirm_count": "确认盘点",
    "drop_count": "作废盘点",
    "reserve_reward": "预订奖品",
    "cancel_redemption": "取消预订",
    "expire_redemption": "预订到期",
    "hand_out_reward": "发放奖品",
    "return_reward": "退货",
    "publish_points": "公示积分兑换",
    "correct_points_publication": "更正积分公示",
    "save_points_draft": "存积分办法草稿",
    "drop_points_draft": "删积分办法草稿",
    "adopt_points_rules": "定积分办法",
    "end_points_rules": "停用积分办法",
    "enter_points_deed": "登记积分事项",
    "decide_points_deed": "确认积分事项",
    "close_points_month": "积分结账",
    "freeze_points": "冻结积分",
    "decide_points_appeal": "裁定积分申诉",
    "lift_points_freeze": "解冻积分",
    "freeze_points_day": "暂扣积分",
    "decide_points_day_freeze": "裁定暂扣",
    "set_points_expiry": "设积分期限",
    "set_survey_points": "设问卷积分",
    "give_survey_points": "给问卷积分",
    "switch_draws": "开关抽奖",
    "save_draw": "存抽奖草稿",
    "publish_draw": "公布抽奖名单",
    "enter_draw_seed": "录抽奖种子",
    "call_off_draw": "取消抽奖",
    "import_divisions": "导入区划",
    "add_group": "新设小组",
    "add_department": "新设部门",
    "rename_region": "地方改名",
    "move_region": "地方划转",
    "merge_villages": "村合并",
    "split_village": "村分设",
    "propose_reorganisation": "提出区划调整",
    "confirm_reorganisation": "确认区划调整",
    "drop_reorganisation": "撤回区划调整",
    "add_service_point": "新设服务点",
    "rename_service_point": "服务点改名",
    "close_service_point": "撤销服务点",
    "set_photo": "换照片",
    "rotate_code": "换发二维码",
    "revoke_code": "停用二维码",
    "print_posters": "打印海报",
    "move_ticket": "办理诉求",
    "review_ticket_words": "核定诉求文字",
    "enter_ticket": "代录诉求",
    "check_proxy": "核对代录",
    "print_ticket": "打印工单",
    "fill_calendar": "改工作日历",
    "retry_job": "再试没办成的任务",
    "set_office_hours": "改上下班时间",
    "set_deadline": "改办理时限",
    "set_ticket_policy": "改诉求设置",
    "change_category": "改诉求分类",
    "set_routing": "改派单规则",
    "set_reply_template": "改答复模板",
    "moderate_words": "微信提示后待核",
    "add_moderated_words": "加待核词",
    "remove_moderated_words": "删待核词",
    "add_survey_question": "加问卷题",
    "retire_survey_question": "停用问卷题",
    "create_survey": "新建问卷",
    "save_survey": "保存问卷",
    "schedule_survey": "问卷排期",
    "unschedule_survey": "撤回排期",
    "delete_survey": "删除问卷草稿",
    "publish_survey": "公布问卷结果",
    "remake_survey_keys": "重新合并匿名单位",
    "review_survey_words": "核定问卷文字",
    "give_paper_slip": "发纸票",
    "enter_paper_batch": "录纸票",
    "drop_paper_batch": "作废一批纸票",
}
SUBJECTS = {
    "person": "人员", "region": "地方", "service_point": "服务点", "rating": "评价",
    "login": "账号", "command": "命令",
    "export": "导出", "county": "县", "department": "部门", "points_rule": "积分规则",
    "points_rule_set": "积分办法", "points_deed": "积分事项",
    "ticket": "诉求", "survey": "问卷", "objection": "申诉", "bunch": "一组评价",
    "points_freeze": "冻结", "points_day_freeze": "暂扣", "points_draw": "抽奖",
    "adjustment": "扣分加分", "assessment_scheme": "考核方案", "api_token": "接口令牌",
    "bulletin": "简报", "data_request": "资料申请", "failed_item": "没办成的一条",
    "programme": "考核项目", "target": "目标", "assessed_unit": "被考核单位",
    "programme_window": "填报窗口", "target_report": "进度汇报", "evidence": "印证材料",
    "target_supervision": "督办", "colour_query": "颜色疑问",
    "reward": "奖品", "exchange_point": "兑换点", "redemption": "兑换",
}  # fmt: skip
DETAILS = {
    "role": "角色", "region_id": "地方", "grant_id": "授权编号", "decision": "结论",
    "invitation_id": "邀请编号",
    "reason": "原因", "serial": "码编号", "month": "月份", "format": "格式", "total": "总数",
    "new": "新增", "renamed": "改名", "moved": "移动", "gone": "消失", "count": "数量",
    "name": "名称", "before": "原为", "parent_id": "划入", "into": "并入", "posters": "海报张数",
    "amount": "数值", "year": "年份", "days": "天数", "edges": "时段", "urgency": "紧急程度",
    "stage": "环节", "unit": "单位", "shown": "可见", "source": "来源", "refused": "未收",
    "code": "编码", "move": "步骤",
    "job": "任务", "part": "环节", "item": "编号",
    "items": "项数", "budget": "预算", "version": "版次", "starts_on": "开始", "people": "人数",
    "confirmed": "通过", "credited": "得分人数", "entries": "笔数", "kind": "内容",
    "number": "第几号", "facts": "事实摘要", "results": "结果摘要", "digest": "摘要",
    "villages": "村数", "first_month": "起始月份", "county_id": "县", "ends_on": "结束",
    "ratings": "评价数", "filters": "筛选", "exchange_point_id": "兑换点编号", "scanned": "扫码",
    "on_the_shelf": "放回货架", "reward_id": "奖品编号", "price": "积分", "quantity": "件数",
    "movement_id": "流水编号", "count_id": "盘点编号",
    "after": "改为", "changed": "改动", "correction": "更正号",
    "user": "服务器用户", "words": "参数", "listed": "词",
    "daily_cap": "每天上限", "units": "匿名单位数", "recoded": "换编码", "reopened": "恢复",
}  # fmt: skip
VALUES = {
    **{role.value: name for role, name in ROLE_NAMES.items()},
    **ADJUSTMENT_NAMES,
    "approved": "批准",
    "upheld": "申诉成立", "refused": "没有成立",
    "confirmed": "确认", "grant": "授予", "revoke": "收回",
    "phone": "本人手机", "slip": "安全管理员当面", "founding": "第一位安全管理员",
    "show": "通过", "refuse": "不通过", "xlsx": "表格(xlsx)", "csv": "文本(csv)",
    "accept": "受理", "decline": "不予受理", "classify": "分类", "assign": "派单",
    "reassign": "改派", "decide_extension": "审批延期", "merge": "合并", "release": "拆出",
    "split": "分设", "rename": "改名", "move": "划转",
    "supplement": "补充", "confirm": "回访:解决", "dispute": "回访:未解决", "follow_up": "回访",
    "close_unsolved": "未解决结束", "reopen": "重办", "supervise": "督办", "archive": "归档",
}  # fmt: skip


# What an auditor asks for most, each with the acts it means.
GROUPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "failed": (
        "失败的登录",
        ("log_in_failed", "second_factor_failed", "phone_refused", "password_refused",
         "login_locked"),
    ),
    "telephones": ("查看电话", ("see_telephone",)),
    "grants": (
        "角色和账号",
        ("ask_for_grant", "ask_to_revoke", "decide_grant", "grant_role", "revoke_grant",
         "open_login", "reset_password", "register_phone", "activate_login", "found_office",
         "unlock_login", "disable_login", "enable_login", "invite_cadre", "accept_invitation"),
    ),
    "shell": ("服务器命令", ("shell_command",)),
}  # fmt: skip
ORIGINS = {"console": "工作台", "app": "小程序", "shell": "服务器", "job": "系统"}
ENTRIES = Query.of(
    person=boxes.Text(40), action=boxes.Text(60), address=boxes.Text(45),
    first=boxes.Day(otherwise=boxes.REFUSED), last=boxes.Day(otherwise=boxes.REFUSED),
    page=boxes.Page(),
)  # fmt: skip


def describe(detail: dict[str, Any], names: Names) -> str:
    """The details of an entry in words."""

    def word(name: str, value: Any) -> Any:
        if name in audit_queries.REGION_DETAILS:
            return names.get(("region", str(value)), value)
        return VALUES.get(str(value), value)

    return ",".join(
        f"{DETAILS.get(name, name)} {word(name, value)}" for name, value in detail.items()
    )


def name_subject(entry: AuditEntry, names: Names) -> str:
    """What an entry is about: kind and name, or kind and number."""
    kind = "region" if entry.subject_kind == "county" else entry.subject_kind
    called = names.get((kind, entry.subject_id)) or entry.subject_id
    return f"{SUBJECTS.get(entry.subject_kind, entry.subject_kind)} {called}"


def _actions(asked: str) -> tuple[str, ...]:
    """The acts that a group or one act's name stands for; none for all."""
    return GROUPS[asked][1] if asked in GROUPS else (asked,) if asked else ()


@blueprint.get("/audit")
@guard(Permission.SEE_AUDIT)
def list_audit() -> str:
    """Who did what, newest first."""
    query = ENTRIES.read()
    page, action = query["page"], query["action"]
    rows = audit_queries.list_audit(
        regions_of(actor(), Permission.SEE_AUDIT), person=query["person"],
        actions=_actions(action), address=query["address"], first=query["first"],
        last=query["last"], page=page,
    )  # fmt: skip
    names = audit_queries.name_subjects(entry for entry, _ in rows)
    return render_template(
        "accounts/audit.html",
        rows=rows[: audit_queries.PAGE], more=len(rows) > audit_queries.PAGE, page=page,
        asked={name: value or "" for name, value in query.items()},
        action_names=ACTIONS, groups=GROUPS, origins=ORIGINS, names=names,
        name_subject=name_subject, describe=describe, turn=lambda page: turned(page=page),
    )  # fmt: skip
