//! What of an upgrade of the chart is up to a person though nothing stands in its way: `scaling`, `handed_over` and `jobs` find it.

use serde::Serialize;

use super::Holder;

/// Something to know, or to do, before an upgrade.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Notice {
    /// An autoscaler decides over the pods of a workload that had a number.
    Scaled {
        /// The workload.
        workload: String,
        /// How many pods it had; `None`: something outside of the chart decided.
        was: Option<u64>,
        /// How many the autoscaler keeps at least.
        least: u64,
        /// How many it makes at most.
        most: u64,
    },
    /// A workload has a number of pods again.
    Unscaled {
        /// The workload.
        workload: String,
        /// The number.
        pods: u64,
    },
    /// The upgrade takes the pods of a workload away that the chart has still: values can turn it on.
    TurnedOff {
        /// The workload.
        workload: String,
    },
    /// A new claim that several nodes mount at once.
    OfManyNodes {
        /// The claim.
        claim: String,
        /// The storage class that is to make it; `None`: the cluster's default.
        class: Option<String>,
    },
    /// Claims that pods of another workload mount: old and new pods would write to them at once.
    HandedOver {
        /// The claims.
        claims: Vec<String>,
        /// Whose pods alone mount them, and no longer do afterwards.
        from: Holder,
        /// Whose pods mount them afterwards.
        to: Vec<Holder>,
    },
    /// Files that a program runs only while it has no data: what is new in them does not happen.
    NotRun {
        /// The data.
        data: String,
        /// The component that has it.
        component: String,
        /// Paths in its container that are new or have changed.
        files: Vec<String>,
    },
    /// An earlier version wrote down less of the data than a plan compares, so a change made meanwhile may not be asked for.
    EarlierManifest,
    /// A job that may have succeeded does something else, so it runs again.
    JobRunsAgain {
        /// The job.
        job: String,
        /// What changes of it: keys, as `image`, `env.LEVEL`, `files."/path"`.
        because: Vec<String>,
    },
}
