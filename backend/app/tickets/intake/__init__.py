"""The ways a ticket comes in. 受理入口。"""
