"""What becomes of what was thrown away: thirty days later nothing of it is left."""
