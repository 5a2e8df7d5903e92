"""Counties, townships, villages, service points and their codes. 地方、服务点与二维码。"""
