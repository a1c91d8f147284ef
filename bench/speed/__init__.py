"""The benchmark: product and floor, turn by turn, on the reference organisation (docs/performance.md).

`python -m bench.speed --scale 0.1`, or `make bench`. It asserts no times; `--check` compares ratios with
budgets.
"""
