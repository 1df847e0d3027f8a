//! How fast AWS's services may be called, as far as that is known before the first call. A pace starts here, and learns the
//! rest from the service's answers.

/// What a service, or one of its operations, is called with at first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rate {
    /// Calls a second, in the long run.
    pub(super) steady: f64,
    /// Calls at once after a rest.
    pub(super) burst: f64,
    /// Calls under way at one time.
    pub(super) parallel: usize,
}

/// The rates of one service.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rates {
    /// The rate of all its calls together.
    pub(super) service: Rate,
    /// The rates of those operations that AWS counts by themselves, too, by their names.
    pub(super) operations: &'static [(&'static str, Rate)],
}

/// The rates of a service, by its word in errors.
///
/// AWS publishes figures for few of these services and accounts differ, so a pace goes up to eight times as high where the
/// service bears it. These keep well below what is known to be throttled (Glue: some 15 calls at one moment) and are not
/// felt by a lake of usual size. S3 has by far the most calls, since it tells a bucket's facets one by one, and bears the
/// most: 3,500 writes and 5,500 reads a second for each prefix of a bucket (S3 User Guide, "Best practices design
/// patterns"). For a bucket's own settings it promises nothing, so the rate is far below.
pub(super) fn of(service: &str) -> Rates {
    let service = match service {
        "s3" => Rate { steady: 400.0, burst: 400.0, parallel: 64 },
        "glue" => Rate { steady: 25.0, burst: 60.0, parallel: 12 },
        "iam" => Rate { steady: 25.0, burst: 80.0, parallel: 16 },
        "lakeformation" => Rate { steady: 15.0, burst: 30.0, parallel: 8 },
        "tagging" => Rate { steady: 10.0, burst: 15.0, parallel: 4 },
        _ => Rate { steady: 25.0, burst: 60.0, parallel: 16 },
    };
    Rates { service, operations: &[] }
}
