//! Kinds as data, held to what every kind must keep, before a service that is as strict as AWS.

pub(crate) mod law;
mod registered;
mod samples;
mod slips;
mod toy;
mod verbs;
