//! What the template of a Jenkinsfile is given.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{
    bindings::{Binding, Helpers},
    patterns::{self, Condition},
    post::{self, Block},
};
use crate::{
    files::Site,
    model::{Agent, Ci, CiAnswer, CiParameter, CiStage, Platform, Purpose, Text},
    speak::{Constants, Speak},
};

/// A Jenkinsfile.
#[derive(Debug, Serialize)]
pub struct Jenkinsfile {
    /// The description.
    description: Option<String>,
    /// Where it runs.
    #[serde(rename = "where")]
    agent: StageAgent,
    /// When it is given up.
    length: Length,
    /// The environment of all stages.
    variables: Vec<Binding>,
    /// How often it runs at most, where more than once.
    attempts: Option<u32>,
    /// What a person may choose.
    parameters: Vec<Parameter>,
    /// When it starts by itself.
    cron: Option<String>,
    /// When it looks for changes.
    poll: Option<String>,
    /// The stages.
    stages: Vec<Stage>,
    /// What follows them.
    post: Vec<Block>,
    /// Whether anything in it depends on the branch or the tag.
    branches: bool,
}

/// A question, by the step of Jenkins that asks it.
#[derive(Debug, Serialize)]
struct Parameter {
    name: String,
    description: Option<String>,
    /// Of these only one is there.
    text: Option<String>,
    switch: Option<bool>,
    choices: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", content = "value", rename_all = "lowercase")]
enum StageAgent {
    Any,
    Docker(Container),
    /// In the workspace of the stages around it.
    Beside(Container),
    Label(String),
}

/// A container that stages run in.
#[derive(Clone, Debug, Serialize)]
struct Container {
    image: String,
    /// Options of `docker run`.
    args: Option<String>,
}

#[derive(Debug, Serialize)]
struct Length {
    /// How many of them.
    time: u64,
    /// A name of Java's `TimeUnit`.
    unit: &'static str,
}

#[derive(Debug, Serialize)]
struct Stage {
    /// Its name, which no other stage has.
    name: String,
    /// Where it runs, if elsewhere.
    agent: Option<StageAgent>,
    /// When it is given up.
    timeout: Option<Length>,
    /// How often it runs at most, where more than once.
    attempts: Option<u32>,
    /// What follows it.
    post: Vec<Block>,
    /// What its `environment` block holds.
    environment: Vec<Binding>,
    /// `NAME=value` of names that such a block can not hold.
    odd_variables: Vec<String>,
    /// Secrets of such names.
    odd_credentials: Vec<Binding>,
    /// When it runs.
    conditions: Option<Conditions>,
    /// `stages` or `parallel`: how the inner stages run.
    form: &'static str,
    /// The stages inside of it.
    inner: Vec<Stage>,
    /// Scripts.
    run: Vec<String>,
}

/// Both must hold; of each list one.
#[derive(Debug, Serialize)]
struct Conditions {
    /// On what has changed.
    paths: Vec<Condition>,
    /// On the branch or the tag.
    branches: Vec<Condition>,
}

pub fn jenkinsfile(platform: &Platform, ci: &Ci) -> Jenkinsfile {
    let helpers = Helpers::of(platform, ci);
    let entry = helpers.entry(ci);
    let inherited = Inherited {
        agent: None,
        odd_variables: &entry.odd_variables,
        odd_credentials: &entry.odd_credentials,
    };
    let mut writer = Writer {
        platform,
        ci,
        helpers,
        names: BTreeSet::new(),
    };
    let stages: Vec<Stage> = ci
        .stages
        .iter()
        .map(|stage| writer.stage(stage, inherited))
        .collect();
    let mut post = post::blocks(
        platform,
        &ci.post,
        &entry.odd_variables,
        &entry.odd_credentials,
    );
    let stages = match conditions(&ci.paths, &ci.branches, &ci.tags) {
        // Where its conditions do not hold nothing has run, and nothing follows.
        Some(conditions) => {
            let post = std::mem::take(&mut post);
            vec![writer.guard(ci, conditions, stages, post)]
        }
        None => stages,
    };
    Jenkinsfile {
        description: ci.description.clone(),
        agent: agent_view(platform, ci, &ci.agent),
        length: length(ci.timeout),
        variables: entry.environment.clone(),
        attempts: attempts(ci.retries),
        parameters: ci.parameters.iter().map(parameter).collect(),
        cron: ci.triggers.cron.clone(),
        poll: ci.triggers.poll.clone(),
        stages,
        post,
        branches: !ci.branches.is_empty()
            || !ci.tags.is_empty()
            || ci
                .all_stages()
                .any(|stage| !stage.branches.is_empty() || !stage.tags.is_empty()),
    }
}

/// Jenkins counts the first run too.
fn attempts(retries: u32) -> Option<u32> {
    (retries > 0).then_some(retries + 1)
}

fn parameter(parameter: &CiParameter) -> Parameter {
    let (mut text, mut switch, mut choices) = (None, None, Vec::new());
    match &parameter.answer {
        CiAnswer::Text(default) => text = Some(default.clone()),
        CiAnswer::Switch(default) => switch = Some(*default),
        CiAnswer::Choice(all) => choices.clone_from(all),
    }
    Parameter {
        name: parameter.name.clone(),
        description: parameter.description.clone(),
        text,
        switch,
        choices,
    }
}

struct Writer<'a> {
    platform: &'a Platform,
    ci: &'a Ci,
    helpers: Helpers<'a>,
    /// Names of stages so far: Jenkins refuses a second one of a name.
    names: BTreeSet<String>,
}

/// What a stage takes from those around it because they can't carry it themselves.
#[derive(Clone, Copy)]
struct Inherited<'a> {
    agent: Option<&'a Agent>,
    odd_variables: &'a [String],
    odd_credentials: &'a [Binding],
}

impl Writer<'_> {
    fn stage(&mut self, stage: &CiStage, inherited: Inherited<'_>) -> Stage {
        let mut own = self.helpers.stage(stage);
        own.inherit(inherited.odd_variables, inherited.odd_credentials);
        let (odd_variables, odd_credentials) = (own.odd_variables, own.odd_credentials);
        let agent = stage.agent.as_ref().or(inherited.agent);
        let name = self.name(&stage.name);
        let inherited = Inherited {
            agent,
            odd_variables: &odd_variables,
            odd_credentials: &odd_credentials,
        };
        let inner: Vec<Stage> = stage
            .parallel
            .iter()
            .map(|inner| self.stage(inner, inherited))
            .collect();
        Stage {
            name,
            agent: agent
                .filter(|_| inner.is_empty())
                .map(|agent| self.place(agent)),
            timeout: stage.timeout.map(length),
            attempts: attempts(stage.retries),
            post: post::blocks(self.platform, &stage.post, &odd_variables, &odd_credentials),
            environment: own.environment,
            conditions: conditions(&stage.paths, &stage.branches, &stage.tags),
            form: "parallel",
            run: stage.run.iter().map(|text| self.script(text)).collect(),
            odd_variables,
            odd_credentials,
            inner,
        }
    }

    /// The stage around all others that carries the entry's conditions, and what follows where they hold.
    fn guard(
        &mut self,
        ci: &Ci,
        conditions: Conditions,
        inner: Vec<Stage>,
        post: Vec<Block>,
    ) -> Stage {
        Stage {
            name: self.name(&ci.name),
            agent: None,
            timeout: None,
            attempts: None,
            post,
            environment: Vec::new(),
            odd_variables: Vec::new(),
            odd_credentials: Vec::new(),
            conditions: Some(conditions),
            form: "stages",
            inner,
            run: Vec::new(),
        }
    }

    /// A container shares the entry's workspace, unless that is in a container itself.
    fn place(&self, agent: &Agent) -> StageAgent {
        let view = agent_view(self.platform, self.ci, agent);
        match (view, &self.ci.agent) {
            (StageAgent::Docker(container), Agent::Any | Agent::Label(_)) => {
                StageAgent::Beside(container)
            }
            (view, _) => view,
        }
    }

    fn name(&mut self, wanted: &str) -> String {
        let mut name = wanted.to_string();
        let mut count = 1;
        while !self.names.insert(name.clone()) {
            count += 1;
            name = format!("{wanted} ({count})");
        }
        name
    }

    fn script(&self, text: &Text) -> String {
        Constants(self.platform, Site::Engine).text(text)
    }
}

fn conditions(paths: &[String], branches: &[String], tags: &[String]) -> Option<Conditions> {
    let of_branches = patterns::branches(branches);
    let branches: Vec<Condition> = of_branches
        .into_iter()
        .chain(patterns::tags(tags))
        .collect();
    (!paths.is_empty() || !branches.is_empty()).then(|| Conditions {
        paths: patterns::paths(paths),
        branches,
    })
}

fn agent_view(platform: &Platform, ci: &Ci, agent: &Agent) -> StageAgent {
    match agent {
        Agent::Any => StageAgent::Any,
        Agent::Docker(image) => StageAgent::Docker(Container {
            image: image.to_text(),
            args: networks(platform, ci),
        }),
        Agent::Label(label) => StageAgent::Label(label.clone()),
    }
}

/// What puts a container into the networks of the components that its entry names: their names mean nothing in another one.
/// `None`: it names none, or what runs it is not in the platform.
fn networks(platform: &Platform, ci: &Ci) -> Option<String> {
    let runner = platform.first_for(Purpose::Ci)?;
    if runner.external.is_some() {
        return None;
    }
    let named = ci.texts().flat_map(Text::endpoints);
    let inside = named.filter(|endpoint| !endpoint.external);
    let components = inside.filter_map(|endpoint| platform.component(&endpoint.component));
    let groups: BTreeSet<&str> = components
        .filter_map(|component| Some(component.main()?.group.as_str()))
        .collect();
    let options: Vec<String> = groups
        .into_iter()
        .map(|group| format!("--network {}", platform.network_name(group)))
        .collect();
    (!options.is_empty()).then(|| options.join(" "))
}

/// A length of time in the largest unit that needs no fraction.
fn length(milliseconds: u64) -> Length {
    const UNITS: [(&str, u64); 4] = [
        ("DAYS", 86_400_000),
        ("HOURS", 3_600_000),
        ("MINUTES", 60_000),
        ("SECONDS", 1_000),
    ];
    UNITS
        .iter()
        .find(|(_, size)| milliseconds >= *size && milliseconds.is_multiple_of(*size))
        .map_or(
            Length {
                time: milliseconds,
                unit: "MILLISECONDS",
            },
            |(unit, size)| Length {
                time: milliseconds / size,
                unit,
            },
        )
}
