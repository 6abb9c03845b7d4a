"""Settings of the tools that this one replaces: what becomes of each line, and those of the tool for write-back."""
