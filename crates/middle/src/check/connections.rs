//! Passwords in the parameters of a connection: `Server=db;Password=...` of ADO and ODBC, `host=db password=...` of libpq,
//! `?user=a&password=...` of JDBC, `-Djavax.net.ssl.keyStorePassword=...` of Java, `user:password@tcp(db:3306)/shop` of Go.

use super::telling::{is_literal, is_one_word, is_secret_of};

/// What stands between parameters.
const SEPARATORS: [char; 8] = [';', '&', '?', ',', '"', '\'', '(', ')'];

/// How drivers of Go write the way to a database, behind the login.
const WAYS: [&str; 3] = ["@tcp(", "@tcp6(", "@unix("];

/// The parameter of a connection in a text that has a password.
pub(super) fn connection_password(text: &str) -> Option<String> {
    let is_between = |c: char| c.is_whitespace() || SEPARATORS.contains(&c);
    let mut pieces = text.split(is_between);
    let named = pieces.find_map(|piece| {
        let (name, value) = piece.split_once('=')?;
        let is_name = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
        // `PWD` alone is a folder, elsewhere than in such a text.
        let is_pwd = name.eq_ignore_ascii_case("pwd") && text.contains(';');
        let is_secret = is_pwd && is_literal(value) || is_secret_of(name, value);
        let before = &text[..piece.as_ptr().addr() - text.as_ptr().addr()];
        let is_one = name.chars().all(is_name) && is_secret && is_one_word(value);
        let is_one = is_one && !is_argument(before);
        is_one.then(|| format!("the parameter `{name}`"))
    });
    named.or_else(|| of_go(text).then(|| "a login of a database".to_string()))
}

/// Whether what follows is an argument of a call, as in `connect(user=u, password=pw)`: without quotes it is a name, and no value.
fn is_argument(before: &str) -> bool {
    let mut closed = 0;
    for (at, c) in before.char_indices().rev() {
        match c {
            ')' => closed += 1,
            '(' if closed > 0 => closed -= 1,
            '(' => {
                let is_called = |c: char| c.is_ascii_alphanumeric() || c == '_';
                let quotes = before[at..].matches(['"', '\'']).count();
                return before[..at].ends_with(is_called) && quotes.is_multiple_of(2);
            }
            _ => {}
        }
    }
    false
}

fn of_go(text: &str) -> bool {
    WAYS.iter().any(|way| {
        text.match_indices(way).any(|(at, _)| {
            let before = &text[..at];
            let start = before.rfind(|c: char| c.is_whitespace() || "=\"'".contains(c));
            let login = &before[start.map_or(0, |it| it + 1)..];
            let password = login.split_once(':').map(|(_, password)| password);
            password.is_some_and(|it| is_literal(it) && is_one_word(it))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::connection_password;

    #[test]
    fn a_password_is_told_from_the_other_parameters() {
        for text in [
            "Server=tcp:db,1433;Database=shop;User ID=sa;Password=s3cretWord;Encrypt=True",
            "DRIVER={ODBC Driver 18};SERVER=db;UID=sa;PWD=s3cretWord",
            "host=db port=5432 user=shop password=s3cretWord dbname=shop",
            "jdbc:postgresql://db/shop?user=shop&password=s3cretWord",
            "jdbc:sqlserver://db:1433;databaseName=shop;password=s3cretWord",
            "redis:6379,password=s3cretWord,ssl=True",
            "-Xmx1g -Djavax.net.ssl.keyStorePassword=s3cretWord",
            "DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=s3cretWord==",
            "Endpoint=sb://shop/;SharedAccessKeyName=all;SharedAccessKey=s3cretWord",
            "https://shop.blob.example.com/a?access_token=s3cretWord",
            "shop:s3cretWord@tcp(db:3306)/shop?parseTime=true",
            "dsn=shop:s3cretWord@unix(/run/db.sock)/shop",
            "connect(\"host=db password=s3cretWord\")",
            "connect(host=h, password=\"a\", dsn='x;password=s3cretWord')",
        ] {
            assert!(connection_password(text).is_some(), "{text}");
        }
        for text in [
            "Server=db;Database=shop;Integrated Security=SSPI",
            "Server=db;Password=${secrets.db};Encrypt=True",
            "Server=db;Password=$PASSWORD",
            "Server=db;Password={password};UID=sa",
            "host=db passfile=/run/pgpass sslpassword=%s",
            "PWD=/srv OLDPWD=/",
            "https://accounts.example.com/token?grant_type=password&scope=all",
            "--max-tokens=4096 --tokenizer=bert",
            "shop:$PASSWORD@tcp(db:3306)/shop",
            "conn = psycopg2.connect(host=h, user=u, password=pw)",
            "client = Minio(e, access_key=ak, secret_key=cfg.sk)",
            "redis.Redis(host=h, password=os.getenv('P'))",
            "password=.*,token=.*",
            "token=(\\w+)",
            "shop@tcp(db:3306)/shop",
            "rate(tokens_total{kind=\"prompt\"}[5m])",
        ] {
            assert_eq!(connection_password(text), None, "{text}");
        }
    }
}
