"""How a person runs the device: the phone page and the command line."""
