//! Every code that a diagnostic can carry. `docs/errors/CODE.md` holds the page that `mlopsgen explain CODE` prints.

use serde::{Deserialize, Serialize};

/// Whether a code stops the run or can be allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Stops the run; nothing makes it a warning.
    Error,
    /// Warns unless `[lints]`, a component's `allow` or `--deny-warnings` says otherwise.
    Lint,
}

macro_rules! codes {
    ($($variant:ident $level:ident $name:literal,)*) => {
        /// A stable name for one kind of mistake.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Code {
            $(
                #[doc = concat!("What it is, and how it is fixed: `docs/errors/", $name, ".md`.")]
                $variant,
            )*
        }

        impl Code {
            /// All codes, errors first, each group in the order of the stages that report them.
            pub const ALL: &[Code] = &[$(Code::$variant,)*];

            /// Its name in messages, in `[lints]` and in `explain`, as in `port-clash`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Code::$variant => $name,)*
                }
            }

            /// Whether it is an error or a lint.
            pub fn level(self) -> Level {
                match self {
                    $(Code::$variant => Level::$level,)*
                }
            }
        }
    };
}

codes! {
    TomlSyntax Error "toml-syntax",
    Unreadable Error "unreadable",
    VersionRequired Error "version-required",
    UnknownKey Error "unknown-key",
    WrongType Error "wrong-type",
    MissingKey Error "missing-key",
    BadName Error "bad-name",
    BadValue Error "bad-value",
    DuplicateName Error "duplicate-name",
    ConflictingKeys Error "conflicting-keys",
    BadMove Error "bad-move",
    UnknownName Error "unknown-name",
    UnknownKind Error "unknown-kind",
    UnknownVersion Error "unknown-version",
    UnknownPort Error "unknown-port",
    BadReference Error "bad-reference",
    SecretPlace Error "secret-place",
    SecretRequired Error "secret-required",
    Unreachable Error "unreachable",
    RoleMissing Error "role-missing",
    RoleMisfit Error "role-misfit",
    RoleAmbiguous Error "role-ambiguous",
    DatabaseShared Error "database-shared",
    TooMany Error "too-many",
    DependencyCycle Error "dependency-cycle",
    TaskCycle Error "task-cycle",
    DependencyOff Error "dependency-off",
    ConditionImpossible Error "condition-impossible",
    PortClash Error "port-clash",
    PortTwice Error "port-twice",
    MountTwice Error "mount-twice",
    MountNested Error "mount-nested",
    VolumeShared Error "volume-shared",
    FileMissing Error "file-missing",
    OutsideProject Error "outside-project",
    RestartingJob Error "restarting-job",
    OutputClash Error "output-clash",
    BadKind Error "bad-kind",
    BadTemplate Error "bad-template",
    LatestTag Lint "latest-tag",
    PlaintextSecret Lint "plaintext-secret",
    DockerSocket Lint "docker-socket",
    Privileged Lint "privileged",
    RootUser Lint "root-user",
    PublicBind Lint "public-bind",
    Unused Lint "unused",
    NoHealthCheck Lint "no-health-check",
    NoPersistence Lint "no-persistence",
    AdoptedData Lint "adopted-data",
    NoResources Lint "no-resources",
    NoPrefix Lint "no-prefix",
    BuildMissing Lint "build-missing",
    OutsideSource Lint "outside-source",
    EndOfLife Lint "end-of-life",
    TagForm Lint "tag-form",
    OwnName Lint "own-name",
    SharedData Lint "shared-data",
    NotMade Lint "not-made",
    NobodyTold Lint "nobody-told",
    NotTrusted Lint "not-trusted",
    BareAddress Lint "bare-address",
    DoubledDollar Lint "doubled-dollar",
    LiteralText Lint "literal-text",
    ScriptLineEnd Lint "script-line-end",
    TargetLoss Lint "target-loss",
}

impl Code {
    /// The code of a name; `None` where there is none.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name() == name)
    }
}
