//! What Prometheus scrapes: one job per workload that has metrics and that the server can reach.
//!
//! Both the scrape configuration and the dashboards read this, so a query names no job that is not there.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    machine::{is_on_machine, knows_machine},
    replicas,
};
use crate::{
    files::Target,
    model::{
        Component, Expression, HostPort, Metrics, Mount, MountSource, NetworkMode, NetworkOwners,
        Platform, Workload, probe_job,
    },
    target::Vantage,
};

/// How the names of the jobs begin that ask the kubelets of a cluster.
pub(in crate::target) const NODES: &str = "nodes/";

/// One scrape job.
#[derive(Debug)]
pub(in crate::target) struct Job<'a> {
    pub component: &'a Component,
    pub metrics: &'a Metrics,
    /// Where Prometheus finds it.
    pub host: String,
    pub port: u16,
    pub presence: Presence,
    /// Milliseconds.
    pub interval: u64,
    /// The workload in whose pods it is, where there is one of them on each node.
    pub daemon: Option<String>,
}

/// Whether those jobs of a component that an expression of its kind names are all there: a part may be left out, and a component
/// that runs elsewhere may give no metrics.
pub(in crate::target) fn has_jobs(component: &str, expr: &str, jobs: &BTreeSet<&str>) -> bool {
    let named = expr.split("job=\"").skip(1);
    let mut named = named.filter_map(|rest| Some(rest.split_once('"')?.0));
    named.all(|job| {
        let rest = job.strip_prefix(component);
        let is_own = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '/']));
        // A probe only completes what its metrics say.
        !is_own || job.ends_with(&probe_job("")) || jobs.contains(job)
    })
}

/// Whether an expression asks the kubelets of a cluster, which have no job elsewhere.
pub(in crate::target) fn asks_nodes(expr: &str) -> bool {
    expr.contains(&format!("job=\"{NODES}"))
}

impl<'a> Job<'a> {
    /// The workload that it scrapes. None of a component that runs elsewhere.
    pub fn workload(&self) -> Option<&'a Workload> {
        let of_job = |metrics: &Metrics| metrics.job == self.metrics.job;
        let mut workloads = self.component.workloads.iter();
        workloads.find(|it| it.metrics.iter().any(of_job))
    }
}

/// How many processes a job's address stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::target) struct Presence {
    /// Several containers behind one name, or none.
    pub several: bool,
    /// Off by a profile, or ended: then the name does not resolve, and nothing is missing.
    pub may_be_off: bool,
    /// How many there should be; none where nobody knows.
    pub wanted: Option<u32>,
}

/// Metrics that Prometheus cannot reach, and why.
#[derive(Debug)]
pub(in crate::target) struct Unreachable<'a> {
    pub component: &'a Component,
    pub metrics: &'a Metrics,
    pub reason: &'static str,
    /// What to write instead.
    pub help: &'static str,
}

/// The jobs in the order of their components, and the metrics that get none.
pub(in crate::target) fn jobs<'a>(
    platform: &'a Platform,
    prometheus: &Component,
    vantage: Vantage,
) -> (Vec<Job<'a>>, Vec<Unreachable<'a>>) {
    let usual = platform.scrape_interval(prometheus);
    let scraper = Scraper::new(platform, prometheus, vantage);
    let mut jobs = Vec::new();
    let mut unreachable = Vec::new();
    for component in &platform.components {
        for job in external_jobs(component, usual) {
            let is_lost = vantage.is_in_cluster()
                && is_on_machine(component, &job.metrics.port)
                && !prometheus.main().is_some_and(knows_machine);
            if is_lost {
                unreachable.push(Unreachable {
                    component,
                    metrics: job.metrics,
                    reason: "in a cluster `host.docker.internal` is no address",
                    help: "where pods reach it at an address of its own, write `extra_hosts = [\"host.docker.internal:10.0.0.5\"]` on Prometheus",
                });
            } else {
                jobs.push(job);
            }
        }
        let endpoints = component
            .workloads
            .iter()
            .flat_map(|workload| workload.metrics.iter().map(move |it| (workload, it)));
        for (workload, metrics) in endpoints {
            match scraper.address(workload, &metrics.port, metrics.number) {
                Ok((host, port)) => jobs.push(Job {
                    component,
                    metrics,
                    host,
                    port,
                    presence: scraper.presence(workload),
                    interval: metrics.interval.unwrap_or(usual),
                    daemon: scraper.daemon(workload),
                }),
                Err(reason) => unreachable.push(Unreachable {
                    component,
                    metrics,
                    reason,
                    help: "join a network, or switch it off: `metrics = false`",
                }),
            }
        }
    }
    (jobs, unreachable)
}

/// The jobs of a component that runs elsewhere.
fn external_jobs(component: &Component, usual: u64) -> impl Iterator<Item = Job<'_>> {
    let external = component.external.iter();
    external
        .flat_map(|external| &external.metrics)
        .filter_map(move |metrics| {
            let (host, port) = component.address(&metrics.port)?;
            Some(Job {
                component,
                metrics,
                host: host.to_string(),
                port,
                presence: Presence::default(),
                interval: metrics.interval.unwrap_or(usual),
                daemon: None,
            })
        })
}

/// The jobs of each component that has any, by its name; first the one that has the component's name.
pub(in crate::target) fn by_component<'a>(
    jobs: &'a [Job<'a>],
) -> BTreeMap<&'a str, Vec<&'a Job<'a>>> {
    let mut of_component: BTreeMap<&str, Vec<&Job<'_>>> = BTreeMap::new();
    for job in jobs {
        of_component
            .entry(&job.component.name)
            .or_default()
            .push(job);
    }
    for (name, jobs) in &mut of_component {
        jobs.sort_by_key(|job| job.metrics.job != *name);
    }
    of_component
}

/// Whether a workload is scraped, or an exporter of it is.
pub(in crate::target) fn is_measured(workload: &Workload, jobs: &[Job<'_>]) -> bool {
    is_scraped(workload, jobs) || exporter(workload, jobs).is_some()
}

/// Whether Prometheus scrapes a workload itself.
pub(in crate::target) fn is_scraped(workload: &Workload, jobs: &[Job<'_>]) -> bool {
    let mut own = workload.metrics.iter();
    own.any(|metrics| jobs.iter().any(|job| job.metrics.job == metrics.job))
}

/// The job of the part that tells of a workload: it has the job of the component, and the workload runs the component's image.
pub(in crate::target) fn exporter<'j, 'a>(
    workload: &Workload,
    jobs: &'j [Job<'a>],
) -> Option<&'j Job<'a>> {
    let job = jobs
        .iter()
        .find(|job| job.metrics.job == workload.component)?;
    let main = job.component.main()?;
    let is_of_part = main.metrics.iter().all(|it| it.job != job.metrics.job);
    let is_same = workload.part.is_none() || workload.image == main.image;
    (is_of_part && is_same).then_some(job)
}

/// 1 for each instance that works, 0 for each that does not, of components that tell it in the same way: by `healthy`, for
/// which `first` are their own jobs. Other jobs, and components without it, work while they answer.
pub(in crate::target) fn healthy(
    healthy: Option<&Expression>,
    first: &[&str],
    jobs: &[&Job<'_>],
) -> String {
    let Some(healthy) = healthy else {
        return format!("up{{{}}}", selector(jobs));
    };
    let names: BTreeSet<&str> = first.iter().copied().collect();
    let is_first = |job: &&Job<'_>| names.contains(job.metrics.job.as_str());
    let (own, others): (Vec<&Job<'_>>, Vec<&Job<'_>>) = jobs.iter().copied().partition(is_first);
    let healthy = healthy.with(&one_of("job", first));
    let mut states = vec![format!("({healthy})")];
    if !own.is_empty() {
        // An exporter that answers may have nothing to say of the program behind it.
        states.push(format!("up{{{}}} * 0", selector(&own)));
    }
    if !others.is_empty() {
        states.push(format!("up{{{}}}", selector(&others)));
    }
    states.join(" or on (job, instance) ")
}

/// A matcher of these jobs: `job="a"` or `job=~"a|b"`. Names of jobs hold nothing that a regular expression reads.
pub(in crate::target) fn selector(jobs: &[&Job<'_>]) -> String {
    let names: Vec<&str> = jobs.iter().map(|job| job.metrics.job.as_str()).collect();
    one_of("job", &names)
}

/// A matcher of a label that has one of these values, which hold nothing that a regular expression reads.
pub(in crate::target) fn one_of(label: &str, values: &[&str]) -> String {
    match values {
        [value] => format!("{label}=\"{value}\""),
        values => format!("{label}=~\"{}\"", values.join("|")),
    }
}

/// The Service of a workload with several pods that has the address of each: the usual one has one for all of them. What is
/// scraped or probed has one also where there is one pod now: values, or an autoscaler, may make them more. `None` where there is
/// always one pod, or where something else has the name.
pub(in crate::target) fn service_of_pods(
    platform: &Platform,
    workload: &Workload,
) -> Option<String> {
    if !(workload.is_many() || may_become_many(platform, workload))
        || workload.in_chart
        || workload.is_job()
        || workload.ports.is_empty()
    {
        return None;
    }
    let name = format!("{}-headless", workload.name);
    let taken = platform.workload(&name).is_some() || platform.aliases.contains(&name);
    (!taken).then_some(name)
}

/// Whether a cluster may run more of it than platform.toml says: it is scraped or probed, and neither a single server nor the holder of
/// a volume.
fn may_become_many(platform: &Platform, workload: &Workload) -> bool {
    let component = platform.component(&workload.component);
    let holds = |mount: &Mount| !mount.read_only && matches!(mount.source, MountSource::Volume(_));
    workload.part.is_none()
        && (!workload.metrics.is_empty() || workload.probed)
        && !workload.mounts.iter().any(holds)
        && component.is_some_and(|component| !component.single)
}

fn is_on_host(workload: &Workload) -> bool {
    matches!(
        workload.network_mode.as_ref().map(|mode| &mode.value),
        Some(NetworkMode::Host)
    )
}

/// Who scrapes, and from where.
pub(super) struct Scraper<'a> {
    platform: &'a Platform,
    vantage: Vantage,
    /// Who lives in whose network.
    owners: NetworkOwners,
    /// It is on the host's network, where names of containers mean nothing.
    on_host: bool,
}

impl<'a> Scraper<'a> {
    pub fn new(platform: &'a Platform, prometheus: &Component, vantage: Vantage) -> Self {
        Self {
            platform,
            vantage,
            owners: NetworkOwners::of(platform),
            on_host: prometheus.main().is_some_and(is_on_host),
        }
    }

    /// Where a port of a workload is reached. Errors: why it is not.
    pub fn address(
        &self,
        workload: &Workload,
        port: &str,
        number: u16,
    ) -> Result<(String, u16), &'static str> {
        let listener = self
            .listener(workload)
            .ok_or("`network_mode` leaves it no address on a network")?;
        if self.vantage.is_in_cluster() && listener.is_part_of_chart() {
            return Err("its chart runs it, under a name of its own");
        }
        match (self.vantage, self.on_host, is_on_host(listener)) {
            // A pod on its node's network still has its Service.
            (Vantage::Kubernetes, _, _) => {
                let each = service_of_pods(self.platform, listener);
                Ok((each.unwrap_or_else(|| listener.name.clone()), number))
            }
            (Vantage::Compose, false, false) => Ok((listener.name.clone(), number)),
            (Vantage::Compose, true, true) => Ok(("127.0.0.1".to_string(), number)),
            (Vantage::Compose, false, true) => {
                Err("it is on the host's network, where its name is no address")
            }
            (Vantage::Compose, true, false) => published(workload, port)
                .ok_or("Prometheus is on the host's network and the port is not published"),
        }
    }

    /// How many processes its address stands for.
    pub fn presence(&self, workload: &Workload) -> Presence {
        let listener = self.listener(workload).unwrap_or(workload);
        let several = match self.vantage {
            // A swarm has one container of a daemon on each node, and as many of others as they ask for.
            Vantage::Compose => {
                let is_in_a_swarm = self.platform.targets.contains(&Target::Swarm);
                is_in_a_swarm && (workload.daemon || workload.replicas > 1)
                    || self.containers(workload) > 1
            }
            Vantage::Kubernetes => service_of_pods(self.platform, listener).is_some(),
        };
        let is_off = |workload: &Workload| match self.vantage {
            Vantage::Compose => !workload.profiles.is_empty(),
            Vantage::Kubernetes => !self.platform.starts_in_chart(workload),
        };
        let is_off = is_off(workload) || is_off(listener);
        Presence {
            several: several && !workload.is_job(),
            may_be_off: is_off || workload.is_job() || workload.replicas == 0,
            wanted: match self.vantage {
                _ if workload.daemon => None,
                Vantage::Compose => Some(self.containers(workload)),
                Vantage::Kubernetes => Some(workload.replicas),
            },
        }
    }

    /// The workload that has its address, where that one runs on each node: itself, or whose pods it is a container of.
    pub fn daemon(&self, workload: &Workload) -> Option<String> {
        let listener = self.listener(workload).filter(|it| it.daemon)?;
        Some(listener.name.clone())
    }

    fn containers(&self, workload: &Workload) -> u32 {
        replicas::on_engine(self.platform, &self.owners, workload)
    }

    /// The workload that has the address: itself, or the one whose network it shares. `None` where it has no network.
    fn listener<'w>(&'w self, workload: &'w Workload) -> Option<&'w Workload> {
        let owner = match self.owners.foreign_owner_of(&workload.name) {
            Some(owner) => self.platform.workload(owner)?,
            None => workload,
        };
        let mode = owner.network_mode.as_ref().map(|mode| &mode.value);
        (mode != Some(&NetworkMode::None)).then_some(owner)
    }
}

/// Where the host reaches a port.
fn published(workload: &Workload, port: &str) -> Option<(String, u16)> {
    let port = workload.port(port)?;
    let Some(HostPort::Fixed(range)) = port.host else {
        return None;
    };
    Some((port.bind.local_host(), range.first))
}
