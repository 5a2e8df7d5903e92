"""Words that nobody has read yet: checked, held, shown or refused. 待核的话。"""
