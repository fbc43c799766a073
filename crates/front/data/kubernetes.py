#!/usr/bin/env python3
"""Makes kubernetes.json of Kubernetes' own description of its API: `kubernetes.py api/openapi-spec/swagger.json > kubernetes.json`.

Kept are the shapes that the chart's values hold, and those that they are made of, each on one line: types, keys, items, keys that
must be there. What the description says in words, and what programs alone write, is left out.
"""

import json
import re
import sys

# Shapes that values of the chart hold.
ROOTS = (
    "Affinity Container EnvFromSource EnvVar HTTPGetAction LabelSelector Lifecycle LocalObjectReference PodSecurityContext ResourceClaim"
    " SecurityContext ServiceSpec TCPSocketAction Toleration TopologySpreadConstraint Volume VolumeMount ObjectMeta"
    " v1.NetworkPolicyPeer v1.PodDisruptionBudgetSpec v2.HorizontalPodAutoscalerBehavior v2.MetricSpec"
).split()

# Objects that people add to a chart, by what is written above them.
OBJECTS = (
    "v1/ConfigMap v1/LimitRange v1/PersistentVolumeClaim v1/Pod v1/ResourceQuota v1/Secret v1/Service v1/ServiceAccount"
    " apps/v1/DaemonSet apps/v1/Deployment apps/v1/StatefulSet autoscaling/v2/HorizontalPodAutoscaler batch/v1/CronJob batch/v1/Job"
    " networking.k8s.io/v1/Ingress networking.k8s.io/v1/NetworkPolicy policy/v1/PodDisruptionBudget"
    " rbac.authorization.k8s.io/v1/ClusterRole rbac.authorization.k8s.io/v1/ClusterRoleBinding"
    " rbac.authorization.k8s.io/v1/Role rbac.authorization.k8s.io/v1/RoleBinding"
    " scheduling.k8s.io/v1/PriorityClass storage.k8s.io/v1/StorageClass"
).split()

# What the server writes itself.
OF_SERVER = {"status", "managedFields"}


def short(name: str) -> str:
    """Its last word: no two of those that are kept are the same."""
    return name.rsplit(".", 1)[-1]


def shape(value: dict) -> dict:
    if "$ref" in value:
        return {"$ref": f"#/$defs/{short(value['$ref'])}"}
    if value.get("format") == "int-or-string":
        return {"type": ["string", "integer"]}
    if "properties" not in value:
        kept = {"type": value["type"]} if "type" in value else {}
        kept |= {key: shape(value[key]) for key in ("items", "additionalProperties") if isinstance(value.get(key), dict)}
        return kept
    known = {key: shape(inner) for key, inner in value["properties"].items() if key not in OF_SERVER}
    kept = {"type": "object", "additionalProperties": False, "properties": known}
    return kept | ({"required": value["required"]} if "required" in value else {})


def followed(value: dict) -> list[str]:
    """Whatever else a definition needs, without what the server writes itself."""
    known = {key: inner for key, inner in value.get("properties", {}).items() if key not in OF_SERVER}
    return [name.removeprefix("#/definitions/") for name in re.findall(r'"(#/definitions/[^"]*)"', json.dumps(known))]


def named(definitions: dict, root: str) -> str:
    found = [name for name in definitions if name.endswith(f".{root}") and (".core.v1." in name or ".meta.v1." in name or "." in root)]
    assert len(found) == 1, (root, found)
    return found[0]


def of_kind(definitions: dict, written: str) -> str:
    for name, value in definitions.items():
        for it in value.get("x-kubernetes-group-version-kind", []):
            if "/".join(filter(None, (it["group"], it["version"], it["kind"]))) == written:
                return name
    raise KeyError(written)


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as file:
        definitions = json.load(file)["definitions"]
    objects = {written: of_kind(definitions, written) for written in OBJECTS}
    waiting = [named(definitions, root) for root in ROOTS] + list(objects.values())
    names: dict[str, str] = {}
    kept: dict[str, dict] = {}
    while waiting:
        name = waiting.pop()
        assert names.setdefault(short(name), name) == name, name
        if short(name) in kept:
            continue
        made = shape(definitions[name])
        if short(name) == "Quantity":
            made = {"type": ["string", "number"]}
        kept[short(name)] = made
        waiting += followed(definitions[name])
    lines = [f"{json.dumps(name)}: {json.dumps(made, separators=(',', ':'))}" for name, made in sorted(kept.items())]
    kinds = {written: {"$ref": f"#/$defs/{short(name)}"} for written, name in objects.items()}
    print('{"$defs": {\n' + ",\n".join(lines) + '\n},\n"objects": ' + json.dumps(kinds, indent=1) + "\n}")


main()
