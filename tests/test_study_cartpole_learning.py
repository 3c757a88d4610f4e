"""Why this file exists: a table of luck is only worth something if it is whole, honest and can be made again."""

import numpy as np
import pytest

from dlcourse.environments import episode_returns, hand_rule
from dlcourse.studies import cartpole_learning as study
from dlcourse.studies.chapter_1 import in_float64
from dlcourse.studies.table import read


def numbers(name, column):
    return np.array([float(row[column] or "nan") for row in study.rows_of(name)])


def test_the_table_is_whole():
    rows = read("cartpole_learning")
    for name in study.LEARNERS:
        assert [int(row["seed"]) for row in study.rows_of(name)] == list(study.SEEDS)
        swept = [float(row["rate"]) for row in rows if (row["learner"], row["stage"]) == (name, "sweep")]
        assert swept == study.rates(name)
        for row in study.rows_of(name):
            curve = [float(value) for value in row["curve"].split()]
            assert len(curve) == study.STEPS[study.family(name)] // study.EVERY and 8 <= min(curve) <= max(curve) <= 500
            assert float(row["last_worst"]) <= float(row["last"]) and float(row["best_worst"]) <= float(row["best"])
            if row["first_steps"]:
                assert int(row["first_episodes"]) < int(row["first_steps"])
    assert [row["learner"] for row in rows if row["stage"] == "untrained"] == ["random", "hand rule"]


@pytest.mark.parametrize("name", study.LEARNERS)
def test_the_rate_is_the_sweeps(name):
    assert study.best_rate(name) == study.CHOSEN[name]
    assert {float(row["rate"]) for row in study.rows_of(name)} == {study.CHOSEN[name]}


@in_float64()
def test_the_untrained_rows_made_again_agree():
    for row in read("cartpole_learning"):
        if row["stage"] == "untrained":
            again = study.untrained_row(row["learner"])
            assert again["last"] == pytest.approx(float(row["last"]), abs=3)
    assert study.judged(hand_rule)[0] == pytest.approx(episode_returns(hand_rule, 100, study.FINAL).mean(), abs=0.06)


@in_float64()
@pytest.mark.parametrize(("name", "steps"), [("REINFORCE, mean", 4_000), ("DQN, double and soft", 2_000)])
def test_the_beginning_of_a_run_made_again_is_that_of_the_table(name, steps):
    """Rounding grows from step to step, so that a long run can differ on another processor; its beginning does not."""
    row, _ = study.seed_row(name, 0, steps)
    stored = study.rows_of(name)[0]["curve"].split()
    again = [float(value) for value in row["curve"].split()]
    assert again == pytest.approx([float(value) for value in stored[: len(again)]], abs=3)


@in_float64()
def test_training_is_the_same_twice_and_not_for_another_seed():
    first, second, other = (study.learn("REINFORCE, value", seed, 0.04, 1_500)[2] for seed in (0, 0, 1))
    assert np.array_equal(first, second) and not np.array_equal(first, other)


def test_the_curve_has_the_last_check_before_each_mark():
    checks = np.array([[1_500, 9, 20.0], [3_900, 20, 30], [4_100, 30, 40], [9_000, 40, 50]])
    assert study.curve(checks, 8_000).tolist() == [20, 30, 40, 40]


@in_float64()
def test_the_stored_policy_is_the_one_of_the_table_and_balances():
    policy, row = study.policy(), study.rows_of("REINFORCE, mean")[0]
    assert sorted(policy.state_dict()) == ["0.bias", "0.weight", "2.bias", "2.weight"]
    assert policy[0].weight.shape == (32, 4) and policy[2].weight.shape == (2, 32)
    mean, worst = study.judged(study.policy_gradient.greedy(policy))
    assert mean == pytest.approx(float(row["last"]), abs=5) and mean > 495 and worst > 450
    assert study.WEIGHTS.stat().st_size < 3_000


# ------------------------------------------------------------------------------------------------ what is claimed


def test_with_a_baseline_every_seed_ends_above_the_hand_rule_and_without_one_the_mean_ends_below():
    (rule,) = [float(row["last"]) for row in read("cartpole_learning") if row["learner"] == "hand rule"]
    for name in ("REINFORCE, mean", "REINFORCE, value"):
        assert numbers(name, "last").min() > rule
    assert numbers("REINFORCE, no baseline", "last").mean() < rule - 30
    assert np.isfinite(numbers("REINFORCE, no baseline", "first_steps")).all(), "it got there, and lost it again"


@pytest.mark.parametrize("name", ["DQN, no target", "DQN, target", "DQN, double and soft"])
def test_deep_q_learning_has_been_there_with_every_seed_and_does_not_stay(name):
    assert np.isfinite(numbers(name, "first_steps")).all() and numbers(name, "best").min() > 490
    assert numbers(name, "last").min() < 150 and numbers(name, "last").mean() < 400


def test_without_a_target_network_the_loss_decides():
    swept = [float(row["score"]) for row in read("cartpole_learning")
             if (row["learner"], row["stage"]) == ("DQN, no target, Huber", "sweep")]
    assert len(swept) == 3 and max(swept) < 20
    assert numbers("DQN, no target, Huber", "best").max() < 20 < numbers("DQN, no target", "last").min()
