"""Looking at a running experiment again and again without being wrong more often.

`confidence_sequence`: at any time, as often as one likes. `group`: at times set beforehand, with a planned end.
"""
