"""Awards, criticism, vetoes and exemptions: proposed by one, decided by another. 加减分与容错。"""
