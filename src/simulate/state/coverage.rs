//! What a source says something about.
//!
//! # Decisions
//! * A snapshot says what it asked for and what came of it. An object that such a question covers
//!   and that is not there does not exist.
//! * A list of kubectl does not say what was asked. It covers the kinds that occur in it: all
//!   namespaces where a kind occurs in several, else the one namespace.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::manifest::ObjectKey;

/// One question to the source: a kind, where, and which objects of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listing {
    /// The API group, empty for the core group.
    pub group: String,
    /// The kind.
    pub kind: String,
    /// The only namespace that was asked for; none where all were, or the kind has no namespace.
    pub namespace: Option<String>,
    /// The labels or fields by which objects were chosen; none where all were.
    pub selector: Option<String>,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The objects are in the state.
    Read,
    /// The API server does not know the kind, so there is none.
    NotServed,
    /// The user may not read it, so nothing is known.
    Forbidden,
}

/// Of which objects of a kind a source says whether they exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Coverage {
    /// Of all.
    Everywhere,
    /// Of those in these namespaces.
    Namespaces(BTreeSet<String>),
    /// Of none but those that it happens to hold.
    Nothing,
}

impl Coverage {
    /// Whether an object in this namespace would be in the state if it existed. An object without
    /// a namespace is covered only where all of its kind are.
    pub fn includes(&self, namespace: Option<&str>) -> bool {
        match self {
            Self::Everywhere => true,
            Self::Namespaces(covered) => namespace.is_some_and(|it| covered.contains(it)),
            Self::Nothing => false,
        }
    }

    /// The coverage of a kind by these questions.
    pub(super) fn of(listings: &[Listing], group: &str, kind: &str) -> Self {
        let known = listings.iter().filter(|it| {
            let answered = it.outcome != Outcome::Forbidden;
            let whole = it.selector.is_none() || it.outcome == Outcome::NotServed;
            it.group == group && it.kind == kind && answered && whole
        });
        let mut namespaces = BTreeSet::new();
        for listing in known {
            match &listing.namespace {
                Some(namespace) if listing.outcome == Outcome::Read => {
                    namespaces.insert(namespace.clone());
                }
                _ => return Self::Everywhere,
            }
        }
        if namespaces.is_empty() { Self::Nothing } else { Self::Namespaces(namespaces) }
    }
}

/// What a file of kubectl covers, by the objects in it.
pub(super) fn listings_of<'a>(keys: impl Iterator<Item = &'a ObjectKey>) -> Vec<Listing> {
    let mut kinds: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for key in keys {
        kinds.entry((&key.group, &key.kind)).or_default().insert(&key.namespace);
    }
    let listing = |((group, kind), namespaces): ((&String, &String), BTreeSet<&Option<String>>)| {
        let only = (namespaces.len() == 1).then(|| namespaces.first().copied().cloned()).flatten();
        Listing {
            group: group.clone(),
            kind: kind.clone(),
            namespace: only.flatten(),
            selector: None,
            outcome: Outcome::Read,
        }
    };
    kinds.into_iter().map(listing).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(namespace: Option<&str>, selector: Option<&str>, outcome: Outcome) -> Listing {
        Listing {
            group: String::new(),
            kind: "ConfigMap".to_owned(),
            namespace: namespace.map(str::to_owned),
            selector: selector.map(str::to_owned),
            outcome,
        }
    }

    fn covers(listings: &[Listing], namespace: &str) -> bool {
        Coverage::of(listings, "", "ConfigMap").includes(Some(namespace))
    }

    #[test]
    fn what_was_asked_for_as_a_whole_is_covered() {
        let one = listing(Some("a"), None, Outcome::Read);
        let chosen = listing(None, Some("installer=overrides"), Outcome::Read);
        assert!(covers(&[one.clone(), chosen.clone()], "a"));
        assert!(!covers(&[one.clone(), chosen], "b"));
        assert!(covers(&[one, listing(None, None, Outcome::Read)], "b"));
        assert_eq!(Coverage::of(&[], "", "ConfigMap"), Coverage::Nothing);
    }

    #[test]
    fn what_was_forbidden_is_unknown_and_what_is_not_served_does_not_exist() {
        assert!(!covers(&[listing(None, None, Outcome::Forbidden)], "a"));
        assert!(covers(&[listing(Some("a"), Some("x=y"), Outcome::NotServed)], "b"));
    }

    #[test]
    fn a_list_covers_the_kinds_in_it_and_a_single_namespace_only_if_there_is_but_one() {
        let key = |namespace: Option<&str>, kind: &str| ObjectKey {
            group: String::new(),
            kind: kind.to_owned(),
            namespace: namespace.map(str::to_owned),
            name: "x".to_owned(),
        };
        let keys =
            [key(Some("a"), "Secret"), key(Some("b"), "Secret"), key(Some("a"), "ConfigMap")];
        let listings = listings_of(keys.iter().chain([&key(None, "Namespace")]));
        assert_eq!(Coverage::of(&listings, "", "Secret"), Coverage::Everywhere);
        assert_eq!(Coverage::of(&listings, "", "Namespace"), Coverage::Everywhere);
        assert_eq!(Coverage::of(&listings, "", "Service"), Coverage::Nothing);
        assert!(covers(&listings, "a") && !covers(&listings, "b"));
    }
}
