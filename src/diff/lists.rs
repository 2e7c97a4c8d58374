//! Matching the items of two lists.

use std::collections::{BTreeMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::yaml::{Node, Value};

/// How two lists compare as multisets.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Leftovers {
    /// The indices of the old items that the new list lacks.
    pub(super) old: Vec<usize>,
    /// The indices of the new items that the old list lacks.
    pub(super) new: Vec<usize>,
    /// Whether items that are on both sides stand in another order.
    pub(super) moved: bool,
}

/// Matches equal items, the first of several with the first.
pub(super) fn by_content(old: &[Node], new: &[Node]) -> Leftovers {
    let mut places: BTreeMap<u64, VecDeque<usize>> = BTreeMap::new();
    for (at, item) in old.iter().enumerate() {
        places.entry(fingerprint(item)).or_default().push_back(at);
    }
    let mut matched = Vec::new();
    let mut added = Vec::new();
    for (at, item) in new.iter().enumerate() {
        let twins = places.get_mut(&fingerprint(item));
        match twins.and_then(|it| take(it, |twin| old[twin].same(item))) {
            Some(twin) => matched.push(twin),
            None => added.push(at),
        }
    }
    let mut removed: Vec<usize> = places.into_values().flatten().collect();
    removed.sort_unstable();
    Leftovers { old: removed, new: added, moved: !matched.is_sorted() }
}

fn take(places: &mut VecDeque<usize>, is: impl Fn(usize) -> bool) -> Option<usize> {
    let at = places.iter().position(|it| is(*it))?;
    places.remove(at)
}

/// A number that is the same for nodes that are the same: it knows neither places nor the order of
/// keys, and sees no withheld values.
fn fingerprint(node: &Node) -> u64 {
    match &node.value {
        Value::Null => 1,
        Value::Redacted(_) => 2,
        Value::Bool(value) => hash(value),
        Value::Number(value) => hash(value),
        Value::String(value) => hash(value),
        Value::Sequence(items) => hash(&items.iter().map(fingerprint).collect::<Vec<_>>()),
        Value::Mapping(entries) => entries
            .iter()
            .map(|it| hash(&(&it.key, fingerprint(&it.node))))
            .fold(3, u64::wrapping_add),
    }
}

/// A number that is the same for equal values in one build of the program.
pub(super) fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::Entry;

    fn item(value: Value) -> Node {
        Node { line: 1, column: 1, value }
    }

    fn map(keys: [&str; 2]) -> Node {
        let entries = keys.map(|key| Entry {
            key: key.to_owned(),
            line: 1,
            column: 1,
            node: item(Value::Null),
        });
        item(Value::Mapping(entries.into()))
    }

    #[test]
    fn the_order_of_keys_is_no_difference_and_withheld_values_are_compared() {
        let leftovers = by_content(&[map(["a", "b"])], &[map(["b", "a"])]);
        assert_eq!((leftovers.old, leftovers.new), (vec![], vec![]));
        let secret = |it: &str| item(Value::Redacted(crate::yaml::Digest::of(it.as_bytes())));
        let leftovers = by_content(&[secret("a"), secret("b")], &[secret("b"), secret("c")]);
        assert_eq!((leftovers.old, leftovers.new), (vec![0], vec![1]));
    }
}
