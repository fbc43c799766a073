//! The declaration of a key. All that is known of a key stands in it; what else needs a list of keys filters these.

use super::{effect::Effect, shape::Shape};

/// One key of a table.
#[derive(Clone, Copy, Debug)]
pub struct KeyShape {
    /// As the user writes it.
    pub name: &'static str,
    /// What may stand there.
    pub shape: Shape,
    /// What other tools call it: an unknown key of such a name is read as this one.
    pub also_called: &'static [&'static str],
    /// Whether a table without it is an error.
    pub required: bool,
    /// Whether one without it is an error once all tables are merged.
    pub needed: bool,
    /// What it means, in a sentence or two of Markdown.
    pub doc: &'static str,
    /// A line or a few of TOML that use it.
    pub example: &'static str,
    /// Of a component's key: which of its workloads it is about.
    pub scope: Scope,
    /// Of a component's key: whether kinds may write it.
    pub in_kinds: InKinds,
    /// Of a component's key: whether one that runs elsewhere may have it.
    pub elsewhere: Elsewhere,
    /// Of a component's key: who reads what it says.
    pub reader: Reader,
    /// Of a key about workloads: whether it still has its meaning where a chart of others (`chart`) runs the component.
    pub in_charts: bool,
    /// Of a key of the chart's values: workloads of which no template reads it.
    pub meaningless_for: &'static [PodForm],
    /// Whether a secret may stand in its references.
    pub takes_secrets: bool,
    /// What the targets make of it; one entry for each way to write it that they treat differently.
    pub effects: &'static [Effect],
}

/// Who reads what a key of a component says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// What runs the component, or mlopsgen itself.
    Runtime,
    /// The component's program: it is told by this.
    Program,
    /// Who checks its health.
    HealthCheck,
    /// Prometheus, or Grafana with its answers.
    Monitoring,
}

impl Reader {
    /// Whether it looks at the program from outside, and tells it nothing.
    pub fn observes(self) -> bool {
        match self {
            Reader::HealthCheck | Reader::Monitoring => true,
            Reader::Runtime | Reader::Program => false,
        }
    }
}

/// What a workload is in a cluster, as far as keys of its values depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PodForm {
    /// It runs on in pods of its own.
    Server,
    /// It runs in a pod of every node.
    Daemon,
    /// It ends, in pods of its own.
    Job,
    /// It is one of the containers of another workload's pod.
    Guest,
    /// It is one of the init containers of another workload's pod.
    GuestJob,
}

/// What a key on a component is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The component as a whole.
    Component,
    /// Its main workload; in `parts.PART`, that part.
    MainWorkload,
    /// Every workload that runs the image of the component's kind.
    SharedByWorkloads,
}

/// Whether a kind may write a key of a component.
#[derive(Clone, Copy, Debug)]
pub enum InKinds {
    /// In `[workload]` and in `[parts.PART]`.
    Workloads,
    /// The same; a kind's table has more keys, or means something else.
    WorkloadsAs(&'static KeyShape),
    /// In `[parts.PART]`. The kind's file says at its top what the main workload runs.
    Parts,
    /// At the top of the kind's file, in a table of its own.
    OwnTable,
    /// Nowhere.
    No,
}

/// A table of a kind's file that holds what a workload runs.
#[derive(Clone, Copy)]
pub(super) enum KindTable {
    /// `[workload]`, the main one.
    Workload,
    /// `[parts.PART]`.
    Part,
}

/// Whether a component that runs elsewhere (`external`) may have a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Elsewhere {
    /// What is about the component as a whole may stand there; what is about a container needs one.
    ByScope,
    /// It has a meaning for components that run elsewhere.
    Holds,
    /// It is about what runs here.
    Needless,
}

impl KeyShape {
    /// Marks a key without which the table is an error.
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    pub(super) const fn also_called(mut self, words: &'static [&'static str]) -> Self {
        self.also_called = words;
        self
    }

    /// Marks a key that may come from a preset or a kind, and has to come from somewhere.
    pub(super) const fn needed(mut self) -> Self {
        self.needed = true;
        self
    }

    pub(super) const fn of_component(mut self) -> Self {
        self.scope = Scope::Component;
        self
    }

    pub(super) const fn shared(mut self) -> Self {
        self.scope = Scope::SharedByWorkloads;
        self
    }

    pub(super) const fn in_kinds_as(mut self, key: &'static KeyShape) -> Self {
        self.in_kinds = InKinds::WorkloadsAs(key);
        self
    }

    pub(super) const fn in_parts_of_kinds(mut self) -> Self {
        self.in_kinds = InKinds::Parts;
        self
    }

    pub(super) const fn elsewhere_in_kinds(mut self) -> Self {
        self.in_kinds = InKinds::OwnTable;
        self
    }

    pub(super) const fn not_in_kinds(mut self) -> Self {
        self.in_kinds = InKinds::No;
        self
    }

    pub(super) const fn takes_secrets(mut self) -> Self {
        self.takes_secrets = true;
        self
    }

    pub(super) const fn also_elsewhere(mut self) -> Self {
        self.elsewhere = Elsewhere::Holds;
        self
    }

    pub(super) const fn only_here(mut self) -> Self {
        self.elsewhere = Elsewhere::Needless;
        self
    }

    pub(super) const fn read_by(mut self, reader: Reader) -> Self {
        self.reader = reader;
        self
    }

    pub(super) const fn also_in_charts(mut self) -> Self {
        self.in_charts = true;
        self
    }

    const fn meaningless_for(mut self, forms: &'static [PodForm]) -> Self {
        self.meaningless_for = forms;
        self
    }

    /// About a pod: what runs in another's has none.
    pub(super) const fn of_pods(self) -> Self {
        self.meaningless_for(&[PodForm::Guest, PodForm::GuestJob])
    }

    /// About a number of pods.
    pub(super) const fn of_several_pods(self) -> Self {
        self.meaningless_for(&[PodForm::Daemon, PodForm::Guest, PodForm::GuestJob])
    }

    /// About pods that run on, as many as somebody says.
    pub(super) const fn of_servers(self) -> Self {
        self.meaningless_for(&[
            PodForm::Daemon,
            PodForm::Job,
            PodForm::Guest,
            PodForm::GuestJob,
        ])
    }

    /// About pods that end.
    pub(super) const fn of_jobs(self) -> Self {
        self.meaningless_for(&[
            PodForm::Server,
            PodForm::Daemon,
            PodForm::Guest,
            PodForm::GuestJob,
        ])
    }

    /// About what still runs once its pod has started.
    pub(super) const fn of_what_runs_on(self) -> Self {
        self.meaningless_for(&[PodForm::GuestJob])
    }

    pub(super) const fn in_targets(mut self, effects: &'static [Effect]) -> Self {
        self.effects = effects;
        self
    }

    /// Whether a component that runs elsewhere may have the key. `scopes`: what of the component there is here.
    pub fn holds_elsewhere(&self, scopes: &[Scope]) -> bool {
        match self.elsewhere {
            Elsewhere::Holds => true,
            Elsewhere::ByScope => scopes.contains(&self.scope),
            Elsewhere::Needless => false,
        }
    }

    /// Whether a component that a chart of others runs in a cluster may have the key without a loss there. What is about a
    /// container stands in the values of that chart.
    pub const fn holds_in_charts(&self) -> bool {
        self.in_charts || matches!(self.scope, Scope::Component)
    }

    /// Whether the table of a kind's workload has the key too, so that `false` in a component may remove the kind's.
    pub const fn is_of_kinds(&self) -> bool {
        matches!(
            self.in_kinds,
            InKinds::Workloads | InKinds::WorkloadsAs(_) | InKinds::OwnTable
        )
    }

    /// The key as this table of a kind's file has it; `None` where that does not have it.
    const fn in_kind(&self, table: KindTable) -> Option<KeyShape> {
        match (self.in_kinds, table) {
            (InKinds::Workloads, _) | (InKinds::Parts, KindTable::Part) => Some(*self),
            (InKinds::WorkloadsAs(key), _) => Some(*key),
            (InKinds::Parts, KindTable::Workload) | (InKinds::OwnTable | InKinds::No, _) => None,
        }
    }
}

/// A key that may be left out.
pub(super) const fn key(
    name: &'static str,
    shape: Shape,
    doc: &'static str,
    example: &'static str,
) -> KeyShape {
    KeyShape {
        name,
        shape,
        also_called: &[],
        required: false,
        needed: false,
        doc,
        example,
        scope: Scope::MainWorkload,
        in_kinds: InKinds::Workloads,
        elsewhere: Elsewhere::ByScope,
        reader: Reader::Runtime,
        in_charts: false,
        meaningless_for: &[],
        takes_secrets: false,
        effects: &[],
    }
}

/// Keys that the reference shows together.
#[derive(Clone, Copy, Debug)]
pub struct Section {
    /// The heading in the reference.
    pub title: &'static str,
    /// In the order of the reference.
    pub keys: &'static [KeyShape],
}

/// How many keys some sections have together.
pub(super) const fn length(sections: &[Section]) -> usize {
    let mut count = 0;
    let mut at = 0;
    while at < sections.len() {
        count += sections[at].keys.len();
        at += 1;
    }
    count
}

/// The keys of some sections, one after the other; `N` is their [`length`].
pub(super) const fn join<const N: usize>(sections: &[Section]) -> [KeyShape; N] {
    let mut keys = [sections[0].keys[0]; N];
    let (mut section, mut inner, mut at) = (0, 0, 0);
    while at < N {
        if inner == sections[section].keys.len() {
            section += 1;
            inner = 0;
        } else {
            keys[at] = sections[section].keys[inner];
            inner += 1;
            at += 1;
        }
    }
    keys
}

/// How many of these keys a table of a kind's file has.
pub(super) const fn count_in_kinds(keys: &[KeyShape], table: KindTable) -> usize {
    let (mut count, mut at) = (0, 0);
    while at < keys.len() {
        if keys[at].in_kind(table).is_some() {
            count += 1;
        }
        at += 1;
    }
    count
}

/// Those keys; `N` is [`count_in_kinds`].
pub(super) const fn keys_in_kinds<const N: usize>(
    keys: &[KeyShape],
    table: KindTable,
) -> [KeyShape; N] {
    let mut out = [keys[0]; N];
    let (mut from, mut to) = (0, 0);
    while from < keys.len() {
        if let Some(key) = keys[from].in_kind(table) {
            out[to] = key;
            to += 1;
        }
        from += 1;
    }
    out
}

/// How many of these keys are about a workload, and not about its component as a whole.
pub(super) const fn count_of_workloads(keys: &[KeyShape]) -> usize {
    let (mut count, mut at) = (0, 0);
    while at < keys.len() {
        if !matches!(keys[at].scope, Scope::Component) {
            count += 1;
        }
        at += 1;
    }
    count
}

/// Those keys; `N` is [`count_of_workloads`].
pub(super) const fn keys_of_workloads<const N: usize>(keys: &[KeyShape]) -> [KeyShape; N] {
    let mut out = [keys[0]; N];
    let (mut from, mut to) = (0, 0);
    while from < keys.len() {
        if !matches!(keys[from].scope, Scope::Component) {
            out[to] = keys[from];
            to += 1;
        }
        from += 1;
    }
    out
}
