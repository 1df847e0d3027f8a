//! What a user may say about a data lake, and will be told.
