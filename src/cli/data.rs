//! What a plan means for data, in words: for the plan, for `apply`'s question, for programs.

use std::{borrow::Cow, collections::BTreeSet};

use mlopsgen::{
    data::{Data, DataKey, Keeper, Place},
    kubernetes_bytes,
    plan::{
        Begin, Consequence, DataPlan, Displaced, Keep, LeftBehind, MajorChange, Moved, Plan,
        Resized,
    },
    text::shell_word,
};
use serde::Serialize;

use super::terminal::{Paint, Terminal};

/// The lines of a plan about data, but for what its notices tell: of charts that are there before, who mounts which claim.
pub fn lines(plan: &Plan) -> Vec<(String, Paint)> {
    let is_chart_there = plan.changes_chart();
    let heals = heals(plan);
    let plan = &plan.data;
    let mut out = Vec::new();
    for moved in &plan.moved {
        out.push((moved_line(moved), Paint::Changed));
        let is_told = is_chart_there && moved.data.keeper == Keeper::Cluster;
        let line = stop_first(moved).filter(|_| !is_told);
        out.extend(line.map(|line| (line, Paint::Plain)));
    }
    for data in &plan.fresh {
        let begins = begins(plan, data);
        let line = format!("+ {} ({}) {begins}", data.title(), data.key);
        out.push((line, Paint::Added));
    }
    for left in &plan.left {
        out.extend(left_lines(plan, left));
    }
    for displaced in &plan.displaced {
        let sentence = displaced.sentence();
        out.push((format!("! {sentence}"), Paint::Alarm));
        out.push((format!("    {}", stay(displaced)), Paint::Plain));
    }
    for change in &plan.upgrades {
        out.push((upgrade_line(change), Paint::Alarm));
        let needs = change.needs.iter();
        out.extend(needs.map(|need| (format!("    {need}"), Paint::Plain)));
    }
    for consequence in &plan.consequences {
        out.push((format!("! {}", consequence.sentence()), Paint::Alarm));
        let needs = consequence.needs();
        let lines = needs.iter().flat_map(|it| it.lines());
        out.extend(lines.map(|line| (format!("    {line}"), Paint::Plain)));
    }
    for other in &plan.other_secrets {
        out.push((format!("~ {}", other.sentence()), Paint::Changed));
        let needs = other.needs().into_iter();
        out.extend(needs.map(|need| (format!("    {need}"), Paint::Plain)));
    }
    for resized in &plan.resized {
        out.extend(resized_lines(resized));
        let is_deleted = resized.data.stateful_set().is_some() && resized.from < resized.to;
        let line = heals.filter(|_| is_deleted);
        out.extend(line.map(|line| (format!("    {line}"), Paint::Plain)));
    }
    out
}

/// What keeps a cluster as git has it, and makes again what somebody deletes there.
pub fn heals(plan: &Plan) -> Option<&'static str> {
    let changed = plan.changes.iter().map(|it| &it.path);
    let mut paths = changed.chain(&plan.unchanged);
    paths
        .any(|path| path.ends_with("gitops/argocd.yaml"))
        .then_some("Argo CD makes again what is deleted, as git has it: with it, type `kubectl delete` once the new commit is there")
}

/// What to do about a program that is led elsewhere.
fn stay(displaced: &Displaced) -> &'static str {
    match displaced.to {
        Some(_) => {
            "leave path, folder and raw keys as they were; or bring the data to the new place before the program starts"
        }
        None => {
            "mount it there as before; or copy what the program keeps in it to its new place before the program starts"
        }
    }
}

fn moved_line(moved: &Moved) -> String {
    let Moved { from, data } = moved;
    match *from == data.key {
        true => format!("~ {} ({}) moved, data kept", data.title(), data.key),
        false => format!(
            "~ {} moved, data kept: {from} is {} now",
            data.title(),
            data.key
        ),
    }
}

/// The advice to stop the old program first: two programs that write to one folder at once corrupt its data.
fn stop_first(moved: &Moved) -> Option<String> {
    let (old, new) = (moved.from.owner(), moved.data.key.owner());
    match moved.data.keeper {
        Keeper::Engine if old != new => Some(
            "    stop what runs before the new one starts: `mlopsgen down`, then `mlopsgen apply` and `mlopsgen up`"
                .to_string(),
        ),
        Keeper::Engine => {
            let project = moved.data.name.split('_').next()?;
            Some(format!(
                "    stop what runs under the old name before the new one starts: docker compose -p {} down",
                shell_word(project)
            ))
        }
        // The old values are unknown here, so the old pods can't be scaled down by them. A pipeline has no pods that stay.
        Keeper::Cluster if old != new => Some(format!(
            "    stop the old pods before the upgrade: {} scale deployment,statefulset -l app.kubernetes.io/component={} --replicas=0",
            moved.data.kubectl(),
            shell_word(moved.from.component()?)
        )),
        Keeper::Cluster | Keeper::Host => None,
    }
}

/// How a volume begins that is new.
fn begins(plan: &DataPlan, data: &Data) -> Cow<'static, str> {
    match plan.begins.get(data) {
        None => "starts empty".into(),
        Some(Begin::AsItIs) => "starts empty, unless it is there already".into(),
        Some(Begin::HasToBeThere) => {
            "is used as it is: nothing here makes it, it has to be there".into()
        }
        Some(Begin::LeftBehind(Some(program))) => format!(
            "is there already, with the data of {program} that was left behind, unless you have removed it"
        )
        .into(),
        Some(Begin::LeftBehind(None)) => {
            "may hold what was left behind, unless you have removed it".into()
        }
    }
}

fn left_lines(plan: &DataPlan, left: &LeftBehind) -> Vec<(String, Paint)> {
    let mut out = vec![(
        format!(
            "! {} ({}) is left behind: nothing will use the data in it",
            left.data.title(),
            left.data.key
        ),
        Paint::Alarm,
    )];
    if let Some(instead) = &left.instead {
        let begins = begins(plan, instead);
        let line = format!("    {} stands in its place, and {begins}", instead.title());
        out.push((line, Paint::Plain));
    }
    let how = match left.keep {
        Keep::Write(_) => "    to keep it, write",
        Keep::Type(_) | Keep::Bind(_) => "    to keep it, type before the upgrade",
        Keep::Copy(_) => "    to keep it",
    };
    out.push((how.to_string(), Paint::Plain));
    let keep = left.keep.text().lines();
    out.extend(keep.map(|line| (format!("        {line}"), Paint::Plain)));
    out
}

fn upgrade_line(change: &MajorChange) -> String {
    format!(
        "! {} ({}) holds data of {}, and {} is to read it",
        change.data.title(),
        change.data.key,
        change.from,
        change.to
    )
}

fn resized_lines(resized: &Resized) -> Vec<(String, Paint)> {
    let Resized { data, from, to } = resized;
    let (from_size, to_size) = (kubernetes_bytes(*from), kubernetes_bytes(*to));
    let mut out = vec![(
        format!("~ {} asks for {to_size}, it was {from_size}", data.title()),
        Paint::Changed,
    )];
    out.extend(
        steps(data, *from, *to)
            .into_iter()
            .map(|step| (format!("    {step}"), Paint::Plain)),
    );
    out
}

/// What a cluster needs for a claim of another size.
fn steps(data: &Data, from: u64, to: u64) -> Vec<String> {
    let size = kubernetes_bytes(to);
    if to < from {
        return vec![
            "a claim can't become smaller: `helm upgrade` ends with an error. Keep the size, or give the volume a new `name`".to_string(),
            "and copy the data from the old claim to the new one".to_string(),
        ];
    }
    match data.stateful_set() {
        None => vec![
            "`helm upgrade` does it where the storage class allows expansion (`allowVolumeExpansion: true`)".to_string(),
        ],
        Some(set) => {
            let claim = format!("{}-0", data.name.trim_end_matches("-*"));
            let (claim, set) = (shell_word(&claim), shell_word(set));
            let kubectl = data.kubectl();
            vec![
                "a StatefulSet can't change what it makes: before the upgrade, type".to_string(),
                format!("{kubectl} patch pvc {claim} -p '{{\"spec\":{{\"resources\":{{\"requests\":{{\"storage\":\"{size}\"}}}}}}}}'   (and each further number)"),
                format!("{kubectl} delete statefulset {set} --cascade=orphan   (its pods run on)"),
            ]
        }
    }
}

/// The message that stops `apply` until the user agrees, and its help.
pub fn refusal(plan: &DataPlan) -> (String, String) {
    let mut message = Vec::new();
    let mut help = Vec::new();
    if !plan.left.is_empty() {
        let names: Vec<String> = plan.left.iter().map(|left| left.data.title()).collect();
        message.push(format!(
            "nothing would use the data of {}",
            names.join(", ")
        ));
        let keep: BTreeSet<&Keep> = plan.left.iter().map(|left| &left.keep).collect();
        for how in ["", " write", " type before the upgrade"] {
            let same = keep.iter().filter(|keep| verb(keep) == how);
            let texts: Vec<&str> = same.map(|keep| keep.text()).collect();
            let texts = without_repeats(&texts);
            if !texts.is_empty() {
                help.push(format!("to keep the data{how}\n{}", texts.join("\n")));
            }
        }
    }
    message.extend(plan.displaced.iter().map(Displaced::sentence));
    let stay: BTreeSet<&str> = plan.displaced.iter().map(stay).collect();
    help.extend(stay.into_iter().map(str::to_string));
    for change in &plan.upgrades {
        let line = upgrade_line(change);
        message.push(line.trim_start_matches("! ").to_string());
        for need in &change.needs {
            if !help.contains(need) {
                help.push(need.clone());
            }
        }
    }
    for consequence in &plan.consequences {
        message.push(consequence.sentence());
        for need in consequence.needs() {
            if !help.contains(&need) {
                help.push(need);
            }
        }
    }
    help.push(
        "to go on as planned add `--accept-data-loss`: the manifest says that it was given"
            .to_string(),
    );
    (message.join("\n"), help.join("\n"))
}

/// What the user does with the text, as a message goes on after "to keep the data".
fn verb(keep: &Keep) -> &'static str {
    match keep {
        Keep::Write(_) => " write",
        Keep::Type(_) | Keep::Bind(_) => " type before the upgrade",
        Keep::Copy(_) => "",
    }
}

/// Engine and cluster are often kept by the same lines, one of them with a remark below.
fn without_repeats<'a>(texts: &[&'a str]) -> Vec<&'a str> {
    let is_repeated = |text: &str| {
        let mut others = texts.iter().filter(|other| **other != text);
        others.any(|other| other.starts_with(text))
    };
    texts
        .iter()
        .copied()
        .filter(|text| !is_repeated(text))
        .collect()
}

/// The same for programs.
#[derive(Serialize)]
pub struct JsonData {
    /// Data that nothing will use.
    volumes_removed: Vec<JsonLeft>,
    volumes_fresh: Vec<JsonFresh>,
    volumes_moved: Vec<JsonMoved>,
    /// Programs that no longer meet their data where they did.
    displaced: Vec<JsonDisplaced>,
    major_changes: Vec<JsonChange>,
    /// What components no longer have of data that stays.
    consequences: Vec<JsonConsequence>,
    /// Other secrets than those that data was made with.
    other_secrets: Vec<JsonConsequence>,
    claims_resized: Vec<JsonResized>,
}

#[derive(Serialize)]
struct JsonVolume {
    name: String,
    key: DataKey,
    #[serde(rename = "in")]
    keeper: Keeper,
}

#[derive(Serialize)]
struct JsonLeft {
    #[serde(flatten)]
    volume: JsonVolume,
    keep: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    instead: Option<String>,
}

#[derive(Serialize)]
struct JsonFresh {
    #[serde(flatten)]
    volume: JsonVolume,
    begins: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    program: Option<String>,
}

#[derive(Serialize)]
struct JsonMoved {
    #[serde(flatten)]
    volume: JsonVolume,
    from: DataKey,
}

#[derive(Serialize)]
struct JsonDisplaced {
    #[serde(flatten)]
    volume: JsonVolume,
    from: Place,
    to: Option<Place>,
}

#[derive(Serialize)]
struct JsonChange {
    #[serde(flatten)]
    volume: JsonVolume,
    from: String,
    to: String,
    needs: Vec<String>,
}

#[derive(Serialize)]
struct JsonConsequence {
    component: String,
    what: String,
    needs: Vec<String>,
}

#[derive(Serialize)]
struct JsonResized {
    #[serde(flatten)]
    volume: JsonVolume,
    from_bytes: u64,
    to_bytes: u64,
}

fn volume(data: &Data) -> JsonVolume {
    JsonVolume {
        name: data.name.clone(),
        key: data.key.clone(),
        keeper: data.keeper,
    }
}

fn fresh(plan: &DataPlan, data: &Data) -> JsonFresh {
    let (begins, program) = match plan.begins.get(data) {
        None => ("empty", None),
        Some(Begin::AsItIs) => ("as_it_is", None),
        Some(Begin::HasToBeThere) => ("has_to_be_there", None),
        Some(Begin::LeftBehind(program)) => ("left_behind", program.as_ref()),
    };
    JsonFresh {
        volume: volume(data),
        begins,
        program: program.map(ToString::to_string),
    }
}

fn consequence(consequence: &Consequence, terminal: &Terminal) -> JsonConsequence {
    JsonConsequence {
        component: consequence.component().to_string(),
        what: terminal.with_flags(&consequence.sentence()),
        needs: with_flags(&consequence.needs(), terminal),
    }
}

fn with_flags(needs: &[String], terminal: &Terminal) -> Vec<String> {
    needs.iter().map(|need| terminal.with_flags(need)).collect()
}

pub fn json(plan: &DataPlan, terminal: &Terminal) -> JsonData {
    let told = |it: &Consequence| consequence(it, terminal);
    JsonData {
        volumes_removed: plan
            .left
            .iter()
            .map(|left| JsonLeft {
                volume: volume(&left.data),
                keep: terminal.with_flags(left.keep.text()),
                instead: left.instead.as_ref().map(|instead| instead.name.clone()),
            })
            .collect(),
        volumes_fresh: plan.fresh.iter().map(|it| fresh(plan, it)).collect(),
        volumes_moved: plan
            .moved
            .iter()
            .map(|moved| JsonMoved {
                volume: volume(&moved.data),
                from: moved.from.clone(),
            })
            .collect(),
        displaced: plan
            .displaced
            .iter()
            .map(|displaced| JsonDisplaced {
                volume: volume(&displaced.data),
                from: displaced.from.clone(),
                to: displaced.to.clone(),
            })
            .collect(),
        major_changes: plan
            .upgrades
            .iter()
            .map(|change| JsonChange {
                volume: volume(&change.data),
                from: change.from.to_string(),
                to: change.to.to_string(),
                needs: with_flags(&change.needs, terminal),
            })
            .collect(),
        consequences: plan.consequences.iter().map(told).collect(),
        other_secrets: plan.other_secrets.iter().map(told).collect(),
        claims_resized: plan
            .resized
            .iter()
            .map(|resized| JsonResized {
                volume: volume(&resized.data),
                from_bytes: resized.from,
                to_bytes: resized.to,
            })
            .collect(),
    }
}
