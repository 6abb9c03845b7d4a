"""Which photo comes next: pure, without files, clock or SQL. `choose.chooser` makes the one that the settings name."""
