"""Log-ins of the console: opened, proved, locked. 登录。"""
