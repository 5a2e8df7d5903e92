"""Steps that score every item of a unit, each by others; the last one counts. 自评、初评、验收。"""
