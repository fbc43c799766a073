//! What more than one target needs, written once.

pub mod plain;
pub mod scrape;
