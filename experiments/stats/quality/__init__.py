"""How good a model is: against another version, its scores as probabilities, its thresholds, what nobody verified, over time."""
