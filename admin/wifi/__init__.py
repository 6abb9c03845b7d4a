"""Getting a frame without a network into one: a network of its own with a page to choose the Wi-Fi."""
