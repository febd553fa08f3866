"""bench/soak judges by itself: these are its judge's own tests."""

import pathlib
import random
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bench"))

from soaking import judge, plot  # noqa: E402

TIMES = range(0, 3600, 5)


def noisy(growth_per_hour, noise=500, alike=0.0, level=40_000):
    """Samples of an hour; `alike`: how much of a deviation stays from one to the next."""
    dice = random.Random(1)
    values, deviation = [], 0.0
    for time in TIMES:
        deviation = alike * deviation + dice.gauss(0, noise)
        values.append(level + growth_per_hour * time / 3600 + deviation)
    return values


def verdict(values, limit=4096):
    return judge.verdict(judge.slope(TIMES, values), limit)


def test_noise_without_growth_is_level():
    assert verdict(noisy(0)) == "level"


def test_what_has_no_noise_is_judged_too():
    assert verdict([21] * len(TIMES), 0.5) == "level"
    assert verdict([20 + time / 600 for time in TIMES], 0.5) == "grows"


def test_a_leak_beyond_the_limit_grows_though_noise_hides_it():
    assert verdict(noisy(8000, noise=4000)) == "grows"


def test_growth_below_the_limit_is_level():
    assert verdict(noisy(1000)) == "level"


def test_a_run_that_cannot_tell_says_so():
    assert verdict(noisy(0, noise=3000, alike=0.99)).startswith("not sure")


def test_likeness_of_neighbours_widens_the_interval():
    sure, unsure = (judge.slope(TIMES, noisy(0, noise, alike)) for noise, alike in ((500, 0), (500, 0.98)))
    assert unsure.margin > 3 * sure.margin


def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    held = 0
    for seed in range(200):
        dice = random.Random(seed)
        found = judge.slope(TIMES, [1000 + time / 36 + dice.gauss(0, 50) for time in TIMES])
        held += found.least <= 100 <= found.most
    assert held >= 180


def test_a_run_without_enough_minutes_is_refused():
    with pytest.raises(ValueError, match="8 are needed"):
        judge.slope(range(0, 300, 5), [1] * 60)


def test_a_picture_has_a_panel_for_each_series():
    drawn = plot.picture("<calls>", list(TIMES), {"memory": noisy(0), "threads": [9] * len(TIMES)}, 600)
    assert drawn.count("<polyline") == 2
    assert "&lt;calls&gt;" in drawn
