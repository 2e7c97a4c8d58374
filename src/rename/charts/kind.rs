//! How keys relate to their successors.

use std::collections::BTreeMap;

use super::KeyChange;
use crate::chart::ChartIndex;
use crate::overrides::OverrideKey;
use crate::rename::RenameKind;
use crate::rename::words::folded;

/// Says of every change how the old key relates to the new ones.
pub(super) fn decide(changes: &mut [KeyChange], old: &ChartIndex, new: &ChartIndex) {
    let mut uses: BTreeMap<OverrideKey, usize> = BTreeMap::new();
    for to in changes.iter().flat_map(|it| &it.to) {
        *uses.entry(to.key.clone()).or_default() += 1;
    }
    for change in changes {
        change.kind = match change.to.as_slice() {
            [] => None,
            [one] if 1 < uses[&one.key] => Some(RenameKind::Merged),
            [one] if is_moved(&change.from, &one.key, old, new) => Some(RenameKind::Moved),
            [_] => Some(RenameKind::Renamed),
            _ => Some(RenameKind::Split),
        };
    }
}

/// Whether only the chart around the key is another one.
fn is_moved(from: &OverrideKey, to: &OverrideKey, old: &ChartIndex, new: &ChartIndex) -> bool {
    let (before, after) = (within(from, old), within(to, new));
    let (Some(a), Some(b)) = (&from.component, &to.component) else { return false };
    if before == after {
        return true;
    }
    // A component that became a part of another one, under its own name.
    let part = to.key.strip_suffix(before).and_then(|it| it.strip_suffix('.'));
    a != b && part.is_some_and(|it| folded(it) == folded(a))
}

/// The key as the chart has it that defines it.
fn within<'a>(key: &'a OverrideKey, index: &ChartIndex) -> &'a str {
    let chart = key.component.as_deref().and_then(|it| index.get(it));
    let prefixes = chart.iter().flat_map(|it| &it.subcharts);
    let rests = prefixes.filter_map(|it| key.key.strip_prefix(it.as_str())?.strip_prefix('.'));
    rests.min_by_key(|it| it.len()).unwrap_or(&key.key)
}
