"""Staff: their pages, and lists of them that are imported. 人员。"""
