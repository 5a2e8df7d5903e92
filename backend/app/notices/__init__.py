"""Publications and messages. 公示与消息。"""
