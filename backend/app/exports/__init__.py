"""Files for the county's staff. 导出。"""
