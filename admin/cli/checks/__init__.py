"""What `doctor` looks at: small functions, each about one thing that can be wrong, each with its advice."""
