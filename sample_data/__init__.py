"""Synthetic logs of both flows, made from a seed and a file that states what is planted."""
