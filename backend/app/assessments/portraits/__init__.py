"""A few elements of a unit beside its group's middle, month by month, without any total. 画像。"""
