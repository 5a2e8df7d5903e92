"""Shapes of logging in without the mini-program."""

from marshmallow import fields, pre_load, validate

from backend.app.core.web.schemas import Shape

CODE = validate.Regexp(r"\A\d{6}\Z", error="验证码是 6 位数字")
LINK = validate.Regexp(r"\A\d{8}\Z", error="连接码是 8 位数字")
NUMBER = validate.Regexp(r"\A1[3-9]\d{9}\Z", error="请写 11 位的手机号")


class NumberShape(Shape):
    number = fields.String(required=True, validate=NUMBER)

    @pre_load
    def bare(self, data: object, **_: object) -> object:
        """People write numbers in groups, and with the country's code."""
        if not isinstance(data, dict) or not isinstance(data.get("number"), str):
            return data
        number = "".join(data["number"].split()).replace("-", "").removeprefix("+86")
        return {**data, "number": number}


class SmsAnswerShape(NumberShape):
    code = fields.String(required=True, validate=CODE)


class ProofShape(Shape):
    login_code = fields.String(required=True)
    is_new = fields.Boolean(
        required=True, metadata={"description": "nobody has come by this way yet"}
    )


class LinkInputShape(Shape):
    login_code = fields.String(required=True, validate=validate.Length(min=1, max=200))
    link_code = fields.String(required=True, validate=LINK)


class OpenWayShape(Shape):
    way = fields.String(required=True)
    name = fields.String(required=True)


class OpenWaysShape(Shape):
    ways = fields.List(fields.Nested(OpenWayShape), required=True)
    is_demo = fields.Boolean(required=True)


class OwnWayShape(OpenWayShape):
    hint = fields.String(required=True)
    added_at = fields.AwareDateTime(required=True)


class OwnWaysShape(Shape):
    mini_program = fields.Boolean(required=True)
    ways = fields.List(fields.Nested(OwnWayShape), required=True)


class LinkCodeShape(Shape):
    link_code = fields.String(required=True)
    seconds = fields.Integer(required=True)
