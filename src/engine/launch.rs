//! One start by Compose: which files and services it is given, and what is reported while it goes on.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::{Child, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use super::{
    Engine, EngineFacts, Event, Line, Progress, Running, Selection, compose::code, finished,
    lines::lines,
};
use crate::{disk::is_dotenv_tracked, plan::Failure};

/// Where the generated files mount the engine's socket from.
#[cfg(unix)]
const SOCKET: &str = "/var/run/docker.sock";

/// How often the engine is asked how things are.
const PACE: Duration = Duration::from_millis(700);

/// Who is shown the progress of a start.
pub trait Watch {
    /// A line that Compose printed.
    fn line(&mut self, line: &str);

    /// A component changed.
    fn event(&mut self, event: &Event);

    /// What is not up yet, each with what it waits for. Replaces the rows before.
    fn rows(&mut self, rows: &[(Event, Vec<&str>)]);
}

/// How a start ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Launched {
    /// Compose's exit status.
    pub status: u8,
    /// How many components are in which state; `None` where there was nothing to start.
    pub summary: Option<String>,
}

/// What is started, and with what.
#[derive(Debug)]
pub struct Launch<'a> {
    /// The platform.
    pub running: &'a Running,
    /// The groups to start.
    pub selection: &'a Selection<'a>,
    /// Compose and its engine.
    pub engine: &'a Engine,
    /// Whether images are built first.
    pub build: bool,
    /// Whether the run goes on until everything works, or something failed.
    pub wait: bool,
}

impl Launch<'_> {
    /// Starts it. With `wait`, returns when everything is well or something is not. Errors: the engine does not list its
    /// containers, or Compose can't be started.
    pub fn run(&self, watch: &mut dyn Watch) -> Result<Launched, Failure> {
        let containers = self.engine.containers(self.running.name())?;
        let workloads = self.selection.workloads();
        let names = workloads.iter().map(|workload| workload.name.as_str());
        let mut show = StartDisplay {
            launch: self,
            progress: Progress::new(names, &containers),
            watch,
            began: Instant::now(),
            looked: Instant::now(),
        };
        let mut arguments = self.files();
        arguments.extend(["up".to_string(), "--detach".to_string()]);
        arguments.extend(self.build.then(|| "--build".to_string()));
        // Compose takes the end of a job that nothing waits for as a failure, so then it waits for the others alone.
        let compose_waits = self.wait && self.selection.unawaited_jobs().is_empty();
        arguments.extend(compose_waits.then(|| "--wait".to_string()));
        if let Some(services) = self.without_finished_jobs()? {
            if services.is_empty() {
                return Ok(Launched {
                    status: 0,
                    summary: None,
                });
            }
            arguments.push("--no-deps".to_string());
            arguments.extend(services);
        }
        let mut status = show.show_until_end(self.engine.start(&arguments, Stdio::piped())?)?;
        let waiting = self.services_to_wait_for();
        if status == 0 && self.wait && !compose_waits && !waiting.is_empty() {
            status = show.show_until_end(self.engine.start(&waiting, Stdio::piped())?)?;
        }
        show.show_changes();
        if status == 0 && self.wait {
            show.wait_until_proved();
        }
        show.watch.rows(&[]);
        Ok(Launched {
            status,
            summary: Some(show.progress.summary()),
        })
    }

    /// Arguments of a Compose that starts nothing and waits for what is no job; none where all are jobs.
    fn services_to_wait_for(&self) -> Vec<String> {
        let workloads = self.selection.workloads();
        let services: Vec<String> = workloads
            .iter()
            .filter(|workload| !workload.is_job() && workload.profiles.is_empty())
            .map(|workload| workload.name.clone())
            .collect();
        if services.is_empty() {
            return services;
        }
        let words = ["up", "--detach", "--wait", "--no-recreate", "--no-deps"];
        let mut arguments = self.files();
        arguments.extend(words.map(ToString::to_string));
        arguments.extend(services);
        arguments
    }

    /// The files of the groups and of the order between them. Only `compose.yaml` has what `[raw.compose]` adds to the whole;
    /// else it is not asked for: Composes before 2.23 can't include files that declare the same network.
    fn files(&self) -> Vec<String> {
        let root = self.running.project.place.root();
        let is_more = !self.running.output.platform.raw_compose.is_empty();
        let files = match self.selection.is_everything && is_more {
            true => vec!["compose/compose.yaml".to_string()],
            false => self.selection.files(|path| root.join(path).is_file()),
        };
        let paths = files.iter().map(|file| root.join(file));
        paths
            .flat_map(|path| ["-f".to_string(), path.to_string_lossy().into_owned()])
            .collect()
    }

    /// The services to start where there are jobs that need not run again; `None` where there are none.
    fn without_finished_jobs(&self) -> Result<Option<Vec<String>>, Failure> {
        let containers = self.engine.containers(self.running.name())?;
        let workloads = self.selection.workloads();
        let has_ended = |name: &str| {
            let mut all = containers.iter();
            all.any(|it| it.service == name && it.state == "exited" && it.exit_code == 0)
        };
        let mut jobs = workloads.iter().filter(|workload| workload.is_job());
        let can_leave = self.engine.can_leave_jobs() && !self.build;
        if !can_leave || !jobs.any(|job| has_ended(&job.name)) {
            return Ok(None);
        }
        let inspected = self.engine.inspect(&containers);
        let images: BTreeSet<&str> = inspected.iter().map(|it| &*it.config.image).collect();
        let known = EngineFacts {
            containers: &containers,
            inspected: &inspected,
            hashes: &self.hashes(),
            images: &self.images(images.into_iter().filter(|name| !name.is_empty())),
        };
        let output = &self.running.output;
        let finished = finished(&output.platform, &output.graph, &known);
        let services = known.hashes.keys();
        let others = services.filter(|name| !finished.contains(*name)).cloned();
        Ok((!finished.is_empty()).then(|| others.collect()))
    }

    /// Compose's hash over each service that is on.
    fn hashes(&self) -> BTreeMap<String, String> {
        let mut arguments = self.files();
        arguments.extend(["config", "--hash", "*"].map(ToString::to_string));
        let answer = self.engine.read(&arguments).unwrap_or_default();
        let is_hash = |text: &str| text.len() == 64 && text.chars().all(|c| c.is_ascii_hexdigit());
        answer
            .lines()
            .filter_map(|line| line.split_once(' '))
            .filter(|(_, hash)| is_hash(hash.trim()))
            .map(|(name, hash)| (name.to_string(), hash.trim().to_string()))
            .collect()
    }

    /// The ids of images by their names; those that are not there are left out.
    fn images<'b>(&self, names: impl Iterator<Item = &'b str>) -> BTreeMap<String, String> {
        let id = |name: &str| {
            let words = ["image", "inspect", "--format", "{{.Id}}", name];
            self.engine.ask(&words).ok()
        };
        names
            .filter_map(|name| Some((name.to_string(), id(name)?)))
            .collect()
    }
}

/// A start on its way.
struct StartDisplay<'a> {
    launch: &'a Launch<'a>,
    progress: Progress,
    watch: &'a mut dyn Watch,
    began: Instant,
    looked: Instant,
}

impl StartDisplay<'_> {
    /// Shows Compose's output and the progress until it ends; returns its exit status.
    fn show_until_end(&mut self, mut compose: Child) -> Result<u8, Failure> {
        self.show_lines(&lines(&mut compose));
        let status = compose.wait();
        let status =
            status.map_err(|error| Failure::new(format!("could not wait for Compose: {error}")))?;
        Ok(code(status))
    }

    fn show_lines(&mut self, lines: &Receiver<Line>) {
        loop {
            match lines.recv_timeout(PACE) {
                Ok(line) => self.watch.line(&line.text),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            if self.looked.elapsed() >= PACE {
                self.show_changes();
            }
        }
    }

    /// Waits until what Compose takes for started has run for a while.
    fn wait_until_proved(&mut self) {
        let workloads = self.launch.selection.workloads();
        let services = || {
            let services = workloads.iter().filter(|workload| !workload.is_job());
            services.map(|workload| workload.name.as_str())
        };
        while !self.progress.is_settled(services(), self.began.elapsed()) {
            thread::sleep(PACE);
            self.show_changes();
        }
    }

    /// Asks for the containers' states and shows what has changed. An engine that does not answer now may answer later.
    fn show_changes(&mut self) {
        let launch = self.launch;
        self.looked = Instant::now();
        let Ok(containers) = launch.engine.containers(launch.running.name()) else {
            return;
        };
        let now = self.began.elapsed();
        for event in self.progress.update(&containers, now) {
            self.watch.event(&event);
        }
        let rows = self.progress.unfinished(now);
        let rows: Vec<(Event, Vec<&str>)> = rows
            .into_iter()
            .map(|(name, phase, after)| {
                let event = Event {
                    name: name.to_string(),
                    phase: phase.clone(),
                    after,
                };
                (event, missing(launch, &self.progress, name))
            })
            .collect();
        self.watch.rows(&rows);
    }
}

/// What a workload still waits for.
fn missing<'a>(launch: &'a Launch<'_>, progress: &Progress, name: &str) -> Vec<&'a str> {
    let workloads = launch.selection.workloads();
    let workload = workloads.into_iter().find(|it| it.name == name);
    let dependencies = workload.map_or(&[][..], |workload| &workload.depends_on);
    dependencies
        .iter()
        .map(|dependency| dependency.workload.as_str())
        .filter(|other| progress.phase(other).is_some_and(|phase| !phase.is_up()))
        .collect()
}

/// Variables for Compose: the project's name, which one of the shell or of `.env` would replace; and what only this machine
/// knows, where neither of both sets it: `PROJECT_DIR`, and `DOCKER_GID`, the group of the engine's socket. These two are not
/// taken from a `.env` that came with the repository: its author would choose which folders of this machine are mounted.
/// Errors: `.env` can't be read, or the project's folder is gone.
pub fn start_variables(running: &Running) -> Result<Vec<(&'static str, String)>, Failure> {
    let dotenv = match is_dotenv_tracked(&running.project.place) {
        true => BTreeMap::new(),
        false => running.dotenv()?.values(),
    };
    let is_set = |name: &str| {
        let given = std::env::var(name).ok();
        let given = given.or_else(|| dotenv.get(name).cloned());
        given.is_some_and(|value| !value.is_empty())
    };
    let mut variables = vec![("COMPOSE_PROJECT_NAME", running.name().to_string())];
    if !is_set("PROJECT_DIR") {
        let root = running.root()?;
        variables.push(("PROJECT_DIR", root.to_string_lossy().into_owned()));
    }
    #[cfg(unix)]
    if !is_set("DOCKER_GID")
        && let Ok(socket) = std::fs::metadata(SOCKET)
    {
        use std::os::unix::fs::MetadataExt;
        variables.push(("DOCKER_GID", socket.gid().to_string()));
    }
    Ok(variables)
}
