"""The web: what comes in, who may, and how it is answered. 网页与接口。"""
