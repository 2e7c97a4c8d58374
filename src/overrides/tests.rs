use super::*;
use crate::manifest::{Manifest, read};
use crate::release::Facts;
use crate::yaml::Limits;
use serde_json::json;

/// The overrides of documents, each of which starts with `KIND NAME [component]` and goes on with
/// lines of data.
fn overrides(documents: &[&str]) -> UserOverrides {
    let texts: Vec<_> = documents.iter().map(|it| document(it, "")).collect();
    of_text(&texts.join("---\n"))
}

fn document(text: &str, namespace: &str) -> String {
    let (head, data) = text.split_once('\n').unwrap();
    let head: Vec<_> = head.split(' ').collect();
    let component = head.get(2).map(|it| format!(", component: '{it}'")).unwrap_or_default();
    let namespace = if namespace.is_empty() { NAMESPACE } else { namespace };
    let field = if head[0] == "Secret" { "stringData" } else { "data" };
    let data: Vec<_> = data.lines().map(|it| format!("  {it}")).collect();
    format!(
        "apiVersion: v1\nkind: {}\nmetadata:\n  name: {}\n  namespace: {namespace}\n  \
         labels: {{installer: overrides{component}}}\n{field}:\n{}\n",
        head[0],
        head[1],
        data.join("\n")
    )
}

fn of_text(text: &str) -> UserOverrides {
    let reading = read(&Manifest::new("my.yaml", text.as_bytes()), &Limits::default()).unwrap();
    UserOverrides::new(reading)
}

/// What a key of component `core` is set to.
fn shown(overrides: &UserOverrides, key: &str) -> String {
    match overrides.effective("core").get(key) {
        Effective::Absent => "absent".to_owned(),
        Effective::Value(it) => format!("{} of {}", it.to_json(), it.object.name),
        Effective::Map(_) => "map".to_owned(),
        Effective::Hidden(it) => format!("hidden by {}", it.key),
        Effective::Unknown(entries) => {
            let keys: Vec<_> = entries.iter().map(|it| it.key.to_string()).collect();
            format!("unknown: {}", keys.join(" "))
        }
    }
}

#[test]
fn config_maps_come_before_secrets_and_each_in_name_order() {
    let set = overrides(&["Secret a\nk: s", "ConfigMap c\nk: c\nl: c", "ConfigMap b\nk: b\nl: b"]);
    assert_eq!(shown(&set, "k"), "\"(secret)\" of a");
    assert_eq!(shown(&set, "l"), "\"c\" of c");
    let names: Vec<_> = set.objects().map(|it| it.key.name.as_str()).collect();
    assert_eq!(names, ["b", "c", "a"]);
}

#[test]
fn keys_of_the_component_are_merged_over_the_common_ones() {
    let common = "ConfigMap c\na.b: common\na.c: common\nx: common\ny.z: common";
    let set = overrides(&[common, "ConfigMap own core\na.b: own\nx.y: own\n'y': own"]);
    assert_eq!(shown(&set, "a.b"), "\"own\" of own");
    assert_eq!(shown(&set, "a.c"), "\"common\" of c");
    assert_eq!(shown(&set, "x"), "map");
    assert_eq!(shown(&set, "x.y"), "\"own\" of own");
    assert_eq!(shown(&set, "y.z"), "hidden by core:y");
    assert_eq!(shown(&set, "z"), "absent");
    assert_eq!(set.conflicts(), []);
    let other = set.effective("other");
    assert!(matches!(other.get("x"), Effective::Value(it) if it.object.name == "c"));
}

#[test]
fn secrets_are_typed_without_being_shown() {
    let set = overrides(&["Secret a core\nb: 'true'\ne: ''\nt: 'True'\nf: 'false'"]);
    let tree = set.effective("core");
    let entry = |key: &str| match tree.get(key) {
        Effective::Value(it) => it,
        other => panic!("{other:?}"),
    };
    assert!(entry("b").is_bool() && entry("b").is_truthy() && !entry("b").is_empty());
    assert!(entry("e").is_empty() && !entry("e").is_truthy() && !entry("e").is_bool());
    assert!(!entry("t").is_bool() && entry("t").is_truthy());
    assert!(entry("f").is_bool() && !entry("f").is_truthy());
    assert_eq!(entry("b").to_json(), json!("(secret)"));
    assert!(!format!("{set:?}").contains("true'"));
}

#[test]
fn a_value_beside_a_map_is_unknown_and_keeps_all_candidates() {
    let set = overrides(&["ConfigMap a core\na: x\na.b: 'y'\nc: z"]);
    assert_eq!(shown(&set, "a"), "unknown: core:a core:a.b");
    assert_eq!(shown(&set, "a.b"), "unknown: core:a core:a.b");
    assert_eq!(shown(&set, "a.q"), "unknown: core:a");
    assert_eq!(shown(&set, "c"), "\"z\" of a");
    let Conflict::Nested { value, below } = &set.conflicts()[0] else { panic!() };
    assert_eq!((value.key.key.as_str(), below.len()), ("a", 1));
}

#[test]
fn a_component_can_end_the_uncertainty_of_the_common_keys() {
    let common = "ConfigMap a\na: x\na.b: 'y'\na.c: z";
    let set = overrides(&[common, "ConfigMap b core\na: known"]);
    assert_eq!(shown(&set, "a"), "\"known\" of b");
    let set = overrides(&[common, "ConfigMap b core\na.c: known\na.d: known"]);
    assert_eq!(shown(&set, "a"), "map");
    assert_eq!(shown(&set, "a.c"), "\"known\" of b");
    assert_eq!(shown(&set, "a.b"), "unknown: a.b");
}

#[test]
fn defaults_are_merged_as_helm_merges_them() {
    let set = overrides(&[
        "ConfigMap a core\nm.a: '1'\nm.n.o: 'true'\ns: x\nt.u: x\ni: ''\nl: '[]'\nz.y: '1'\nz.y.x: '2'",
    ]);
    let defaults = json!({
        "m": {"a": 0, "b": 2, "n": {"p": 3}}, "s": {"lost": 1}, "t": 5, "i": 7, "l": [1], "k": null,
        "z": {"y": "default", "w": 1}
    });
    let merged = set.effective("core").over(&defaults);
    let expected = json!({
        "m": {"a": "1", "b": 2, "n": {"o": true, "p": 3}}, "s": "x", "t": {"u": "x"}, "i": "",
        "l": "[]", "k": null, "z": {"y": "default", "w": 1}
    });
    assert_eq!(merged.values, expected);
    assert_eq!(merged.unknown, ["z.y"]);
    let none = UserOverrides::default();
    assert_eq!(none.effective("core").over(&defaults).values, defaults);
}

#[test]
fn the_same_object_twice_counts_once() {
    let text = |value: &str| document(&format!("ConfigMap a core\nk: {value}"), "");
    let set = of_text(&[text("old"), text("new")].join("---\n"));
    assert_eq!(shown(&set, "k"), "\"new\" of a");
    assert_eq!(set.conflicts(), []);
    let [Remark { kind: RemarkKind::Replaces { same, line, .. }, .. }] = set.remarks() else {
        panic!("{:?}", set.remarks())
    };
    assert_eq!((*same, *line), (false, 1));
}

#[test]
fn string_data_of_a_secret_goes_over_its_data() {
    let set = of_text(
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: kyma-installer, \
         labels: {installer: overrides, component: core}}\nstringData: {k: 'true'}\n\
         data: {k: eA==, l: dHJ1ZQ==}\n",
    );
    let tree = set.effective("core");
    for key in ["k", "l"] {
        assert!(matches!(tree.get(key), Effective::Value(it) if it.is_bool()), "{key}");
    }
    assert_eq!(set.conflicts(), []);
}

/// The remarks about one object with these fields.
fn remarks(kind: &str, metadata: &str, more: &str) -> Vec<RemarkKind> {
    let text = format!("apiVersion: v1\nkind: {kind}\nmetadata: {{name: a{metadata}}}\n{more}\n");
    let set = of_text(&text);
    let counts = set.objects().next().is_some();
    let kinds: Vec<_> = set.remarks().iter().map(|it| it.kind.clone()).collect();
    let ignored = kinds.iter().any(|it| matches!(it, RemarkKind::Ignored(_)));
    assert_ne!(counts, ignored, "{text}");
    kinds
}

const COUNTS: &str = ", namespace: kyma-installer, labels: {installer: overrides}";

fn only_reason(kind: &str, metadata: &str, more: &str) -> Reason {
    match remarks(kind, metadata, more).remove(0) {
        RemarkKind::Ignored(reason) => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_does_not_count_is_told_with_its_reason() {
    let labels = ", labels: {installer: overrides}";
    let other = |namespace: &str, labelled| Reason::OtherNamespace {
        namespace: namespace.to_owned(),
        labelled,
    };
    let not_labelled = |found: Option<&str>| Reason::NotLabelled { found: found.map(Into::into) };
    let cases = [
        ("Deployment", COUNTS.to_owned(), Reason::OtherKind),
        ("ConfigMap", format!(", namespace: default{labels}"), other("default", true)),
        ("ConfigMap", ", namespace: x".to_owned(), other("x", false)),
        ("ConfigMap", ", namespace: kyma-installer".to_owned(), not_labelled(None)),
        ("Secret", ", labels: {installer: override}".to_owned(), not_labelled(Some("override"))),
        ("Secret", COUNTS.replace('}', ", component: ''}"), Reason::EmptyComponent),
        (
            "ConfigMap",
            COUNTS.replace('}', ", component: true}"),
            Reason::Refused(Refusal::Label("component".to_owned())),
        ),
        ("ConfigMap", COUNTS.replace("kyma-installer", "5"), Reason::Refused(Refusal::Namespace)),
    ];
    for (kind, metadata, reason) in cases {
        assert_eq!(only_reason(kind, &metadata, "data: {}"), reason);
    }
}

#[test]
fn what_kubernetes_refuses_does_not_count() {
    let refused = |kind: &str, data: &str| match only_reason(kind, COUNTS, data) {
        Reason::Refused(refusal) => refusal,
        other => panic!("{other:?}"),
    };
    let key = || "a.b".to_owned();
    assert_eq!(refused("ConfigMap", "data: {a.b: 3}"), Refusal::NoText(key()));
    assert_eq!(refused("ConfigMap", "data: {a.b: }"), Refusal::NoText(key()));
    let credential = Refusal::NoText("a.password".to_owned());
    assert_eq!(refused("ConfigMap", "data: {a.password: 3}"), credential);
    assert_eq!(refused("Secret", "data: {a.b: '?'}"), Refusal::NoBase64(key()));
    assert_eq!(refused("Secret", "stringData: {a.b: true}"), Refusal::NoText(key()));
    for bad in ["a b", "..a", ".", "", "ä", &"x".repeat(254)] {
        let found = refused("ConfigMap", &format!("data: {{'{bad}': x}}"));
        assert_eq!(found, Refusal::Key(bad.to_owned()));
    }
    for good in [".a", "a.", "a..b", "_", &"x".repeat(253)] {
        assert_eq!(remarks("ConfigMap", COUNTS, &format!("data: {{'{good}': x}}")), []);
    }
}

#[test]
fn what_counts_in_part_is_told_too() {
    let unread = |field, key: &str| RemarkKind::UnreadField { field, keys: vec![key.to_owned()] };
    let binary = remarks("ConfigMap", COUNTS, "data: {a: b}\nbinaryData: {c: AA==}");
    assert_eq!(binary, [unread("binaryData", "c")]);
    let string = remarks("ConfigMap", COUNTS, "stringData: {c: d}");
    assert_eq!(string, [unread("stringData", "c")]);
    let assumed = remarks("ConfigMap", ", labels: {installer: overrides}", "data: {a: b}");
    assert_eq!(assumed, [RemarkKind::NamespaceAssumed]);
    let set = of_text(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, labels: {installer: overrides}}\n\
         data: {k: v}\n",
    );
    assert_eq!(shown(&set, "k"), "\"v\" of a");
    assert!(set.entries().all(|it| it.object.to_string() == "ConfigMap/kyma-installer/a"));
}

#[test]
fn documents_that_are_no_objects_are_told() {
    let set = of_text("global:\n  domainName: x\n---\njust text\n");
    let lines: Vec<_> = set.remarks().iter().map(|it| (it.line, it.text.as_str())).collect();
    assert_eq!(lines, [(1, "an object without apiVersion"), (4, "no Kubernetes object")]);
}

/// Who reads the keys of istio in a release, as lines of `key: use`.
fn istio(version: &str, set: &UserOverrides) -> Vec<String> {
    let facts = Facts::builtin();
    let reading = IstioReading::new(&facts, &version.parse().unwrap(), set);
    let line = |it: &Override| {
        let used = match reading.of(it) {
            IstioUse::Helm => "helm".to_owned(),
            IstioUse::Option { option, cut } => format!("{option} cut {cut:?}"),
            IstioUse::Document => "document".to_owned(),
            IstioUse::Shadowed { by } => format!("shadowed by {by}"),
            IstioUse::Nothing => "nothing".to_owned(),
        };
        format!("{}/{} {}", it.object.kind, it.key, used)
    };
    set.entries().chain(set.elsewhere()).map(line).collect()
}

#[test]
fn up_to_1_9_istio_reads_helm_values() {
    let set = overrides(&["ConfigMap a istio\npilot.resources.limits.cpu: 1m"]);
    assert_eq!(istio("1.9.0", &set), ["ConfigMap/istio:pilot.resources.limits.cpu helm"]);
}

#[test]
fn from_1_10_a_script_reads_single_keys_of_config_maps_of_all_namespaces() {
    let keys = "pilot.resources.limits.cpu: 1m\nmixer.policy.resources.a: b:c\n\
                gateways.istio-ingressgateway.autoscaleMin: '2'\ng.h: i j\ntracing.password: x";
    let text = [
        document(&format!("ConfigMap a istio\n{keys}"), ""),
        document("Secret b istio\ng.h: 'true'", ""),
        document("ConfigMap c\ng.h: common", ""),
        document("ConfigMap d istio\nfar.away: 'true'", "default"),
        document("Secret e istio\nfar.away: x", "default"),
        document("ConfigMap f core\nfar.away: x", "default"),
    ];
    let set = of_text(&text.join("---\n"));
    assert_eq!(
        istio("1.10.0", &set),
        [
            "ConfigMap/g.h helm",
            "ConfigMap/istio:g.h values.g.h cut Some(true)",
            "Secret/istio:g.h helm",
            "ConfigMap/istio:gateways.istio-ingressgateway.autoscaleMin \
             gateways.components.ingressGateway.k8s.hpaSpec.minReplicas cut Some(false)",
            "ConfigMap/istio:mixer.policy.resources.a policy.components.policy.k8s.resources.a cut Some(true)",
            "ConfigMap/istio:pilot.resources.limits.cpu \
             trafficManagement.components.pilot.k8s.resources.limits.cpu cut Some(false)",
            "ConfigMap/istio:tracing.password values.tracing.password cut None",
            "ConfigMap/istio:far.away values.far.away cut Some(false)",
            "Secret/istio:far.away nothing",
            "ConfigMap/core:far.away nothing",
        ]
    );
}

#[test]
fn a_document_shadows_single_keys_while_it_is_set() {
    let set = |document: &str| {
        let data = format!("ConfigMap a istio\na.b: c\nkyma_istio_control_plane: {document}");
        overrides(&[&data])
    };
    let (filled, empty) = (set("'spec: {}'"), set("''"));
    assert_eq!(
        istio("1.15.1", &filled),
        [
            "ConfigMap/istio:a.b shadowed by kyma_istio_control_plane",
            "ConfigMap/istio:kyma_istio_control_plane document"
        ]
    );
    assert_eq!(istio("1.11.1", &empty)[0], "ConfigMap/istio:a.b values.a.b cut Some(false)");
    assert_eq!(
        istio("1.16.0-rc4", &filled),
        [
            "ConfigMap/istio:a.b values.a.b cut Some(false)",
            "ConfigMap/istio:kyma_istio_control_plane nothing"
        ]
    );
    assert_eq!(istio("1.17.1", &filled)[0], "ConfigMap/istio:a.b helm");
}

#[test]
fn a_document_in_a_secret_or_among_the_common_keys_is_a_helm_value_like_any_other() {
    for head in ["Secret b istio", "ConfigMap b"] {
        let document = format!("{head}\nkyma_istio_operator: 'spec: {{}}'");
        let set = overrides(&["ConfigMap a istio\na.b: c", &document]);
        let uses = istio("1.16.0-rc2", &set);
        assert!(uses.iter().any(|it| it.ends_with("shadowed by kyma_istio_operator")), "{uses:?}");
        assert!(uses.iter().any(|it| it.ends_with("document")), "{uses:?}");
    }
}
