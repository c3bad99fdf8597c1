"""Fuzzers: what nobody would write down as a test, drawn from printed seeds.

A short run of each is a slow test; a long one is made by hand: ``python -m tests.fuzz panels --seed 1 --cases 200``.
"""
