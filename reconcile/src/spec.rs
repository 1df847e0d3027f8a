//! What a user may say of each part of a lake: a file per section.

pub mod access_point;
pub mod bucket;
pub mod crawler;
pub mod database;
pub mod filter;
pub mod job;
pub mod lifecycle;
pub mod location;
pub mod object;
pub mod reconcile;
pub mod role;
pub mod singular;
pub mod statement;
pub mod table;

pub use access_point::AccessPoint;
pub use bucket::Bucket;
pub use crawler::Crawler;
pub use database::Database;
pub use filter::Filter;
pub use job::Job;
pub use location::Location;
pub use object::Object;
pub use reconcile::Reconcile;
pub use role::Role;
pub use statement::Statement;
pub use table::Table;
