//! Words of the language that mean one of a few things.
//!
//! Each list is written once: the language offers [`NAMES`](AlertSeverity::NAMES), `resolve` reads with `parse`, targets
//! match the variants.

use crate::files::Site;

/// An enum and the word of each variant.
#[doc(hidden)]
#[macro_export]
macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($(#[$of_variant:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name {
            $(
                #[doc = concat!("`", $word, "` in a file of the user's or of a kind.")]
                $(#[$of_variant])*
                $variant,
            )+
        }

        #[allow(dead_code, reason = "not every enum is listed or written")]
        impl $name {
            /// Every variant, in the order of [`Self::NAMES`].
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// Every word, in the order in which messages list them.
            pub const NAMES: &[&str] = &[$($word),+];

            /// The variant of a word; `None` for any other text.
            pub fn parse(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)+
                    _ => None,
                }
            }

            /// The word of the language.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }
    };
}

pub use choice;

choice! {
    /// How bad it is that an alert fires: the label `severity`.
    AlertSeverity {
        Critical = "critical",
        Warning = "warning",
        Info = "info",
    }
}

choice! {
    /// When a task of Airflow's runs, by how those before it ended.
    TriggerRule {
        AllSuccess = "all_success",
        AllFailed = "all_failed",
        AllDone = "all_done",
        AllDoneMinOneSuccess = "all_done_min_one_success",
        AllSkipped = "all_skipped",
        OneFailed = "one_failed",
        OneSuccess = "one_success",
        OneDone = "one_done",
        NoneFailed = "none_failed",
        NoneFailedMinOneSuccess = "none_failed_min_one_success",
        NoneSkipped = "none_skipped",
        Always = "always",
    }
}

choice! {
    /// A schedule of Airflow's that has a name.
    SchedulePreset {
        Once = "@once",
        Continuous = "@continuous",
        Hourly = "@hourly",
        Daily = "@daily",
        Midnight = "@midnight",
        Weekly = "@weekly",
        Monthly = "@monthly",
        Quarterly = "@quarterly",
        Yearly = "@yearly",
        Annually = "@annually",
    }
}

choice! {
    /// What a component is in the picture, by its shape there.
    Icon {
        Store = "store",
        Broker = "broker",
        Server = "server",
        Dashboard = "dashboard",
        Exporter = "exporter",
        Job = "job",
        Ci = "ci",
        Notebook = "notebook",
    }
}

choice! {
    /// What a program does for the platform as a whole.
    Purpose {
        /// It scrapes metrics and evaluates rules, by the files of the target `prometheus`.
        Metrics = "metrics",
        /// It shows the dashboards of the target `grafana`.
        Dashboards = "dashboards",
        /// It runs the DAGs of the target `airflow`.
        Pipelines = "pipelines",
        /// It runs the jobs of the target `jenkins`.
        Ci = "ci",
        /// It measures containers, with the metrics and labels of cAdvisor.
        ContainerMetrics = "container-metrics",
        /// It measures machines, with the metrics of node_exporter.
        MachineMetrics = "machine-metrics",
        /// It asks people to log in, before a route leads them on.
        Login = "login",
    }
}

choice! {
    /// How a panel of a dashboard is drawn.
    PanelKind {
        Timeseries = "timeseries",
        Stat = "stat",
        /// `Up` or `Down`, for a query that gives 1 or 0.
        Up = "up",
        /// The legend in place of the number, for a query of which the labels are the answer: a version.
        Info = "info",
        Gauge = "gauge",
        Table = "table",
        Bargauge = "bargauge",
    }
}

choice! {
    /// The program of an image that asks whether its server answers.
    ProbeTool {
        Curl = "curl",
        Wget = "wget",
        Python = "python",
        Bash = "bash",
    }
}

choice! {
    /// How mounts that are made below a mounted folder later are seen on the other side.
    Propagation {
        Private = "private",
        Rprivate = "rprivate",
        Shared = "shared",
        Rshared = "rshared",
        Slave = "slave",
        Rslave = "rslave",
    }
}

choice! {
    /// What a port speaks below its scheme.
    Protocol {
        Tcp = "tcp",
        Udp = "udp",
    }
}

choice! {
    /// What a workload that another one waits for has come to.
    Condition {
        Healthy = "healthy",
        Completed = "completed",
        Started = "started",
    }
}

choice! {
    /// What a step of relabeling does, in Prometheus' own words.
    RelabelAction {
        Replace = "replace",
        Keep = "keep",
        Drop = "drop",
        KeepEqual = "keepequal",
        DropEqual = "dropequal",
        HashMod = "hashmod",
        LabelMap = "labelmap",
        LabelDrop = "labeldrop",
        LabelKeep = "labelkeep",
        Lowercase = "lowercase",
        Uppercase = "uppercase",
    }
}

choice! {
    /// The two schemes of HTTP.
    HttpScheme {
        Http = "http",
        Https = "https",
    }
}

choice! {
    /// What a secret's value looks like, as `form` says it.
    WrittenForm {
        Token = "token",
        Alphanumeric = "alphanumeric",
        Hex = "hex",
        Base64 = "base64",
        Base64Url = "base64url",
        Fernet = "fernet",
    }
}

choice! {
    /// Which runtime alone has a volume of a kind.
    VolumeOnly {
        Compose = "compose",
        Helm = "helm",
    }
}

impl VolumeOnly {
    /// Where the workloads run that mount it.
    pub fn site(self) -> Site {
        match self {
            VolumeOnly::Compose => Site::Engine,
            VolumeOnly::Helm => Site::Cluster,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asserts that each word is parsed to the variant that has this word.
    macro_rules! reads_its_own_words {
        ($($name:ident),+) => {
            $(for word in $name::NAMES {
                assert_eq!($name::parse(word).map($name::name), Some(*word));
            }
            assert_eq!($name::parse("nothing-of-the-kind"), None);)+
        };
    }

    #[test]
    fn words_are_read_as_they_are_written() {
        reads_its_own_words!(
            AlertSeverity,
            TriggerRule,
            SchedulePreset,
            PanelKind,
            ProbeTool,
            Propagation,
            Protocol,
            Condition,
            RelabelAction,
            HttpScheme,
            WrittenForm,
            VolumeOnly
        );
        assert_eq!(AlertSeverity::parse("Critical"), None);
        assert_eq!(TriggerRule::parse("all_done"), Some(TriggerRule::AllDone));
        assert_eq!(Propagation::parse("rslave"), Some(Propagation::Rslave));
    }
}

choice! {
    /// When Jenkins runs steps after a stage or a whole run, in the order in which it looks at them.
    PostCondition {
        Always = "always",
        Changed = "changed",
        Fixed = "fixed",
        Regression = "regression",
        Aborted = "aborted",
        Failure = "failure",
        Success = "success",
        Unstable = "unstable",
        Unsuccessful = "unsuccessful",
        Cleanup = "cleanup",
    }
}
