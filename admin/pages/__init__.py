"""One file a page: who asks, what was typed, is it sound, do it, send the browser on."""
