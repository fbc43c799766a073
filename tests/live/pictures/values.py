"""Panels that show one moment: stat, gauge, bargauge and table."""

import math

from fields import Field
from prometheus import legend
from svg import EDGE, FAINT, GRID, LINK, TEXT, colour, fitted, line, path, rect, text, width_of

# The height of a small row of a table, in pixels.
ROW = 36


def latest(panel, ask):
    """Name and value of each series."""
    found = []
    for target in panel["targets"]:
        for labels, value in ask.now(target):
            found.append((legend(target["legendFormat"], labels), value))
    return found


def grid(width, height, count):
    """Columns and rows in which Grafana lays out so many values (VizRepeater's automatic grid)."""
    across, down = math.ceil(math.sqrt(count * width / height)), math.ceil(math.sqrt(count * height / width))
    wide = height / math.ceil(across * height / width) if math.floor(across * height / width) * across < count else width / across
    high = width / math.ceil(width * down / height) if math.floor(down * width / height) * down < count else height / down
    columns = max(1, math.floor(width / max(wide, high)))
    rows = math.ceil(count / columns)
    return math.ceil(count / rows), rows


def cells(box, count):
    x, y, width, height = box
    columns, rows = grid(width, height, count)
    wide, high = (width - 4 * (columns - 1)) / columns, (height - 4 * (rows - 1)) / rows
    for index in range(count):
        yield x + (index % columns) * (wide + 4), y + (index // columns) * (high + 4), wide, high


def stat(panel, box, ask, note):
    found, mode = latest(panel, ask), panel["options"]["textMode"]
    shapes = []
    for (name, value), (x, y, wide, high) in zip(found, cells(box, len(found)) if found else []):
        field = Field(panel, name)
        ink, filled = field.colour(value), panel["options"]["colorMode"] == "background"
        if filled:
            shapes.append(rect(x, y, wide, high, ink))
        words = name if mode == "name" else field.words(value)
        named = mode == "value_and_name" or mode == "auto" and len(found) > 1
        size = min(high * (0.4 if named else 0.5), 44, 11 * (wide - 12) / max(width_of(words), 1))
        if size < 11:
            note(f"`{words}` has room for letters of {size:.0f} px only")
        middle = y + high / 2 + size * 0.35 + (high * 0.14 if named else 0)
        paint = "#111217" if filled else ink
        shapes.append(text(x + wide / 2, middle, words, size, paint, "middle", bold=True))
        if named:
            label = fitted(name, wide - 8)
            if label != name:
                note(f"`{name}` is cut")
            shapes.append(text(x + wide / 2, y + max(14, high * 0.24), label, 12, paint if filled else FAINT, "middle"))
    return shapes, bool(found)


def arc(x, y, radius, start, end, ink, width):
    """A part of the ring of a gauge, which runs over 240 degrees."""
    angle = lambda share: math.radians(150 + 240 * share)
    steps = max(2, int((end - start) * 40))
    shares = [start + (end - start) * index / steps for index in range(steps + 1)]
    points = [(x + radius * math.cos(angle(share)), y + radius * math.sin(angle(share))) for share in shares]
    return path(points, ink, width=width)


def gauge(panel, box, ask, note):
    found, shapes = latest(panel, ask), []
    for (name, value), (x, y, wide, high) in zip(found, cells(box, len(found)) if found else []):
        field = Field(panel, name)
        low, high_end = field.low or 0, field.high if field.high is not None else max(100, value)
        share = lambda of: min(1, max(0, (of - low) / (high_end - low))) if not math.isnan(of) else 0
        named = len(found) > 1
        radius = min(wide / 2 - 6, (high - (18 if named else 0)) / 1.55)
        middle, centre = x + wide / 2, y + radius + 2
        shapes.append(arc(middle, centre, radius - 10, 0, 1, GRID, 13))
        if share(value) > 0:
            shapes.append(arc(middle, centre, radius - 10, 0, share(value), field.colour(value), 13))
        bounds = [low] + [step["value"] for step in field.steps[1:]] + [high_end]
        for step, start, end in zip(field.steps, bounds, bounds[1:]):
            if share(end) > share(start):
                shapes.append(arc(middle, centre, radius - 1, share(start), share(end), colour(step["color"]), 2.5))
        words = field.words(value)
        size = min(radius * 0.5, 32, 12 * radius * 1.3 / max(width_of(words), 1))
        shapes.append(text(middle, centre + size * 0.3, words, size, field.colour(value), "middle", bold=True))
        if named:
            shapes.append(text(middle, y + high - 4, fitted(name, wide), 12, FAINT, "middle"))
            if fitted(name, wide) != name:
                note(f"`{name}` is cut")
    return shapes, bool(found)


def bargauge(panel, box, ask, note):
    x, y, width, height = box
    found = latest(panel, ask)
    if not found:
        return [], False
    room = min(46, height / len(found))
    if room < 22:
        note(f"{len(found)} bars, of which {int(height // 22)} are seen without scrolling")
        room = 22
    top = max([value for _, value in found if not math.isnan(value)] + [0])
    widest = min(width * 0.42, max(width_of(name) for name, _ in found) + 10)
    shapes = []
    for index, (name, value) in enumerate(found[: int(height // room)]):
        field, at = Field(panel, name), y + index * room
        end = field.high if field.high is not None else top or 1
        label = fitted(name, widest - 8)
        if label != name:
            note(f"`{name}` is cut")
        bar, words = width - widest - 76, field.words(value)
        share = min(1, max(0, value / end)) if end and not math.isnan(value) else 0
        shapes += [
            text(x, at + room / 2 + 4, label),
            rect(x + widest, at + 3, bar, room - 6, GRID),
            rect(x + widest, at + 3, max(2, bar * share), room - 6, field.colour(value)),
            text(x + width, at + room / 2 + 4, words, 12, field.colour(value), "end", bold=True),
        ]
    return shapes, True


def rows_of(panel, ask):
    """The rows of a table, with its transformations."""
    rows, several = [], len(panel["targets"]) > 1
    for target in panel["targets"]:
        value = f"Value #{target['refId']}" if several else "Value"
        rows.extend({**labels, "Time": "", value: number} for labels, number in ask.now(target))
    for change in panel.get("transformations", []):
        if change["id"] == "merge":
            rows = merged(rows)
        elif change["id"] == "organize":
            rows = [organised(row, change["options"]) for row in rows]
        else:
            raise ValueError(f"the transformation {change['id']} is not drawn")
    for order in reversed(panel["options"].get("sortBy", [])):
        rows.sort(key=lambda row: row.get(order["displayName"], ""), reverse=order["desc"])
    return rows


def merged(rows):
    found = {}
    for row in rows:
        key = tuple(sorted((name, value) for name, value in row.items() if not name.startswith("Value")))
        found.setdefault(key, {}).update(row)
    return list(found.values())


def organised(row, options):
    kept = [name for name in row if not options["excludeByName"].get(name)]
    order = options["indexByName"]
    kept.sort(key=lambda name: (order.get(name, len(order)), name))
    return {options["renameByName"].get(name, name): row[name] for name in kept}


def columns_of(panel, rows, width):
    """Name, left side and width of the columns that are seen: those without a width of their own share what is left, 150 pixels at least."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    fixed = {name: Field(panel, name).width for name in names}
    free = [name for name in names if not fixed[name]]
    left = width - sum(wide for wide in fixed.values() if wide)
    share = max(150, left / len(free)) if free else 0
    at, seen = 0, []
    for name in names:
        wide = fixed[name] or share
        if at < width:
            seen.append((name, at, min(wide, width - at)))
        at += wide
    return seen, len(names)


def table(panel, box, ask, note):
    x, y, width, height = box
    rows = rows_of(panel, ask)
    if not rows:
        return [], False
    seen, shapes = int((height - ROW) // ROW), []
    columns, of = columns_of(panel, rows, width)
    if len(rows) > seen:
        note(f"{len(rows)} rows, of which {seen} are seen without scrolling")
    if len(columns) < of:
        note(f"{of} columns, of which {len(columns)} are seen without scrolling")
    for name, at, wide in columns:
        field, left = Field(panel, name), x + at + 4
        shapes.append(text(left, y + 22, fitted(name, wide - 8), 12, LINK, bold=True))
        for index, row in enumerate(rows[:seen]):
            if name not in row:
                continue
            value = row[name]
            ink = field.colour(value) if field.cell == "color-text" else LINK if field.is_link else TEXT
            words = field.words(value)
            if fitted(words, wide - 8) != words:
                note(f"`{words}` is cut")
            shapes.append(text(left, y + ROW + index * ROW + 22, fitted(words, wide - 8), 12, ink))
    shapes += [line(x, y + ROW * (index + 1), x + width, y + ROW * (index + 1), EDGE) for index in range(min(len(rows), seen))]
    return shapes, True
