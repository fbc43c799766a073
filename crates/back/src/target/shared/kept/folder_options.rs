//! What tells a program where to keep its data: its command, its variables, its configuration files.

use super::{
    Started,
    configured::{ConfigFiles, Names, Setting},
};
use crate::model::{DataFolder, KeptIf};

/// Reads it of a workload.
#[derive(Debug)]
pub(super) struct FolderOptions<'a> {
    pub(super) started: &'a Started<'a>,
    pub(super) files: ConfigFiles<'a>,
}

impl FolderOptions<'_> {
    /// Whether the program is told to keep its data in such a folder, and not in another database.
    pub(super) fn is_kept_there(&self, folder: &DataFolder) -> bool {
        let Some(KeptIf {
            env,
            options,
            keys,
            value,
            otherwise,
        }) = &folder.kept_if
        else {
            return true;
        };
        let started = self.started;
        let in_files = || {
            let options = &[][..];
            let names = Names { keys, options };
            self.by_option(folder, names)
                .or_else(|| self.by_itself(folder, names))
        };
        let told = started.option(options).or_else(|| started.assigned(env));
        let told = match told.or_else(|| started.variable(env)) {
            Some(told) => told,
            None => match in_files() {
                Some(Setting::Of { value, .. }) => value,
                // It may be told so; that the file is not read is said of the folder.
                Some(Setting::Unread(_)) => return true,
                Some(Setting::None) | None => otherwise.clone(),
            },
        };
        told.eq_ignore_ascii_case(value)
    }

    /// The folder that something names, and what else may name one and is not read here.
    pub(super) fn named(&self, folder: &DataFolder) -> (Option<String>, Option<String>) {
        let started = self.started;
        let names = Names::of(folder);
        let mut unread = None;
        let mut value_of = |setting: Option<Setting>| match setting {
            Some(Setting::Of { name, value }) => Some((name, value)),
            Some(Setting::Unread(shown)) => {
                unread.get_or_insert(shown);
                None
            }
            Some(Setting::None) | None => None,
        };
        // The same option of the command counts more than what a file says of it, and a key of the file less than any option.
        let in_file = value_of(self.by_option(folder, names));
        let option = |name: &String| match folder.keys.is_empty() {
            true => started.option(std::slice::from_ref(name)),
            false => started.option(&folder.options),
        };
        let in_file = in_file.filter(|(name, _)| option(name).is_none());
        let by_words = in_file.map(|(_, value)| value);
        let by_words = by_words.or_else(|| started.option(&folder.options));
        let by_words = by_words.or_else(|| started.assigned(&folder.env));
        if by_words.is_some() {
            return (by_words, unread);
        }
        let by_variable = started.variable(&folder.env);
        if by_variable.is_some() && !folder.files_first {
            return (by_variable, unread);
        }
        let in_files = value_of(self.by_itself(folder, names));
        let by_files = in_files.map(|(_, value)| value);
        let unread = unread.or_else(|| self.unread_variable(folder));
        (by_files.or(by_variable), unread)
    }

    /// What the file says that an option or a variable names.
    fn by_option(&self, folder: &DataFolder, names: Names<'_>) -> Option<Setting> {
        let path = self.config(folder)?;
        Some(self.files.named(&path, names))
    }

    /// What files say that the program reads by itself. One that is named stands for the first of them.
    fn by_itself(&self, folder: &DataFolder, names: Names<'_>) -> Option<Setting> {
        let skipped = usize::from(self.config(folder).is_some());
        let patterns = self.paths(folder);
        let in_files = || {
            let patterns = patterns.get(skipped..)?;
            Some(self.files.at_fixed_paths(patterns, names))
        };
        self.in_variable(folder, names).or_else(in_files)
    }

    /// Where the program looks for its files by itself.
    fn paths(&self, folder: &DataFolder) -> Vec<String> {
        let by_option = self.started.option(&folder.config_folders);
        let named = by_option.or_else(|| self.started.variable(&folder.config_folders));
        let Some(named) = named else {
            return folder.config_files.clone();
        };
        let files = folder.config_files.iter();
        let names = files.map(|path| path.rsplit('/').next().unwrap_or_default());
        names
            .map(|name| format!("{}/{name}", named.trim_end_matches('/')))
            .collect()
    }

    /// What the text of a variable says.
    fn in_variable(&self, folder: &DataFolder, names: Names<'_>) -> Option<Setting> {
        let text = self.started.variable(&folder.config_texts)?;
        Some(self.files.in_text(text, names)).filter(|it| *it != Setting::None)
    }

    /// The path of a configuration file that an option or a variable names.
    fn config(&self, folder: &DataFolder) -> Option<String> {
        let by_option = self.started.option(&folder.config);
        by_option.or_else(|| self.started.variable(&folder.config))
    }

    /// The key that may set a variable which would count, to a value that is not known here.
    fn unread_variable(&self, folder: &DataFolder) -> Option<String> {
        let of_choice = folder.kept_if.as_ref().map(|it| &it.env);
        for names in [Some(&folder.env), of_choice].into_iter().flatten() {
            for name in names {
                let is_set = self.started.env.get(name).is_some_and(|it| !it.is_empty());
                if is_set {
                    break;
                }
                let mut keys = self.started.unread.iter();
                if let Some(by) = keys.find(|it| it.variable.as_ref().is_none_or(|it| it == name)) {
                    return Some(by.shown());
                }
            }
        }
        None
    }
}
