//! The CRD as data: the one schema that both doors' schemas are projections of.

mod clean;
mod crd;
