use proptest::prelude::*;

use super::*;

/// Read sets over few objects and fields, so that two of them have much in common.
fn read_set() -> impl Strategy<Value = ReadSet> {
    let field =
        prop::sample::select(vec!["spec.a", "spec.b", "data.c", "metadata.labels.installer"]);
    let digest = prop::sample::select(vec!["1", "2"]);
    let fields = prop::collection::btree_map(field, digest, 0..4);
    let entry = fields.prop_map(|fields| Entry {
        present: !fields.is_empty(),
        fields: fields.into_iter().map(|(path, it)| (path.to_owned(), it.to_owned())).collect(),
        conclusions: Vec::new(),
    });
    let object = prop::sample::select(vec!["A/x", "A/y", "B/z"]);
    let objects = prop::collection::btree_map(object, entry, 0..4);
    objects.prop_map(|objects| ReadSet {
        kubernetes: Some("1.20".to_owned()),
        objects: objects.into_iter().map(|(name, it)| (name.to_owned(), it)).collect(),
    })
}

proptest! {
    #[test]
    fn nothing_drifts_from_itself(it in read_set()) {
        prop_assert_eq!(it.drift(&it), Vec::new());
    }

    /// What a plan keeps of a hop is enough to know everything after it.
    #[test]
    fn what_was_before_with_what_changed_is_what_is_after(before in read_set(), after in read_set()) {
        let known = before.with(&after.since(&before));
        prop_assert_eq!(known.drift(&after), Vec::new());
        for (object, entry) in &after.objects {
            prop_assert_eq!(&known.objects[object], entry);
        }
    }

    /// Part-way through a hop both ends of it are as they may be.
    #[test]
    fn neither_end_of_a_hop_drifts_within_it(before in read_set(), after in read_set()) {
        for now in [&before, &after] {
            prop_assert_eq!(before.drift_within(&after, now, ""), Vec::new());
        }
    }
}

fn of(fields: &[(&str, &str)]) -> ReadSet {
    let fields = fields.iter().map(|(path, it)| ((*path).to_owned(), (*it).to_owned()));
    let entry = Entry { present: true, fields: fields.collect(), conclusions: Vec::new() };
    ReadSet { kubernetes: None, objects: [("A/x".to_owned(), entry)].into() }
}

#[test]
fn a_value_that_is_neither_of_before_nor_of_after_drifts() {
    let (before, after) = (of(&[("a", "1"), ("b", "1")]), of(&[("a", "2"), ("b", "1")]));
    let half = of(&[("a", "2"), ("b", "1")]);
    assert_eq!(before.drift_within(&after, &half, ""), []);
    let other = of(&[("a", "3"), ("b", "1")]);
    let drift = before.drift_within(&after, &other, "");
    assert_eq!(drift[0].kind, DriftKind::Fields(vec!["a".to_owned()]));
    let gone = ReadSet { kubernetes: None, objects: [("A/x".to_owned(), Entry::default())].into() };
    assert_eq!(before.drift_within(&after, &gone, "A/x"), []);
    assert_eq!(before.drift_within(&after, &gone, "")[0].kind, DriftKind::Gone);
}

#[test]
fn another_minor_of_kubernetes_drifts() {
    let of = |text: &str| ReadSet { kubernetes: Some(text.to_owned()), ..ReadSet::default() };
    assert_eq!(minor("v1.20.2"), "1.20");
    let drift = of("1.20").drift(&of("1.21"));
    assert!(drift[0].to_string().starts_with("Kubernetes: the version (1.20 to 1.21) changed"));
}
