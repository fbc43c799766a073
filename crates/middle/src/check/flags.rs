//! Short flags of programs that take a password: `-p` is one of `mysql`, and a port of `docker`.

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
        let is_password = is_literal(password) && !password.starts_with(['-', '<', '{', '%']);
        is_password.then(|| format!("`{flag}`"))
    }
}

#[cfg(test)]
mod tests {
    use super::password_flag;

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
}
