"""Files that people hand in: read, shown first, mended, taken over, taken back. 导入。"""
