"""Words that nobody has read yet: checked, moderated, shown or refused. 待核的话。"""
