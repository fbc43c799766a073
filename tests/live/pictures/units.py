"""Values as people read them, in the units that Grafana knows."""

import math

SCALED = {
    "short": (1000, ["", " K", " Mil", " Bil", " Tri"]),
    "bytes": (1024, [" B", " KiB", " MiB", " GiB", " TiB"]),
    "Bps": (1000, [" B/s", " kB/s", " MB/s", " GB/s"]),
    "hertz": (1000, [" Hz", " kHz", " MHz", " GHz"]),
}
SUFFIXED = {"reqps": " req/s", "ops": " ops/s", "cps": " c/s", "percent": "%", "rps": " rd/s", "wps": " wr/s"}
TIMES = [(604800, " weeks"), (86400, " days"), (3600, " hours"), (60, " mins"), (1, " s"), (1e-3, " ms"), (1e-6, " µs"), (1e-9, " ns")]


def rounded(value):
    """Three digits, without zeros behind the point."""
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else str(value)
    decimals = max(0, 2 - math.floor(math.log10(abs(value))))
    shown = f"{value:.{min(decimals, 6)}f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def shown(value, unit):
    if value is None or math.isnan(value):
        return "NaN"
    if unit == "percentunit":
        return rounded(value * 100) + "%"
    if unit in ("s", "ms"):
        return duration(value if unit == "s" else value / 1000)
    if unit in SCALED:
        base, names = SCALED[unit]
        power = 0
        while abs(value) >= base and power < len(names) - 1:
            value, power = value / base, power + 1
        return rounded(value) + names[power]
    if unit in SUFFIXED:
        return shown(value, "short") + SUFFIXED[unit] if unit != "percent" else rounded(value) + "%"
    return rounded(value) + (f" {unit}" if unit and unit != "none" else "")


def duration(seconds):
    if seconds == 0:
        return "0 s"
    for length, name in TIMES:
        if abs(seconds) >= length:
            return rounded(seconds / length) + name
    return rounded(seconds) + " s"
