//! What more than one target needs, written once.

pub mod mounted;
pub mod plain;
pub mod scrape;
