//! What a lake tells its user: the two maps of both doors, and failures in words.
