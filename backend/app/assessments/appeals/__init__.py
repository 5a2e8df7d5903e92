"""申诉: once for each item of a published result; an upheld one makes a numbered correction."""
