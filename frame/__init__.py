"""What the wall shows. It knows of sync only what sync publishes: the catalogue and the objects."""
