"""Whether a series of samples levels off: its slope after a warm-up, and how sure that is.

The samples are averaged over blocks, so that what comes and goes with single calls does not pass for independent
evidence; a straight line is fitted to the blocks. What is left of their likeness to their neighbours widens the
interval, as if there were fewer of them: n' = n (1 - r) / (1 + r), r the correlation of neighbouring residuals.
"""

import dataclasses
import math
import statistics

BLOCKS_MIN = 8
# Two-sided 95 % of Student's t, by degrees of freedom; between them the larger, beyond them the normal's.
T_95 = {1: 12.71, 2: 4.30, 3: 3.18, 4: 2.78, 5: 2.57, 6: 2.45, 8: 2.31, 10: 2.23, 15: 2.13, 20: 2.09, 30: 2.04,
        60: 2.00}  # fmt: skip


@dataclasses.dataclass
class Slope:
    per_hour: float
    margin: float  # half the width of the 95 % interval
    mean: float

    @property
    def least(self):
        return self.per_hour - self.margin

    @property
    def most(self):
        return self.per_hour + self.margin


def t_95(freedom):
    return T_95[max(key for key in T_95 if key <= max(freedom, 1))] if freedom < 120 else 1.98


def blocks(times, values, seconds):
    """(middle, mean) of each block of that length; the last one only if it is whole."""
    found = {}
    for time, value in zip(times, values, strict=True):
        found.setdefault(int((time - times[0]) // seconds), []).append((time, value))
    whole = [found[index] for index in sorted(found)]
    if len(whole) > 1 and len(whole[-1]) < len(whole[0]) / 2:
        whole.pop()
    return [(statistics.fmean(t for t, _ in block), statistics.fmean(v for _, v in block)) for block in whole]


def slope(times, values, block_seconds=60):
    """Slope per hour of `values` over `times` [s]. Raises ValueError if there are too few blocks for one."""
    points = blocks(times, values, block_seconds)
    if len(points) < BLOCKS_MIN:
        raise ValueError(f"{len(points)} blocks of {block_seconds} s after the warm-up; {BLOCKS_MIN} are needed")
    middle = statistics.fmean(t for t, _ in points)
    mean = statistics.fmean(v for _, v in points)
    spread = sum((t - middle) ** 2 for t, _ in points)
    gradient = sum((t - middle) * (v - mean) for t, v in points) / spread
    rest = [v - mean - gradient * (t - middle) for t, v in points]
    squares = sum(r * r for r in rest)
    alike = sum(a * b for a, b in zip(rest, rest[1:])) / squares if squares > 0 else 0
    alike = min(max(alike, 0), 0.9)
    freedom = max(len(points) * (1 - alike) / (1 + alike) - 2, 1)
    margin = t_95(freedom) * math.sqrt(squares / freedom / spread)
    return Slope(gradient * 3600, margin * 3600, mean)


def verdict(found, limit):
    """`limit`: the most that it may grow in an hour."""
    if found.most <= limit:
        return "level"
    return "grows" if found.least > 0 else "not sure: a longer run would tell"
