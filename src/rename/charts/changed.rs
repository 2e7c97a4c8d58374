//! The keys that a hop may do something to. Most are read and listed as before: there is nothing
//! to find out about them.

use std::collections::{BTreeMap, BTreeSet};

use super::Context;
use super::setting::{Keys, Readers, keys};
use crate::chart::{Chart, ChartIndex, Reach, Reference};

/// Whether the old release installs a component that the new one does not.
pub(super) fn is_uninstalled(context: Context<'_>, component: &str) -> bool {
    let has = |list: &[String]| list.iter().any(|it| it == component);
    has(context.old_components) && !has(context.new_components)
}

/// Keys by their components.
pub(super) type KeysByChart<'a> = BTreeMap<&'a str, Keys<'a>>;

/// The keys of both releases that are not listed and read in the same way in the other one.
pub(super) fn changed<'a>(
    old: &'a ChartIndex,
    new: &'a ChartIndex,
    context: Context<'_>,
) -> (KeysByChart<'a>, KeysByChart<'a>) {
    let names: BTreeSet<&str> = old.iter().chain(new.iter()).map(|it| it.name.as_str()).collect();
    let (mut before, mut after) = (BTreeMap::new(), BTreeMap::new());
    for name in names {
        let (a, b) = (old.get(name), new.get(name));
        let stays = a.is_some() && b.is_some() && !is_uninstalled(context, name);
        if stays && a.zip(b).is_some_and(|(a, b)| is_same_chart(a, b)) {
            continue;
        }
        let (mut left, mut came) = (a.map(keys), b.map(keys));
        if let (Some(a), Some(b), true) = (a, b, stays) {
            let (from, to) = (left.take().unwrap_or_default(), came.take().unwrap_or_default());
            let same = |key: &str, readers: &Readers<'a>| {
                to.get(key).is_some_and(|it| is_same(readers, it)) && a.kind(key) == b.kind(key)
            };
            let kept = from.iter().filter(|(key, readers)| same(key, readers)).map(|it| *it.0);
            let kept: BTreeSet<&str> = kept.collect();
            // What left may have gone where a key with its last name was before.
            let left_names: BTreeSet<&str> =
                from.keys().filter(|it| !kept.contains(*it)).map(|it| last(it)).collect();
            let kept = kept.into_iter().filter(|it| !left_names.contains(last(it)));
            let kept: BTreeSet<&str> = kept.collect();
            let rest = |all: Keys<'a>| -> Keys<'a> {
                all.into_iter().filter(|it| !kept.contains(it.0)).collect()
            };
            (left, came) = (Some(rest(from)), Some(rest(to)));
        }
        before.extend(left.map(|it| (name, it)));
        after.extend(came.map(|it| (name, it)));
    }
    (before, after)
}

fn last(key: &str) -> &str {
    key.rsplit('.').next().unwrap_or_default()
}

/// Whether a chart lists and reads the same keys in both releases.
fn is_same_chart(old: &Chart, new: &Chart) -> bool {
    let (a, b) = (old.references(), new.references());
    let kinds = |it: &Chart| it.values.values().map(|it| it.kind).collect::<Vec<_>>();
    a.len() == b.len()
        && old.values.keys().eq(new.values.keys())
        && kinds(old) == kinds(new)
        && a.iter().zip(b).all(|(a, b)| is_alike(a, b))
}

fn is_alike(old: &Reference, new: &Reference) -> bool {
    (&old.key, old.whole, &old.source, &old.sink) == (&new.key, new.whole, &new.source, &new.sink)
}

/// Whether templates read something in the same way.
fn is_same(old: &Readers<'_>, new: &Readers<'_>) -> bool {
    let same =
        |(a, b): (&(&Reference, Reach), &(&Reference, Reach))| a.1 == b.1 && is_alike(a.0, b.0);
    old.len() == new.len() && old.iter().zip(new).all(same)
}
