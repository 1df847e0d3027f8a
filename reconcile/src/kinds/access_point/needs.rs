//! What an access point needs of whoever drives it.

use super::{AccessPoint, arn};
use crate::{
    place::Place,
    policy::{Need, When, part},
};

pub(super) fn needs(point: &AccessPoint, place: &Place) -> Vec<Need> {
    let itself = || [arn(part(&point.name), place)];
    vec![
        Need::of(
            When::Look,
            &["s3control:GetAccessPoint", "s3control:GetAccessPointPolicy", "s3control:ListTagsForResource"],
            itself(),
        ),
        Need::of(
            When::Write,
            &[
                "s3control:CreateAccessPoint",
                "s3control:DeleteAccessPointPolicy",
                "s3control:PutAccessPointPolicy",
                "s3control:TagResource",
                "s3control:UntagResource",
            ],
            itself(),
        ),
        Need::of(When::Delete, &["s3control:DeleteAccessPoint"], itself()),
    ]
}
