//! The keys of a volume: of a component or a pipeline, of a kind, and of `[volumes]`.

use super::{
    form::Form,
    inner::RESOURCE_NAME,
    key::{KeyShape, Section, join, key, length},
    shape::Shape,
};
use crate::value::{Propagation, VolumeOnly};

/// A volume of a component, or of the tasks of a pipeline.
pub(super) const VOLUME: Shape = Shape::Table(KEYS);

const SIZE: KeyShape = key(
    "size",
    Shape::Plain(Form::Memory),
    "What a claim asks for in Kubernetes.",
    "size = \"20Gi\"",
);

const NAME: KeyShape = key(
    "name",
    Shape::Plain(Form::EngineName),
    "Keeps or adopts a volume by its real name. The claim has the same name if Kubernetes allows it.",
    "name = \"old_data\"",
);

const EXTERNAL: KeyShape = key(
    "external",
    Shape::Boolean,
    "Nothing creates or removes it.",
    "external = true",
);

const KEYS: &[KeyShape] = &[
    key(
        "mount",
        Shape::Plain(Form::MountPath),
        "Where it is in the container.",
        "mount = \"/data\"",
    )
    .also_called(&["path", "container", "mount_path", "mountPath"])
    .needed(),
    SIZE,
    key(
        "source",
        Shape::Plain(Form::Path),
        "A path on the host, absolute or relative to the project. Without it: a named persistent volume.",
        "source = \"model_serving/artifacts\"",
    )
    .also_called(&["host", "host_path", "hostPath"]),
    key(
        "read_only",
        Shape::Boolean,
        "The container can't write to it.",
        "read_only = true",
    ),
    key(
        "shared",
        RESOURCE_NAME,
        "The platform's volume of that name in `[volumes]`.",
        "shared = \"artifacts\"",
    ),
    key(
        "data",
        Shape::Boolean,
        "The content of a `source` is data that `down --purge` may empty.",
        "data = true",
    ),
    NAME,
    EXTERNAL,
];

const OF_KIND: &[Section] = &[
    Section {
        title: "",
        keys: KEYS,
    },
    Section {
        title: "",
        keys: &[
            key(
                "only",
                Shape::Plain(Form::Choice(VolumeOnly::NAMES)),
                "The target that has it.",
                "only = \"compose\"",
            ),
            key(
                "makes_folder",
                Shape::Boolean,
                "The program makes its data folder itself, as a database does that insists on the rights of its folder. In a cluster that folder is `data` below the mount: the first variable of `data_folders` names it.",
                "makes_folder = true",
            ),
            key(
                "propagation",
                Shape::Plain(Form::Choice(Propagation::NAMES)),
                "How mounts below a `source` appear in the container.",
                "propagation = \"rslave\"",
            ),
        ],
    },
];

/// Keys of a volume in a kind.
pub(super) const KIND_VOLUME: &[KeyShape] = &join::<{ length(OF_KIND) }>(OF_KIND);

/// A volume of `[volumes]`.
pub(super) const SHARED_VOLUME: Shape = Shape::Table(&[
    SIZE,
    key(
        "access",
        Shape::Plain(Form::Choice(&["many", "one"])),
        "How many pods may write to it; `many` by default.",
        "access = \"one\"",
    ),
    NAME,
    EXTERNAL,
]);
