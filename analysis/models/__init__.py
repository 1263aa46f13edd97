"""Models: what the panel can bear, estimated, with its power and with "cannot tell" as a result."""
