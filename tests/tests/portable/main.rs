//! End-to-end cases that need neither faults nor a journal: they run against any AWS endpoint
//! (`make e2e ENDPOINT=…`), one after the other, and leave it as they found it.

mod drift;
mod first_lake;
mod full;
mod mistakes;
mod unknowns;
