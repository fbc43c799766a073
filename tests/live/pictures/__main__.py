"""Draws dashboards of Grafana as SVG pictures: each query is asked of a Prometheus that runs, and nothing is made up.

    python3 tests/live/pictures http://127.0.0.1:9090 generated/grafana images --minutes 60 overview=_platform postgres=kind.postgres

It draws the panels by their `gridPos`, looks, units, thresholds, words, transformations and overrides, near enough to judge a layout by.
On standard output it says what somebody should look at: panels without data, texts that are cut, lists that scroll.
"""

import argparse
import json
import pathlib
import re
import sys
import time

from courses import state_timeline, timeseries
from prometheus import Prometheus
from svg import EDGE, FAINT, LINK, PANEL, TEXT, document, fitted, rect, text, width_of
from values import bargauge, gauge, stat, table

# Grafana's grid: 24 columns, a unit of height, and the gap between panels, in pixels.
COLUMN, UNIT, GAP = 50, 30, 8
WIDTH, TOP = 24 * COLUMN, 44
LOOKS = {"stat": stat, "gauge": gauge, "bargauge": bargauge, "table": table, "timeseries": timeseries, "state-timeline": state_timeline}


class Ask:
    """A Prometheus, with a dashboard's variables and the moments that its annotations mark."""

    def __init__(self, source, dashboard):
        self.source = source
        self.values, self.seen = source.variables(dashboard)
        self.marks = [moment for annotation in dashboard["annotations"]["list"] for moment in self.moments(annotation)]

    def now(self, target):
        return self.source.now(self.put_in(target))

    def over_time(self, target):
        return self.source.over_time(self.put_in(target), seconds(target.get("interval")))

    def put_in(self, target):
        return self.source.put_in(target["expr"], self.values, seconds(target.get("interval")))

    def moments(self, annotation):
        times = {value / 1000 for _, points in self.over_time(annotation["target"]) for _, value in points}
        return sorted(moment for moment in times if self.source.start < moment < self.source.end)


def seconds(interval):
    """Of a duration that is written in seconds or minutes."""
    return int(interval[:-1]) * {"s": 1, "m": 60}[interval[-1]] if interval else 0


def main():
    given = arguments()
    provisioning = "".join(path.read_text() for path in sorted((given.grafana / "provisioning" / "datasources").glob("*.yaml")))
    scrape = int(re.search(r'timeInterval: "?(\d+)s', provisioning)[1])
    source = Prometheus(given.prometheus, given.minutes, scrape, int(given.end or time.time()))
    given.out.mkdir(parents=True, exist_ok=True)
    for name, file in given.pictures:
        dashboard = json.loads((given.grafana / "dashboards" / f"{file}.json").read_text())
        picture, notes = drawn(dashboard, Ask(source, dashboard))
        (given.out / f"{name}.svg").write_text(picture)
        print(f"{name}.svg: {dashboard['title']}, {len(picture) // 1024} KiB")
        for note in notes:
            print(f"  {note}")


def arguments():
    parser = argparse.ArgumentParser(prog="pictures", description=__doc__.splitlines()[0])
    parser.add_argument("prometheus", help="its address, with http://")
    parser.add_argument("grafana", type=pathlib.Path, help="the folder generated/grafana of the platform that it watches")
    parser.add_argument("out", type=pathlib.Path, help="where the pictures go")
    parser.add_argument("pictures", nargs="+", metavar="NAME=DASHBOARD", type=lambda it: it.split("=", 1))
    parser.add_argument("--minutes", type=int, default=60, help="how much time they show")
    parser.add_argument("--end", type=float, help="the end of that time, in seconds since 1970; else now")
    return parser.parse_args()


def drawn(dashboard, ask):
    notes, shapes = [], head(dashboard, ask)
    bottom = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in dashboard["panels"])
    for panel in dashboard["panels"]:
        at = panel["gridPos"]
        x, y = at["x"] * COLUMN + GAP / 2, TOP + at["y"] * (UNIT + GAP)
        width, height = at["w"] * COLUMN - GAP, at["h"] * (UNIT + GAP) - GAP
        if panel["type"] == "row":
            shapes.append(text(x + 4, y + 21, f"⌄  {panel['title']}", 15, TEXT, bold=True))
        else:
            shapes += framed(panel, (x, y, width, height), ask, notes)
    return document(WIDTH, TOP + bottom * (UNIT + GAP), shapes), notes


def head(dashboard, ask):
    shapes, left = [text(12, 28, dashboard["title"], 18, TEXT, bold=True)], 24 + width_of(dashboard["title"], 20)
    for label, value in ask.seen:
        value = fitted(value, 420)
        shapes += [text(left, 27, label, 12, FAINT), text(left + width_of(label) + 8, 27, value)]
        left += width_of(label) + width_of(value) + 32
    right = WIDTH - 12
    for link in reversed(dashboard["links"]):
        shapes.append(text(right, 27, link["title"], 12, LINK, "end"))
        right -= width_of(link["title"]) + 20
    return shapes


def framed(panel, box, ask, notes):
    x, y, width, height = box
    title = fitted(panel["title"], width - 30, 13)

    def note(words):
        words = f"{panel['title']}: {words}"
        if words not in notes:
            notes.append(words)

    if title != panel["title"]:
        note("the title is cut")
    shapes = [rect(x, y, width, height, PANEL, EDGE), text(x + 8, y + 19, title, 13, TEXT, bold=True)]
    inner, has_data = LOOKS[panel["type"]](panel, (x + 8, y + 30, width - 16, height - 38), ask, note)
    shapes += inner
    if not has_data:
        note("no data")
        shapes.append(text(x + width / 2, y + height / 2 + 12, "No data", 13, FAINT, "middle"))
    return shapes


if __name__ == "__main__":
    sys.exit(main())
