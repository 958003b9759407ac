"""Faults at chosen and at random moments, and a checker that proves afterwards what still holds."""
