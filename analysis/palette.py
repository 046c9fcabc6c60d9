"""The chart colours of every room, told apart with any kind of colour vision.

Hues of Okabe and Ito (2008); the light ones are darkened so that every mark keeps 3:1 against the light and
the dark page (WCAG 2.2, 1.4.11). Colour is never the only sign: give marks a label or a shape as well.
"""

BLUE = "#0072B2"
ORANGE = "#C77700"
GREEN = "#009E73"
PURPLE = "#BD6296"
SKY = "#3A8FC4"
VERMILLION = "#D55E00"
GREY = "#7A808A"

SERIES = (BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILLION, GREY)
"""Groups, variants and devices, in this order."""

ENDINGS = {"tap": BLUE, "dismiss": ORANGE, "leave": GREEN, "expired": PURPLE, "censored": GREY}
"""How a suggestion ends; the same colour on every page."""

BETTER = BLUE
WORSE = VERMILLION
UNDECIDED = GREY
"""An effect whose interval excludes zero in the good or the bad direction, and one that says nothing yet."""
