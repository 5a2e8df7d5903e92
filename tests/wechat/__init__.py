"""A stand-in of WeChat's server API, with its error codes. Never used in production."""
