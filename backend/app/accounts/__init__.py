"""People, their roles and their log-ins. 人员、角色与登录。"""
