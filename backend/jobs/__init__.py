"""Jobs: load, transaction, one operation. 后台任务。"""
