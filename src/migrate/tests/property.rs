//! For random objects and renames, the new keys have the values that the old ones had.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::cluster::Cluster;
use super::*;
use crate::yaml::{Digest, Value};

/// What a key is set to, in a form that does not tell secrets from others.
fn effective(overrides: &UserOverrides, key: &OverrideKey) -> Option<Digest> {
    let tree = overrides.effective(key.component.as_deref().unwrap_or("no component"));
    match tree.get(&key.key) {
        Effective::Value(it) => match &it.value.value {
            Value::String(text) => Some(Digest::of(text.as_bytes())),
            Value::Redacted(digest) => Some(digest.clone()),
            other => panic!("{other:?}"),
        },
        Effective::Absent => None,
        other => panic!("{key}: {other:?}"),
    }
}

/// An object: its kind, its scope by number, its keys by number.
#[derive(Debug, Clone)]
struct Given {
    is_secret: bool,
    scope: usize,
    entries: Vec<(usize, String)>,
}

#[derive(Debug, Clone)]
struct Case {
    objects: Vec<Given>,
    renames: Vec<(usize, bool)>,
}

const SCOPES: [Option<&str>; 2] = [None, Some("core")];

/// Old keys by number: half of them of a nested successor.
fn old(scope: usize, number: usize) -> OverrideKey {
    OverrideKey::new(SCOPES[scope], &format!("{}{number}.v-{number}_", ["g", "c"][scope]))
}

fn case() -> impl Strategy<Value = Case> {
    let value = prop_oneof![
        Just("true"),
        Just("0644"),
        Just(""),
        Just("a: b"),
        Just("x\ny\n"),
        Just("yes"),
        Just(" s")
    ];
    let entries = proptest::collection::vec((0usize..6, value.prop_map(str::to_owned)), 1..5);
    let given = (any::<bool>(), 0usize..2, entries).prop_map(|(is_secret, scope, entries)| Given {
        is_secret,
        scope,
        entries,
    });
    let objects = proptest::collection::vec(given, 1..5);
    let renames = proptest::collection::vec((0usize..4, any::<bool>()), 12);
    (objects, renames).prop_map(|(objects, renames)| Case { objects, renames })
}

/// What the rename of a kind makes of a key: nothing, another key, one below it, one of the other
/// scope.
fn successor(scope: usize, number: usize, kind: usize) -> Option<OverrideKey> {
    let key = old(scope, number);
    let name = &key.key;
    match kind {
        0 => None,
        1 => Some(OverrideKey { key: format!("new.{name}"), ..key }),
        2 => Some(OverrideKey { key: format!("{name}.below"), ..key }),
        _ => Some(OverrideKey::new(SCOPES[1 - scope], &format!("moved.{name}"))),
    }
}

impl Case {
    fn text(&self) -> String {
        let texts =
            self.objects.iter().enumerate().map(|(at, Given { is_secret, scope, entries })| {
                let kind = if *is_secret { "Secret" } else { "ConfigMap" };
                let component = SCOPES[*scope].map(|it| format!(" {it}")).unwrap_or_default();
                let data: BTreeMap<String, &String> =
                    entries.iter().map(|(number, it)| (old(*scope, *number).key, it)).collect();
                let data: Vec<_> = data
                    .iter()
                    .map(|(key, it)| format!("{key}: {}", serde_json::Value::from(it.as_str())))
                    .collect();
                object(&format!("{kind} o{at}{component}\n{}", data.join("\n")))
            });
        texts.collect::<Vec<_>>().join("---\n")
    }

    /// Each key with its successor, or itself.
    fn pairs(&self) -> Vec<(OverrideKey, OverrideKey, bool)> {
        let numbers = (0..2).flat_map(|scope| (0..6).map(move |number| (scope, number)));
        let pair = |(scope, number): (usize, usize)| {
            let (kind, _) = self.renames[scope * 6 + number];
            let key = old(scope, number);
            let new = successor(scope, number, kind);
            (key.clone(), new.clone().unwrap_or(key), new.is_some())
        };
        numbers.map(pair).collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_new_keys_have_the_values_of_the_old_ones(case in case()) {
        let text = case.text();
        let overrides = of_text(&text);
        let pairs = case.pairs();
        let names: Vec<_> = pairs.iter().map(|it| (it.0.to_string(), it.1.to_string(), it.2)).collect();
        let targets: Vec<[&str; 1]> = names.iter().map(|it| [it.1.as_str()]).collect();
        let rules: Vec<Rule<'_>> = names
            .iter()
            .zip(&targets)
            .filter(|it| it.0.2)
            .map(|(it, to)| (it.0.as_str(), Status::Renamed, &to[..]))
            .collect();
        let hop = migrate(&overrides, &stories(&overrides, &[&rules]), &[]).remove(0);
        prop_assert_eq!((&hop.conflicts[..], &hop.undecided[..]), (&[][..], &[][..]));
        let start = Cluster::of(&text);
        prop_assert_eq!(start.overrides().entries().count(), overrides.entries().count());

        let mut before = start.clone();
        before.run(&hop, Timing::Before);
        let mut again = before.clone();
        again.run(&hop, Timing::Before);
        prop_assert_eq!(&again, &before, "the commands can be repeated");
        let mut after = before.clone();
        after.run(&hop, Timing::After);
        let mut again = after.clone();
        again.run(&hop, Timing::After);
        prop_assert_eq!(&again, &after, "the commands can be repeated");

        let (before, after) = (before.overrides(), after.overrides());
        for (old, new, renamed) in &pairs {
            let value = effective(&overrides, old);
            prop_assert_eq!(effective(&before, new), value.clone(), "{} before", new);
            prop_assert_eq!(effective(&after, new), value, "{} after", new);
            if *renamed {
                prop_assert!(after.entries().all(|it| it.key != *old), "{} is left", old);
            }
        }
    }
}
