//! How far a start has come, component by component.

use std::{collections::BTreeMap, time::Duration};

use super::Container;

/// How long a container without a health check has to run to count as started.
const STEADY: Duration = Duration::from_secs(3);

/// Where a workload stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It has no container, or one that was never started.
    Waiting,
    /// It runs, and its health check has not succeeded yet.
    Starting,
    /// It runs, and has no health check.
    Running,
    /// Its health check succeeds.
    Healthy,
    /// A job that succeeded.
    Done,
    /// What is wrong with it, as words after its name and `is`.
    Failed(String),
}

/// A change of a component's phase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The workload.
    pub name: String,
    /// The phase that it is in now.
    pub phase: Phase,
    /// Since its container was seen to run.
    pub after: Duration,
}

/// The workloads of a start. Times are since its beginning.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    /// In the platform's order.
    names: Vec<String>,
    rows: BTreeMap<String, Row>,
}

#[derive(Clone, Debug)]
struct Row {
    phase: Phase,
    /// When this phase was seen first.
    since: Duration,
    /// When its container was seen to run first.
    begun: Duration,
    has_failed: bool,
}

impl Phase {
    /// The phase of one container, or of none.
    pub fn of(container: Option<&Container>) -> Self {
        let Some(container) = container else {
            return Phase::Waiting;
        };
        let code = container.exit_code;
        match (container.state.as_str(), container.health.as_str()) {
            ("running", "healthy") => Phase::Healthy,
            ("running", "starting") => Phase::Starting,
            ("running", "unhealthy") => Phase::Failed("unhealthy".to_string()),
            ("running" | "paused", _) => Phase::Running,
            ("exited", _) if code == 0 => Phase::Done,
            ("exited", _) => Phase::Failed(format!("ended, with exit status {code}")),
            ("restarting", _) => Phase::Failed("restarted again and again".to_string()),
            ("dead", _) => Phase::Failed("dead".to_string()),
            _ => Phase::Waiting,
        }
    }

    /// Whether it will not come up without help.
    pub fn is_failed(&self) -> bool {
        matches!(self, Phase::Failed(_))
    }

    /// Whether who waits for it may start.
    pub fn is_up(&self) -> bool {
        matches!(self, Phase::Running | Phase::Healthy | Phase::Done)
    }
}

impl Progress {
    /// The phases before the start.
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>, containers: &[Container]) -> Self {
        let mut progress = Self::default();
        for name in names {
            let row = Row {
                phase: least_ready(containers, name),
                since: Duration::ZERO,
                begun: Duration::ZERO,
                has_failed: false,
            };
            progress.names.push(name.to_string());
            progress.rows.insert(name.to_string(), row);
        }
        progress
    }

    /// Updates the phases. A component that failed is reported again only when it works.
    pub fn update(&mut self, containers: &[Container], now: Duration) -> Vec<Event> {
        let mut events = Vec::new();
        for name in &self.names {
            let phase = least_ready(containers, name);
            let Some(row) = self.rows.get_mut(name).filter(|row| row.phase != phase) else {
                continue;
            };
            if row.phase == Phase::Waiting || row.phase == Phase::Done {
                row.begun = now;
            }
            let is_well = matches!(phase, Phase::Healthy | Phase::Done);
            let is_news = phase != Phase::Waiting && (!row.has_failed || is_well);
            row.has_failed = (row.has_failed && !is_well) || phase.is_failed();
            row.phase = phase.clone();
            row.since = now;
            if is_news {
                events.push(Event {
                    name: name.clone(),
                    phase,
                    after: now.saturating_sub(row.begun),
                });
            }
        }
        events
    }

    /// The phase of a workload of this start.
    pub fn phase(&self, name: &str) -> Option<&Phase> {
        self.rows.get(name).map(|row| &row.phase)
    }

    /// What is not there yet, each with how long its container has run.
    pub fn unfinished(&self, now: Duration) -> Vec<(&str, &Phase, Duration)> {
        self.names
            .iter()
            .filter_map(|name| Some((name.as_str(), self.rows.get(name)?)))
            .filter(|(_, row)| !row.phase.is_up())
            .map(|(name, row)| (name, &row.phase, now.saturating_sub(row.begun)))
            .collect()
    }

    /// Whether there is nothing to wait for any more: each of these works, has failed, or was never started.
    pub fn is_settled<'a>(&self, names: impl IntoIterator<Item = &'a str>, now: Duration) -> bool {
        let mut rows = names.into_iter().filter_map(|name| self.rows.get(name));
        rows.all(|row| match row.phase {
            Phase::Starting => false,
            Phase::Running => now.saturating_sub(row.since) >= STEADY,
            _ => true,
        })
    }

    /// How many are in which phase: `3 healthy, 1 done`.
    pub fn summary(&self) -> String {
        let count = |word: &str, is_it: fn(&Phase) -> bool| {
            let number = self.rows.values().filter(|row| is_it(&row.phase)).count();
            (number > 0).then(|| format!("{number} {word}"))
        };
        let counts = [
            count("healthy", |phase| *phase == Phase::Healthy),
            count("running", |phase| *phase == Phase::Running),
            count("starting", |phase| *phase == Phase::Starting),
            count("done", |phase| *phase == Phase::Done),
            count("failed", Phase::is_failed),
            count("not started", |phase| *phase == Phase::Waiting),
        ];
        let counts: Vec<String> = counts.into_iter().flatten().collect();
        counts.join(", ")
    }
}

/// The phase of the least ready of several containers of one workload.
fn least_ready(containers: &[Container], name: &str) -> Phase {
    let of_it = containers
        .iter()
        .filter(|container| container.service == name);
    let phases = of_it.map(|container| Phase::of(Some(container)));
    phases
        .min_by_key(|phase| match phase {
            Phase::Failed(_) => 0,
            Phase::Waiting => 1,
            Phase::Starting => 2,
            Phase::Running => 3,
            Phase::Healthy => 4,
            Phase::Done => 5,
        })
        .unwrap_or(Phase::Waiting)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn containers(states: &[(&str, &str, &str, i64)]) -> Vec<Container> {
        states
            .iter()
            .map(|(service, state, health, exit_code)| Container {
                service: service.to_string(),
                state: state.to_string(),
                health: health.to_string(),
                exit_code: *exit_code,
                ..Container::default()
            })
            .collect()
    }

    fn lines(events: &[Event]) -> Vec<String> {
        let line =
            |event: &Event| format!("{} {:?} {}", event.name, event.phase, event.after.as_secs());
        events.iter().map(line).collect()
    }

    #[test]
    fn each_change_is_reported_once() {
        let seconds = Duration::from_secs;
        let mut progress = Progress::new(
            ["db", "seed", "old"],
            &containers(&[("old", "running", "healthy", 0)]),
        );
        let now = containers(&[
            ("old", "running", "healthy", 0),
            ("db", "running", "starting", 0),
        ]);
        assert_eq!(lines(&progress.update(&now, seconds(2))), ["db Starting 0"]);
        assert!(!progress.is_settled(["db", "old"], seconds(2)));
        let now = containers(&[
            ("db", "running", "healthy", 0),
            ("seed", "exited", "", 0),
            ("old", "running", "healthy", 0),
        ]);
        assert_eq!(
            lines(&progress.update(&now, seconds(5))),
            ["db Healthy 3", "seed Done 0"]
        );
        assert_eq!(progress.update(&now, seconds(6)), []);
        assert_eq!(progress.summary(), "2 healthy, 1 done");
        assert!(progress.is_settled(["db", "seed", "old"], seconds(6)));
    }

    #[test]
    fn what_crashes_again_and_again_is_reported_once() {
        let seconds = Duration::from_secs;
        let mut progress = Progress::new(["a"], &[]);
        let runs = containers(&[("a", "running", "", 0)]);
        let crashed = containers(&[("a", "restarting", "", 3)]);
        assert_eq!(lines(&progress.update(&runs, seconds(1))), ["a Running 0"]);
        assert!(!progress.is_settled(["a"], seconds(3)) && progress.is_settled(["a"], seconds(4)));
        assert_eq!(progress.update(&crashed, seconds(2)).len(), 1);
        for second in [3, 5, 7] {
            assert_eq!(progress.update(&runs, seconds(second)), []);
            assert_eq!(progress.update(&crashed, seconds(second + 1)), []);
        }
        assert_eq!(progress.summary(), "1 failed");
        assert_eq!(progress.unfinished(seconds(9)).len(), 1);
    }
}
