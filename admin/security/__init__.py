"""Who may do what: hosts, headers, forms, sessions, passwords, the set-up code, slow clients."""
