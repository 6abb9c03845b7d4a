"""Tells somebody by mail or webhook what is wrong and what waits: found, decided, written, sent."""
