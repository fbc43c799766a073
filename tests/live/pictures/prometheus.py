"""What a dashboard asks a Prometheus, as Grafana asks it: its variables put in, at the step that fits the picture."""

import json
import math
import re
import urllib.parse
import urllib.request

# As many points as Grafana would take for a panel of half the width of a screen.
POINTS = 180


class Prometheus:
    def __init__(self, url, minutes, scrape, end):
        self.url, self.scrape, self.end = url, scrape, end
        self.start = end - minutes * 60
        self.step = max(scrape, math.ceil(minutes * 60 / POINTS / scrape) * scrape)

    def ask(self, path, **parameters):
        body = urllib.parse.urlencode(parameters).encode()
        with urllib.request.urlopen(f"{self.url}/api/v1/{path}", body, timeout=30) as answer:
            return json.load(answer)["data"]["result"]

    def now(self, query):
        """Labels and value of each series."""
        result = self.ask("query", query=query, time=self.end)
        return [(one["metric"], float(one["value"][1])) for one in result]

    def over_time(self, query, step=0):
        """Labels and points of each series, a point being a time and a value."""
        step = max(self.step, step)
        first = math.ceil(self.start / step) * step
        result = self.ask("query_range", query=query, start=first, end=self.end, step=step)
        return [(one["metric"], [(float(at), float(value)) for at, value in one["values"]]) for one in result]

    def label_values(self, query):
        selector, label = re.fullmatch(r"label_values\((.*), (\w+)\)", query).groups()
        return sorted({labels[label] for labels, _ in self.now(selector) if label in labels})

    def variables(self, dashboard):
        """What is chosen of each variable, all that there is, as a regular expression; and as people see it."""
        values, seen = {}, []
        for variable in dashboard["templating"]["list"]:
            found = self.label_values(self.put_in(variable["query"]["query"], values))
            everything = variable.get("allValue") if variable["includeAll"] else None
            values[variable["name"]] = everything or "|".join(re.escape(value) for value in found)
            seen.append((variable["label"], "All" if everything else " + ".join(found)))
        return values, seen

    def put_in(self, query, values, least=0):
        """Grafana's own variables and those of the dashboard; `least` is the least interval of a query."""
        step, scrape = max(self.step, least), max(self.scrape, least)
        rate = max(step + scrape, 4 * scrape)
        own = {"__rate_interval": f"{rate}s", "__interval": f"{step}s", "__range": f"{self.end - self.start}s"}
        for name, value in {**own, **values}.items():
            grouped = f"({value})" if name in values and "|" in value else value
            query = query.replace(f"${name}", grouped.replace("\\", "\\\\") if name in values else grouped)
        if re.search(r"\$[A-Za-z_{]", query):
            raise ValueError(f"a variable that nobody knows is left in {query}")
        return query


def legend(pattern, labels):
    """The name of a series."""
    if pattern:
        return re.sub(r"\{\{\s*(\w+)\s*\}\}", lambda match: labels.get(match[1], ""), pattern).strip()
    pairs = ", ".join(f'{key}="{value}"' for key, value in sorted(labels.items()) if key != "__name__")
    return f"{labels.get('__name__', '')}{{{pairs}}}" if pairs else labels.get("__name__", "Value")
