"""Installs, updates and removes the services, with nothing but the system's own Python."""
