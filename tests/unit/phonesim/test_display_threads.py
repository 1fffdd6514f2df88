"""A display is touched and looked at by many threads at once: nothing breaks, and one follow is one effect."""

from concurrent.futures import ThreadPoolExecutor

from tests.support.screens import Screen


def test_many_taps_at_once_follow_once(screen: Screen) -> None:
    screen.profile("late_anna")
    centre = screen.one("Follow").centre
    with ThreadPoolExecutor(8) as pool:
        for tap in [pool.submit(screen.display.tap, *centre) for _ in range(40)]:
            tap.result()
    assert screen.effects() == [("follow", "late_anna", 1)]
    assert screen.state["taps"][0]["count"] == 40


def test_looking_while_it_changes(screen: Screen) -> None:
    screen.launch()

    def look(number: int) -> bool:
        if number % 3 == 0:
            screen.display.swipe(360, 1200, 360, 300)
        if number % 7 == 0:
            screen.display.screenshot_png()
        return screen.display.hierarchy_xml().endswith("</hierarchy>")

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(look, range(60)))
