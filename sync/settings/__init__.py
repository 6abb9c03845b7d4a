"""What the owner wants: read from settings.toml, judged, edited, and never a secret."""
