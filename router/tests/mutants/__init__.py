"""Subgraphs changed and damaged at random: whatever they are, composition answers properly."""
