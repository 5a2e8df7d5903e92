"""Numbers in, numbers with reasons out. 评分的纯函数。"""
