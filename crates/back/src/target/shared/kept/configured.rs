//! A program's own configuration file, as far as it names the folder of the data.

use super::started::{is_same_option, unquoted};
use crate::model::{FileContent, Workload};

/// What a configuration file says of an option.
#[derive(Debug, PartialEq, Eq)]
pub enum Setting {
    /// The option, and its value.
    Of { name: String, value: String },
    /// Nothing: what else names the folder counts.
    None,
    /// It includes other files, which are not read.
    Elsewhere,
}

/// The text of a file of the project that is mounted at a path. `None`: the image's own, one from a volume, or one whose text is
/// known only at the start.
pub fn text_at(workload: &Workload, path: &str) -> Option<String> {
    workload.files.iter().find_map(|file| {
        let rest = path.strip_prefix(&file.path)?;
        match (&file.content, rest) {
            (FileContent::Text { text, .. }, "") => text.as_plain(),
            (FileContent::Project { bytes, .. }, "") => String::from_utf8(bytes.clone()).ok(),
            (FileContent::Folder { files, .. }, rest) => {
                let inner = rest.strip_prefix('/')?;
                let (_, bytes) = files.iter().find(|(path, _)| path == inner)?;
                String::from_utf8(bytes.clone()).ok()
            }
            _ => None,
        }
    })
}

/// Finds one of several options in the text of a file: `name = value`, `name: value` or `name value` on a line, after which `#` begins a
/// comment. The last one counts.
///
/// Sources: PostgreSQL, "Setting Parameters" (`=` may be left out; `include`, `include_if_exists`, `include_dir`). MySQL, "Using
/// Option Files" (`!include`, `!includedir`). Redis, redis.conf (`name value`, `include`). MongoDB, "Configuration File Options" (YAML).
pub fn read(text: &str, names: &[String]) -> Setting {
    let lines = text.lines().map(str::trim);
    let lines = lines.filter(|line| !line.starts_with(['#', ';']));
    let mut found = Setting::None;
    for line in lines {
        let end = line.find(|c: char| c.is_whitespace() || matches!(c, '=' | ':'));
        let Some((left, rest)) = end.map(|end| line.split_at(end)) else {
            continue;
        };
        if left.trim_start_matches('!').starts_with("include") {
            return Setting::Elsewhere;
        }
        let of_line = names
            .iter()
            .find(|name| name.len() > 1 && is_same_option(name, left));
        if let Some(name) = of_line {
            found = Setting::Of {
                name: name.clone(),
                value: value_of_line(rest),
            };
        }
    }
    found
}

fn value_of_line(rest: &str) -> String {
    let value = rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '=' | ':'));
    let value = match value.split_once(" #") {
        Some((value, _)) => value,
        None => value,
    };
    unquoted(value.trim())
}

#[cfg(test)]
mod tests {
    use super::{Setting, read};

    #[test]
    fn a_line_of_a_configuration_names_the_folder() {
        let names = ["D", "data_directory", "dbpath"].map(str::to_string);
        let of = |name: &str, value: &str| Setting::Of {
            name: name.to_string(),
            value: value.to_string(),
        };
        for (text, expected) in [
            ("work_mem = 8MB\n#data_directory = '/x'\n", Setting::None),
            ("data_directory = '/x' # here\n", of("data_directory", "/x")),
            ("Data_Directory '/x'", of("data_directory", "/x")),
            (
                "data_directory=/x\ndata_directory = /y",
                of("data_directory", "/y"),
            ),
            ("storage:\n  dbPath: \"/x\"\n", of("dbpath", "/x")),
            ("D /x", Setting::None),
            ("include_dir 'conf.d'", Setting::Elsewhere),
            ("!includedir /etc/mysql/conf.d", Setting::Elsewhere),
        ] {
            assert_eq!(read(text, &names), expected, "{text}");
        }
    }
}
