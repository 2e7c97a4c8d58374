//! Merging the user's copies of the release's own objects.

use super::*;

/// The hop of a local deployment: the objects of the old release, of the new one, and mine.
fn merged(old: &[&str], new: &[&str], mine: &[&str], rules: &[Rule<'_>]) -> HopMigration {
    let overrides = of_text(&objects(mine));
    let (old, new) = (reading(&objects(old)), reading(&objects(new)));
    let own: fn(&Reading) -> Vec<&Object> =
        |it| it.objects.iter().filter(|it| is_override(it)).collect();
    let own = OwnObjects { to: version(0), old: own(&old), new: own(&new) };
    migrate(&overrides, &stories(&overrides, &[rules]), &[own]).remove(0)
}

fn data(hop: &HopMigration, stage: &str) -> String {
    let text = file(hop, &format!("1.2.0/{stage}/configmap-m.yaml"));
    text.split_once("\ndata:").unwrap().1.replace("\n  ", " ").trim().to_owned()
}

#[test]
fn each_key_is_merged_on_its_own() {
    let old = ["ConfigMap m\nsame: k\ntheirs: k\nmine: k\nboth: k\ngone: k\nleft: k"];
    let new = ["ConfigMap m\nsame: k\ntheirs: t\nmine: k\nboth: t\nadded: t\nleft: k"];
    let mine = ["ConfigMap m\nsame: k\ntheirs: k\nmine: m\nboth: t\ngone: k\nextra: m"];
    let hop = merged(&old, &new, &mine, &[]);
    assert_eq!(data(&hop, "before"), "same: k theirs: t mine: m both: t extra: m added: t");
    assert_eq!(hop.conflicts, []);
    assert!(!paths(&hop).iter().any(|it| it.contains("after")));
}

#[test]
fn what_both_changed_is_a_conflict_and_mine_stays() {
    let old = ["ConfigMap m\na: k\nb: k\nc: k\nx: k"];
    let new = ["ConfigMap m\na: t\nc: t\nd: t\nx: t"];
    let mine = ["ConfigMap m\na: m\nb: m\nd: m\nx: k"];
    let hop = merged(&old, &new, &mine, &[]);
    assert_eq!(data(&hop, "before"), "a: m b: m d: m x: t");
    let found: Vec<_> = hop
        .conflicts
        .iter()
        .map(|it| {
            let values = it.sides.iter().map(|it| it.value.as_deref().unwrap_or("-"));
            (it.key.key.as_str(), values.collect::<Vec<_>>().join(" "))
        })
        .collect();
    let expected = [("b", "k - m"), ("a", "k t m"), ("c", "k t -"), ("d", "- t m")];
    assert_eq!(found, expected.map(|(key, values)| (key, values.to_owned())));
    let diff = file(&hop, "1.2.0/changes.diff");
    assert!(diff.contains("# Conflict: b: both you and the new release changed it"), "{diff}");
    assert!(diff.contains("# - mine: b = \"m\" in ConfigMap/kyma-installer/m my.yaml:9"), "{diff}");
}

#[test]
fn renamed_keys_are_merged_under_their_new_names() {
    let rules: &[Rule<'_>] = &[("a", Status::Renamed, &["b"]), ("c", Status::Renamed, &["d"])];
    let old = ["ConfigMap m\na: k\nc: k"];
    let new = ["ConfigMap m\nb: k\nd: t"];
    let hop = merged(&old, &new, &["ConfigMap m\na: m\nc: k"], rules);
    assert_eq!(data(&hop, "before"), "a: m b: m c: k d: t");
    assert_eq!(data(&hop, "after"), "b: m d: t");
    assert_eq!(hop.conflicts, []);
    let prepared = merged(&old, &new, &["ConfigMap m\na: m\nb: m\nd: t"], rules);
    assert_eq!((data(&prepared, "after"), prepared.conflicts.len()), ("b: m d: t".to_owned(), 0));
}

#[test]
fn a_key_of_the_release_does_not_beat_mine_in_another_object() {
    let rules: &[Rule<'_>] = &[("a", Status::Renamed, &["b"])];
    let old = ["ConfigMap m\na: k", "ConfigMap o\nx: k"];
    let new = ["ConfigMap m\nz: k", "ConfigMap o\nx: k\nb: t\nc: t"];
    let mine = ["ConfigMap m\na: m", "ConfigMap o\nx: k", "ConfigMap p\nc: m"];
    let hop = merged(&old, &new, &mine, rules);
    let text = file(&hop, "1.2.0/before/configmap-o.yaml");
    assert!(text.ends_with("data:\n  x: k\n  c: t\n"), "{text}");
    let values: Vec<_> = hop.conflicts[1].sides.iter().map(|it| it.value.as_deref()).collect();
    assert_eq!((hop.conflicts.len(), values), (2, vec![None, Some("t"), None, Some("m")]));
}

#[test]
fn what_the_release_takes_out_is_not_undecided() {
    let rules: &[Rule<'_>] = &[("a", Status::Split, &["b", "c"])];
    let (old, new) = (["ConfigMap m\na: k\nz: k"], ["ConfigMap m\nz: k"]);
    let hop = merged(&old, &new, &["ConfigMap m\na: k\nz: k"], rules);
    assert_eq!((data(&hop, "before"), &hop.undecided[..]), ("z: k".to_owned(), &[][..]));
    let hop = merged(&old, &new, &["ConfigMap m\na: m\nz: k"], rules);
    assert_eq!((hop.undecided.len(), hop.conflicts.len()), (1, 1));
}

#[test]
fn equal_releases_and_objects_that_i_do_not_have_change_nothing() {
    let own = ["ConfigMap m\na: k", "Secret s\nb: k"];
    assert_eq!(merged(&own, &own, &["ConfigMap m\na: m"], &[]).files, []);
    let new = ["ConfigMap m\na: t"];
    assert_eq!(merged(&own, &new, &["ConfigMap other\na: m"], &[]).files, []);
}

#[test]
fn a_new_object_of_the_release_is_added_to_a_copy() {
    let old = ["ConfigMap m\na: k"];
    let new = ["ConfigMap m\na: k", "ConfigMap o core\nc: t\ntoken: hunter"];
    let hop = merged(&old, &new, &["ConfigMap m\na: k"], &[]);
    assert!(file(&hop, "1.2.0/before/configmap-o.yaml").ends_with("data:\n  c: t\n"));
    assert_eq!(hop.undecided[0].key, key("core:token"));
    assert_eq!(merged(&old, &new, &["ConfigMap other\na: k"], &[]).files, []);
}

#[test]
fn withheld_values_are_compared_but_not_written() {
    let old = ["Secret s\na: k\nb: k\nc: k"];
    let new = ["Secret s\na: t\nb: k"];
    let hop = merged(&old, &new, &["Secret s\na: k\nb: m\nc: k"], &[]);
    assert!(
        hop.undecided[0].decide.contains("take it into Secret/kyma-installer/s from my.yaml:8")
    );
    let patch = file(&hop, "1.2.0/before/secret-s.patch.json");
    assert!(
        patch.contains("\"remove\"") && patch.contains("/data/c") && !patch.contains("/data/a")
    );
    let hop = merged(&old, &new, &["Secret s\na: m\nb: k"], &[]);
    assert!(hop.conflicts[0].sides.iter().all(|it| it.value.as_deref() == Some("(secret)")));
}

#[test]
fn a_key_that_nothing_reads_stays_while_the_release_sets_it() {
    let own = ["ConfigMap m\na: k\nb: k"];
    let rules: &[Rule<'_>] = &[("a", Status::Removed, &[]), ("mine", Status::Removed, &[])];
    let hop = merged(&own, &own, &["ConfigMap m\na: k\nb: k\nmine: m"], rules);
    assert_eq!(data(&hop, "after"), "a: k b: k");
}
