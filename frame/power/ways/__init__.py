"""The ways to switch a panel off and on: one file each, one contract each, found by probing."""
