//! Shows what of an upgrade is up to a person: as text of the plan.

use mlopsgen::{
    plan::{Holder, MANIFEST, Notice},
    text::{all_of, shell_word},
};

use super::terminal::Paint;

/// The lines of a plan about it.
pub fn lines(notices: &[Notice]) -> Vec<(String, Paint)> {
    let lines = notices.iter().flat_map(|notice| {
        let (line, below) = words(notice);
        let below = below
            .into_iter()
            .map(|it| (format!("    {it}"), Paint::Plain));
        std::iter::once((format!("~ {line}"), Paint::Changed)).chain(below)
    });
    lines.collect()
}

/// What changes, and what it asks of a person.
fn words(notice: &Notice) -> (String, Vec<String>) {
    match notice {
        Notice::Scaled {
            workload,
            was,
            least,
            most,
        } => {
            let was = was.map_or(String::new(), |pods| format!(", it had {pods}"));
            let line = format!(
                "an autoscaler decides over the pods of `{workload}`, {least} to {most}{was}"
            );
            let mut below = vec![
                "`helm upgrade` leaves as many as run, then the autoscaler decides; the cluster needs a metrics server for it".to_string(),
            ];
            below.push("what applies rendered objects (Argo CD, `kubectl apply`) makes it one pod for a moment: there, upgrade while little is asked of it".to_string());
            (line, below)
        }
        Notice::Unscaled { workload, pods } => (
            format!("no autoscaler decides over the pods of `{workload}` any more"),
            vec![format!(
                "the upgrade makes it {pods}, however many run: write `replicas` for another number"
            )],
        ),
        Notice::TurnedOff { workload } => (
            format!("`{workload}` is off in the chart now: the upgrade takes its pods away"),
            vec![format!(
                "its claims stay; `components.{workload}.enabled: true` in values of your own starts it"
            )],
        ),
        Notice::OfManyNodes { claim, class } => {
            let class = match class {
                Some(class) => format!("the storage class `{class}`"),
                None => "the cluster's default storage class".to_string(),
            };
            (
                format!("claim `{claim}` asks for `ReadWriteMany`, for pods of several nodes"),
                vec![format!(
                    "{class} has to make such (NFS, CephFS, a cloud's file store), else its pods wait for ever: `storageClass` at the volume names another"
                )],
            )
        }
        Notice::HandedOver { claims, from, to } => {
            let name = |it: &Holder| format!("{} `{}`", it.kind, it.workload);
            let to: Vec<String> = to.iter().map(name).collect();
            let (noun, verb) = match claims.len() {
                1 => ("claim", "goes"),
                _ => ("claims", "go"),
            };
            let line = format!(
                "{noun} {} {verb} from the pods of {} to those of {}",
                all_of(claims),
                name(from),
                to.join(" and ")
            );
            let why = "stop the old pods before the upgrade, as Helm starts the new ones first and both would write to one volume:";
            (line, vec![why.to_string(), stop(from)])
        }
        Notice::NotRun {
            data,
            component,
            files,
        } => (
            format!(
                "`{component}` reads {} only while it has no data, and {data} has some",
                all_of(files)
            ),
            vec!["what is new there does not happen by itself: run it in the program yourself".to_string()],
        ),
        Notice::EarlierManifest => (
            format!("`{MANIFEST}` is of an earlier version, which wrote down less of the data than this one compares"),
            vec!["if platform.toml has changed since the last `apply`, not all is asked that would be: to be asked, undo the change (`git stash`), apply once, and make it again".to_string()],
        ),
        Notice::JobRunsAgain { job, because } => (
            format!("job `{job}` runs again at the upgrade: {} changed", all_of(because)),
            vec![
                "the chart names a job after what it does; what waits for it starts once it has succeeded again".to_string(),
            ],
        ),
    }
}

/// Stops pods for good and waits until they are gone. An object that the chart still has is made again by the upgrade.
fn stop(holder: &Holder) -> String {
    let kind = holder.kind.to_lowercase();
    let which = match holder.kind.as_str() {
        // A job is named after what it does.
        "Job" => format!(
            "-l {}",
            shell_word(&format!("app.kubernetes.io/name={}", holder.workload))
        ),
        _ => shell_word(&holder.workload),
    };
    format!("kubectl delete {kind} {which} --cascade=foreground")
}
