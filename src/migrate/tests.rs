//! Migrations of small sets of objects, with stories made by hand.

use super::*;
use crate::liveness::{Fate, ShapeChange};
use crate::manifest::{Manifest, Reading, read};
use crate::overrides::{Effective, is_override};
use crate::rename::charts::{KeyChange, Successor};
use crate::rename::{Confidence, RenameKind};
use crate::yaml::Limits;

mod cluster;
mod kubectl;
mod local;
mod planned;
mod property;
mod secrets;

/// What becomes of one key at a hop: the key, how, and its successors. Keys that are not named stay.
type Rule<'a> = (&'a str, Status, &'a [&'a str]);

fn key(text: &str) -> OverrideKey {
    match text.split_once(':') {
        Some((component, key)) => OverrideKey::new(Some(component), key),
        None => OverrideKey::new(None, text),
    }
}

fn reading(text: &str) -> Reading {
    read(&Manifest::new("my.yaml", text.as_bytes()), &Limits::default()).unwrap()
}

fn of_text(text: &str) -> UserOverrides {
    UserOverrides::new(reading(text))
}

/// An object `KIND NAME [component]`, and lines of data.
fn object(text: &str) -> String {
    let (head, data) = text.split_once('\n').unwrap();
    let head: Vec<_> = head.split(' ').collect();
    let component = head.get(2).map(|it| format!(", component: '{it}'")).unwrap_or_default();
    let data: Vec<_> = data.lines().map(|it| format!("  {it}")).collect();
    let field = if head[0] == "Secret" { "stringData" } else { "data" };
    format!(
        "apiVersion: v1\nkind: {}\nmetadata:\n  name: {}\n  namespace: kyma-installer\n  \
         labels: {{installer: overrides{component}}}\n{field}:\n{}\n",
        head[0],
        head[1],
        data.join("\n")
    )
}

fn objects(texts: &[&str]) -> String {
    texts.iter().map(|it| object(it)).collect::<Vec<_>>().join("---\n")
}

fn version(hop: usize) -> Version {
    Version::new(1, u64::try_from(hop).unwrap() + 2, 0)
}

/// A successor whose name ends in `guess` is unsure.
fn change(from: &OverrideKey, kind: Option<RenameKind>, to: &[&str]) -> KeyChange {
    let successor = |it: &&str| Successor {
        key: key(it),
        confidence: Confidence::new(if it.ends_with("guess") { 0.69 } else { 0.9 }),
        reasons: vec!["same field of the same object".to_owned()],
        evidence: Vec::new(),
    };
    KeyChange {
        from: from.clone(),
        kind,
        to: to.iter().map(successor).collect(),
        nearest: Vec::new(),
        evidence: Vec::new(),
        documented: None,
    }
}

fn kind(status: Status) -> Option<RenameKind> {
    match status {
        Status::Renamed => Some(RenameKind::Renamed),
        Status::Moved => Some(RenameKind::Moved),
        Status::Split => Some(RenameKind::Split),
        Status::Merged => Some(RenameKind::Merged),
        _ => None,
    }
}

fn fate(number: usize, before: &OverrideKey, rule: Option<&Rule<'_>>) -> Fate {
    let (_, status, to) = rule.copied().unwrap_or(("", Status::Live, &[]));
    let after: Vec<_> = to.iter().map(|it| key(it)).collect();
    let shape = (status == Status::TypeChanged).then(|| ShapeChange {
        key: before.clone(),
        old: "value",
        new: "map",
        below: vec![format!("{}.x", before.key)],
        evidence: Vec::new(),
    });
    Fate {
        to: version(number),
        status,
        before: vec![before.clone()],
        after: if after.is_empty() { vec![before.clone()] } else { after },
        changes: kind(status).map(|it| change(before, Some(it), to)).into_iter().collect(),
        readers: Vec::new(),
        default: None,
        equals_default: false,
        required: None,
        shape,
        is_prepared: false,
        caveat: None,
        note: None,
    }
}

/// The stories of all entries, by the rules of each hop.
fn stories(overrides: &UserOverrides, hops: &[&[Rule<'_>]]) -> Vec<Story> {
    let story = |entry: &crate::overrides::Override| {
        let mut keys = vec![entry.key.clone()];
        let fates = hops.iter().enumerate().map(|(number, rules)| {
            let rule = |it: &OverrideKey| rules.iter().find(|rule| key(rule.0) == *it);
            let mut all: Vec<_> = keys.iter().map(|it| fate(number, it, rule(it))).collect();
            let mut first = all.remove(0);
            for other in all {
                first.before.extend(other.before);
                first.after.extend(other.after);
                first.changes.extend(other.changes);
            }
            keys.clone_from(&first.after);
            first
        });
        Story { entry: entry.clone(), fates: fates.collect() }
    };
    overrides.entries().map(story).collect()
}

fn migrated(texts: &[&str], hops: &[&[Rule<'_>]]) -> Vec<HopMigration> {
    let overrides = of_text(&objects(texts));
    migrate(&overrides, &stories(&overrides, hops), &[])
}

/// The migration of one hop.
fn once(texts: &[&str], rules: &[Rule<'_>]) -> HopMigration {
    migrated(texts, &[rules]).remove(0)
}

fn paths(migration: &HopMigration) -> Vec<&str> {
    migration.files.iter().map(|it| it.path.as_str()).collect()
}

fn file<'m>(migration: &'m HopMigration, path: &str) -> &'m str {
    let file = migration.files.iter().find(|it| it.path == path);
    &file.unwrap_or_else(|| panic!("no {path} in {:?}", paths(migration))).text
}

const RENAMED: Rule<'_> = ("core:a", Status::Renamed, &["core:b"]);

#[test]
fn a_renamed_key_stands_under_both_names_before_the_hop_and_under_the_new_one_after_it() {
    let hop = once(&["ConfigMap m core\nz: '1'\na: '0644'\n'y': |\n  two\n  lines"], &[RENAMED]);
    let head = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: m\n  namespace: kyma-installer\n  \
                labels:\n    installer: overrides\n    component: core\ndata:\n  z: \"1\"\n";
    let tail = "  b: \"0644\"\n  \"y\": |\n    two\n    lines\n";
    assert_eq!(file(&hop, "1.2.0/before/configmap-m.yaml"), format!("{head}  a: \"0644\"\n{tail}"));
    assert_eq!(file(&hop, "1.2.0/after/configmap-m.yaml"), format!("{head}{tail}"));
    let commands = file(&hop, "1.2.0/after/commands.sh");
    assert!(commands.ends_with("\nkubectl replace -n kyma-installer -f configmap-m.yaml\n"));
    assert_eq!((&hop.conflicts[..], &hop.undecided[..]), (&[][..], &[][..]));
}

#[test]
fn the_diff_shows_both_steps_and_the_reasons() {
    let hop = once(&["ConfigMap m core\na: x"], &[RENAMED]);
    let diff = file(&hop, "1.2.0/changes.diff");
    let reason = "# - ConfigMap/kyma-installer/m core:b: added with the value of `a` of \
                  ConfigMap/kyma-installer/m: it becomes `core:b` (renamed at 1.2.0, 90 % sure: same \
                  field of the same object)\n";
    assert!(diff.contains(reason), "{diff}");
    let steps = "--- now/ConfigMap/kyma-installer/m\n+++ before/ConfigMap/kyma-installer/m\n";
    assert!(
        diff.contains(steps) && diff.contains("\n+  b: x\n") && diff.contains("\n-  a: x\n"),
        "{diff}"
    );
}

#[test]
fn nothing_is_written_where_nothing_changes() {
    let rules: &[Rule<'_>] = &[("core:c", Status::Dead, &[])];
    let hops = migrated(&["ConfigMap m core\na: x\nc: w", "Secret s\nb: z"], &[&[], rules]);
    assert_eq!(hops.len(), 2);
    for hop in hops {
        assert!(hop.is_unchanged() && hop.files.is_empty(), "{hop:?}");
        assert_eq!((hop.conflicts, hop.undecided), (vec![], vec![]));
    }
}

#[test]
fn a_hop_starts_from_what_the_hop_before_left() {
    let second: &[Rule<'_>] = &[("core:b", Status::Renamed, &["core:c"])];
    let hops = migrated(&["ConfigMap m core\na: x"], &[&[RENAMED], &[], second]);
    assert!(hops[1].is_unchanged());
    let text = file(&hops[2], "1.4.0/before/configmap-m.yaml");
    assert!(text.ends_with("data:\n  b: x\n  c: x\n"), "{text}");
    assert!(file(&hops[2], "1.4.0/after/configmap-m.yaml").ends_with("data:\n  c: x\n"));
}

#[test]
fn a_nested_successor_replaces_its_key_before_the_hop() {
    for (old, new) in [("a", "a.b"), ("a.b", "a")] {
        let (from, to) = (format!("core:{old}"), format!("core:{new}"));
        let hop =
            once(&[&format!("ConfigMap m core\n{old}: x")], &[(&from, Status::Renamed, &[&to])]);
        let text = file(&hop, "1.2.0/before/configmap-m.yaml");
        assert!(text.ends_with(&format!("data:\n  {new}: x\n")), "{text}");
        assert!(!paths(&hop).iter().any(|it| it.contains("after")), "{:?}", paths(&hop));
    }
    let rules: &[Rule<'_>] =
        &[("core:x", Status::Renamed, &["core:a.b"]), ("core:a", Status::Removed, &[])];
    let hop = once(&["ConfigMap m core\na: '1'\nx: '2'"], rules);
    let text = file(&hop, "1.2.0/before/configmap-m.yaml");
    assert!(text.ends_with("data:\n  x: \"2\"\n  a.b: \"2\"\n"), "{text}");
}

#[test]
fn a_successor_beside_a_nested_key_that_stays_is_a_conflict() {
    let hop =
        once(&["ConfigMap m core\na: '1'\nx: '2'"], &[("core:x", Status::Renamed, &["core:a.b"])]);
    assert!(hop.is_unchanged());
    let sides: Vec<_> = hop.conflicts[0].sides.iter().map(|it| it.key.key.as_str()).collect();
    assert_eq!(sides, ["x", "a"]);
}

#[test]
fn a_removed_key_goes_after_the_hop_unless_a_later_release_reads_it() {
    let removed: &[Rule<'_>] = &[("core:a", Status::Removed, &[])];
    let dead: &[Rule<'_>] = &[("core:a", Status::Dead, &[])];
    let hops = migrated(&["ConfigMap m core\na: x\nb: w"], &[removed, dead]);
    assert_eq!(
        paths(&hops[0]),
        ["1.2.0/after/commands.sh", "1.2.0/after/configmap-m.yaml", "1.2.0/changes.diff"]
    );
    assert!(file(&hops[0], "1.2.0/after/configmap-m.yaml").ends_with("data:\n  b: w\n"));
    assert!(hops[1].is_unchanged());
    let hops = migrated(&["ConfigMap m core\na: x\nb: w"], &[removed, &[]]);
    assert!(hops.iter().all(|it| it.files.is_empty()));
}

#[test]
fn a_split_and_a_map_are_for_a_person_to_decide_and_stay_open() {
    let first: &[Rule<'_>] =
        &[("core:a", Status::Split, &["core:b", "core:c"]), ("core:m", Status::TypeChanged, &[])];
    let second: &[Rule<'_>] = &[("core:b", Status::Renamed, &["core:d"])];
    let hops = migrated(&["ConfigMap m core\na: x\nm: w"], &[first, second]);
    assert_eq!(paths(&hops[0]), ["1.2.0/changes.diff"]);
    let open: Vec<_> = hops[0].undecided.iter().map(|it| it.proposals.clone()).collect();
    assert_eq!(open, [vec![key("core:b"), key("core:c")], vec![key("core:m.x")]]);
    let diff = file(&hops[0], "1.2.0/changes.diff");
    assert!(diff.contains("# - proposed, not written: core:b\n") && !diff.contains("@@"), "{diff}");
    assert_eq!(hops[1].undecided[0].key, key("core:b"));
    assert!(hops[1].is_unchanged());
}

#[test]
fn an_unknown_key_is_listed_and_left_alone() {
    let hop = once(&["ConfigMap m core\na: x"], &[("core:a", Status::Unknown, &[])]);
    assert!(hop.is_unchanged());
    assert_eq!(hop.undecided[0].status, Status::Unknown);
}

#[test]
fn keys_become_one_only_with_one_value() {
    let rules: &[Rule<'_>] =
        &[("core:a", Status::Merged, &["core:c"]), ("core:b", Status::Merged, &["core:c"])];
    let hop = once(&["ConfigMap m core\na: x\nb: x"], rules);
    assert!(file(&hop, "1.2.0/after/configmap-m.yaml").ends_with("data:\n  c: x\n"));
    let hop = once(&["ConfigMap m core\na: x\nb: other"], rules);
    assert!(hop.is_unchanged());
    let values: Vec<_> = hop.conflicts[0].sides.iter().map(|it| it.value.as_deref()).collect();
    assert_eq!(values, [Some("x"), Some("other")]);
    assert_eq!(hop.conflicts[0].sides[1].line, Some(9));
}

#[test]
fn a_successor_that_is_set_already_is_left_as_it_is() {
    let hop = once(&["ConfigMap m core\na: x\nb: x"], &[RENAMED]);
    assert!(file(&hop, "1.2.0/after/configmap-m.yaml").ends_with("data:\n  b: x\n"));
    assert!(!paths(&hop).iter().any(|it| it.contains("before")));
    let hop = once(&["ConfigMap m core\na: x", "ConfigMap o core\nb: other"], &[RENAMED]);
    assert!(hop.is_unchanged());
    assert_eq!(hop.conflicts[0].key, key("core:b"));
    let hop = once(&["Secret m core\na: x", "ConfigMap o core\nb: other"], &[RENAMED]);
    let values: Vec<_> = hop.conflicts[0].sides.iter().map(|it| it.value.as_deref()).collect();
    assert_eq!(values, [Some("other"), Some("(secret)")]);
    let hop = once(&["Secret m core\na: x", "ConfigMap o core\nb: x"], &[RENAMED]);
    assert_eq!(hop.conflicts, []);
}

#[test]
fn a_guess_and_an_opposite_are_proposed_and_not_written() {
    for to in ["core:guess", "core:b.disabled"] {
        let hop = once(&["ConfigMap m core\na: x"], &[("core:a", Status::Renamed, &[to])]);
        assert!(hop.is_unchanged());
        assert_eq!(hop.undecided[0].proposals, [key(to)]);
    }
}

#[test]
fn keys_that_change_places_are_a_conflict() {
    let rules: &[Rule<'_>] = &[RENAMED, ("core:b", Status::Renamed, &["core:a"])];
    let hop = once(&["ConfigMap m core\na: '1'\nb: '2'"], rules);
    assert!(hop.is_unchanged());
    assert_eq!(hop.conflicts.len(), 2);
}

#[test]
fn a_document_is_not_written_by_a_machine() {
    let rules: &[Rule<'_>] = &[
        ("istio:a", Status::Merged, &["istio:kyma_istio_control_plane"]),
        ("istio:kyma_istio_control_plane", Status::Renamed, &["istio:kyma_istio_operator"]),
    ];
    let hop = once(&["ConfigMap m istio\na: x\nkyma_istio_control_plane: w"], rules);
    assert!(hop.is_unchanged());
    assert_eq!(hop.undecided.len(), 2);
}

#[test]
fn a_key_of_another_scope_goes_to_an_object_of_that_scope() {
    let rules: &[Rule<'_>] =
        &[("a", Status::Moved, &["core:b"]), ("core:c", Status::Moved, &["d"])];
    let texts = ["ConfigMap m\na: x\nkeep: w", "ConfigMap z core\nc: w"];
    let hop = once(&texts, rules);
    assert!(file(&hop, "1.2.0/before/configmap-z.yaml").ends_with("data:\n  c: w\n  b: x\n"));
    assert!(file(&hop, "1.2.0/after/configmap-z.yaml").ends_with("data:\n  b: x\n"));
    let hop = once(&texts[..1], rules);
    let new = file(&hop, "1.2.0/before/configmap-m-core.yaml");
    assert_eq!(
        new,
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: m-core\n  namespace: kyma-installer\n  \
         labels:\n    installer: overrides\n    component: core\ndata:\n  b: x\n"
    );
    assert!(
        file(&hop, "1.2.0/before/commands.sh")
            .contains("kubectl apply -n kyma-installer -f configmap-m-core.yaml")
    );
}

#[test]
fn a_taken_name_is_not_given_to_a_new_object() {
    let rules: &[Rule<'_>] = &[("a", Status::Moved, &["core:b"])];
    let ignored = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: m-core, namespace: kyma-installer}\n";
    let overrides = of_text(&(object("ConfigMap m\na: x") + ignored));
    let hop = migrate(&overrides, &stories(&overrides, &[rules]), &[]).remove(0);
    assert!(paths(&hop).contains(&"1.2.0/before/configmap-m-core-2.yaml"), "{:?}", paths(&hop));
}

#[test]
fn what_the_server_and_kubectl_add_is_left_out_and_the_rest_stays() {
    let text = "apiVersion: v1\nkind: ConfigMap\ndata: {a: x}\nimmutable: false\nmetadata:\n  annotations:\n    \
                kubectl.kubernetes.io/last-applied-configuration: '{}'\n    mine: 'yes'\n  name: m\n  uid: u\n  \
                resourceVersion: '1'\n  creationTimestamp: '2020-01-01T00:00:00Z'\n  managedFields: [{}]\n  \
                namespace: kyma-installer\n  labels: {installer: overrides, component: core}\n";
    let overrides = of_text(text);
    let hop = migrate(&overrides, &stories(&overrides, &[&[RENAMED]]), &[]).remove(0);
    assert_eq!(
        file(&hop, "1.2.0/after/configmap-m.yaml"),
        "apiVersion: v1\nkind: ConfigMap\ndata:\n  b: x\nimmutable: false\nmetadata:\n  annotations:\n    \
         mine: \"yes\"\n  name: m\n  namespace: kyma-installer\n  labels:\n    installer: overrides\n    \
         component: core\n"
    );
}

#[test]
fn the_entry_that_others_beat_goes_without_a_trace() {
    let hop = once(&["ConfigMap m core\na: loser", "ConfigMap o core\na: winner"], &[RENAMED]);
    assert!(!paths(&hop).contains(&"1.2.0/before/configmap-m.yaml"));
    assert!(file(&hop, "1.2.0/before/configmap-o.yaml").ends_with("  a: winner\n  b: winner\n"));
    assert!(file(&hop, "1.2.0/after/configmap-m.yaml").ends_with("data: {}\n"));
    assert_eq!(hop.changes.len(), 3);
}
