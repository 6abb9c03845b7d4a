"""library.db: what sync and admin remember. All of its SQL lives here, one file an entity."""
