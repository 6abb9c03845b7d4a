"""Rules that keep albums on the server: parse, explain, evaluate, narrow to searches, plan, apply, undo."""
