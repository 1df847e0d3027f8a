//! What a role needs of whoever drives it.

use super::Role;
use crate::{
    place::Place,
    policy::{Need, When, part},
};

pub(super) fn needs(role: &Role, place: &Place) -> Vec<Need> {
    let itself = || [place.global_arn("iam", &format!("role{}{}", part(&role.path), part(&role.name)))];
    vec![
        Need::of(
            When::Look,
            &["iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies"],
            itself(),
        ),
        Need::of(
            When::Write,
            &[
                "iam:AttachRolePolicy",
                "iam:CreateRole",
                "iam:DeleteRolePermissionsBoundary",
                "iam:DeleteRolePolicy",
                "iam:DetachRolePolicy",
                "iam:PutRolePermissionsBoundary",
                "iam:PutRolePolicy",
                "iam:TagRole",
                "iam:UntagRole",
                "iam:UpdateAssumeRolePolicy",
                "iam:UpdateRole",
            ],
            itself(),
        ),
        Need::of(When::Delete, &["iam:DeleteRole", "iam:ListInstanceProfilesForRole"], itself()),
        Need::of(
            When::Delete,
            &["iam:RemoveRoleFromInstanceProfile"],
            [place.global_arn("iam", "instance-profile/*")],
        ),
    ]
}
