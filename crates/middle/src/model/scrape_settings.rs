//! What the settings of a Prometheus say. Their names stand here alone.

use crate::{
    language::duration_ms,
    model::{Component, Named, Setting, SettingFile, SettingValue, USUAL_INTERVAL, Variable},
};

/// The setting that says how often everything is scraped.
pub const INTERVAL: &str = "scrape_interval";

/// Files of a setting, with the setting.
pub type SettingFiles<'a> = (&'a Setting, &'a [SettingFile]);

/// The settings of a Prometheus.
#[derive(Clone, Copy, Debug)]
pub struct ScrapeSettings<'a>(pub &'a [Setting]);

impl<'a> ScrapeSettings<'a> {
    /// Those of a component.
    pub fn of(prometheus: &'a Component) -> Self {
        Self(&prometheus.settings)
    }

    /// Milliseconds between two scrapes of what has no interval of its own. What may change at start counts by its default: that is
    /// what the configuration says.
    pub fn interval(self, variables: &Named<Variable>) -> u64 {
        self.duration(INTERVAL, variables).unwrap_or(USUAL_INTERVAL)
    }

    /// Where the interval is set, by the kind or by the user.
    pub fn interval_setting(self) -> Option<&'a Setting> {
        self.find(INTERVAL)
    }

    /// Milliseconds for which samples are kept, where a setting says so.
    pub fn retention(self, variables: &Named<Variable>) -> Option<u64> {
        self.duration("retention", variables)
    }

    /// Rule files of the user's own. None where the list is empty.
    pub fn rules(self) -> Option<SettingFiles<'a>> {
        self.files("rules")
    }

    /// Scrape jobs of the user's own. None where there is no file.
    pub fn jobs(self) -> Option<SettingFiles<'a>> {
        self.files("scrape_configs")
    }

    /// Whether the kubelets of a cluster are asked: about volumes, and about containers by the cAdvisor that they have built in.
    pub fn asks_kubelets(self) -> bool {
        matches!(self.value("kubelet"), Some(SettingValue::Boolean(true)))
    }

    fn find(self, name: &str) -> Option<&'a Setting> {
        self.0.iter().find(|setting| setting.name == name)
    }

    fn value(self, name: &str) -> Option<&'a SettingValue> {
        Some(&self.find(name)?.value)
    }

    fn duration(self, name: &str, variables: &Named<Variable>) -> Option<u64> {
        match self.value(name)? {
            SettingValue::Text(text) => duration_ms(&text.with_defaults(variables)),
            _ => None,
        }
    }

    fn files(self, name: &str) -> Option<SettingFiles<'a>> {
        let setting = self.find(name)?;
        match &setting.value {
            SettingValue::Files(files) if !files.is_empty() => Some((setting, files)),
            _ => None,
        }
    }
}
