//! Tests of the merge.

use super::*;
