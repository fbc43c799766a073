//! Which containers can reach which others.

use crate::project::Project;

fn reaches(live: &Project, from: &str, to: &str) -> bool {
    let line = format!("curl --silent --max-time 5 --output /dev/null http://{to}/");
    live.can(from, &line)
}

pub fn only_along_edges(live: &Project) {
    assert!(reaches(live, "predictor", "mlflow:5000"));
    for (from, to) in [
        ("hermit", "mlflow:5000"),
        ("hermit", "predictor:8000"),
        ("predictor", "hermit:8000"),
        ("predictor", "jenkins:8080"),
    ] {
        assert!(!reaches(live, from, to), "{from} reaches {to}");
    }
    // Its IP address can't be reached either.
    let address = live.inside("mlflow", "hostname -i").trim().to_string();
    let first = address.split(' ').next().expect("an address");
    assert!(!reaches(live, "hermit", &format!("{first}:5000")));
}

pub fn added_edge(live: &Project) {
    let hermit = "allow = [\"no-persistence\"]";
    let reach = format!("{hermit}\nreaches = [\"mlflow\"]");
    live.replace("platform.toml", hermit, &reach);
    live.ok(&["apply", "--yes"]);
    live.ok(&["up", "lonely", "--wait"]);
    assert!(reaches(live, "hermit", "mlflow:5000"));
    assert!(!reaches(live, "hermit", "feast:6566"));
}
