"""How a value is shown: unit, words, colour, with what a panel says of single fields."""

import math

from svg import PALETTE, colour
from units import shown


class Field:
    def __init__(self, panel, name, place=0):
        defaults = panel["fieldConfig"]["defaults"]
        self.unit, self.mappings = defaults.get("unit"), defaults.get("mappings", [])
        self.low, self.high = defaults.get("min"), defaults.get("max")
        self.steps = defaults["thresholds"]["steps"]
        self.mode, self.fixed = defaults["color"]["mode"], None
        self.cell, self.width, self.is_link, self.place = None, None, False, place
        for override in panel["fieldConfig"]["overrides"]:
            if override["matcher"] == {"id": "byName", "options": name}:
                for one in override["properties"]:
                    self.take(one["id"], one["value"])

    def take(self, key, value):
        if key == "unit":
            self.unit = value
        elif key == "mappings":
            self.mappings = value
        elif key == "color":
            self.mode, self.fixed = value["mode"], value.get("fixedColor")
        elif key == "custom.cellOptions":
            self.cell = value["type"]
        elif key == "custom.width":
            self.width = value
        elif key == "links":
            self.is_link = True
        elif (key, value) == ("custom.align", "left"):
            pass  # Tables are drawn so.
        else:
            raise ValueError(f"{key} is not drawn")

    def mapped(self, value):
        key = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
        for mapping in self.mappings:
            if key in mapping["options"]:
                return mapping["options"][key]
        return {}

    def words(self, value):
        if isinstance(value, str):
            return self.mapped(value).get("text", value)
        return self.mapped(value).get("text") or shown(value, self.unit)

    def colour(self, value):
        """Of a value; of a series where the panel gives each its own."""
        mapped = self.mapped(value).get("color")
        if mapped:
            return colour(mapped)
        if self.mode == "fixed":
            return colour(self.fixed)
        if self.mode == "palette-classic":
            return PALETTE[self.place % len(PALETTE)]
        return self.step_of(value)

    def step_of(self, value):
        best = self.steps[0]["color"]
        for step in self.steps[1:]:
            if not isinstance(value, str) and not math.isnan(value) and value >= step["value"]:
                best = step["color"]
        return colour(best)
