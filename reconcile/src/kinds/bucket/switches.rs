//! The statements that a bucket's switches make of its policy, and how they are told from the others.

use super::{Bucket, BucketPolicy};
use crate::{
    place::Place,
    policy::{Principals, Statement, Statements, Texts, keyed, texts},
    spec::statement::Effect,
};
use lake_api::Input;
use std::collections::BTreeMap;

/// A bucket and all objects in it, by ARN.
pub(super) fn everything(bucket: &Input<String>, place: &Place) -> Texts {
    ["", "/*"]
        .into_iter()
        .map(|end| bucket.clone().map(|name| format!("arn:{}:s3:::{name}{end}", place.partition)))
        .collect()
}

/// The whole policy that a bucket asks for, beside what others have put there.
pub(super) fn whole(bucket: &Bucket, place: &Place) -> Statements {
    let mut all = keyed(
        [
            (bucket.tls_only, tls_only(&bucket.name, place)),
            (bucket.delegate_to_access_points, delegate(&bucket.name, place)),
        ]
        .into_iter()
        .filter_map(|(on, statement)| on.then_some(statement)),
    );
    let policy = &bucket.policy;
    all.extend(if policy.keep_others { policy.beside_others.clone() } else { policy.statements.clone() });
    all
}

/// What a policy says by the switches and beside them: `tlsOnly`, `delegateToAccessPoints`, the rest. A switch is known by
/// its Sid and its meaning: a statement of the same meaning under another Sid is one that somebody wants there.
pub(super) fn part(
    statements: Statements,
    bucket: &Input<String>,
    place: &Place,
) -> (bool, bool, BucketPolicy) {
    let (tls_only, delegate) = (tls_only(bucket, place), delegate(bucket, place));
    let (mut tls, mut delegates) = (false, false);
    let rest: Statements = statements
        .into_iter()
        .filter(|(_, statement)| {
            tls |= *statement == tls_only;
            delegates |= *statement == delegate;
            *statement != tls_only && *statement != delegate
        })
        .collect();
    // Whose they are is not told by S3: the shared map compares what is ours, the other all.
    (tls, delegates, BucketPolicy { statements: rest.clone(), beside_others: rest, keep_others: false })
}

/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html>, "Require HTTPS".
fn tls_only(bucket: &Input<String>, place: &Place) -> Statement {
    Statement {
        sid: Some(Input::from("LakeTlsOnly")),
        effect: Effect::Deny,
        actions: texts(["s3:*"]),
        resources: everything(bucket, place),
        principals: Principals::everybody(),
        conditions: condition("Bool", "aws:SecureTransport", "false"),
        ..Statement::default()
    }
}

/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-policies.html>, "Delegating access
/// control to access points".
fn delegate(bucket: &Input<String>, place: &Place) -> Statement {
    Statement {
        sid: Some(Input::from("LakeDelegateToAccessPoints")),
        effect: Effect::Allow,
        actions: texts(["*"]),
        resources: everything(bucket, place),
        principals: Principals::everybody(),
        conditions: condition("StringEquals", "s3:DataAccessPointAccount", &place.account),
        ..Statement::default()
    }
}

fn condition(operator: &str, key: &str, value: &str) -> BTreeMap<String, BTreeMap<String, Texts>> {
    BTreeMap::from([(operator.to_owned(), BTreeMap::from([(key.to_owned(), texts([value]))]))])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> Place {
        Place { partition: "aws".into(), region: "eu-west-1".into(), account: "123456789012".into() }
    }

    #[test]
    fn each_switch_is_read_back_from_the_policy_it_made() {
        for (tls_only, delegate) in [(false, false), (true, false), (false, true), (true, true)] {
            let own = Statement { actions: texts(["s3:GetObject"]), ..Statement::default() };
            let bucket = Bucket {
                tls_only,
                delegate_to_access_points: delegate,
                policy: BucketPolicy { statements: keyed([own]), ..BucketPolicy::default() },
                ..Bucket::of(Input::from("b"))
            };
            let (tls, delegates, rest) = part(whole(&bucket, &place()), &bucket.name, &place());
            assert_eq!((tls, delegates), (tls_only, delegate));
            assert_eq!(rest.statements, bucket.policy.statements);
        }
    }

    /// AWS's own sample, which users copy.
    #[test]
    fn a_statement_of_the_users_that_means_what_a_switch_means_stays_a_statement() {
        let name = Input::from("b");
        for sid in [Some(Input::from("ForceSSL")), None] {
            let theirs = Statement { sid: sid.clone(), ..tls_only(&name, &place()) };
            let open = Statement { sid, ..delegate(&name, &place()) };
            for on in [true, false] {
                let bucket = Bucket {
                    tls_only: on,
                    delegate_to_access_points: on,
                    policy: BucketPolicy {
                        statements: keyed([theirs.clone(), open.clone()]),
                        ..BucketPolicy::default()
                    },
                    ..Bucket::of(name.clone())
                };
                let (tls, delegates, rest) = part(whole(&bucket, &place()), &name, &place());
                assert_eq!((tls, delegates), (on, on));
                assert_eq!(rest.statements, bucket.policy.statements);
            }
        }
    }
}
