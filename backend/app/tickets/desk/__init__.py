"""The county desk: its acts, its lists and its pages. 县级办理台。"""
