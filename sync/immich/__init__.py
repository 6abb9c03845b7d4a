"""Speaks HTTP to Immich: transport, typed answers, listings with proof of completeness, and every version difference."""
