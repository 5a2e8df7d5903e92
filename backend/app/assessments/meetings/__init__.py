"""What goes out by a rhythm: the week's open entries, the quarter's papers. 周报、季会议。"""
