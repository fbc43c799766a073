//! Volumes, files, memory and devices.

use super::super::{
    effect::effect,
    form::{Form, NameRule},
    inner::*,
    key::{KeyShape, Reader, key},
    shape::Shape,
    volume::{KIND_VOLUME, VOLUME},
};
use crate::files::Target::{Compose, Helm, Swarm};

pub(super) const MOUNTS: &[KeyShape] = &[
    key(
        "volumes",
        Shape::Map(NameRule::Resource, &VOLUME),
        "Its volumes, by name. Without `source` it is a named volume that outlives the container.",
        "volumes.data = { mount = \"/data\", size = \"20Gi\" }",
    )
    .shared()
    .in_kinds_as(&IN_KINDS_VOLUMES)
    .in_targets(&[
        effect()
            .set("volumes.data = { mount = \"/data\", size = \"2Gi\" }")
            .becomes(Compose, "a named volume")
            .becomes(Helm, "a claim of that size"),
        effect()
            .form("over the image's own program")
            .set("entrypoint = [\"/data/run.sh\"]\nvolumes.data = { mount = \"/data\", size = \"2Gi\" }")
            .becomes(Compose, "a named volume, which begins with the image's files")
            .becomes(Helm, "a claim of that size")
            .loses(Helm, "a claim begins empty, and hides what the image has there"),
        effect()
            .inner("source")
            .form("absolute")
            .set("volumes.sys = { mount = \"/host/sys\", source = \"/sys\", read_only = true }")
            .becomes(Compose, "a bind mount")
            .becomes(Helm, "a `hostPath`"),
        effect()
            .inner("source")
            .form("relative")
            .set("volumes.code = { mount = \"/code\", source = \"code\" }")
            .becomes(Compose, "a bind mount")
            .loses(Helm, "nothing is mounted"),
        effect()
            .inner("shared")
            .set("volumes.common = { mount = \"/common\", shared = \"common\" }")
            .becomes(Compose, "the shared volume")
            .becomes(Helm, "the shared claim"),
    ]),
    key(
        "files",
        Shape::Map(NameRule::ContainerPath, &FILE),
        "Files mounted read-only, by their path in the container.",
        "files.\"/etc/app.yaml\" = { source = \"config/app.yaml\" }",
    )
    .read_by(Reader::Program)
    .shared()
    .in_kinds_as(&IN_KINDS_FILES)
    .in_targets(&[
        effect()
            .set("files.\"/etc/app.ini\" = { content = \"a=1\" }")
            .becomes(Compose, "a file below `config/`, mounted read-only")
            .becomes(Helm, "a ConfigMap, mounted read-only"),
        effect()
            .inner("secret")
            .set("files.\"/etc/key\" = { secret = \"one\" }")
            .becomes(Compose, "one of `secrets`")
            .becomes(Helm, "a key of the Secret, mounted"),
    ]),
];

pub(super) const DEVICES: &[KeyShape] = &[
    key(
        "tmpfs",
        Shape::Either(&[
            Shape::Plain(Form::Tmpfs),
            Shape::List(&Shape::Plain(Form::Tmpfs)),
        ]),
        "Paths kept in memory.",
        "tmpfs = [\"/tmp\"]",
    )
    .in_targets(&[
        effect()
            .becomes(Compose, "`tmpfs`")
            .becomes(Helm, "an `emptyDir` in memory"),
        effect()
            .form("with an option")
            .set("tmpfs = [\"/tmp:mode=1777\"]")
            .becomes(Compose, "`tmpfs`")
            .becomes(Swarm, "a volume of the type `tmpfs`")
            .loses(Swarm, "its options other than `size`")
            .becomes(Helm, "an `emptyDir` in memory")
            .loses(Helm, "the option is left out"),
    ]),
    SHM_SIZE.in_targets(&[effect()
        .becomes(Compose, "`shm_size`")
        .becomes(Helm, "an `emptyDir` in memory at `/dev/shm`")]),
    key(
        "devices",
        Shape::List(&Shape::Plain(Form::Device)),
        "Devices of the host, as Compose takes them.",
        "devices = [\"/dev/kmsg\"]",
    )
    .in_targets(&[effect()
        .becomes(Compose, "`devices`")
        .loses(Swarm, "left out")
        .becomes(Helm, "mounted paths")
        .loses(Helm, "only a privileged container may open them")]),
];

const IN_KINDS_VOLUMES: KeyShape = key(
    "volumes",
    Shape::Map(NameRule::Resource, &Shape::Table(KIND_VOLUME)),
    "What it keeps.",
    "volumes.data = { mount = \"/data\", size = \"10Gi\" }",
);

const IN_KINDS_FILES: KeyShape = key(
    "files",
    Shape::Map(NameRule::ContainerPath, &Shape::Table(KIND_FILE)),
    "Files mounted read-only, by their path in the container; references may stand in the path.",
    "files.\"/etc/feast/feature_store.yaml\" = { template = \"kinds/feast/feature_store.yaml\" }",
);
