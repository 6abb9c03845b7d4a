"""Makes the disk equal to what the server lists, safely: plan, guard, fetch, apply, publish, trash and scrub."""
