//! The `kyma-upgrade` command.

fn main() {}
