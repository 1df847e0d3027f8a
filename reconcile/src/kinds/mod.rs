//! The kinds. One line each; everything else about a kind is in its own file.

mod birth;
pub mod glue;
mod register;

pub(crate) use birth::born;

register::kinds! {
    access_point::AccessPoint,
    bucket::Bucket,
    crawler::Crawler,
    database::Database,
    filter::Filter,
    job::Job,
    object::Object,
    role::Role,
    table::Table,
}
