"""The acts that earn points by themselves: what a rule calls them."""

RATING = "rating"
ANONYMOUS = "anonymous"
TICKET = "ticket"
FOLLOW_UP = "follow_up"

# Nothing here says what somebody answered, and no rule can ask: the same for low and high.
AUTOMATIC = {
    RATING: "评价服务",
    ANONYMOUS: "匿名参与",
    TICKET: "实名提诉求",
    FOLLOW_UP: "回答回访",
}
