//! Values that are withheld.

use super::*;

#[test]
fn a_withheld_value_is_copied_where_it_is() {
    let hop = once(
        &["Secret s core\na: hunter", "ConfigMap m core\nx/y: '1'\npassword: hunter"],
        &[RENAMED, ("core:password", Status::Renamed, &["core:credentials.password"])],
    );
    assert_eq!(
        file(&hop, "1.2.0/before/secret-s.patch.json"),
        "[\n  {\"from\":\"/data/a\",\"op\":\"copy\",\"path\":\"/data/b\"}\n]\n"
    );
    let after = file(&hop, "1.2.0/after/secret-s.patch.json");
    assert!(after.ends_with("{\"op\":\"remove\",\"path\":\"/data/a\"}\n]\n"), "{after}");
    let commands = file(&hop, "1.2.0/before/commands.sh");
    let patch =
        "kubectl patch secret/s -n kyma-installer --type=json -p \"$(cat secret-s.patch.json)\"";
    assert!(commands.contains(patch), "{commands}");
}

#[test]
fn a_withheld_value_for_another_object_goes_through_a_pipe() {
    let hop = once(&["Secret s\na: hunter"], &[("a", Status::Moved, &["core:b"])]);
    let new = file(&hop, "1.2.0/before/secret-s-core.yaml");
    assert!(new.ends_with("component: core\ndata: {}\n"), "{new}");
    let commands = file(&hop, "1.2.0/before/commands.sh");
    let hand = r#"hand secret/s '{{range $k, $v := .data}}{{if eq $k "a"}}{{printf "data: {%q: %q}" "b" $v}}{{end}}{{end}}' secret/s-core"#;
    assert!(commands.contains(hand), "{commands}");
    assert!(paths(&hop).contains(&"1.2.0/after/secret-s.patch.json"));
}

#[test]
fn a_value_that_moves_to_the_key_of_a_credential_is_withheld_there() {
    let rules: &[Rule<'_>] = &[("core:pw", Status::Renamed, &["core:admin.password"])];
    let hop = once(&["ConfigMap m core\npw: hunter"], rules);
    assert!(file(&hop, "1.2.0/before/configmap-m.patch.json").contains("copy"));
    let diff = file(&hop, "1.2.0/changes.diff");
    assert!(diff.contains("\n+  admin.password: \"(secret)\"\n"), "{diff}");
}

#[test]
fn no_byte_of_a_secret_is_written() {
    // hunter2CANARY, aHVudGVyMkNBTkFSWQ==
    let secret = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\n  namespace: kyma-installer\n  labels: \
                  {installer: overrides}\n  annotations:\n    mine: hunter2CANARY\n    \
                  kubectl.kubernetes.io/last-applied-configuration: '{\"data\":{\"a\":\"aHVudGVyMkNBTkFSWQ==\"}}'\n\
                  data: {a: aHVudGVyMkNBTkFSWQ==, n: aHVudGVyMkNBTkFSWQ==}\nstringData: {c: hunter2CANARY}\n---\n";
    let text = secret.to_owned()
        + &objects(&[
            "ConfigMap m core\npassword: hunter2CANARY\nx.token: hunter2CANARY",
            "Secret t core\nb: other",
        ]);
    let overrides = of_text(&text);
    let rules: &[Rule<'_>] = &[
        ("a", Status::Moved, &["core:b"]),
        ("c", Status::Moved, &["core:c"]),
        ("n", Status::Renamed, &["n.o"]),
        ("core:password", Status::Moved, &["password"]),
        ("core:x.token", Status::Renamed, &["core:token"]),
    ];
    let second: &[Rule<'_>] =
        &[("core:c", Status::Renamed, &["core:d"]), ("n.o", Status::Removed, &[])];
    let stories = stories(&overrides, &[rules, second]);
    let old = reading(&objects(&["Secret t core\nb: hunter2CANARY"]));
    let new = reading(&objects(&["Secret t core\nb: hunter2CANARYnew"]));
    let own = OwnObjects {
        to: version(0),
        old: old.objects.iter().collect(),
        new: new.objects.iter().collect(),
    };
    let hops = migrate(&overrides, &stories, &[own]);
    assert!(hops.iter().map(|it| it.files.len()).sum::<usize>() > 8, "{hops:?}");
    let all = format!("{hops:?}");
    for part in ["CANARY", "hunter", "aHVudGVy", "TkFSWQ", "QU5BUl"] {
        assert!(!all.contains(part), "{part} in {all}");
    }
}
