"""Panels that show a course of time: timeseries and state-timeline."""

import math
import time

from fields import Field
from prometheus import legend
from svg import FAINT, GRID, LINK, NAMED, TEXT, colour, fitted, line, path, rect, text, width_of


def courses(panel, ask):
    """Name and points of each series."""
    found = []
    for target in panel["targets"]:
        for labels, points in ask.over_time(target):
            found.append((legend(target["legendFormat"], labels), points))
    return found


def ticks(low, high, wanted, unit):
    """Round values between two; of bytes those that are round in their unit."""
    rough = (high - low) / wanted
    scale = 1024 ** max(0, math.floor(math.log(rough, 1024))) if unit == "bytes" else 1
    power = 10 ** math.floor(math.log10(rough / scale)) * scale
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [index * step for index in range(first, math.floor(high / step + 1e-9) + 1)]


def time_axis(source, left, right, top, bottom):
    span = source.end - source.start
    step = next(step for step in (60, 300, 600, 900, 1800, 3600, 7200, 21600, 86400) if span / step <= max(2, (right - left) / 90))
    shapes, at = [], math.ceil(source.start / step) * step
    while at <= source.end:
        x = left + (right - left) * (at - source.start) / span
        shapes.append(line(x, top, x, bottom, GRID))
        if left + 14 <= x <= right - 14:
            shapes.append(text(x, bottom + 15, time.strftime("%H:%M", time.gmtime(at)), 11, FAINT, "middle"))
        at += step
    return shapes


def legend_rows(names, width):
    rows, used = [[]], 0
    for name in names:
        room = width_of(name, 11) + 28
        if rows[-1] and used + room > width:
            rows.append([])
            used = 0
        rows[-1].append(name)
        used += room
    return rows


def draw_legend(names, inks, box, note):
    """At the bottom, within 35 % of the panel, as in Grafana. Gives the height that it takes."""
    x, y, width, height = box
    rows = legend_rows(names, width)
    seen = max(1, min(len(rows), int(height * 0.35 // 18)))
    if seen < len(rows):
        note(f"{len(names)} series: {seen} of {len(rows)} lines of the legend are seen without scrolling")
    shapes, place, top = [], 0, y + height - seen * 18 + 4
    for row in rows[:seen]:
        left = x
        for name in row:
            label = fitted(name, width - 20, 11)
            shapes += [rect(left, top + 5, 12, 3, inks[place], radius=1), text(left + 16, top + 11, label, 11, TEXT)]
            left, place = left + width_of(name, 11) + 28, place + 1
        top += 18
    return shapes, seen * 18


def draw_table(found, fields, inks, box, note):
    """At the right, as wide as the longest name and two values, at most half of the panel. Gives the width that it takes."""
    x, y, width, height = box
    rows = []
    for (name, points), field, ink in zip(found, fields, inks):
        values = [value for _, value in points if math.isfinite(value)]
        last, most = (values[-1], max(values)) if values else (0, 0)
        rows.append((most, name, field.words(last), field.words(most), ink))
    rows.sort(key=lambda row: -row[0])
    seen = int((height - 20) // 18)
    if len(rows) > seen:
        note(f"{len(rows)} series, of which {seen} are seen without scrolling")
    words = max(max(width_of(row[2], 11), width_of(row[3], 11)) for row in rows) + 14
    wide = min(width / 2, max(width_of(row[1], 11) for row in rows) + 20 + 2 * words)
    left, right = x + width - wide, x + width
    shapes = [text(right - words, y + 12, "Last", 11, LINK, "end"), text(right, y + 12, "Max", 11, LINK, "end")]
    for index, (_, name, last, most, ink) in enumerate(rows[:seen]):
        level = y + 30 + index * 18
        shapes += [
            rect(left, level - 5, 12, 3, ink, radius=1),
            text(left + 16, level, fitted(name, wide - 2 * words - 16, 11), 11),
            text(right - words, level, last, 11, TEXT, "end"),
            text(right, level, most, 11, TEXT, "end"),
        ]
    return shapes, wide + 16


def stacked(found):
    """Each series on top of those before it: name, points, and the points below it."""
    below, out = {}, []
    for name, points in found:
        lower = [(at, below.get(at, 0)) for at, _ in points]
        upper = [(at, below.get(at, 0) + (0 if math.isnan(value) else value)) for at, value in points]
        below.update(upper)
        out.append((name, upper, lower))
    return out


def spacing(points, step):
    """The usual time between two points."""
    gaps = sorted(later - at for (at, _), (later, _) in zip(points, points[1:]))
    return gaps[len(gaps) // 2] if gaps else step


def pieces(points, step):
    """The stretches of a series between which there are no values."""
    found, piece = [], []
    for at, value in points:
        if not math.isfinite(value) or piece and at - piece[-1][0] > step * 1.5:
            found.append(piece)
            piece = []
        if math.isfinite(value):
            piece.append((at, value))
    return [piece for piece in [*found, piece] if piece]


class Plot:
    """The area in which a panel draws its lines, and its axes."""

    def __init__(self, field, box, source, values):
        x, y, width, height = box
        self.field, self.source = field, source
        self.low, self.high = bounds(field, values)
        self.marks = ticks(self.low, self.high, max(2, height / 45), field.unit)
        self.left = x + max([width_of(field.words(mark), 11) for mark in self.marks] + [16]) + 8
        self.top, self.bottom, self.right = y + 4, y + height - 20, x + width - 4

    def at(self, moment, value):
        across = (moment - self.source.start) / (self.source.end - self.source.start)
        up = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.left + (self.right - self.left) * across, self.bottom - (self.bottom - self.top) * up

    def axes(self):
        shapes = time_axis(self.source, self.left, self.right, self.top, self.bottom)
        for mark in self.marks:
            words = self.field.words(mark)
            shapes += [self.level(mark, GRID), text(self.left - 6, self.at(self.source.start, mark)[1] + 4, words, 11, FAINT, "end")]
        return shapes

    def level(self, value, ink, dash=None):
        height = self.at(self.source.start, value)[1]
        return line(self.left, height, self.right, height, ink, 1, dash)

    def series(self, points, lower, ink, opacity):
        shapes, under = [], dict(lower or [])
        for piece in pieces(points, spacing(points, self.source.step)):
            above = [self.at(*point) for point in piece]
            below = [self.at(moment, under.get(moment, self.low)) for moment, _ in reversed(piece)]
            if opacity:
                shapes.append(path(above + below, fill=ink, opacity=opacity, closed=True))
            shapes.append(path(above if len(above) > 1 else above * 2, ink))
        return shapes


def timeseries(panel, box, ask, note):
    x, y, width, height = box
    found = courses(panel, ask)
    fields = [Field(panel, name, place) for place, (name, _) in enumerate(found)]
    inks = [field.colour(points[-1][1]) for field, (_, points) in zip(fields, found)]
    shapes, taken, beside = [], 0, 0
    if found and panel["options"]["legend"]["placement"] == "right":
        shapes, beside = draw_table(found, fields, inks, box, note)
    elif found:
        shapes, taken = draw_legend([name for name, _ in found], inks, box, note)
    custom = panel["fieldConfig"]["defaults"]["custom"]
    is_stacked = custom["stacking"]["mode"] == "normal"
    drawn = stacked(found) if is_stacked else [(name, points, None) for name, points in found]
    values = [value for _, points, _ in drawn for _, value in points if math.isfinite(value)]
    plot = Plot(Field(panel, None), (x, y, width - beside, height - taken), ask.source, values)
    shapes += plot.axes()
    for (_, points, lower), ink in zip(drawn, inks):
        # The faint areas below many lines add up to nothing that could be told apart, and to most of the picture's size.
        shapes += plot.series(points, lower, ink, custom["fillOpacity"] / 100 if is_stacked or len(drawn) <= 20 else 0)
    if custom["thresholdsStyle"]["mode"] == "dashed":
        steps = [step for step in plot.field.steps[1:] if plot.low <= step["value"] <= plot.high]
        shapes += [plot.level(step["value"], colour(step["color"]), "6 4") for step in steps]
    for moment in ask.marks:
        across = plot.at(moment, plot.low)[0]
        shapes.append(line(across, plot.top, across, plot.bottom, NAMED["blue"], 1, "3 3"))
    return shapes, bool(found)


def bounds(field, values):
    low, high = field.low, field.high
    least, most = min(values, default=0), max(values, default=1)
    if least == most:
        least, most = (least - abs(least) / 2, most + abs(most) / 2) if least else (0, 1)
    pad = (most - least) * 0.08
    low = least - pad if low is None else low
    if field.low is None and least >= 0:
        low = max(low, 0)
    high = most + pad if high is None else high
    return (low, high) if high > low else (low, low + 1)


def state_timeline(panel, box, ask, note):
    x, y, width, height = box
    found = courses(panel, ask)
    if not found:
        return [], False
    left = x + min(width * 0.3, max(width_of(name) for name, _ in found) + 10)
    right, bottom = x + width - 4, y + height - 20
    room = (bottom - y) / len(found)
    if room < 12:
        note(f"{len(found)} rows in {height:.0f} px")
    shapes = time_axis(ask.source, left, right, y, bottom)
    span = ask.source.end - ask.source.start
    across = lambda at: left + (right - left) * (min(at, ask.source.end) - ask.source.start) / span
    for index, (name, points) in enumerate(found):
        field, top = Field(panel, name), y + index * room
        label = fitted(name, left - x - 8)
        if label != name:
            note(f"`{name}` is cut")
        shapes.append(text(left - 8, top + room / 2 + 4, label, 12, TEXT, "end"))
        for start, end, value in states(points, spacing(points, ask.source.step)):
            shapes.append(rect(across(start), top + room * 0.1, across(end) - across(start), room * 0.8, field.colour(value), radius=0))
    return shapes, True


def states(points, step):
    """Stretches of the same value: start, end, value."""
    found = []
    for at, value in points:
        if found and found[-1][2] == value and at - found[-1][1] < step * 0.5:
            found[-1][1] = at + step
        else:
            found.append([at, at + step, value])
    return found
