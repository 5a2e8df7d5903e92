"""The kinds of service point every county starts with: code, name, icon."""

KINDS: tuple[tuple[str, str, str], ...] = (
    ("service_window", "办事窗口", "window"),
    ("clinic", "卫生室", "clinic"),
    ("service_station", "村级便民服务站", "station"),
    ("street_lamp", "路灯", "lamp"),
    ("water", "供水", "water"),
    ("waste", "垃圾清运", "waste"),
    ("road", "道路", "road"),
    ("disclosure", "村务公开", "board"),
    ("elder_care", "养老服务", "elder"),
    ("toilet", "公共厕所", "toilet"),
    ("library", "农家书屋", "book"),
    ("school_bus", "校车与客运", "bus"),
    ("other", "其他服务", "other"),
)
