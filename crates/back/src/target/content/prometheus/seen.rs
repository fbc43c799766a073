//! What targets are called where the platform runs: on an engine, and in a cluster. One expression is for both.

use std::collections::{BTreeMap, BTreeSet};

use super::about::is_about_others;
use crate::{
    model::{Component, Platform, ScrapeSettings, Workload},
    target::{
        Context, Vantage,
        shared::{
            probes,
            scrape::{self, Presence},
        },
    },
};

/// A target that always has one name.
pub(super) struct Target<'a> {
    pub component: &'a str,
    pub job: String,
}

/// What an instance is called.
#[derive(Clone, Copy)]
enum Naming {
    /// Always the same.
    Name,
    /// Only known while it runs.
    Address,
    Node,
}

impl Naming {
    fn of(presence: Presence, daemon: Option<&String>) -> Self {
        match (daemon, presence.several) {
            (Some(_), _) => Naming::Node,
            (None, true) => Naming::Address,
            (None, false) => Naming::Name,
        }
    }

    /// The host in the name of a target, or in that which people give it.
    fn host<'h>(self, workload: &'h str, scraped: &'h str) -> &'h str {
        match self {
            Naming::Name => scraped,
            Naming::Address | Naming::Node => workload,
        }
    }
}

/// The values of labels that targets have in one of these places.
pub(super) struct Seen<'a> {
    pub vantage: Vantage,
    /// Jobs, each with its component.
    pub jobs: BTreeMap<String, &'a str>,
    pub components: BTreeSet<&'a str>,
    pub groups: BTreeSet<&'a str>,
    /// `None` of an address that stands for those that are only known while it runs.
    pub instances: BTreeMap<String, Option<Target<'a>>>,
    /// Names that people take for those of targets which are called after their own addresses.
    pub several: BTreeMap<String, Target<'a>>,
    /// Components and groups that nothing is scraped of.
    unmeasured: BTreeSet<&'a str>,
    /// Whether it is the only place.
    is_only: bool,
}

impl<'a> Seen<'a> {
    /// Each place where the platform runs; the one that is generated for, where it runs nowhere.
    pub fn everywhere(context: &Context<'a>, prometheus: &Component) -> Vec<Self> {
        let platform = context.platform;
        let mut vantages = Vec::from([Vantage::Compose, Vantage::Kubernetes]);
        vantages.retain(|it| platform.runs_on(it.site()));
        if vantages.is_empty() {
            vantages.push(context.vantage);
        }
        let places = vantages.len();
        let seen = vantages.into_iter();
        seen.map(|vantage| Self::at(platform, prometheus, vantage, places))
            .collect()
    }

    fn at(platform: &'a Platform, prometheus: &Component, vantage: Vantage, places: usize) -> Self {
        let mut seen = Self {
            vantage,
            jobs: BTreeMap::new(),
            components: BTreeSet::new(),
            groups: BTreeSet::new(),
            instances: BTreeMap::new(),
            several: BTreeMap::new(),
            unmeasured: BTreeSet::new(),
            is_only: places == 1,
        };
        let (jobs, _) = scrape::jobs(platform, prometheus, vantage);
        for it in jobs {
            let of_clusters = |it: &Workload| it.runtime.cluster_only;
            if !vantage.is_in_cluster() && it.workload().is_some_and(of_clusters) {
                continue;
            }
            let kind = Naming::of(it.presence, it.daemon.as_ref());
            seen.add(
                (it.component, it.metrics.job.clone()),
                (&it.host, it.port),
                kind,
            );
        }
        for it in probes::asked(platform, prometheus, vantage) {
            let naming = Naming::of(it.presence, it.daemon.as_ref());
            let host = naming.host(&it.workload.name, &it.host);
            seen.add((it.component, it.job), (host, it.port), naming);
        }
        let nodes = vantage.is_in_cluster() && ScrapeSettings::of(prometheus).asks_kubelets();
        let components = platform.components.iter();
        let groups = platform.groups.iter().map(|it| it.name.as_str());
        let names = components.clone().map(|it| it.name.as_str());
        // What measures others tells of all that runs.
        if nodes || components.clone().any(is_about_others) {
            seen.components.extend(names);
            seen.groups.extend(groups);
        } else {
            seen.unmeasured.extend(names.chain(groups));
        }
        seen
    }

    fn add(
        &mut self,
        (component, job): (&'a Component, String),
        (host, port): (&str, u16),
        naming: Naming,
    ) {
        self.components.insert(&component.name);
        self.groups.extend(component.group.as_deref());
        self.jobs.insert(job.clone(), &component.name);
        let component = component.name.as_str();
        let target = Target { component, job };
        let name = format!("{host}:{port}");
        if let Naming::Name = naming {
            self.instances.insert(name, Some(target));
            return;
        }
        self.several.insert(name, target);
        // Such are its addresses. What runs on each node is called after the node where Prometheus knows it.
        self.instances.insert(format!("10.0.0.1:{port}"), None);
        if let Naming::Node = naming {
            self.instances.insert("node-1".to_string(), None);
        }
    }

    /// Whether a component or a group is there, and nothing of it is scraped.
    pub fn is_unmeasured(&self, label: &str, value: &str) -> bool {
        let known = match label {
            "component" => &self.components,
            "group" => &self.groups,
            _ => return false,
        };
        self.unmeasured.contains(value) && !known.contains(value)
    }

    /// The label that tells a target here by a name that it has everywhere: its component, if that has no other job.
    pub fn stable_name<'t>(&self, target: &'t Target<'_>) -> Option<(&'static str, &'t str)> {
        let of_component = self.jobs.values().filter(|it| **it == target.component);
        let is_there = self.jobs.contains_key(&target.job);
        is_there.then(|| match of_component.count() {
            1 => ("component", target.component),
            _ => ("job", target.job.as_str()),
        })
    }

    /// As in ` in the chart`.
    pub fn name(&self) -> &'static str {
        match self.vantage {
            _ if self.is_only && !self.vantage.is_in_cluster() => "",
            Vantage::Kubernetes => " in the chart",
            Vantage::Compose => " on an engine",
        }
    }

    /// The same, where the chart is all that there is.
    pub fn in_cluster(&self) -> &'static str {
        if self.is_only { self.name() } else { "" }
    }
}
