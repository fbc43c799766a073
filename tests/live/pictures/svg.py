"""Shapes of a picture as SVG text, colours, and how wide a text is."""

from html import escape

CANVAS, PANEL, EDGE, GRID = "#111217", "#181b1f", "#2c2f34", "#25282d"
TEXT, FAINT, LINK = "#d8d9da", "#8e9199", "#6e9fff"
FONT = "Inter, Helvetica, Arial, sans-serif"

# The names that dashboards use, and the order in which Grafana gives colours to the series of a panel ("palette-classic").
# Values: packages/grafana-data/src/themes/createVisualizationColors.ts and palette.ts of Grafana.
NAMED = {"green": "#73bf69", "red": "#f2495c", "orange": "#ff9830", "blue": "#5794f2", "yellow": "#fade2a", "purple": "#b877d9"}
PALETTE = [
    "#73bf69", "#f2cc0c", "#8ab8ff", "#ff780a", "#f2495c", "#5794f2", "#b877d9", "#705da0", "#37872d", "#fade2a",
    "#447ebc", "#c15c17", "#890f02", "#0a437c", "#6d1f62", "#584477", "#b7dbab", "#f4d598", "#70dbed", "#f9ba8f",
]  # fmt: skip


def colour(name):
    return NAMED.get(name, name)


def number(value):
    return f"{value:.1f}".rstrip("0").rstrip(".")


def rect(x, y, width, height, fill, stroke=None, radius=2):
    edge = f' stroke="{stroke}"' if stroke else ""
    size = f'width="{number(max(width, 0))}" height="{number(max(height, 0))}"'
    return f'<rect x="{number(x)}" y="{number(y)}" {size} rx="{radius}" fill="{fill}"{edge}/>'


def line(x1, y1, x2, y2, stroke, width=1, dash=None):
    dash = f' stroke-dasharray="{dash}"' if dash else ""
    ends = f'x1="{number(x1)}" y1="{number(y1)}" x2="{number(x2)}" y2="{number(y2)}"'
    return f'<line {ends} stroke="{stroke}" stroke-width="{width}"{dash}/>'


def text(x, y, words, size=12, fill=TEXT, anchor="start", bold=False):
    weight = ' font-weight="600"' if bold else ""
    anchor = f' text-anchor="{anchor}"' if anchor != "start" else ""
    return f'<text x="{number(x)}" y="{number(y)}" font-size="{number(size)}" fill="{fill}"{anchor}{weight}>{escape(str(words))}</text>'


def path(points, stroke=None, fill=None, width=1.2, opacity=None, closed=False):
    """A line through points; those in the middle of a level stretch are left out."""
    kept = [
        point
        for index, point in enumerate(points)
        if index in (0, len(points) - 1) or not points[index - 1][1] == point[1] == points[index + 1][1]
    ]
    # Steps from point to point are shorter to write than places; they are taken between rounded places, so that nothing adds up.
    places = [(round(x, 1), round(y, 1)) for x, y in kept]
    steps = [(x - last_x, y - last_y) for (last_x, last_y), (x, y) in zip(places, places[1:])]
    start = " ".join(number(value) for value in places[0])
    shape = f"M{start}l" + " ".join(f"{number(x)} {number(y)}" for x, y in steps) + ("Z" if closed else "")
    faint = f' opacity="{opacity}"' if opacity else ""
    ink = f' stroke="{stroke}" stroke-width="{width}"' if stroke else ""
    return f'<path d="{shape}" fill="{fill or "none"}"{ink}{faint}/>'


def width_of(words, size=12):
    """As wide as the widest of the usual fonts without serifs draws it; bold letters take a tenth more."""
    narrow, wide = "iljtf.,:;|!'()[]- ", "mwMWQ%@"
    return size * sum(0.38 if c in narrow else 0.95 if c in wide else 0.72 if c.isupper() else 0.63 for c in str(words))


def fitted(words, room, size=12):
    """The text, or as much of it as there is room for, with `…` behind it."""
    words = str(words)
    if width_of(words, size) <= room:
        return words
    while words and width_of(words + "…", size) > room:
        words = words[:-1]
    return words.rstrip() + "…"


def document(width, height, shapes):
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {number(width)} {number(height)}" font-family="{FONT}">'
    return "\n".join([head, rect(0, 0, width, height, CANVAS, radius=0), *shapes, "</svg>\n"])
