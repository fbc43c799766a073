//! amtool reads Alertmanager's configuration as Alertmanager does, once from `config/` and once from the copies in the
//! chart.

use crate::consumer;
use crate::tree::{Finding, Tree};

/// The ending of the name of every Alertmanager configuration.
const CONFIGURATION: &str = "/etc/alertmanager/alertmanager.yml";

pub fn judge(trees: &[Tree]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for tree in trees {
        let mut files = tree.files("config", &[CONFIGURATION]);
        files.extend(tree.files("helm", &[CONFIGURATION]));
        for file in files {
            let mut amtool = consumer::consumer("bin/amtool");
            let verdict = consumer::run(amtool.arg("check-config").arg(&file));
            if !verdict.success {
                findings.push(tree.finding(format!(
                    "{}: amtool check-config: {}",
                    tree.relative(&file),
                    verdict.words()
                )));
            }
        }
    }
    findings
}
