"""When the wall is lit, dimmed or dark, and how its panel is told so."""
