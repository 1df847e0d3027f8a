//! Random settings from a kind's own JSON schema, and random lakes made of those.

mod lake;
mod schema;

pub(crate) use lake::{Evolution, Lake, disguised, evolutions, lakes, lakes_with, place};
pub(crate) use schema::settings;
