//! Which containers are recreated by a change, and which keep running.

use super::PATIENCE;
use crate::{
    http::get,
    project::{Project, until},
};

pub fn restarts_readers(live: &Project) {
    let before = live.running();
    let text = "content = \"ready\\n\"";
    live.replace("platform.toml", text, "content = \"changed\\n\"");
    live.replace("gateway.conf", "location / {", "location /api/ {");
    let interval = "scrape_interval = \"5s\"";
    live.replace("platform.toml", interval, "scrape_interval = \"4s\"");
    live.ok(&["apply", "--yes"]);
    live.ok(&["up", "--wait"]);
    let readers = ["gateway", "predictor", "prometheus"];
    assert_eq!(live.changed_since(&before), readers);
    assert_eq!(live.inside("predictor", "cat /srv/ready"), "changed\n");
    assert_eq!(get(18080, "/ready").0, 404);
}

pub fn restart(live: &Project) {
    let before = live.running();
    let (predictor, redis) = (live.started_at("predictor"), live.started_at("redis"));
    live.ok(&["restart", "serving"]);
    assert!(live.changed_since(&before).is_empty());
    assert_ne!(live.started_at("predictor"), predictor);
    assert_eq!(live.started_at("redis"), redis);
    let answers = || get(18172, "/ready").1 == "changed\n";
    assert!(until(PATIENCE, answers));
}
