"""The forms of one institution: each sheet's module lays it out, and reads what came back."""
