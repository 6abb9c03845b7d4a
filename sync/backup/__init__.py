"""What no server could tell again, as one file without secrets: made, judged, put in place."""
