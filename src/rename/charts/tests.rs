//! Tests with small charts.

use super::*;
use crate::chart::Files;

/// The index of charts, given by the paths below `resources/` and their texts.
fn index(files: &[(&str, &str)]) -> ChartIndex {
    let file =
        |(path, text): &(&str, &str)| (format!("resources/{path}"), text.as_bytes().to_vec());
    ChartIndex::build(&files.iter().map(file).collect::<Files>())
}

fn key(component: &str, key: &str) -> OverrideKey {
    OverrideKey::new(Some(component), key)
}

/// The successors of a key.
fn to(old: &ChartIndex, new: &ChartIndex, from: &OverrideKey) -> Vec<OverrideKey> {
    let comparison = Comparison::new(old, new, Context::default());
    let change = comparison.fate(from).expect("the key is lost");
    change.to.into_iter().map(|it| it.key).collect()
}

const DEPLOYMENT: &str = "\
kind: Deployment
metadata:
  name: server
spec:
  replicas: {{ .Values.REPLICAS }}
  template:
    spec:
      containers:
        - name: server
          image: {{ .Values.image.repository }}:{{ .Values.image.tag }}
          env:
            - name: APP_LOG_LEVEL
              value: {{ .Values.LEVEL }}
";

const SERVICE: &str = "\
kind: Service
metadata:
  name: server
spec:
  type: {{ .Values.service.type }}
  ports:
    - port: {{ .Values.service.port }}
";

const VALUES: &str = "\
image:
  repository: example.org/server
  tag: 1.2.3
service:
  type: ClusterIP
  port: 8080
";

/// A chart in a folder, with the names of two keys.
fn chart(folder: &str, replicas: &str, level: &str) -> Vec<(String, String)> {
    let name = folder.rsplit('/').next().unwrap_or_default();
    let deployment = DEPLOYMENT.replace("REPLICAS", replicas).replace("LEVEL", level);
    let values = format!("{VALUES}{replicas}: 2\n{level}: warning\n");
    let files = [
        ("Chart.yaml", format!("name: {name}\nversion: 0.1.0\n")),
        ("values.yaml", values),
        ("templates/deployment.yaml", deployment),
        ("templates/service.yaml", SERVICE.to_owned()),
    ];
    files.into_iter().map(|(path, text)| (format!("{folder}/{path}"), text)).collect()
}

/// A chart that only holds others.
fn umbrella(folder: &str) -> Vec<(String, String)> {
    vec![
        (format!("{folder}/Chart.yaml"), format!("name: {folder}\nversion: 0.1.0\n")),
        (format!("{folder}/values.yaml"), "global: {}\n".to_owned()),
    ]
}

fn charts(charts: &[Vec<(String, String)>]) -> ChartIndex {
    let files = charts.iter().flatten().map(|it| (it.0.as_str(), it.1.as_str()));
    index(&files.collect::<Vec<_>>())
}

#[test]
fn nothing_changes_between_equal_releases() {
    let release = charts(&[chart("app", "replicas", "logLevel")]);
    let changes = chart_changes(&release, &release, Context::default());
    assert_eq!(changes, ChartChanges::default());
}

#[test]
fn a_key_follows_the_field_that_it_feeds() {
    let old = charts(&[chart("app", "replicas", "logLevel")]);
    let new = charts(&[chart("app", "replicaCount", "logLevel")]);
    assert_eq!(to(&old, &new, &key("app", "replicas")), [key("app", "replicaCount")]);
    let changes = chart_changes(&old, &new, Context::default());
    assert_eq!(changes.renamed.len(), 1);
    assert_eq!(changes.renamed[0].kind, Some(RenameKind::Renamed));
    assert!(changes.removed.is_empty());
}

#[test]
fn a_key_follows_its_chart_into_another_component() {
    let old = charts(&[umbrella("app"), chart("app/charts/server", "replicas", "logLevel")]);
    let new = charts(&[chart("server", "replicas", "logLevel")]);
    for it in ["replicas", "image.tag", "service.port"] {
        let from = key("app", &format!("server.{it}"));
        assert_eq!(to(&old, &new, &from), [key("server", it)]);
    }
}

#[test]
fn a_key_that_left_has_no_successor_among_those_that_stayed() {
    let old = charts(&[chart("app", "replicas", "logLevel")]);
    let left = chart("app", "replicas", "logLevel").into_iter().map(|(path, text)| {
        let kept = text.lines().filter(|it| !it.contains("replicas")).map(|it| format!("{it}\n"));
        (path, kept.collect())
    });
    let new = charts(&[left.collect()]);
    assert!(to(&old, &new, &key("app", "replicas")).is_empty());
}

#[test]
fn keys_of_charts_that_became_one_are_merged() {
    let old = charts(&[
        umbrella("ui"),
        chart("ui/charts/left-ui", "replicas", "logLevel"),
        chart("ui/charts/right-ui", "replicas", "logLevel"),
    ]);
    let new = charts(&[umbrella("ui"), chart("ui/charts/main-ui", "replicas", "logLevel")]);
    for it in ["left-ui.replicas", "right-ui.replicas"] {
        assert_eq!(to(&old, &new, &key("ui", it)), [key("ui", "main-ui.replicas")]);
    }
    let comparison = Comparison::new(&old, &new, Context::default());
    let change = comparison.fate(&key("ui", "left-ui.replicas")).expect("the key is lost");
    assert_eq!(change.kind, Some(RenameKind::Merged));
}

#[test]
fn what_a_document_states_beats_what_templates_say() {
    let old = charts(&[chart("app", "replicas", "logLevel")]);
    let new = charts(&[chart("app", "replicaCount", "logLevel")]);
    let stated = DocumentedRename {
        component: Some("app".to_owned()),
        prefixes: vec!["replicas".to_owned()],
        to: "scale".to_owned(),
        ..crate::release::Facts::builtin().documented_renames[0].clone()
    };
    let documented = [&stated];
    let context = Context { documented: &documented, ..Context::default() };
    let change = Comparison::new(&old, &new, context).fate(&key("app", "replicas"));
    let keys: Vec<OverrideKey> = change.into_iter().flat_map(|it| it.to).map(|it| it.key).collect();
    assert_eq!(keys, [key("app", "scale")]);
}
