"""What the device keeps and does: the mirror, smart albums, write-back, ingest and the jobs that run them."""
