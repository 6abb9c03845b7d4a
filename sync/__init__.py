"""What the device keeps and does: the mirror, smart albums and the jobs that run them."""
