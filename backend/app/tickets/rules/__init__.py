"""What a county decides about its tickets: routing, categories, templates. 诉求设置。"""
