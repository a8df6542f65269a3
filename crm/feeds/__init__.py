"""Feeds: addresses by which calendar programs read somebody's calendar while nobody has unlocked anything."""
