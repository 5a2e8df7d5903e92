"""The audit log as it is read. 操作日志。"""
