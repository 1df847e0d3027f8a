//! End-to-end cases that need the journal and the faults of the AWS of tests.

mod commands;
mod configuration;
mod docs;
mod emptying;
mod failures;
mod foreign;
mod frozen;
mod kill;
mod modules;
mod moves;
mod opentofu;
mod ownership;
mod regions;
mod replace;
mod scale;
mod secrets;
mod states;
mod values;
mod waiting;
