//! Whom a container runs as.

use super::Text;
use crate::value::{Account, Accounts};

/// The user of a container, and the group where one is written.
#[derive(Clone, Debug, PartialEq)]
pub struct User {
    /// As written: a runtime completes its variables.
    pub text: Text,
    /// What it is while every variable has its default.
    pub accounts: Accounts,
}

/// A further group of a container's processes.
#[derive(Clone, Debug, PartialEq)]
pub struct SupplementalGroup {
    /// As written: a runtime completes its variables.
    pub text: Text,
    /// What it is while every variable has its default.
    pub account: Account,
}

impl User {
    /// `with_defaults` is the text with the defaults of its variables. One that is no user of the engine's is a name.
    pub fn new(text: Text, with_defaults: &str) -> Self {
        let accounts = Accounts::parse(with_defaults).unwrap_or_else(|| Accounts {
            user: Account::Name(with_defaults.to_string()),
            group: None,
        });
        Self { text, accounts }
    }
}

impl SupplementalGroup {
    /// `with_defaults` is the text with the defaults of its variables. One that is no group of the engine's is a name.
    pub fn new(text: Text, with_defaults: &str) -> Self {
        let account = Account::parse(with_defaults)
            .unwrap_or_else(|| Account::Name(with_defaults.to_string()));
        Self { text, account }
    }
}
