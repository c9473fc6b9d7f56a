"""Pages of drafts, a module for each kind: each view gates, parses, calls one action, answers."""
