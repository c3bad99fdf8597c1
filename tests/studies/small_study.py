"""The beginning of the smallest study, which what is tried with it goes on from."""

from __future__ import annotations

SMALL_STUDY = """\
study: small
title: A small study
authors: [A. Scholar]
seed: 1
data_standing: public
sources:
  survey:
    path: data/raw/small/survey.csv
    key: [village, year]
    columns: {village: , year: , listed_now: , income: {label: Income}}
panel: {unit: village, period: year}
designation:
  listed: {indicator: listed_now}
outcomes:
  income: {label: Income a head, unit: yuan}
"""

FEW_DIAGNOSES = """\
diagnosis:
  skip: [differential_trends, anticipation, transitory_selection, spillover, attrition, heterogeneity, odd_cohort,
    influence, heavy_tails, composition]
"""
"""Leaves out the items that take long, in studies whose runs are looked at for something else."""
