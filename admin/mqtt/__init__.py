"""This frame on an MQTT broker: announced to Home Assistant, told of, and listening."""
