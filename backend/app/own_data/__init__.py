"""个人资料 Own data: see, take along, delete, close; and what is forgotten with time."""
