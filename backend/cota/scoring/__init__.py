"""From labels and hidden gold to consensus and skill: pure, deterministic, recomputable by anyone."""
