"""Loopback stand-ins for the servers this project talks to."""
