//! Flags that stand both in `args` and in the kind's command: the user's flag replaces the kind's.
//!
//! Most programs refuse a flag that is given twice, or take the first.

use crate::syntax::{Node, Value};

/// The words of the command without the flags that `args` give.
pub(super) fn without(command: &[Node], args: &Node) -> Vec<Node> {
    let given = words(args);
    let given: Vec<Flag<'_>> = flags(&given).into_iter().map(|(flag, _)| flag).collect();
    let kinds: Vec<String> = command.iter().map(word).collect();
    let mut kept = command.to_vec();
    for (flag, place) in flags(&kinds).into_iter().rev() {
        if given.contains(&flag) {
            kept.drain(place);
        }
    }
    kept
}

/// The flags among these words by name, each with its value; without one it is empty.
pub(super) fn flags_with_values(words: &[String]) -> Vec<(String, String)> {
    flags(words)
        .into_iter()
        .map(|(flag, place)| {
            let value = match words[place.start].split_once('=') {
                Some((_, value)) => value,
                None if place.len() > 1 => &words[place.start + 1],
                None => "",
            };
            (flag.name.to_string(), value.to_string())
        })
        .collect()
}

/// The short flags among these words whose value stands in the same word: `-p5433` as `-p`, and `-cNAME=VALUE` as `-c NAME`.
pub(super) fn joined_with_values(words: &[String]) -> Vec<(String, String)> {
    let flags = flags(words).into_iter();
    flags
        .filter_map(|(_, place)| joined(&words[place.start]))
        .collect()
}

fn joined(word: &str) -> Option<(String, String)> {
    let (short, rest) = word.split_at_checked(2)?;
    if !short.ends_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    match rest.split_once('=') {
        Some((name, value)) if !name.is_empty() => {
            Some((format!("{short} {name}"), value.to_string()))
        }
        None if !rest.is_empty() && rest.bytes().all(|it| it.is_ascii_digit()) => {
            Some((short.to_string(), rest.to_string()))
        }
        _ => None,
    }
}

/// The settings among these words by name, each with its value: `cfg:NAME=VALUE` by itself, and `-c NAME=VALUE` as `-c NAME`.
pub(super) fn settings_with_values(words: &[String]) -> Vec<(String, String)> {
    let mut taken = vec![false; words.len()];
    let mut found = Vec::new();
    for (flag, place) in flags(words) {
        taken[place.clone()].fill(true);
        let value = words[place].last().and_then(|it| it.split_once('='));
        if let Some((_, value)) = value.filter(|_| !flag.of.is_empty()) {
            let value = value.trim_start().to_string();
            found.push((format!("{} {}", flag.name, flag.of), value));
        }
    }
    let loose = words.iter().zip(taken).filter(|(_, taken)| !taken);
    let loose = loose.filter_map(|(word, _)| word.split_once('='));
    found.extend(loose.map(|(name, value)| (name.to_string(), value.to_string())));
    found
}

/// The word that a command begins with.
pub(super) fn first_word(command: &Node) -> Option<String> {
    words(command).into_iter().next()
}

/// What makes two flags the same: the name, and for `-c name=value` and `--set name=value` the name behind it.
#[derive(PartialEq, Eq)]
struct Flag<'a> {
    name: &'a str,
    of: &'a str,
}

/// The flags of a command, each with the words that it takes up.
fn flags(words: &[String]) -> Vec<(Flag<'_>, std::ops::Range<usize>)> {
    let mut found = Vec::new();
    let mut index = 0;
    while index < words.len() {
        let word = words[index].as_str();
        let start = index;
        index += 1;
        if !is_flag(word) {
            continue;
        }
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => {
                let next = words.get(index).map(String::as_str);
                (word, next.filter(|next| !is_flag(next)))
            }
        };
        if value.is_some() && !word.contains('=') {
            index += 1;
        }
        let names_another = name.len() == 2 || !word.contains('=');
        let of = value
            .filter(|_| names_another)
            .and_then(|value| value.split_once('='))
            .map_or("", |(of, _)| of.trim());
        let is_name = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        let of = if of.chars().all(is_name) { of } else { "" };
        found.push((Flag { name, of }, start..index));
    }
    found
}

fn is_flag(word: &str) -> bool {
    word.len() > 1 && word.starts_with('-') && !word.contains(char::is_whitespace)
}

/// The words with which a shell starts a program, as in `sh -c "cd /x && exec mlflow server --port 5000"`. Of several commands of one
/// program the last is the one that stays, as those before it prepare something; but where the script only waits in the end, the
/// first one in the background.
pub(super) fn words_in_shell(command: &Node, program: &str) -> Option<Vec<String>> {
    let command = words(command);
    if !is_shell(command.first()?) {
        return None;
    }
    let of_script = |word: &String| word.starts_with('-') && word.ends_with('c');
    let script = command.get(command.iter().position(of_script)? + 1)?;
    let script = script.replace("\\\n", " ").replace('\n', " ; ");
    let commands = commands_of(&shlex::split(&script)?);
    let waits = commands.last().is_some_and(|last| last.words == ["wait"]);
    let of_program = |command: &ShellCommand| {
        let is_another = command
            .words
            .first()
            .is_some_and(|it| OTHERS.contains(&it.as_str()));
        let start = command.words.iter().position(|word| word == program);
        start
            .filter(|_| !is_another)
            .map(|start| command.words[start..].to_vec())
    };
    let mut background = commands.iter().filter(|it| waits && it.is_background);
    let first = background.find_map(of_program);
    first.or_else(|| commands.iter().rev().find_map(of_program))
}

/// Programs that take the name of another one without starting it.
const OTHERS: [&str; 7] = ["echo", "pgrep", "pip", "pip3", "pkill", "printf", "which"];

/// A command of a script.
#[derive(Default)]
struct ShellCommand {
    words: Vec<String>,
    /// Whether `&` ends it.
    is_background: bool,
}

/// The commands of a script that have words.
fn commands_of(words: &[String]) -> Vec<ShellCommand> {
    let mut commands = vec![ShellCommand::default()];
    for word in words {
        let is_end = matches!(word.as_str(), ";" | "&&" | "||" | "|" | "&");
        let end = word.strip_suffix(';').filter(|word| !word.is_empty());
        if let Some(command) = commands.last_mut() {
            match is_end {
                true => command.is_background = word == "&",
                false => command.words.push(end.unwrap_or(word).to_string()),
            }
        }
        if is_end || end.is_some() {
            commands.push(ShellCommand::default());
        }
    }
    commands.retain(|it| !it.words.is_empty());
    commands
}

/// The program that a shell's script is handed with its words, as in `sh -c 'exec "$@"' NAME redis-server --port 6379`.
pub(super) fn handed_to_script(command: &Node) -> Option<String> {
    let words = words(command);
    let of_script = |word: &String| word.starts_with('-') && word.ends_with('c');
    let program = words.get(words.iter().position(of_script)? + 3)?;
    (!is_flag(program)).then(|| program.clone())
}

/// Whether a command that begins with this word starts a shell.
pub(super) fn is_shell(word: &str) -> bool {
    let name = word.rsplit('/').next().unwrap_or(word);
    ["sh", "bash", "ash", "dash"].contains(&name)
}

/// The words of `args`: a list, or one string split as a shell splits it.
pub(super) fn words(args: &Node) -> Vec<String> {
    match &args.value {
        Value::String(line) => shlex::split(line).unwrap_or_default(),
        _ => args
            .as_array()
            .unwrap_or_default()
            .iter()
            .map(word)
            .collect(),
    }
}

fn word(node: &Node) -> String {
    node.as_str().unwrap_or_default().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        diag::Sink,
        source::Sources,
        syntax::{Table, parse},
    };

    fn tree(text: &str) -> Table {
        let mut sources = Sources::default();
        let id = sources.add("t.toml", text);
        parse(&sources, id, &mut Sink::default())
    }

    fn left(command: &str, args: &str) -> String {
        let tree = tree(&format!("command = {command}\nargs = {args}"));
        let args = tree.get("args").expect("args");
        let kept = without(tree.array("command").expect("a command"), args);
        kept.iter().map(word).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_flag_that_is_given_again_is_removed_with_its_value() {
        let command = r#"["server", "--host", "0.0.0.0", "--workers=2", "--verbose"]"#;
        assert_eq!(
            left(command, r#"["--host=127.0.0.1"]"#),
            "server --workers=2 --verbose"
        );
        assert_eq!(
            left(command, "'--workers 4 --verbose'"),
            "server --host 0.0.0.0"
        );
        assert_eq!(
            left(command, r#"["--port", "1"]"#),
            "server --host 0.0.0.0 --workers=2 --verbose"
        );
    }

    #[test]
    fn repeated_long_flags_are_told_apart_in_the_same_way() {
        let command = r#"["redpanda", "start", "--set", "redpanda.a=1", "--set", "redpanda.b=2"]"#;
        assert_eq!(
            left(command, r#"["--set", "redpanda.b=3"]"#),
            "redpanda start --set redpanda.a=1"
        );
        let command = r#"["server", "--uri", "postgresql://db/a?tls=1"]"#;
        assert_eq!(
            left(command, r#"["--uri", "sqlite:///x?mode=ro"]"#),
            "server"
        );
    }

    #[test]
    fn a_value_may_stand_in_the_word_of_a_short_flag() {
        let of = |word: &str| joined_with_values(&[word.to_string()]);
        let one = |name: &str, value: &str| vec![(name.to_string(), value.to_string())];
        assert_eq!(of("-p5433"), one("-p", "5433"));
        assert_eq!(of("-cport=5433"), one("-c port", "5433"));
        for other in ["-p", "-p=5433", "--port=5433", "-port", "5433", "-"] {
            assert_eq!(of(other), [], "{other}");
        }
        let apart = ["-c".to_string(), "port = 5433".to_string()];
        assert_eq!(settings_with_values(&apart), one("-c port", "5433"));
    }

    #[test]
    fn of_several_commands_in_a_shell_the_last_one_stays() {
        let of = |script: &str| {
            let tree = tree(&format!("command = ['sh', '-c', {script:?}]"));
            words_in_shell(tree.get("command").expect("a command"), "mlflow")
        };
        let server: Vec<String> = ["mlflow", "server", "-w", "4"].map(str::to_string).into();
        for script in [
            "mlflow db upgrade $URI && exec mlflow server -w 4",
            "mlflow db upgrade $URI; mlflow server -w 4; echo over",
            "set -e\nmlflow db upgrade $URI\nmlflow server -w 4",
            "mlflow server -w 4 & sleep 9; mlflow experiments create -n a; wait",
            "mlflow server -w 4 || echo mlflow -p 9",
        ] {
            assert_eq!(of(script), Some(server.clone()), "{script}");
        }
        assert_eq!(of("python app.py; echo"), None);
    }

    #[test]
    fn repeated_short_flags_are_told_apart_by_the_name_behind_them() {
        let command = r#"["postgres", "-c", "max_connections=200", "-c", "fsync=on"]"#;
        assert_eq!(
            left(command, r#"["-c", "max_connections=50"]"#),
            "postgres -c fsync=on"
        );
    }
}
