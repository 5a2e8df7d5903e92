"""What has to be put right, by whom and until when, until a person closes it. 四张清单。"""
