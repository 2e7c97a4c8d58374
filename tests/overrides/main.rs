//! Effective values are what the operator's own algorithm makes of the same objects.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may unwrap, which clippy allows in #[test]"
)]

mod documented;
mod model;
mod property;
