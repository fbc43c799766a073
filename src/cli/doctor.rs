//! `mlopsgen doctor`: what would stop this platform from starting on this machine.

use std::net::{IpAddr, Ipv4Addr};

use clap::Args;
use mlopsgen::{
    model::{HostPort, MountSource, NetworkMode, Port, Workload},
    plan::Failure,
    run::{Container, Selection, is_sound, missing, needed, select},
    source::Span,
};
use serde::Serialize;

use super::{
    Context,
    engine::Engine,
    host,
    running::Running,
    terminal::{Paint, paint},
};

/// What Elasticsearch refuses to start below.
const MAP_COUNT: u64 = 262_144;

/// Look for what would stop this platform from starting here
///
/// Busy ports and who holds them, missing secrets, no engine, too little memory. Changes nothing. Exits with 1 if it
/// found something that would stop it.
#[derive(Args)]
#[command(after_help = "\
Examples:
  mlopsgen doctor
  mlopsgen doctor mlflow --format json")]
pub struct DoctorArgs {
    /// Only these groups, and what they depend on
    #[arg(value_name = "GROUP")]
    groups: Vec<String>,
}

/// One thing that was found.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// It would not start, or not work; else it is only worth knowing.
    pub is_error: bool,
    pub subject: &'static str,
    pub message: String,
    /// `platform.toml:LINE`, where a line of it can help.
    pub place: Option<String>,
    pub help: String,
}

pub fn run(args: &DoctorArgs, context: &Context) -> Result<u8, Failure> {
    let is_json = context.is_json("doctor")?;
    let Some(running) = Running::open(context)? else {
        return Ok(1);
    };
    let output = &running.output;
    let selection = select(&output.platform, &output.graph, &args.groups)?.with_needed();
    let engine = Engine::find().and_then(|engine| engine.ping().map(|_| engine));
    let mut findings = Vec::new();
    let mut containers = Vec::new();
    match &engine {
        Ok(engine) => containers = engine.containers(running.name()).unwrap_or_default(),
        Err(failure) => findings.push(Finding {
            is_error: true,
            subject: "engine",
            message: failure.message.clone(),
            place: None,
            help: failure.help.clone().unwrap_or_default(),
        }),
    }
    findings.extend(ports(&running, &selection, &containers));
    findings.extend(secrets(&running, &selection)?);
    findings.extend(folders(&running, &selection)?);
    findings.extend(machine(&selection));
    let has_errors = findings.iter().any(|finding| finding.is_error);
    if is_json {
        let document = serde_json::json!({ "findings": findings, "ok": !has_errors });
        context.terminal.out(&format!("{document:#}\n"))?;
    } else if findings.is_empty() {
        context
            .terminal
            .out("Nothing found that would stop this platform from starting here.\n")?;
    } else {
        let all: Vec<&Finding> = findings.iter().collect();
        context.terminal.out(&human(&all, context))?;
    }
    Ok(u8::from(has_errors))
}

/// What `up` looks at: what would fail for sure, and after half of the platform has started.
pub fn before_start(
    running: &Running,
    selection: &Selection,
    engine: &Engine,
) -> Result<Vec<Finding>, Failure> {
    engine.ping()?;
    let containers = engine.containers(running.name())?;
    let mut findings = ports(running, selection, &containers);
    findings.extend(secrets(running, selection)?);
    Ok(findings)
}

pub fn human(findings: &[&Finding], context: &Context) -> String {
    let color = context.terminal.color_out;
    let mut text = String::new();
    for finding in findings {
        let (word, style) = match finding.is_error {
            true => ("error", Paint::Alarm),
            false => ("warning", Paint::Changed),
        };
        let head = format!("{word}[{}]:", finding.subject);
        let place = finding.place.as_ref();
        let place = place.map_or(String::new(), |place| format!("  --> {place}\n"));
        text.push_str(&format!(
            "{} {}\n{place}  {} {}\n",
            paint(&head, style, color),
            finding.message,
            paint("help:", Paint::Hunk, color),
            finding.help
        ));
    }
    text
}

fn ports(running: &Running, selection: &Selection, containers: &[Container]) -> Vec<Finding> {
    let published: Vec<(&Workload, &Port, u16)> = selection
        .workloads()
        .into_iter()
        .filter(|workload| workload.profiles.is_empty())
        .flat_map(|workload| workload.ports.iter().map(move |port| (workload, port)))
        .flat_map(|(workload, port)| {
            let range = match (&port.host, is_on_host(workload)) {
                (_, true) => Some(port.container),
                (Some(HostPort::Fixed(range)), _) => Some(*range),
                _ => None,
            };
            let numbers = range.into_iter().flat_map(|range| range.first..=range.last);
            numbers.map(move |number| (workload, port, number))
        })
        .collect();
    let wanted: Vec<u16> = published.iter().map(|(_, _, number)| *number).collect();
    let mut findings = Vec::new();
    for (workload, port, number) in published {
        let anywhere = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        let address = match is_on_host(workload) {
            true => anywhere,
            false => port.bind.parse().unwrap_or(anywhere),
        };
        let is_own = containers.iter().any(|container| {
            let on_host = is_on_host(workload) && container.service == workload.name;
            container.is_running()
                && (on_host
                    || container
                        .published()
                        .any(|known| known.published_port == number))
        });
        if is_own || !host::is_busy(address, number, port.protocol) {
            continue;
        }
        let holder = host::holder(number, port.protocol).map_or(
            "a process that can't be seen from here".to_string(),
            |name| name,
        );
        let free = host::free_port(address, number, port.protocol, &wanted);
        let help = match free {
            Some(free) if !is_on_host(workload) => {
                format!("end that process, or write `host = {free}`, which is free")
            }
            _ => "end that process".to_string(),
        };
        findings.push(Finding {
            is_error: true,
            subject: "port",
            message: format!(
                "port {number}/{} on {address}, which `{}` publishes, is held by {holder}",
                port.protocol.name(),
                workload.name
            ),
            place: place(running, port.host_span),
            help,
        });
    }
    findings
}

fn is_on_host(workload: &Workload) -> bool {
    let mode = workload.network_mode.as_ref().map(|mode| &mode.value);
    mode == Some(&NetworkMode::Host)
}

fn secrets(running: &Running, selection: &Selection) -> Result<Vec<Finding>, Failure> {
    let values = running.values()?;
    let needed = needed(&running.output.platform, &selection.workloads());
    let folder = running.project.place.folder();
    let absent = missing(needed.iter().map(|(secret, _)| *secret), &values);
    let mut findings: Vec<Finding> = absent
        .iter()
        .map(|secret| Finding {
            is_error: true,
            subject: "secret",
            message: format!(
                "the secret `{}` has no value: `{}` is neither in the environment nor in `{folder}/compose/.env`",
                secret.name, secret.env
            ),
            place: None,
            help: "`mlopsgen env init` writes a strong one, or set the one that you have".to_string(),
        })
        .collect();
    for (secret, in_url) in needed {
        let value = values.get(&secret.env).map(String::as_str).unwrap_or("");
        if value.is_empty() || is_sound(secret.form, value) {
            continue;
        }
        findings.push(Finding {
            is_error: in_url,
            subject: "secret",
            message: match in_url {
                true => format!(
                    "the value of `{}` becomes part of a URL and holds characters that break it",
                    secret.env
                ),
                false => format!(
                    "the value of `{}` is unusual for what it is used for",
                    secret.env
                ),
            },
            place: place(running, secret.span),
            help: "use letters, digits, `.`, `_`, `~` and `-`; a Fernet key is 32 bytes as URL-safe base64"
                .to_string(),
        });
    }
    Ok(findings)
}

fn folders(running: &Running, selection: &Selection) -> Result<Vec<Finding>, Failure> {
    let root = running.root()?;
    let mut findings = Vec::new();
    for workload in selection.workloads() {
        for mount in &workload.mounts {
            let MountSource::Bind { path, .. } = &mount.source else {
                continue;
            };
            if root.join(path).exists() {
                continue;
            }
            findings.push(Finding {
                is_error: false,
                subject: "folder",
                message: format!(
                    "`{path}`, which `{}` mounts at `{}`, does not exist: the engine would make it, as root",
                    workload.name, mount.path
                ),
                place: place(running, mount.span),
                help: "make it yourself, so that the container's user may write there".to_string(),
            });
        }
    }
    Ok(findings)
}

fn machine(selection: &Selection) -> Vec<Finding> {
    let workloads = selection.workloads();
    let services = || workloads.iter().filter(|workload| !workload.is_job());
    let memory: u64 = services().filter_map(|w| w.resources.memory).sum();
    let cpu: u64 = services().filter_map(|w| w.resources.cpu).sum();
    let gigabytes = |bytes: u64| format!("{:.1} GiB", bytes as f64 / f64::from(1 << 30));
    let finding = |is_error, subject, message, help: &str| Finding {
        is_error,
        subject,
        message,
        place: None,
        help: help.to_string(),
    };
    let mut findings = Vec::new();
    if let Some(there) = host::memory().filter(|there| memory > *there) {
        findings.push(finding(
            true,
            "memory",
            format!(
                "all of it asks for {} of memory, and this machine has {}",
                gigabytes(memory),
                gigabytes(there)
            ),
            "start only some groups, or ask for less in `resources`",
        ));
    }
    if let Some(there) = host::processors().filter(|there| cpu > *there) {
        findings.push(finding(
            false,
            "cpu",
            format!(
                "all of it asks for {:.1} processors, and this machine has {:.1}: it will be slow",
                cpu as f64 / 1000.0,
                there as f64 / 1000.0
            ),
            "start only some groups",
        ));
    }
    let has_elasticsearch = selection.has_kind("elasticsearch");
    if let Some(there) =
        host::max_map_count().filter(|there| has_elasticsearch && *there < MAP_COUNT)
    {
        findings.push(finding(
            true,
            "kernel",
            format!(
                "vm.max_map_count is {there}, and Elasticsearch does not start below {MAP_COUNT}"
            ),
            &format!("as root: sysctl -w vm.max_map_count={MAP_COUNT}"),
        ));
    }
    findings
}

fn place(running: &Running, span: Span) -> Option<String> {
    let sources = &running.sources;
    (span.start < span.end).then(|| {
        let (line, _) = sources.position(span);
        format!("{}:{line}", sources.file(span.source).name)
    })
}
