//! Which alerts say that a component is down, and which say it of one of its instances.
//!
//! Rules label their alerts by it, and Alertmanager holds back other alerts by that label: one dead replica of three hides
//! nothing of the component, and nothing of what needs it.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    containers,
    probes::{self, ProbedWorkload},
    scrape::{self, Job},
};
use crate::{
    model::{Alert, AlertSeverity, Component, Platform, Workload, is_generated_alertmanager},
    target::Vantage,
};

/// The label of alerts that say that something is down.
pub(in crate::target) const LABEL: &str = "down";

/// Milliseconds that no instance works before an alert says so, where no alert of the component has a time of its own.
pub(in crate::target) const USUAL_HOLD: u64 = 300_000;

/// What an alert says is down: the value of its label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::target) enum Down {
    /// The whole component.
    Component,
    /// One of several instances.
    Instance,
}

impl Down {
    pub fn name(self) -> &'static str {
        match self {
            Down::Component => "component",
            Down::Instance => "instance",
        }
    }
}

/// What is known of each component, by its name.
#[derive(Debug, Default)]
pub(in crate::target) struct Downs<'a> {
    /// The job that the alerts of a component are about, and whether several instances may be behind it.
    own: BTreeMap<&'a str, (String, bool)>,
    /// Only cAdvisor sees its own container.
    unseen: BTreeSet<&'a str>,
}

impl<'a> Downs<'a> {
    /// What the Prometheus of a platform can tell.
    pub fn of(platform: &'a Platform, prometheus: &Component, vantage: Vantage) -> Self {
        let (jobs, _) = scrape::jobs(platform, prometheus, vantage);
        let asked = probes::asked(platform, prometheus, vantage);
        let unseen = containers::unseen(platform, prometheus, &jobs, &asked, vantage);
        Self::new(&jobs, &asked, &unseen)
    }

    /// `unseen` are the workloads that only cAdvisor sees.
    pub fn new(jobs: &[Job<'a>], asked: &[ProbedWorkload<'a>], unseen: &[&'a Workload]) -> Self {
        let mut own = BTreeMap::new();
        for job in jobs {
            let name = job.component.name.as_str();
            let found = (job.metrics.job.clone(), job.presence.several);
            // The first, unless another has the component's name.
            if job.metrics.job == name {
                own.insert(name, found);
            } else {
                own.entry(name).or_insert(found);
            }
        }
        for asked in asked.iter().filter(|it| it.workload.part.is_none()) {
            let found = (asked.job.clone(), asked.presence.several);
            own.entry(&asked.component.name).or_insert(found);
        }
        let unseen = unseen.iter().filter(|workload| workload.part.is_none());
        Self {
            own,
            unseen: unseen.map(|workload| workload.component.as_str()).collect(),
        }
    }

    /// Whether a job is the one that the alerts of a component are about.
    pub fn is_own_job(&self, component: &Component, job: &str) -> bool {
        let own = self.own.get(component.name.as_str());
        own.is_some_and(|(own, _)| own == job)
    }

    /// Whether several instances of a component may run, so that no alert about one of them is about the component.
    fn are_several(&self, component: &Component) -> bool {
        let own = self.own.get(component.name.as_str());
        own.is_some_and(|(_, several)| *several)
    }

    /// What an alert of a component says is down, if it says so at all.
    pub fn down_of_alert(&self, component: &Component, alert: &Alert) -> Option<Down> {
        let scope = if self.are_several(component) {
            Down::Instance
        } else {
            Down::Component
        };
        alert.down.then_some(scope)
    }

    /// Whether alerts of what needs a component are held back while an alert with this meaning and severity fires. Where
    /// Alertmanager itself is down, nobody is notified anyway.
    pub fn holds_back(component: &Component, down: Option<Down>, severity: AlertSeverity) -> bool {
        down == Some(Down::Component)
            && severity == AlertSeverity::Critical
            && !is_generated_alertmanager(component)
    }

    /// Whether any alert holds back those of what needs the component.
    pub fn may_hold_back(&self, component: &Component) -> bool {
        let of_platform =
            self.are_several(component) || self.unseen.contains(component.name.as_str());
        let mut alerts = component.alerts.iter();
        of_platform && !is_generated_alertmanager(component)
            || alerts.any(|alert| {
                Self::holds_back(
                    component,
                    self.down_of_alert(component, alert),
                    alert.severity,
                )
            })
    }
}

/// How bad it is. What a kind calls critical is so of its only instance; of several the others still work, and the platform's own
/// alert says when none does.
pub(in crate::target) fn severity(alert: &Alert, down: Option<Down>) -> AlertSeverity {
    let is_usual = alert.severity_from_kind && alert.severity == AlertSeverity::Critical;
    if down == Some(Down::Instance) && is_usual {
        AlertSeverity::Warning
    } else {
        alert.severity
    }
}

/// Milliseconds that no instance of a component works before an alert says so. It comes no later than those about single
/// instances, which it holds back.
pub(in crate::target) fn delay_of_down_alert(component: &Component) -> u64 {
    let down = component.alerts.iter().filter(|alert| alert.down);
    down.filter_map(|alert| alert.hold)
        .min()
        .unwrap_or(USUAL_HOLD)
}
