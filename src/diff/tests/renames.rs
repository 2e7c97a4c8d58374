use std::fmt::Write;
use std::time::{Duration, Instant};

use super::*;

/// A deployment and a config map of a component, as charts write them.
fn component(name: &str, number: usize) -> String {
    format!(
        "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}, labels: {{app: {name}}}}}\n\
         spec:\n  replicas: 1\n  selector: {{matchLabels: {{app: {name}}}}}\n  template:\n    \
         metadata: {{labels: {{app: {name}}}}}\n    spec:\n      serviceAccountName: {name}\n      \
         containers:\n      - name: main\n        image: eu.gcr.io/project/image-{}:{number}\n        \
         imagePullPolicy: IfNotPresent\n        args: [--port=80{number}]\n        \
         resources: {{limits: {{cpu: {}m, memory: 64Mi}}}}\n\
         ---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, labels: {{app: {name}}}}}\n\
         data: {{config.level: info, config.endpoint: 'http://{name}.kyma-system:{number}', \
         config.number: 'value {number} of many'}}\n",
        number / 3,
        number % 7
    )
}

fn components(count: usize, name: impl Fn(usize) -> String) -> String {
    let mut text = String::new();
    for number in 0..count {
        write!(text, "{}", component(&name(number), number)).unwrap();
    }
    text
}

/// A name that says nothing about the number.
fn scrambled(number: usize) -> String {
    format!("n{:x}", (number * 7919 + 13) % 10_007)
}

fn assert_all_paired(count: usize, diff: &ObjectDiff) {
    assert_eq!((diff.added.len(), diff.removed.len()), (0, 0));
    assert_eq!(diff.renamed.len(), 2 * count);
    for renamed in &diff.renamed {
        let number: usize = renamed.from.name[4..].parse().unwrap();
        assert_eq!(renamed.to.name, scrambled(number), "{renamed:?}");
    }
}

#[test]
fn forty_renamed_objects_among_unrelated_ones_are_paired() {
    let old = components(20, |it| format!("old-{it}"));
    let new = components(20, scrambled);
    let unrelated = |prefix: &str| {
        (0..30).fold(String::new(), |text, it| {
            text + &format!(
                "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {prefix}{it}, labels: {{app: x}}}}\n\
                 data: {{{prefix}.key{it}: '{prefix} value {it}'}}\n"
            )
        })
    };
    let diff = diff(&(old + &unrelated("left")), &(new + &unrelated("right")));
    assert_eq!((diff.added.len(), diff.removed.len()), (30, 30));
    let paired = ObjectDiff { added: Vec::new(), removed: Vec::new(), ..diff };
    assert_all_paired(20, &paired);
}

#[test]
fn a_thousand_candidates_a_side_are_paired_right_and_soon() {
    let old = set(&components(500, |it| format!("old-{it}")));
    let new = set(&components(500, scrambled));
    let start = Instant::now();
    let diff = objects(&old, &new);
    let elapsed = start.elapsed();
    assert_all_paired(500, &diff);
    assert!(elapsed < Duration::from_secs(5), "{elapsed:?}");
    println!("paired in {elapsed:?}");
}

#[test]
fn a_thousand_objects_with_the_same_content_are_paired_by_name_and_soon() {
    let same = |prefix: &str| {
        let object = |it: usize| component(&format!("{prefix}-{it:04}"), 1);
        set(&(0..500).map(object).collect::<String>())
    };
    let (old, new) = (same("old"), same("new"));
    let start = Instant::now();
    let diff = objects(&old, &new);
    println!("paired in {:?}", start.elapsed());
    assert_eq!(diff.renamed.len(), 1000);
    for renamed in &diff.renamed {
        assert_eq!(renamed.from.name[4..], renamed.to.name[4..]);
        assert!((renamed.similarity - 1.0).abs() < f64::EPSILON);
    }
}

#[test]
fn a_renamed_object_may_change_and_move() {
    let old = component("before", 1);
    let new = component("after", 1)
        .replace("cpu: 1m", "cpu: 2m")
        .replace("{name: after,", "{name: after, namespace: there,");
    let diff = diff(&old, &new);
    let deployment = &diff.renamed[1];
    assert_eq!(deployment.from.to_string(), "Deployment/default/before");
    assert_eq!(deployment.to.to_string(), "Deployment/there/after");
    assert!(deployment.similarity > 0.8 && deployment.similarity < 1.0);
    let paths: Vec<_> = deployment.fields.iter().map(|it| it.path.as_str()).collect();
    assert!(paths.contains(&"spec.template.spec.containers[main].resources.limits.cpu"));
    assert!(!paths.iter().any(|it| it.starts_with("metadata.name")));
}

#[test]
fn small_objects_with_the_same_labels_are_no_rename() {
    let map = |name: &str, data: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: kyma-installer, \
             labels: {{installer: overrides, component: istio, kyma-project.io/installation: ''}}}}\n\
             data: {{{data}}}\n"
        )
    };
    for (old, new) in [
        ("", ""),
        ("enabled: 'true'", "enabled: 'true'"),
        ("gateways.type: NodePort, gateways.enabled: 'true'", "mixer.type: NodePort"),
        ("pilot.cpu: 100m, pilot.memory: 1Gi", "mixer.cpu: 100m, mixer.memory: 1Gi"),
    ] {
        let diff = diff(&map("a", old), &map("b", new));
        assert_eq!(diff.renamed, [], "{old} and {new}");
    }
}

#[test]
fn objects_of_different_kinds_are_never_paired() {
    let old = component("before", 1);
    let new = component("after", 1)
        .replace("kind: Deployment", "kind: StatefulSet")
        .replace("kind: ConfigMap", "kind: Secret");
    assert_eq!(diff(&old, &new).renamed, []);
}

#[test]
fn equal_scores_go_by_the_likeness_of_the_names() {
    let script = "data: {script: 'the same long script in all of them'}";
    let map = |name: &str| {
        format!("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\n{script}\n")
    };
    let old = map("api") + &map("web");
    let diff = diff(&old, &map("web-v2"));
    assert_eq!(diff.renamed[0].from.name, "web");
    assert_eq!(diff.removed[0].name, "api");
}
