//! Tests of states: what can be read, and what is refused.

use std::fmt::Write as _;

use super::*;

const LIST: &str = r#"{
    "apiVersion": "v1",
    "items": [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "a", "namespace": "b", "managedFields": [{"manager": "x"}]},
            "data": {"global.x": "1", "global.password": "hunter"}
        },
        {
            "apiVersion": "extensions/v1beta1",
            "kind": "Deployment",
            "metadata": {"name": "a", "namespace": "b"}
        }
    ],
    "kind": "List"
}
"#;

fn state(text: &str) -> ClusterState {
    ClusterState::read("state.json", text.as_bytes(), &Limits::default()).unwrap()
}

fn error(bytes: &[u8]) -> String {
    let error = ClusterState::read("state.json", bytes, &Limits::default()).unwrap_err();
    assert!(!error.hint().is_empty());
    error.to_string()
}

fn key(group: &str, kind: &str, namespace: Option<&str>, name: &str) -> ObjectKey {
    ObjectKey {
        group: group.to_owned(),
        kind: kind.to_owned(),
        namespace: namespace.map(ToOwned::to_owned),
        name: name.to_owned(),
    }
}

fn names(state: &ClusterState) -> Vec<String> {
    state.keys().map(ToString::to_string).collect()
}

fn values(state: &ClusterState) -> Vec<(ObjectKey, Value)> {
    state.objects().map(|(key, value)| (key.clone(), value)).collect()
}

#[test]
fn a_list_of_kubectl_is_read_with_its_lines() {
    let state = state(LIST);
    assert_eq!(names(&state), ["ConfigMap/b/a", "Deployment/b/a"]);
    let (map, deployment) =
        (key("", "ConfigMap", Some("b"), "a"), key("apps", "Deployment", Some("b"), "a"));
    assert_eq!([state.line(&map), state.line(&deployment)], [Some(4), Some(10)]);
    let object = state.get(&map).unwrap();
    assert_eq!(object["data"]["global.x"], "1");
    assert!(is_sealed(object["data"]["global.password"].as_str().unwrap()));
    assert_eq!(object["metadata"].as_object().unwrap().len(), 2);
    assert_eq!(state.get(&deployment).unwrap()["apiVersion"], "extensions/v1beta1");
    assert!(state.covers_object(&key("", "ConfigMap", Some("b"), "x")));
    assert!(!state.covers_object(&key("", "ConfigMap", Some("c"), "x")));
    assert_eq!(state.kubernetes_version(), None);
}

#[test]
fn yaml_gives_the_same_as_json() {
    let yaml = "apiVersion: v1\nitems:\n- apiVersion: v1\n  data:\n    global.password: hunter\n    \
                global.x: \"1\"\n  kind: ConfigMap\n  metadata:\n    name: a\n    namespace: b\n\
                - apiVersion: extensions/v1beta1\n  kind: Deployment\n  metadata:\n    name: a\n    \
                namespace: b\nkind: List\nmetadata:\n  resourceVersion: \"\"\n";
    let (yaml, json) = (state(yaml), state(LIST));
    let map = key("", "ConfigMap", Some("b"), "a");
    assert_eq!(yaml.line(&map), Some(3));
    assert_eq!(yaml.line(&key("apps", "Deployment", Some("b"), "a")), Some(11));
    assert_eq!(names(&yaml), names(&json));
    assert_eq!(yaml.get(&map).unwrap()["data"]["global.x"], "1");
}

#[test]
fn a_list_in_yaml_that_is_not_as_kubectl_writes_it_is_read_all_the_same() {
    let indented = "kind: List\napiVersion: v1\nitems:\n  # one\n  - apiVersion: v1\n    kind: Secret\n    \
                    metadata: {name: a, namespace: b}\n";
    assert_eq!(names(&state(indented)), ["Secret/b/a"]);
    let quoted = "kind: List\napiVersion: v1\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  \
                  metadata: {name: a, namespace: b}\n  data: {x: \"1\n- y\"}\n";
    assert_eq!(
        state(quoted).get(&key("", "ConfigMap", Some("b"), "a")).unwrap()["data"]["x"],
        "1 - y"
    );
    let flow = "kind: List\napiVersion: v1\nitems: [{apiVersion: v1, kind: Secret, \
                metadata: {name: a, namespace: b}}]\n";
    assert_eq!(names(&state(flow)), ["Secret/b/a"]);
    let typed = "kind: SecretList\napiVersion: v1\nitems:\n- metadata: {name: a, namespace: b}\n";
    assert_eq!(names(&state(typed)), ["Secret/b/a"]);
}

#[test]
fn documents_values_and_typed_lists_after_each_other_are_one_state() {
    let json = r#"{"kind":"SecretList","apiVersion":"v1","items":[{"metadata":{"name":"a","namespace":"b"}}]}
        {"kind":"Namespace","apiVersion":"v1","metadata":{"name":"b"}}
        {"kind":"List","items":[]}"#;
    assert_eq!(names(&state(json)), ["Namespace/b", "Secret/b/a"]);
    let yaml = "kind: Namespace\napiVersion: v1\nmetadata: {name: a}\n---\n# none\n---\n\
                kind: Namespace\napiVersion: v1\nmetadata: {name: b}\n";
    assert_eq!(names(&state(yaml)), ["Namespace/a", "Namespace/b"]);
}

#[test]
fn namespaces_are_taken_as_they_are_given() {
    let object = |version: &str, kind: &str| {
        format!(r#"{{"apiVersion":"{version}","kind":"{kind}","metadata":{{"name":"a"}}}}"#)
    };
    let objects = [
        object("v1", "Secret"),
        object("rbac.authorization.k8s.io/v1", "ClusterRole"),
        object("example.com/v1", "Whole"),
        object("policy/v1beta1", "PodSecurityPolicy"),
    ];
    let state = state(&objects.concat());
    assert_eq!(
        names(&state),
        ["Secret/default/a", "Whole/a", "PodSecurityPolicy/a", "ClusterRole/a"]
    );
}

#[test]
fn what_is_no_object_and_what_stands_twice_is_told() {
    let text = LIST.replace(
        r#""items": ["#,
        "\"items\": [7, {\"kind\": \"X\"},\n{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\
         \"metadata\":{\"name\":\"a\",\"namespace\":\"b\"}},",
    );
    let state = state(&text);
    let told: Vec<_> = state.problems().iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "state.json:3: no Kubernetes object",
            "state.json:3: an object without apiVersion",
            "state.json:5: ConfigMap/b/a replaces the one at state.json:4"
        ]
    );
    let map = state.get(&key("", "ConfigMap", Some("b"), "a")).unwrap();
    assert_eq!(map["data"]["global.x"], "1");
}

#[test]
fn foreign_files_are_called_by_their_name() {
    let mut tar = vec![b'a'; 512];
    tar[257..262].copy_from_slice(b"ustar");
    for (bytes, what) in [
        (&b"<!DOCTYPE html><html></html>"[..], "state.json:1: an HTML or XML page"),
        (b"\x1f\x8b\x08\x00", "state.json:1: a file compressed with gzip"),
        (&tar, "state.json:1: a tar archive"),
        (b"a\0b", "state.json:1: a binary file"),
        (b"apiVersion: v1\nkind: Config\nclusters: []\n", "state.json:1: a kubeconfig"),
        (br#"{"version": 4, "terraform_version": "1.0"}"#, "state.json:1: a state of Terraform"),
        (br#"{"format":1,"verdict":"ready","hops":[]}"#, "state.json:1: a report of kyma-upgrade"),
        (
            b"\nglobal:\n  a: 1\n",
            "state.json:2: a mapping without apiVersion and kind (the values of a chart?)",
        ),
        (
            br#"{"kind":"Status","apiVersion":"v1","metadata":{},"code":403}"#,
            "state.json:1: an error message of an API server",
        ),
        (
            b"NAME DATA AGE\nx    1    2d\n",
            "state.json:1: plain text (of kubectl without -o json?)",
        ),
        (
            br#"{"kind":"List","apiVersion":"v1","items":[]}"#,
            "state.json:1: a list without objects",
        ),
        (b"[]", "state.json:1: a list without apiVersion and kind"),
        (
            br#"{"kind":"Pod","apiVersion":"v1","metadata":{}}"#,
            "state.json:1: an object without apiVersion, kind or name",
        ),
    ] {
        assert_eq!(error(bytes), format!("{what}, not objects of a cluster"));
    }
}

#[test]
fn empty_truncated_and_broken_files_are_refused_with_the_line() {
    assert_eq!(error(b""), "state.json is empty");
    assert_eq!(error(b"\n \n# nothing\n---\n"), "state.json is empty");
    let half = &LIST.as_bytes()[..LIST.len() / 2];
    assert_eq!(error(half), "state.json:8: the JSON ends in the middle of a value");
    let broken = LIST.replace("\"Deployment\",", "\"Deployment\"");
    assert_eq!(error(broken.as_bytes()), "state.json:13: not JSON (column 13)");
    assert_eq!(error(b"{\"a\": x}"), "state.json:1: not JSON (column 7)");
    assert!(error(b"a: 'hunter\n").starts_with("state.json: line 1: the quote"));
    assert!(!error(b"{\"kind\": \"List\", \"items\": [hunter]}").contains("hunter"));
}

#[test]
fn one_huge_value_is_refused_without_reading_it() {
    let limits = Limits { bytes: 100, ..Limits::default() };
    let text = format!(r#"{{"resources": "{}"}}"#, "x".repeat(100));
    let error = ClusterState::read("a", text.as_bytes(), &limits).unwrap_err();
    assert!(matches!(error, StateError::Foreign { .. }), "{error}");
    let deep = format!(r#"{{"kind":"List","items":[{}{}]}}"#, "[".repeat(5000), "]".repeat(5000));
    assert!(self::error(deep.as_bytes()).contains("nested more than 100 levels deep"));
}

#[test]
fn what_is_put_is_there_and_what_is_removed_is_not() {
    let mut state = state(LIST);
    let before = state.clone();
    let map = key("", "ConfigMap", Some("b"), "a");
    state.put(map.clone(), json!({"data": {}}));
    assert_eq!(state.get(&map), Some(json!({"data": {}})));
    assert_eq!(state.line(&map), Some(4));
    assert!(state.remove(&map) && !state.remove(&map) && !state.contains(&map));
    state.put(map.clone(), json!({}));
    assert_eq!(state.line(&map), None);
    assert_eq!(before.get(&map).unwrap()["data"]["global.x"], "1");
}

#[test]
fn an_empty_cluster_has_its_namespaces_and_is_known_to_have_nothing_else() {
    let state = ClusterState::empty(Some("v1.15.0"));
    assert_eq!(state.len(), 4);
    assert_eq!(state.kubernetes_version(), Some("v1.15.0"));
    assert!(state.contains(&key("", "Namespace", None, "kube-system")));
    assert!(state.covers_object(&key("x.y", "Z", Some("a"), "b")));
}

#[test]
fn records_of_helm_keep_their_metadata_alone() {
    let text = r#"
        {"apiVersion":"v1","kind":"ConfigMap","data":{"release":"hunter"},"metadata":{"name":"core.v2",
         "namespace":"kube-system","labels":{"OWNER":"TILLER","NAME":"core","STATUS":"DEPLOYED","VERSION":"2"}}}
        {"apiVersion":"v1","kind":"Secret","type":"helm.sh/release.v1","data":{"release":"hunter"},"metadata":
         {"name":"sh.helm.release.v1.core.v10","namespace":"kyma-system","annotations":{
         "kubectl.kubernetes.io/last-applied-configuration":"hunter"},"labels":
         {"owner":"helm","name":"core","status":"superseded","version":"10"}}}"#;
    let state = state(text);
    let kept = format!("{:?}", values(&state));
    assert!(!kept.contains("hunter") && !kept.contains("release\""), "{kept}");
    let release = |namespace: &str, revision, status: &str, helm| HelmRelease {
        namespace: namespace.to_owned(),
        name: "core".to_owned(),
        revision,
        status: status.to_owned(),
        helm,
    };
    assert_eq!(
        state.helm_releases(),
        [release("kube-system", 2, "DEPLOYED", 2), release("kyma-system", 10, "superseded", 3)]
    );
}

fn snapshot() -> ClusterState {
    let mut state = ClusterState::new("cluster", Seal::random([9; 32])).of_cluster(
        Origin { context: Some("test".to_owned()), server: "https://localhost:1".to_owned() },
        Some("v1.20.2".to_owned()),
    );
    let listing = |kind: &str, outcome| Listing {
        group: String::new(),
        kind: kind.to_owned(),
        namespace: None,
        selector: None,
        outcome,
    };
    let page = |kind: &str, items: &str| {
        let text = format!(r#"{{"metadata":{{"continue":"next"}},"items":[{items}]}}"#);
        Page::read("cluster", &text, ("v1", kind), state.seal()).unwrap()
    };
    let secrets = page(
        "Secret",
        r#"{"kind":"PartialObjectMetadata","metadata":{"name":"a","namespace":"b"},"data":{"x":"aHVudGVy"}}"#,
    );
    assert_eq!(secrets.next.as_deref(), Some("next"));
    let maps = page(
        "ConfigMap",
        r#"{"metadata":{"name":"a","namespace":"b"},"data":{"password":"hunter"}}"#,
    );
    state.add(listing("Secret", Outcome::Read), vec![secrets]);
    state.add(listing("ConfigMap", Outcome::Read), vec![maps]);
    state.add(listing("Namespace", Outcome::Forbidden), vec![]);
    state
}

#[test]
fn a_snapshot_is_read_back_as_the_same_state() {
    let state = snapshot();
    let bytes = state.to_snapshot();
    let text = String::from_utf8(bytes.clone()).unwrap();
    assert!(!text.contains("hunter") && !text.contains("aHVudGVy"), "{text}");
    let again = self::state(&text);
    assert_eq!(values(&again), values(&state));
    assert_eq!(again.listings(), state.listings());
    assert_eq!(again.origin(), state.origin());
    assert_eq!(again.kubernetes_version(), Some("v1.20.2"));
    assert_eq!(again.seal(), state.seal());
    assert_eq!(again.to_snapshot(), bytes);
    let secret = key("", "Secret", Some("b"), "a");
    let line = again.line(&secret).unwrap() as usize;
    assert!(text.lines().nth(line - 1).unwrap().contains(r#""kind":"Secret""#));
    assert_eq!(state.line(&secret), None);
    assert!(again.covers_object(&key("", "ConfigMap", Some("z"), "z")));
    assert!(!again.covers_object(&key("", "Namespace", None, "z")));
}

#[test]
fn the_key_of_a_list_of_kubectl_is_not_written() {
    let text = String::from_utf8(state(LIST).to_snapshot()).unwrap();
    assert!(text.contains(r#""seal":null"#));
    assert_eq!(values(&state(&text)), values(&state(LIST)));
}

#[test]
fn an_empty_cluster_is_read_back_as_one() {
    let text = String::from_utf8(ClusterState::empty(None).to_snapshot()).unwrap();
    assert!(state(&text).covers_object(&key("", "Secret", Some("a"), "b")));
}

#[test]
fn a_snapshot_that_was_changed_is_refused() {
    let text = String::from_utf8(snapshot().to_snapshot()).unwrap();
    let damage = |from: &str, to: &str| {
        let damaged = text.replacen(from, to, 1);
        assert_ne!(damaged, text);
        error(damaged.as_bytes())
    };
    assert!(damage("\"format\":1", "\"format\":2").contains("is a snapshot of format 2"));
    assert!(damage("(sealed:", "").contains("state.json:8: the snapshot was changed or damaged"));
    assert!(damage("\"seal\":\"", "\"seal\":\"x").contains("its key is none"));
    assert!(damage("\"lists\"", "\"list\"").contains("the fields that it should have"));
    assert!(damage("\"name\":\"a\"", "\"nam\":\"a\"").contains("lacks apiVersion, kind or name"));
    assert!(error(&text.as_bytes()[..text.len() - 40]).contains("ends in the middle"));
}

#[test]
fn no_secret_is_in_a_state_or_its_snapshot() {
    const CANARY: &str = "zwitscher";
    let encoded = "endpdHNjaGVy";
    let copy = |text: &str| Value::from(text).to_string();
    let mut items = Vec::new();
    let mut add = |kind: &str, annotation: &str, fields: &str| {
        items.push(format!(
            r#"{{"apiVersion":"v1","kind":"{kind}","metadata":{{"name":"n{}","namespace":"b",
            "annotations":{{"kubectl.kubernetes.io/last-applied-configuration":{}}}}},{fields}}}"#,
            items.len(),
            copy(annotation)
        ));
    };
    let data = format!(r#""data":{{"a":"{encoded}"}},"stringData":{{"a":"{CANARY}"}}"#);
    add("Secret", &format!("{{{data}}}"), &data);
    add("Secret", &format!("{{{data}"), r#""data":{}"#);
    let data = format!(r#""data":{{"global.adminPassword":"{CANARY}"}}"#);
    add("ConfigMap", &format!("{{{data}}}"), &data);
    add("ConfigMap", &format!("{{{data}}}"), r#""data":{}"#);
    let env = format!(
        r#""spec":{{"template":{{"containers":[{{"env":[{{"name":"A_TOKEN","value":"{CANARY}"}}]}}]}}}}"#
    );
    add("Deployment", &format!("{{{env}}}"), &env);
    add("Deployment", &format!("{{{env}}}"), r#""spec":{}"#);
    let mut text = String::new();
    write!(text, r#"{{"kind":"List","items":[{}]}}"#, items.join(",")).unwrap();
    assert!(text.matches(CANARY).count() + text.matches(encoded).count() > 10);
    let state = state(&text);
    assert_eq!((state.len(), state.problems()), (6, &[][..]));
    let kept = String::from_utf8(state.to_snapshot()).unwrap() + &format!("{state:?}");
    assert!(!kept.contains(CANARY) && !kept.contains(encoded), "{kept}");
}

#[test]
fn states_of_recorded_runs_are_read_and_round_through_a_snapshot() {
    let Some(data) = std::env::var_os("KYMA_RELEASE_DATA") else {
        println!("not run: KYMA_RELEASE_DATA names no folder with recorded runs");
        return;
    };
    let folder = std::path::Path::new(&data).join("truth/apply/local");
    let mut read = 0;
    for entry in fs_err::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if !path.to_string_lossy().ends_with(".state.json") {
            continue;
        }
        let state = self::state(&fs_err::read_to_string(&path).unwrap());
        assert_eq!(state.problems(), [], "{}", path.display());
        assert!(20 < state.len());
        assert!(state.covers_object(&key("", "ConfigMap", Some("kyma-installer"), "x")));
        let again = self::state(&String::from_utf8(state.to_snapshot()).unwrap());
        assert_eq!(values(&again), values(&state));
        read += 1;
    }
    assert_ne!(read, 0);
}
