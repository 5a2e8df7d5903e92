"""A village's month on the phone. 手机上的得分卡。"""
