//! What a crawler needs of whoever drives it.

use super::{Crawler, arn};
use crate::{
    kinds::glue,
    place::Place,
    policy::{Need, When, anything, part},
};

pub(super) fn needs(crawler: &Crawler, place: &Place) -> Vec<Need> {
    let itself = || [arn(place, part(&crawler.name))];
    vec![
        Need::of(When::Look, &["glue:BatchGetCrawlers", "glue:GetTags"], itself()),
        // Alone among these it knows no resources.
        Need::of(When::Write, &["glue:CreateCrawler"], anything()),
        Need::of(When::Write, &["glue:TagResource", "glue:UntagResource", "glue:UpdateCrawler"], itself()),
        Need::pass(glue::passed(&crawler.role, crawler.role_arn.as_ref(), place), glue::PRINCIPAL),
        Need::of(When::Delete, &["glue:DeleteCrawler", "glue:StopCrawler"], itself()),
    ]
}
