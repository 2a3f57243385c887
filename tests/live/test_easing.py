"""Sound is made small where it is long on its way, and what was asked for comes again."""

from jemaa.live.easing import CALM_SECONDS, GROWN_SECONDS, MOST_SECONDS, REST_SECONDS, Easing

LOOK = 0.2


def told(ages: list[float], easing: Easing | None = None) -> list[bool]:
    """Whether it is on after each look."""
    easing = easing or Easing()
    found = []
    for n, age in enumerate(ages):
        was = easing.is_on
        assert easing.judge(age, n * LOOK) == (easing.is_on != was)
        found.append(easing.is_on)
    return found


def test_a_stall_makes_it_small_until_it_is_over() -> None:
    assert told([0, 0.1, 0.3, 0.5, 0.7, 0.3, 0.1, 0]) == [False, False, False, True, True, True, False, False]
    assert told([0, 0.5, 0, 0.5]) == [False, True, False, True], "and the next one too"


def test_what_is_given_in_a_burst_at_the_beginning_is_no_queue() -> None:
    assert not any(told([0.5, 1, 2, 1, 0.3]))
    begun_again = Easing()
    assert told([0, 0.5], begun_again)[-1]
    begun_again.reset()
    assert not begun_again.is_on
    assert not any(told([0.5, 0.9], begun_again)), "nor what he asked for himself"


def test_a_line_that_has_only_become_longer_suffers_for_some_seconds_and_not_again_soon() -> None:
    longer = GROWN_SECONDS + 0.2
    looks = int((MOST_SECONDS + REST_SECONDS) / LOOK)
    found = told([0] + [longer] * looks + [longer] * 10)
    on = [n * LOOK for n, is_on in enumerate(found) if is_on]
    first = [at for at in on if at < REST_SECONDS]
    assert MOST_SECONDS - LOOK <= first[-1] - first[0] <= MOST_SECONDS + LOOK
    assert on[-1] > MOST_SECONDS + REST_SECONDS - LOOK, "it may have become thin since"


def test_acknowledgements_that_wait_in_their_kernel_are_no_stall() -> None:
    assert not any(told([0, *[CALM_SECONDS] * 20]))
