"""From facts to each village's month. 得分卡。"""
