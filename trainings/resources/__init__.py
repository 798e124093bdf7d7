"""Trainings and attendance in and out of sheets."""
