"""The stories that the demonstration tells, each from its published source.

What a source states is recorded as it states it. What it leaves open stays empty, or is made up
and marked as demonstration data: people always are.
"""
