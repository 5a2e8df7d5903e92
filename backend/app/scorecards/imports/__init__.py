"""Files with a line a village. 数据导入。"""
