"""Speaks HTTP to Immich: transport, typed answers, listings with proof of completeness, every version difference."""
