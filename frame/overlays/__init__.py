"""What is drawn by ourselves, apart from photos."""
