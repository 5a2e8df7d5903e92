"""A stand-in for Aliyun's SendSms, as its documents describe it."""
