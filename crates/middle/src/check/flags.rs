//! Short flags of programs that take a password: `-p` is one of `mysql`, and a port of `docker`. And arguments that are one.

use super::telling::is_literal;

/// How a program takes a password.
#[derive(Clone, Copy)]
enum Way {
    /// `-pPASSWORD`, in one word.
    Joined(&'static str),
    /// `-a PASSWORD`.
    Next(&'static str),
    /// `-u USER:PASSWORD`.
    Login(&'static str),
}

/// Source: the manual pages of these programs. Of a family of programs its first letters.
const WAYS: [(&str, Way); 15] = [
    ("mysql", Way::Joined("-p")),
    ("mariadb", Way::Joined("-p")),
    ("redis-cli", Way::Next("-a")),
    ("valkey-cli", Way::Next("-a")),
    ("mongo", Way::Next("-p")),
    ("cqlsh", Way::Next("-p")),
    ("rabbitmqadmin", Way::Next("-p")),
    ("sshpass", Way::Next("-p")),
    ("sshpass", Way::Joined("-p")),
    ("ldapsearch", Way::Next("-w")),
    ("sqlcmd", Way::Next("-P")),
    ("curl", Way::Login("-u")),
    ("curl", Way::Login("--user")),
    ("curl", Way::Login("--proxy-user")),
    ("curl", Way::Login("-U")),
];

/// What begins another command in a line of a shell.
const BETWEEN: [&str; 5] = ["&&", "||", "|", ";", "then"];

/// The flag with a password in the words of a command, each with the one before it. `program`: what they are for, if that is none of them.
pub(super) fn password_flag(program: &str, words: &[(&str, &str)]) -> Option<String> {
    let mut program = file_name(program);
    words.iter().find_map(|(before, word)| {
        if BETWEEN.contains(word) || word.ends_with(';') {
            program = "";
        }
        let name = file_name(word);
        if WAYS.iter().any(|(start, _)| name.starts_with(start)) {
            program = name;
        }
        let mut ways = WAYS.iter().filter(|(start, _)| program.starts_with(start));
        ways.find_map(|(_, way)| way.password_flag(before, word))
    })
}

/// MinIO's client, under the names that its packages give it.
const MINIO_CLIENTS: [&str; 2] = ["mc", "mcli"];

/// Its subcommands, and which of their arguments is a password (docs.min.io, `mc alias set`, `mc admin user add`; the older
/// `mc config host add`).
const SUBCOMMANDS: [(&[&str], usize); 3] = [
    (&["alias", "set"], 4),
    (&["config", "host", "add"], 4),
    (&["admin", "user", "add"], 3),
];

/// Its flags whose value is the next word.
const WITH_VALUE: [&str; 4] = ["--api", "--path", "--config-dir", "-C"];

/// A password among the arguments of a subcommand.
pub(super) struct Argument<'a> {
    pub password: &'a str,
    /// Which of the words it is.
    pub at: usize,
    pub subcommand: String,
}

/// The first password that is an argument. `program`: what the words are for, if that is none of them.
pub(super) fn password_argument<'a>(
    program: &str,
    words: impl Iterator<Item = &'a str>,
) -> Option<Argument<'a>> {
    let is_client = |word: &str| MINIO_CLIENTS.contains(&file_name(word));
    let mut arguments = is_client(program).then(Vec::new);
    let mut before = "";
    for (at, word) in words.enumerate() {
        let is_value = WITH_VALUE.contains(&std::mem::replace(&mut before, word));
        let (word, is_last) = match word.strip_suffix(';') {
            Some(word) => (word, true),
            None => (word, BETWEEN.contains(&word)),
        };
        match &mut arguments {
            _ if BETWEEN.contains(&word) => {}
            // What comes from a file, or from another command, is not written out.
            Some(_) if is_of_shell(word) => arguments = None,
            // A list names its program again.
            None => arguments = is_client(word).then(Vec::new),
            Some(arguments) if arguments.is_empty() && is_client(word) => {}
            Some(arguments) if !is_value && !word.starts_with('-') => {
                let password = word.trim_matches(['"', '\'']);
                arguments.push(password);
                let mut subcommands = SUBCOMMANDS.iter();
                let found = subcommands.find(|(words, place)| {
                    arguments.starts_with(words) && arguments.len() == words.len() + place
                });
                if let Some((words, _)) = found
                    && is_password(password)
                {
                    let subcommand = format!("`mc {}`", words.join(" "));
                    return Some(Argument {
                        password,
                        at,
                        subcommand,
                    });
                }
            }
            _ => {}
        }
        if is_last {
            arguments = None;
        }
    }
    None
}

/// Whether a word is for the shell: a redirection (`2>/dev/null`), or another command (`$(cat FILE)`).
fn is_of_shell(word: &str) -> bool {
    let redirected = word.trim_start_matches(|c: char| c.is_ascii_digit() || c == '&');
    redirected.starts_with(['<', '>']) || word.contains("$(") || word.contains('`')
}

/// Whether a word is one that is written out: no flag, no place to fill in, no file for the output.
fn is_password(word: &str) -> bool {
    is_literal(word) && !word.starts_with(['-', '<', '>', '{', '%'])
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

impl Way {
    fn password_flag(self, before: &str, word: &str) -> Option<String> {
        let (flag, password) = match self {
            Way::Joined(flag) => (flag, word.strip_prefix(flag)?),
            Way::Next(flag) => (flag, (before == flag).then_some(word)?),
            Way::Login(flag) => {
                let login = (before == flag).then_some(word)?;
                (flag, login.trim_matches(['"', '\'']).split_once(':')?.1)
            }
        };
        let password = password.trim_matches(['"', '\'']);
        is_password(password).then(|| format!("`{flag}`"))
    }
}

#[cfg(test)]
mod tests {
    use super::{password_argument, password_flag};

    fn flag_in(line: &str) -> Option<String> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let before = std::iter::once("").chain(words.iter().copied());
        let words: Vec<(&str, &str)> = before.zip(words.iter().copied()).collect();
        password_flag("", &words)
    }

    #[test]
    fn a_flag_means_what_its_program_says() {
        for (line, flag) in [
            ("mysqladmin ping -uroot -ps3cretWord", "`-p`"),
            ("exec /usr/bin/mysql -u root -p's3cretWord' shop", "`-p`"),
            ("redis-cli -a s3cretWord ping", "`-a`"),
            ("sshpass -p s3cretWord ssh host", "`-p`"),
            ("a && curl -sf -u admin:s3cretWord http://x/health", "`-u`"),
            ("curl --user 'admin:s3cretWord' http://x", "`--user`"),
        ] {
            assert_eq!(flag_in(line).as_deref(), Some(flag), "{line}");
        }
        for line in [
            "mysqladmin ping -uroot -p$MYSQL_ROOT_PASSWORD",
            "mysqladmin ping -u root -p",
            "mysql shop && mkdir -pv /srv",
            "docker run -p 80:80 -u 1000:1000 shop",
            "redis-cli ping -a",
            "curl -u \"$LOGIN\" http://x",
            "curl -u admin http://x:80",
            "su -u app:app",
        ] {
            assert_eq!(flag_in(line), None, "{line}");
        }
        let of_list = password_flag("/usr/bin/redis-cli", &[("-a", "s3cretWord")]);
        assert_eq!(of_list.as_deref(), Some("`-a`"));
    }

    #[test]
    fn the_client_of_minio_takes_a_password_as_an_argument() {
        let told = |program: &str, line: &'static str| {
            let found = password_argument(program, line.split_whitespace())?;
            Some((found.subcommand, found.password))
        };
        for (line, subcommand) in [
            (
                "mc alias set l http://s3:9000 admin s3cretWord",
                "`mc alias set`",
            ),
            (
                "until mc --insecure alias set --api S3v4 l http://s3:9000 admin 's3cretWord'; do sleep 1; done",
                "`mc alias set`",
            ),
            (
                "/usr/bin/mc config host add l http://s3:9000 admin s3cretWord;",
                "`mc config host add`",
            ),
            (
                "sleep 1 && mcli admin user add l feast s3cretWord",
                "`mc admin user add`",
            ),
        ] {
            assert_eq!(
                told("", line),
                Some((subcommand.to_string(), "s3cretWord")),
                "{line}"
            );
        }
        assert!(told("/bin/mc", "alias set l http://s3:9000 admin s3cretWord").is_some());
        for line in [
            "mc alias set l http://s3:9000 $USER $PASSWORD",
            "mc alias set l http://s3:9000 admin",
            "mc alias set l http://s3:9000 admin >/dev/null",
            "echo $P | mc alias set l http://s3:9000 admin 2>/dev/null",
            "mc alias set l http://s3:9000 > /dev/null 2>&1",
            "mc alias set l http://s3:9000 $(cat /run/secrets/user) \"$(cat /run/secrets/password)\"",
            "mc admin user add l < /run/users",
            "mc alias set l http://s3:9000 admin && mc mb l/bucket",
            "mc alias list && echo set l http://s3:9000 admin s3cretWord",
            "mcrouter alias set l http://s3:9000 admin s3cretWord",
            "mc alias set l http://s3:9000 admin <password>",
        ] {
            assert_eq!(told("", line), None, "{line}");
        }
    }
}
