"""Shapes of ratings."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from backend.app.core.text_check import WordsState
from backend.app.core.web.schemas import QueryId, Shape
from backend.app.places.schemas import VillageShape
from backend.app.places.targets import CODE
from backend.app.ratings.models import OFFLINE, SCAN
from backend.app.scoring.levels import BEST, WORST

MAX_REASONS = 6


class LevelField(fields.Integer):
    """1 非常满意 to 5 非常不满意."""

    def __init__(self, **kwargs: object) -> None:
        bounds = validate.Range(min=BEST, max=WORST, error="满意程度只有五级：1 到 5")
        super().__init__(strict=True, validate=bounds, **kwargs)  # type: ignore[arg-type]


class RatingInputShape(Shape):
    level = LevelField(required=True)
    reason_ids = fields.List(
        fields.Integer(
            strict=True, validate=validate.Range(min=1, max=2**31 - 1, error="编号不对")
        ),
        load_default=list,
        validate=validate.Length(max=MAX_REASONS, error=f"最多选 {MAX_REASONS} 个原因"),
    )
    words = fields.String(load_default=None, allow_none=True)


class OfflineScanShape(Shape):
    """What the phone keeps of a scan without a signal: the code, a random number, its own time."""

    code = fields.String(
        required=True, validate=validate.Regexp(f"{CODE.pattern}\\Z", error="请重新扫码")
    )
    nonce = fields.String(
        required=True, validate=validate.Regexp(r"[0-9a-f]{24}\Z", error="请重新扫码")
    )
    scanned_at = fields.AwareDateTime(required=True)


class NewRatingShape(RatingInputShape):
    """With exactly one of the two scans."""

    scan_token = fields.String(
        load_default=None, validate=validate.Length(min=1, max=200, error="请重新扫码")
    )
    offline_scan = fields.Nested(OfflineScanShape, load_default=None)

    @validates_schema
    def check_scan(self, data: dict[str, Any], **_: Any) -> None:
        if (data["scan_token"] is None) == (data["offline_scan"] is None):
            raise ValidationError("请重新扫码", "scan_token")


class FollowupInputShape(Shape):
    level = LevelField(required=True)
    words = fields.String(load_default=None, allow_none=True)


class FollowupShape(Shape):
    level = fields.Integer(required=True)
    label = fields.String(required=True)
    words = fields.String(allow_none=True, required=True)
    created_at = fields.AwareDateTime(required=True)


class RatingShape(Shape):
    id = fields.Integer(required=True)
    level = fields.Integer(required=True)
    label = fields.String(required=True)
    reason_ids = fields.List(fields.Integer(), required=True)
    reasons = fields.List(fields.String(), required=True)
    words = fields.String(allow_none=True, required=True)
    words_state = fields.String(required=True, validate=validate.OneOf(list(WordsState)))
    rated_on = fields.Date(required=True)
    channel = fields.String(required=True, validate=validate.OneOf([SCAN, OFFLINE]))
    change_until = fields.AwareDateTime(allow_none=True, required=True)
    village_name = fields.String(required=True)
    service_point_name = fields.String(required=True)
    followup = fields.Nested(FollowupShape, allow_none=True, required=True)


class NewlyRatedShape(RatingShape):
    points_awarded = fields.Integer(required=True)
    balance = fields.Integer(required=True)


class OwnRatingsShape(Shape):
    items = fields.List(fields.Nested(RatingShape), required=True)
    next = fields.Integer(allow_none=True, required=True)


class RatingsBeforeQuery(Shape):
    before = QueryId(load_default=None)


class ServicePointShape(Shape):
    id = fields.Integer(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True)
    kind_name = fields.String(required=True)
    icon = fields.String(required=True)
    photo_url = fields.String(allow_none=True, required=True)


class RefusalShape(Shape):
    code = fields.String(required=True)
    message = fields.String(required=True)


class ReasonShape(Shape):
    id = fields.Integer(required=True)
    text = fields.String(required=True)


class LevelChoiceShape(Shape):
    level = fields.Integer(required=True)
    label = fields.String(required=True)
    reasons = fields.List(fields.Nested(ReasonShape), required=True)


class LandingShape(Shape):
    scan_token = fields.String(required=True)
    scan_token_expires_at = fields.AwareDateTime(required=True)
    village = fields.Nested(VillageShape, required=True)
    service_point = fields.Nested(ServicePointShape, required=True)
    may_rate = fields.Boolean(required=True)
    refusal = fields.Nested(RefusalShape, allow_none=True, required=True)
    rated_today = fields.Nested(RatingShape, allow_none=True, required=True)
    levels = fields.List(fields.Nested(LevelChoiceShape), required=True)
    points_for_rating = fields.Integer(required=True)
    suggest_binding = fields.Boolean(required=True)
