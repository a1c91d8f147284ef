"""The reference organisation: what the benchmark measures on, the same on every machine.

At scale 1: 7 areas with 28 teams, 2,000 people, 4 half-year cycles of which the last one runs, 10,000
objectives, 40,000 key results, 1,000,000 check-ins, 20,000 risks with mitigations. A larger organisation has
more areas and not longer roadmaps; a smaller one has the same areas with less in them. Nothing is left to
chance: every choice follows from a number, so two loads on one day are equal, row by row.

`python -m bench.reference --scale 1` fills the empty, migrated database that `DATABASE_URL` names.
"""
