"""What values become: colours, the ladder, cards. 五色进度、督办、红黄牌。"""
