"""Five-level ratings of a service. 服务评价。"""
