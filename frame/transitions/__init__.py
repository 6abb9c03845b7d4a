"""How one picture follows another: one file each, timed by the clock, always ending on the new picture."""
