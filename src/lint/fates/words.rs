//! How sentences about overrides name keys and cite lines.

use std::collections::BTreeSet;

use crate::finding::Evidence;
use crate::liveness::{Fate, Story};
use crate::overrides::OverrideKey;
use crate::rename::charts::KeyChange;

/// A key with its scope, as prose names it.
pub(super) fn named(key: &OverrideKey) -> String {
    match &key.component {
        Some(component) => format!("`{}` of component {component}", key.key),
        None => format!("`{}` of all components", key.key),
    }
}

pub(super) fn list(keys: &[OverrideKey]) -> String {
    keys.iter().map(named).collect::<Vec<_>>().join(" and ")
}

/// Keys as a sentence about this fate names them: without the component where all have the same.
pub(super) fn short(fate: &Fate, keys: &[OverrideKey]) -> String {
    let scope = fate.before.first().map(|it| &it.component);
    let same = fate.before.iter().chain(&fate.after).all(|it| Some(&it.component) == scope);
    if !same {
        return list(keys);
    }
    keys.iter().map(|it| format!("`{}`", it.key)).collect::<Vec<_>>().join(" and ")
}

/// What the setting is called before the hop, and in the user's files if that differs.
pub(super) fn subject(story: &Story, fate: &Fate) -> String {
    let own = &story.entry.key;
    match fate.before.as_slice() {
        [key] if key == own => named(key),
        keys => format!("{} (`{own}` in your files)", list(keys)),
    }
}

pub(super) fn with_note(fate: &Fate) -> String {
    fate.note.as_ref().map(|it| format!("; {it}")).unwrap_or_default()
}

/// The lines of a change that tell most: of each key two that read it, and its default.
pub(super) fn telling(change: &KeyChange) -> Vec<Evidence> {
    const READERS: usize = 2;
    let of_key = |lines: &[Evidence]| -> Vec<Evidence> {
        let (defaults, mut readers): (Vec<_>, Vec<_>) =
            lines.iter().cloned().partition(|it| it.source.ends_with("values.yaml"));
        let mut texts = BTreeSet::new();
        readers.retain(|it| texts.insert(it.text.clone()));
        readers.truncate(READERS);
        readers.into_iter().chain(defaults).collect()
    };
    let new = change.to.iter().flat_map(|it| of_key(&it.evidence));
    of_key(&change.evidence).into_iter().chain(new).collect()
}
