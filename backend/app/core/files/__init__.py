"""Files: kept by key, opened with care, written for people. 文件。"""
