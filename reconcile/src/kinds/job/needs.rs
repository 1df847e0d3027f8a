//! What a job needs of whoever drives it.

use super::{Job, arn};
use crate::{
    kinds::glue,
    place::Place,
    policy::{Need, When, part},
};

pub(super) fn needs(job: &Job, place: &Place) -> Vec<Need> {
    let itself = || [arn(place, part(&job.name))];
    vec![
        Need::of(When::Look, &["glue:BatchGetJobs", "glue:GetTags"], itself()),
        Need::of(
            When::Write,
            &["glue:CreateJob", "glue:GetJob", "glue:TagResource", "glue:UntagResource", "glue:UpdateJob"],
            itself(),
        ),
        Need::pass(glue::passed(&job.role, job.role_arn.as_ref(), place), glue::PRINCIPAL),
        Need::of(When::Delete, &["glue:DeleteJob"], itself()),
    ]
}
