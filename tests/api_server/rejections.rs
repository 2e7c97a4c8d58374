//! What a real API server or kubectl refuses was predicted, with the same object and reason.

use serde_json::Value;

use crate::differential::Scenario;
use crate::server::Server;
use crate::support::{History, Installer};

const DEFINITIONS: &str = "apiVersion: v1\nkind: Namespace\nmetadata: {name: kyma-installer}\n---\n\
    apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n\
    metadata: {name: installations.installer.kyma-project.io}\nspec:\n  group: installer.kyma-project.io\n  \
    scope: Namespaced\n  names: {kind: Installation, plural: installations}\n  versions:\n  - name: v1alpha1\n    \
    served: true\n    storage: true\n    \
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}\n---\n\
    apiVersion: v1\nkind: Namespace\nmetadata: {name: going}\n";

/// Releases that apply these documents, oldest first.
fn history(documents: &[&str]) -> (History, Vec<String>) {
    let mut history = History::default();
    let tags: Vec<_> = (4..).take(documents.len()).map(|it| format!("1.{it}.0")).collect();
    for (tag, more) in tags.iter().zip(documents) {
        let text =
            Installer { image: tag, more: more.trim_matches(['-', '\n']), ..Installer::default() };
        history.installer(tag, &text.text());
    }
    (history, tags)
}

/// Plays releases on a server and gives the rejections of each hop, as object and reason.
fn rejections(documents: &[&str], edits: &[&str]) -> Vec<Vec<(String, String)>> {
    let (history, tags) = history(documents);
    let folder = tempfile::tempdir().unwrap();
    history.write(folder.path());
    let scenario = Scenario {
        source: folder.path().to_str().unwrap(),
        folder: folder.path(),
        deployment: "cluster",
        from: &tags[0],
        to: &tags[tags.len() - 1],
        before: DEFINITIONS,
        edits,
    };
    let report = scenario.play().unwrap();
    let hops = report["hops"].as_array().unwrap().iter();
    hops.map(|it| it["predictions"].as_array().unwrap().iter().filter_map(rejection).collect())
        .collect()
}

fn rejection(prediction: &Value) -> Option<(String, String)> {
    let text = |it: &Value| it.as_str().unwrap().to_owned();
    let is_rejected = prediction["verb"] == "rejected";
    is_rejected.then(|| (text(&prediction["object"]), text(&prediction["reason"])))
}

/// What the first release has. The second one changes what may not change.
const OLD: &str = "\
---
apiVersion: batch/v1
kind: Job
metadata: {name: job, namespace: kyma-installer}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: a:1}]}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: moved, namespace: kyma-installer}
spec:
  selector: {matchLabels: {app: a}}
  template:
    metadata: {labels: {app: a, tier: b}}
    spec: {containers: [{name: a, image: a:1}]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: bound, namespace: kyma-installer}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: one}
---
apiVersion: rbac.authorization.k8s.io/v1beta1
kind: ClusterRoleBinding
metadata: {name: bound}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: one}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: locked, namespace: kyma-installer}
immutable: true
data: {key: one}
---
apiVersion: v1
kind: Secret
metadata: {name: typed, namespace: kyma-installer}
type: example.com/one
stringData: {password: hunter2}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: wholes.example.com}
spec:
  group: example.com
  scope: Cluster
  names: {kind: Whole, plural: wholes}
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: kept, namespace: going}
data: {key: one}
";

/// What the second release has besides: what nobody can create, or not at once.
const MORE: &str = "\
---
apiVersion: extensions/v1beta1
kind: Deployment
metadata: {name: old, namespace: kyma-installer}
spec: {template: {metadata: {labels: {app: a}}, spec: {containers: [{name: a, image: a:1}]}}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: homeless, namespace: nowhere}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: late, namespace: going}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: parts.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Part, plural: parts}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
---
apiVersion: example.com/v1
kind: Part
metadata: {name: early, namespace: kyma-installer}
spec: {of: whole}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: key, namespace: kyma-installer}
data: {a/b: x}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: both, namespace: kyma-installer}
data: {a: x}
binaryData: {a: eA==}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: label, namespace: kyma-installer, labels: {a: b c}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: Upper, namespace: kyma-installer}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: number, namespace: kyma-installer}
data: {a: 1}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: astray, namespace: kyma-installer}
spec:
  selector: {matchLabels: {app: b}}
  template:
    metadata: {labels: {app: a}}
    spec: {containers: [{name: a, image: a:1}]}
---
apiVersion: v1
kind: Service
metadata: {name: ports, namespace: kyma-installer}
spec: {selector: {app: a}, ports: [{port: 80}, {name: b, port: 90}]}
---
apiVersion: v1
kind: Service
metadata: {name: merged, namespace: kyma-installer}
spec: {selector: {app: a}, ports: [{name: a, port: 80}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: fine, namespace: kyma-installer}
";

/// The objects that are refused at the second release, with why in the words of the prediction.
const REFUSED: [(&str, &str); 19] = [
    ("Job/kyma-installer/job", "spec.template is immutable"),
    ("Deployment/kyma-installer/moved", "spec.selector is immutable"),
    ("RoleBinding/kyma-installer/bound", "roleRef is immutable"),
    ("ClusterRoleBinding/bound", "roleRef is immutable"),
    ("ConfigMap/kyma-installer/locked", "data is immutable"),
    ("Secret/kyma-installer/typed", "type is immutable"),
    ("CustomResourceDefinition/wholes.example.com", "(status.storedVersions)"),
    ("Deployment/kyma-installer/old", "does not serve extensions/v1beta1: not since 1.16"),
    ("ServiceAccount/nowhere/homeless", "there is no namespace nowhere"),
    ("ServiceAccount/going/late", "the namespace going is being deleted"),
    ("Part/kyma-installer/early", "the file itself defines example.com/v1"),
    ("ConfigMap/kyma-installer/key", "data.a/b: "),
    ("ConfigMap/kyma-installer/both", "binaryData.a: "),
    ("ConfigMap/kyma-installer/label", "metadata.labels.a: "),
    ("ConfigMap/kyma-installer/Upper", "metadata.name: "),
    ("ConfigMap/kyma-installer/number", "data.a: is no "),
    ("Deployment/kyma-installer/astray", "spec.selector: does not match"),
    ("Service/kyma-installer/ports", "spec.ports.0.name: is missing"),
    // Somebody has created it with another port of the same name, which apply cannot know to remove.
    ("Service/kyma-installer/merged", "spec.ports.1.name: stands there twice"),
];

/// The definition of [`MORE`] is there by the third release.
const FINE_THEN: &str = "Part/kyma-installer/early";

#[test]
fn what_is_rejected_was_predicted() {
    if !Server::is_available() {
        return;
    }
    let changed = OLD
        .replace("image: a:1", "image: a:2")
        .replace("matchLabels: {app: a}", "matchLabels: {tier: b}")
        .replace("name: one", "name: two")
        .replace("key: one", "key: two")
        .replace("example.com/one", "example.com/two")
        .replace("name: v1,", "name: v2,");
    let new = changed + MORE;
    let edits = [
        "delete namespace going --wait=false",
        "-n kyma-installer create service clusterip merged --tcp=81",
        "-n kyma-installer patch service merged --type=json -p \
         '[{\"op\": \"replace\", \"path\": \"/spec/ports/0/name\", \"value\": \"a\"}]'",
    ];
    let found = rejections(&[OLD, &new, &new], &edits);
    let [first, second] = &found[..] else { panic!("{found:?}") };
    let objects: Vec<_> = first.iter().map(|it| it.0.as_str()).collect();
    assert_eq!(objects, REFUSED.map(|it| it.0));
    for ((_, why), (object, expected)) in first.iter().zip(REFUSED) {
        assert!(why.contains(expected), "{object}: {why}");
    }
    let still: Vec<_> = first.iter().filter(|it| it.0 != FINE_THEN).collect();
    assert_eq!(second.iter().collect::<Vec<_>>(), still, "a second try finds the definition");
}
