"""Why people are lost: a room of only a page; segments, paths, drivers and losses answer."""
