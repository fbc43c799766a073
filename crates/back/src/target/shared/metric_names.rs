//! The names of metrics in the lists of kinds, `templates/kinds/metrics/*.txt`: single ones, and families.
//!
//! A line `node_hwmon_* REASON` is a family: the machine, the settings or the version of the program decides which names begin so.

use std::collections::BTreeSet;

use crate::{diag::is_slip, model::Lists, template};

/// What stands behind the beginning of a family's names.
const FAMILY: char = '*';

/// Series that Prometheus itself writes for each job.
const OF_PROMETHEUS: [&str; 3] = ["ALERTS", "ALERTS_FOR_STATE", "up"];

/// Ends of names that say the unit: who leaves it out has an outdated name.
const UNITS: [&str; 5] = [
    "_bytes",
    "_total",
    "_seconds",
    "_bytes_total",
    "_seconds_total",
];

/// When a counter, a histogram or a summary was born: many client libraries write it beside each.
const CREATED: &str = "_created";
const WITH_BIRTH: [&str; 4] = ["", "_total", "_bucket", "_count"];

/// The names of some lists.
#[derive(Default)]
pub(in crate::target) struct Names {
    pub single: BTreeSet<&'static str>,
    /// How names begin that are not known one by one.
    families: BTreeSet<&'static str>,
}

impl Names {
    pub fn of<'a>(lists: impl Iterator<Item = &'a String>) -> Self {
        let mut names = Self::default();
        for list in lists.filter_map(|it| template::embedded(&format!("kinds/metrics/{it}.txt"))) {
            for line in list.lines().filter(|line| !line.starts_with('#')) {
                match line.split_once(FAMILY) {
                    Some((start, _)) => names.families.insert(start),
                    None => names.single.insert(line),
                };
            }
        }
        names
    }

    /// Whether a job with these names has a series of this one. What rules record has a `:`.
    pub fn has(&self, metric: &str) -> bool {
        let is_birth = |base: &str| {
            let mut ends = WITH_BIRTH.iter();
            ends.any(|end| self.single.contains(format!("{base}{end}").as_str()))
        };
        metric.contains(':')
            || is_of_prometheus(metric)
            || self.single.contains(metric)
            || metric.strip_suffix(CREATED).is_some_and(is_birth)
    }

    /// Whether a job surely does not have a metric, as far as the lists promise that.
    pub fn surely_lack(&self, metric: &str, lists: Lists) -> bool {
        if self.has(metric) {
            return false;
        }
        match lists {
            Lists::Complete if self.is_of_family(metric) => {
                self.has_slip_of(metric) || self.has_with_unit(metric)
            }
            Lists::Complete => true,
            Lists::Spelling => self.has_slip_of(metric),
            Lists::Partial => false,
        }
    }

    pub fn is_of_family(&self, metric: &str) -> bool {
        self.families.iter().any(|start| metric.starts_with(start))
    }

    /// Whether a metric is surely one of these, misspelled.
    pub fn has_slip_of(&self, metric: &str) -> bool {
        self.single.iter().any(|name| is_slip(metric, name))
    }

    /// Whether one of these is a metric with its unit behind it.
    fn has_with_unit(&self, metric: &str) -> bool {
        let mut units = UNITS.iter();
        units.any(|unit| self.single.contains(format!("{metric}{unit}").as_str()))
    }
}

/// Whether Prometheus itself writes it for each job.
pub(in crate::target) fn is_of_prometheus(metric: &str) -> bool {
    metric.starts_with("scrape_") || OF_PROMETHEUS.contains(&metric)
}

#[cfg(test)]
mod tests {
    use super::Names;
    use crate::model::Lists;

    /// A list, a name, and whether it is surely lacking where the list is all that there is, and where the version is another one.
    #[test]
    fn a_name_is_lacking_where_no_machine_and_no_version_gives_it() {
        for (list, metric, complete, spelling) in [
            ("node-exporter", "node_load1", false, false),
            ("node-exporter", "node_laod1", true, true),
            ("node-exporter", "node_nonsense", true, false),
            // Which sensors there are, the machine says.
            ("node-exporter", "node_hwmon_humidity_percent", false, false),
            (
                "node-exporter",
                "node_rapl_dram_1_joules_total",
                false,
                false,
            ),
            // What the kernel says of memory, too; but this one had another name before.
            ("node-exporter", "node_memory_Brand_new_bytes", false, false),
            ("node-exporter", "node_memory_MemFree", true, false),
            ("node-exporter", "node_memory_MemFre_bytes", true, true),
            ("redis", "redis_commands_processed_created", false, false),
            ("redis", "redis_nothing_created", true, false),
            ("redis", "scrape_duration_seconds", false, false),
            ("redis", "cache:hits:rate5m", false, false),
        ] {
            let names = Names::of([list.to_string()].iter());
            let found = [Lists::Complete, Lists::Spelling, Lists::Partial]
                .map(|lists| names.surely_lack(metric, lists));
            assert_eq!(found, [complete, spelling, false], "{metric}");
        }
    }
}
