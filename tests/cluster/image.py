#!/usr/bin/env python3
"""Writes a container image without an engine: an OCI layout as a tar, of one layer, for `ctr images import`."""

import argparse
import hashlib
import io
import json
import tarfile
from pathlib import Path


def layer_of(files: list[str], links: list[str]) -> bytes:
    """A tar of files (`HOST=PATH`) and links (`TARGET=PATH`), with a /tmp that everybody may write to."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        known: set[str] = set()

        def folder(path: str, mode: int = 0o755) -> None:
            if path and path not in known:
                folder(path.rpartition("/")[0])
                known.add(path)
                entry = tarfile.TarInfo(path)
                entry.type, entry.mode = tarfile.DIRTYPE, mode
                tar.addfile(entry)

        folder("tmp", 0o1777)
        for pair in files:
            source, path = pair.split("=", 1)
            path = path.strip("/")
            folder(path.rpartition("/")[0])
            data = Path(source).read_bytes()
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode = len(data), 0o755
            tar.addfile(entry, io.BytesIO(data))
        for pair in links:
            target, path = pair.split("=", 1)
            path = path.strip("/")
            folder(path.rpartition("/")[0])
            entry = tarfile.TarInfo(path)
            entry.type, entry.linkname = tarfile.SYMTYPE, target
            tar.addfile(entry)
    return buffer.getvalue()


def digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def described(kind: str, data: bytes) -> dict[str, object]:
    return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": digest(data), "size": len(data)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", help="NAME:TAG")
    parser.add_argument("output", help="the tar to write")
    parser.add_argument("--file", action="append", default=[], metavar="HOST=PATH")
    parser.add_argument("--link", action="append", default=[], metavar="TARGET=PATH")
    parser.add_argument("--entrypoint", action="append", default=[])
    parser.add_argument("--user", default="")
    given = parser.parse_args()
    layer = layer_of(given.file, given.link)
    runs = {"Entrypoint": given.entrypoint, "User": given.user, "Env": ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"]}
    config = json.dumps({"architecture": "amd64", "os": "linux", "config": runs, "rootfs": {"type": "layers", "diff_ids": [digest(layer)]}}).encode()
    manifest = json.dumps({"schemaVersion": 2, "config": described("config.v1+json", config), "layers": [described("layer.v1.tar", layer)]}).encode()
    names = {"io.containerd.image.name": given.name, "org.opencontainers.image.ref.name": given.name.rpartition(":")[2]}
    platform = {"architecture": "amd64", "os": "linux"}
    index = {"schemaVersion": 2, "manifests": [{**described("manifest.v1+json", manifest), "platform": platform, "annotations": names}]}
    members = {"oci-layout": b'{"imageLayoutVersion":"1.0.0"}', "index.json": json.dumps(index).encode()}
    members |= {"blobs/" + digest(data).replace(":", "/"): data for data in (layer, config, manifest)}
    with tarfile.open(given.output, "w") as tar:
        for path, data in members.items():
            entry = tarfile.TarInfo(path)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))


if __name__ == "__main__":
    main()
