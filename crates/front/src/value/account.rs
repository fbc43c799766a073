//! Users and groups of an image.

use std::fmt;

/// A user or a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Account {
    Number(u32),
    /// A name of the image's `/etc/passwd` or `/etc/group`.
    Name(String),
}

/// Who a container runs as: `USER` or `USER:GROUP`, as `docker run --user` takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accounts {
    pub user: Account,
    pub group: Option<Account>,
}

impl Account {
    /// A number, or a name without spaces and `:`.
    pub fn parse(text: &str) -> Option<Self> {
        let is_free_of_signs =
            !text.contains(|c: char| c.is_whitespace() || c.is_control() || c == ':');
        if text.is_empty() || !is_free_of_signs {
            return None;
        }
        let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse().ok().filter(|_| is_digits);
        Some(number.map_or_else(|| Account::Name(text.to_string()), Account::Number))
    }

    /// The number, where it is known without the image: `root` is 0 in all of them.
    pub fn number(&self) -> Option<u32> {
        match self {
            Account::Number(number) => Some(*number),
            Account::Name(name) => (name == "root").then_some(0),
        }
    }

    pub fn is_root(&self) -> bool {
        self.number() == Some(0)
    }
}

impl Accounts {
    /// `USER` or `USER:GROUP`.
    pub fn parse(text: &str) -> Option<Self> {
        let (user, group) = match text.split_once(':') {
            Some((user, group)) => (user, Some(Account::parse(group)?)),
            None => (text, None),
        };
        Some(Self {
            user: Account::parse(user)?,
            group,
        })
    }

    /// The same with numbers for names; `None` where only the image knows one of them.
    pub fn in_numbers(&self) -> Option<Self> {
        let group = match &self.group {
            Some(group) => Some(Account::Number(group.number()?)),
            None => None,
        };
        Some(Self {
            user: Account::Number(self.user.number()?),
            group,
        })
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Account::Number(number) => write!(f, "{number}"),
            Account::Name(name) => f.write_str(name),
        }
    }
}

impl fmt::Display for Accounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.group {
            Some(group) => write!(f, "{}:{group}", self.user),
            None => write!(f, "{}", self.user),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_and_groups_are_numbers_or_names() {
        for text in ["1000", "1000:0", "airflow:root", "nobody"] {
            let accounts = Accounts::parse(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(accounts.to_string(), text);
        }
        for text in ["", "a b", "1:2:3", ":0", "1:"] {
            assert_eq!(Accounts::parse(text), None, "{text}");
        }
    }

    #[test]
    fn only_root_has_a_known_number_without_the_image() {
        let numbers = |text: &str| Some(Accounts::parse(text)?.in_numbers()?.to_string());
        assert_eq!(numbers("root:root").as_deref(), Some("0:0"));
        assert_eq!(numbers("007").as_deref(), Some("7"));
        assert_eq!(numbers("1000:staff"), None);
        assert!(Account::parse("000").is_some_and(|account| account.is_root()));
    }
}
