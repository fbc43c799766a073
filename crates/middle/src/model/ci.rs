//! CI entries.

use crate::{
    model::{EnvironmentVariable, Image, Text},
    source::Span,
    syntax::Table,
    value::PostCondition,
};

/// What Jenkins sets for each build: jenkins.io/doc/book/pipeline/jenkinsfile, "Using environment variables", and the pages of
/// the plugins for Git and multibranch.
pub const SET_BY_JENKINS: [&str; 39] = [
    "BRANCH_IS_PRIMARY",
    "BRANCH_NAME",
    "BUILD_DISPLAY_NAME",
    "BUILD_ID",
    "BUILD_NUMBER",
    "BUILD_TAG",
    "BUILD_URL",
    "CHANGE_AUTHOR",
    "CHANGE_AUTHOR_DISPLAY_NAME",
    "CHANGE_AUTHOR_EMAIL",
    "CHANGE_BRANCH",
    "CHANGE_FORK",
    "CHANGE_ID",
    "CHANGE_TARGET",
    "CHANGE_TITLE",
    "CHANGE_URL",
    "EXECUTOR_NUMBER",
    "GIT_BRANCH",
    "GIT_COMMIT",
    "GIT_LOCAL_BRANCH",
    "GIT_PREVIOUS_COMMIT",
    "GIT_PREVIOUS_SUCCESSFUL_COMMIT",
    "GIT_URL",
    "JENKINS_HOME",
    "JENKINS_URL",
    "JOB_BASE_NAME",
    "JOB_DISPLAY_URL",
    "JOB_NAME",
    "JOB_URL",
    "NODE_LABELS",
    "NODE_NAME",
    "RUN_DISPLAY_URL",
    "STAGE_NAME",
    "TAG_DATE",
    "TAG_NAME",
    "TAG_TIMESTAMP",
    "TAG_UNIXTIME",
    "WORKSPACE",
    "WORKSPACE_TMP",
];

/// A Jenkinsfile.
#[derive(Clone, Debug, PartialEq)]
pub struct Ci {
    /// The key in `[ci]`: the folder of its Jenkinsfile.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Where its stages run, unless one says otherwise.
    pub agent: Agent,
    /// Patterns of files: it runs where one has changed. Empty: always.
    pub paths: Vec<String>,
    /// Patterns of branches that it runs on. Empty, as `tags` is: all.
    pub branches: Vec<String>,
    /// Patterns of tags that it runs on.
    pub tags: Vec<String>,
    /// Environment variables of all stages.
    pub env: Vec<EnvironmentVariable>,
    /// Variables that no stage has, wherever they come from.
    pub unset: Vec<String>,
    /// Variables of all stages that a credential of Jenkins fills.
    pub secrets: Vec<SecretVariable>,
    /// Milliseconds.
    pub timeout: u64,
    /// How often a failed run is tried again.
    pub retries: u32,
    /// What a person who starts it may choose.
    pub parameters: Vec<CiParameter>,
    /// When Jenkins starts it automatically, besides at a change of the repository.
    pub triggers: CiTriggers,
    /// What follows the stages.
    pub post: Post,
    /// One after the other.
    pub stages: Vec<CiStage>,
    /// The keys as written, for checks that want the place of a value.
    pub written: Table,
    /// Where it is declared.
    pub span: Span,
}

impl Ci {
    /// Its stages, each followed by those inside of it.
    pub fn all_stages(&self) -> impl Iterator<Item = &CiStage> {
        let outer = self.stages.iter();
        outer.flat_map(|stage| std::iter::once(stage).chain(&stage.parallel))
    }

    /// What follows the run, and what follows its stages.
    pub fn posts(&self) -> impl Iterator<Item = &Post> {
        std::iter::once(&self.post).chain(self.all_stages().map(|stage| &stage.post))
    }

    /// Every text in it: what its stages run, and in which environment.
    pub fn texts(&self) -> impl Iterator<Item = &Text> {
        let of_stages = self.all_stages().flat_map(|stage| &stage.env);
        let env = of_stages.chain(&self.env).map(|variable| &variable.value);
        let run = self.all_stages().flat_map(|stage| &stage.run);
        let after = self.posts().flat_map(|post| &post.steps);
        env.chain(run).chain(after.flat_map(|(_, lines)| lines))
    }

    /// The secrets that it reads itself, without its stages: those of `secrets` and of variables.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        let stages = || self.all_stages();
        let bound = stages()
            .flat_map(|stage| &stage.secrets)
            .chain(&self.secrets);
        let env = stages().flat_map(|stage| &stage.env).chain(&self.env);
        let in_env = env.flat_map(|variable| variable.value.secrets());
        bound.map(|bound| bound.secret.as_str()).chain(in_env)
    }
}

/// When Jenkins starts a CI entry automatically, in the fields of its own cron.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CiTriggers {
    /// It runs then.
    pub cron: Option<String>,
    /// It looks then for changes, and runs where there are some.
    pub poll: Option<String>,
}

/// A question to the person who starts a CI entry. Its answer is an environment variable.
#[derive(Clone, Debug, PartialEq)]
pub struct CiParameter {
    /// The environment variable.
    pub name: String,
    /// What is asked.
    pub description: Option<String>,
    /// The answers.
    pub answer: CiAnswer,
}

/// What may be answered, and what is without an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum CiAnswer {
    /// Any text.
    Text(String),
    /// Yes or no.
    Switch(bool),
    /// One of these, the first by default.
    Choice(Vec<String>),
}

/// What follows a stage or a whole run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Post {
    /// Lines of shell, by when they run.
    pub steps: Vec<(PostCondition, Vec<Text>)>,
    /// Patterns of files that Jenkins keeps.
    pub archive: Vec<String>,
    /// Patterns of files with the results of tests.
    pub junit: Vec<String>,
    /// Receivers of `[notify]` that are notified of a failure, and of the first run that succeeds after one.
    pub notify: Vec<String>,
}

/// Where stages run.
#[derive(Clone, Debug, PartialEq)]
pub enum Agent {
    /// On any agent.
    Any,
    /// In a container of this image.
    Docker(Image),
    /// On an agent that has this label.
    Label(String),
}

/// An environment variable filled from a secret.
#[derive(Clone, Debug, PartialEq)]
pub struct SecretVariable {
    /// The environment variable.
    pub variable: String,
    /// The secret's name: the id of the credential.
    pub secret: String,
}

/// A step of a CI entry.
#[derive(Clone, Debug, PartialEq)]
pub struct CiStage {
    /// What Jenkins shows.
    pub name: String,
    /// Lines of shell, one after the other; empty where `parallel` has stages.
    pub run: Vec<Text>,
    /// Environment variables of this stage, over the entry's.
    pub env: Vec<EnvironmentVariable>,
    /// Variables that it does not have, though its entry or Jenkins sets them.
    pub unset: Vec<String>,
    /// Variables of this stage that a credential of Jenkins fills.
    pub secrets: Vec<SecretVariable>,
    /// Patterns of files: it runs where one has changed. Empty: always.
    pub paths: Vec<String>,
    /// Patterns of branches that it runs on. Empty, as `tags` is: all.
    pub branches: Vec<String>,
    /// Patterns of tags that it runs on.
    pub tags: Vec<String>,
    /// Milliseconds.
    pub timeout: Option<u64>,
    /// How often it is tried again after it failed.
    pub retries: u32,
    /// What follows its steps.
    pub post: Post,
    /// Where it runs, if not where the entry says.
    pub agent: Option<Agent>,
    /// Stages side by side; none of them has stages of its own.
    pub parallel: Vec<CiStage>,
    /// Its name where it is written.
    pub span: Span,
}
