//! `${` in a shell's text where no shell can read it: other tools' variables.

use super::{PLATFORM_WORDS, shell::read_places};

/// What stands in a `${...}` of other tools.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable<'a> {
    /// All of it, as in `${env.BUILD_NUMBER}`.
    pub whole: &'a str,
    /// What it names, as in `env.BUILD_NUMBER`; of `${{ secrets.X }}` it is `secrets.X`.
    pub inner: &'a str,
    /// Whether it has double braces.
    pub doubled: bool,
}

/// Every `${NAME.` and `${{` that a shell would read, and could not: it says "bad substitution". In single quotes it reads nothing,
/// as in a here-document with a quoted end, and a script may name another program than a shell in its first line.
pub fn unreadable(script: &str) -> Vec<Unreadable<'_>> {
    let is_of_others = script.starts_with("#!") && !first_line_names_a_shell(script);
    if is_of_others {
        return Vec::new();
    }
    let read = read_places(script).unwrap_or_default().into_iter();
    let found = read.filter_map(|start| at(&script[start..]));
    found.filter(|it| !is_ours(it)).collect()
}

fn first_line_names_a_shell(script: &str) -> bool {
    let first = script.lines().next().unwrap_or_default();
    first.split(['/', ' ']).any(|word| word.ends_with("sh"))
}

/// Whether it is a reference, which is resolved before a shell reads it.
fn is_ours(found: &Unreadable<'_>) -> bool {
    let word = found.inner.split('.').next().unwrap_or_default();
    !found.doubled && PLATFORM_WORDS.contains(&word)
}

fn at(text: &str) -> Option<Unreadable<'_>> {
    let inner = text.strip_prefix("${")?;
    if let Some(doubled) = inner.strip_prefix('{') {
        let end = doubled.find("}}")?;
        return Some(Unreadable {
            whole: &text[..end + "${{}}".len()],
            inner: doubled[..end].trim(),
            doubled: true,
        });
    }
    let end = inner.find('}')?;
    let name = &inner[..end];
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let is_path = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.contains('.')
        && name.chars().all(|c| is_part(c) || c == '.' || c == '-')
        && name[name.find(|c| !is_part(c)).unwrap_or(0)..].starts_with('.');
    is_path.then_some(Unreadable {
        whole: &text[..end + "${}".len()],
        inner: name,
        doubled: false,
    })
}

#[cfg(test)]
mod tests {
    use super::unreadable;

    fn found(script: &str) -> Vec<&str> {
        unreadable(script).iter().map(|it| it.inner).collect()
    }

    #[test]
    fn what_no_shell_can_read_is_found() {
        assert_eq!(found("echo ${env.BUILD_NUMBER}"), ["env.BUILD_NUMBER"]);
        assert_eq!(found("a ${{ secrets.X }} b"), ["secrets.X"]);
        assert_eq!(
            found("echo \"it: ${secret.db-password} ${var.tag}\""),
            ["secret.db-password", "var.tag"]
        );
        assert_eq!(found("#!/bin/bash\necho ${params.A}"), ["params.A"]);
        assert_eq!(found("echo \"it's ${env.X}\""), ["env.X"]);
        assert_eq!(found("cat <<END\nit's ${env.X}\nEND"), ["env.X"]);
        assert_eq!(found("echo 'a' # don't\necho ${env.X}"), ["env.X"]);
    }

    #[test]
    fn what_a_shell_reads_or_leaves_alone_is_not() {
        for right in [
            "echo ${1} ${#x} ${x} ${x:-a.b} ${x%.*} ${x//a/b} ${x#*.} ${!x} ${x[0]} ${x-a.b} ${x:-${y}.z}",
            "mvn -q '-Dx=${project.version}' package",
            "printf '%s' '${a.b}'",
            "sed \"s/x/$(echo '${a.b}')/\"",
            "echo \\${env.X} $${env.X}",
            "cat <<'END' > a\n${project.version}\nEND",
            "#!/usr/bin/env groovy\nprintln \"${env.X}\"",
            "# as Jenkins has it: ${env.X}",
            "true  # ${env.X}",
            "cat << 'END' > a\n${project.version}\nEND",
            "cat << \"END\" > a\n${project.version}\nEND",
            "cat <<- 'END' > a\n${project.version}\nEND",
            "cat << \\END > a\n${project.version}\nEND",
            "# don't run on main\nmvn '-Dx=${project.version}' package",
            "echo \"it's time\"\nmvn '-Dx=${project.version}' package",
            "echo it\\'s\nmvn '-Dx=${project.version}' package",
            "echo $'it\\'s'\nmvn '-Dx=${project.version}' package",
            "cat <<END\nit's time\nEND\nmvn '-Dx=${project.version}' package",
            "echo $((1 << 2)) \"$(grep -c \"it's\" a)\"\nmvn '-Dx=${project.version}' package",
            "echo \"${x:-\"it's\"} ${y:-it's}\"\nmvn '-Dx=${project.version}' package",
            "x=\"$(cat <<END\nit's\nEND\n)\"\nmvn '-Dx=${project.version}' package",
            "echo \"`cat '${a.b}'`\" ${#x} $# a#b",
            "curl ${components.api.http.url} ${vars.tag} ${platform.name}",
        ] {
            assert_eq!(found(right), [""; 0], "{right}");
        }
    }
}
