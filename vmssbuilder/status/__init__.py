"""Where a request stands, and the one next act: for the bar on every page of a draft, the start page and lists."""
