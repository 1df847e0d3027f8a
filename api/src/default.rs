//! Defaults that several fields share, as the functions that serde and the schema ask for.

/// On.
pub fn yes() -> bool {
    true
}

/// A number.
pub fn number<const N: i64>() -> i64 {
    N
}
