"""The append-only ledger of points. 积分流水。"""
