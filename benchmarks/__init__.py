"""The same work against named peers, in one run on one machine; ratios, never bare seconds, are what is compared."""
