"""数字化城管: classes of parts and events, who handles them until when, and what came of it."""
