"""Home: a room of only a page; it asks the other rooms."""
