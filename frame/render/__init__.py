"""From an object on the disk to the pixels of the panel: decode in a bounded child, colour, layout, compose."""
