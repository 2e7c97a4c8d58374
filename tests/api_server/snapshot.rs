//! `snapshot` against a real API server: what is in the file, and what is not.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::OnceLock;

use futures::stream::{self, StreamExt as _};
use kyma_upgrade::manifest::{Manifest, ObjectKey, read};
use kyma_upgrade::simulate::state::{ClusterState, Coverage, is_sealed};
use kyma_upgrade::yaml::Limits;
use serde_json::{Value, json};

use crate::server::Server;

/// A secret value, and the same in base64.
const CANARY: [&str; 2] = ["zwitscher", "endpdHNjaGVy"];

/// More objects than two pages have.
const MANY: usize = 1100;

const CUSTOM: &str = "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: installations.installer.kyma-project.io}
spec:
  group: installer.kyma-project.io
  scope: Namespaced
  names: {kind: Installation, plural: installations, singular: installation}
  versions:
  - name: v1alpha1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
";

const OBJECTS: &str = "
apiVersion: v1
kind: Namespace
metadata: {name: kyma-installer}
---
apiVersion: v1
kind: Namespace
metadata: {name: many}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: my-overrides, namespace: kyma-installer, labels: {installer: overrides}}
data: {global.domainName: kyma.local, global.adminPassword: zwitscher}
---
apiVersion: v1
kind: Secret
metadata: {name: my-secret, namespace: kyma-installer, labels: {installer: overrides}}
stringData: {global.tlsKey: zwitscher}
data: {other: endpdHNjaGVy, third: YQ==}
---
apiVersion: v1
kind: Secret
metadata: {name: elsewhere, namespace: many}
stringData: {a: zwitscher}
---
apiVersion: v1
kind: Secret
type: helm.sh/release.v1
metadata:
  name: sh.helm.release.v1.core.v3
  namespace: many
  labels: {owner: helm, name: core, status: deployed, version: '3'}
stringData: {release: zwitscher}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: core.v2
  namespace: kube-system
  labels: {OWNER: TILLER, NAME: core, STATUS: DEPLOYED, VERSION: '2'}
data: {release: zwitscher}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: kyma-installer, namespace: kyma-installer}
spec:
  selector: {matchLabels: {name: kyma-installer}}
  template:
    metadata: {labels: {name: kyma-installer}}
    spec:
      containers:
      - name: installer
        image: kyma-installer:1.10.0
        env: [{name: A_PASSWORD, value: zwitscher}, {name: LEVEL, value: debug}]
---
apiVersion: installer.kyma-project.io/v1alpha1
kind: Installation
metadata: {name: kyma-installation, namespace: default}
spec: {components: [{name: core, namespace: kyma-system}]}
";

/// The shared server with objects in it.
fn stage() -> Option<&'static Server> {
    static STAGE: OnceLock<()> = OnceLock::new();
    let server = Server::shared()?;
    STAGE.get_or_init(|| {
        server.kubectl_text(&["apply", "-f", "-"], CUSTOM);
        let established = ["wait", "--for=condition=established", "--timeout=30s", "crd", "--all"];
        server.kubectl_text(&established, "");
        server.kubectl_text(&["apply", "-f", "-"], OBJECTS);
        create_many(server);
    });
    Some(server)
}

/// Creates override ConfigMaps, without the pauses that kubectl makes.
fn create_many(server: &Server) {
    let folder = tempfile::tempdir().unwrap();
    let kubeconfig = kube::config::Kubeconfig::read_from(server.kubeconfig(folder.path())).unwrap();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let client = kube::Client::try_from(kubeconfig).unwrap();
        let create = async |number: usize| {
            let object = json!({"metadata": {
                "name": format!("o{number:04}"), "labels": {"installer": "overrides"}
            }});
            let request = http::Request::post("/api/v1/namespaces/many/configmaps");
            let request = request.header("Content-Type", "application/json");
            let request = request.body(object.to_string().into_bytes()).unwrap();
            client.request_text(request).await.unwrap();
        };
        stream::iter(0..MANY).for_each_concurrent(16, create).await;
    });
}

fn run(server: &Server, args: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    run_with(&server.kubeconfig(folder.path()), args)
}

fn run_with(kubeconfig: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kyma-upgrade"));
    command.env_clear().env("HOME", kubeconfig.parent().unwrap()).arg("snapshot");
    command.arg("--kubeconfig").arg(kubeconfig).args(args).output().unwrap()
}

fn read_state(bytes: &[u8]) -> ClusterState {
    ClusterState::read("cluster.json", bytes, &Limits::default()).unwrap()
}

fn errors(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn key(text: &str) -> ObjectKey {
    let (group, rest) = text.split_once(':').unwrap();
    let parts: Vec<_> = rest.split('/').map(ToOwned::to_owned).collect();
    let (kind, namespace, name) = match &parts[..] {
        [kind, name] => (kind, None, name),
        [kind, namespace, name] => (kind, Some(namespace.clone()), name),
        _ => panic!("{text}"),
    };
    ObjectKey { group: group.to_owned(), kind: kind.clone(), namespace, name: name.clone() }
}

/// An object as kubectl shows it, without what a state leaves out.
fn shown(server: &Server, args: &[&str]) -> Value {
    let text = server.kubectl_text(&[&["get", "-o", "json"], args].concat(), "");
    let mut object: Value = serde_json::from_str(&text).unwrap();
    object["metadata"].as_object_mut().unwrap().remove("managedFields");
    object
}

#[test]
fn a_snapshot_holds_what_was_put_into_the_cluster() {
    let Some(server) = stage() else { return };
    let output = run(server, &[]);
    assert!(output.status.success(), "{}", errors(&output));
    let state = read_state(&output.stdout);
    assert_eq!(state.problems(), []);
    assert!(state.kubernetes_version().unwrap().starts_with("v1."));
    assert_eq!(state.origin().unwrap().server, server.url());
    assert_eq!(state.origin().unwrap().context.as_deref(), Some("admin"));
    for (name, args) in [
        (":Namespace/kyma-installer", &["namespace", "kyma-installer"][..]),
        (":ConfigMap/many/o0000", &["-n", "many", "configmap", "o0000"]),
        (
            "installer.kyma-project.io:Installation/default/kyma-installation",
            &["installation", "kyma-installation"],
        ),
        ("rbac.authorization.k8s.io:ClusterRole/cluster-admin", &["clusterrole", "cluster-admin"]),
        (
            "apiextensions.k8s.io:CustomResourceDefinition/installations.installer.kyma-project.io",
            &["crd", "installations.installer.kyma-project.io"],
        ),
    ] {
        assert_eq!(state.get(&key(name)), Some(shown(server, args)), "{name}");
    }
    assert!(!state.contains(&key(":Secret/many/elsewhere")));
    assert_eq!(state.covers("", "Namespace"), Coverage::Everywhere);
    assert!(state.covers_object(&key("policy:PodSecurityPolicy/x")));
    assert!(state.covers_object(&key("release.kyma-project.io:Release/default/x")));
    assert!(state.covers_object(&key("apps:Deployment/kube-system/tiller-deploy")));
    assert!(!state.covers_object(&key(":Secret/many/elsewhere")));
}

#[test]
fn a_list_of_more_than_one_page_is_read_to_its_end() {
    let Some(server) = stage() else { return };
    let state = read_state(&run(server, &["-q"]).stdout);
    let many = state.keys().filter(|it| it.namespace.as_deref() == Some("many"));
    assert_eq!(many.filter(|it| it.kind == "ConfigMap").count(), MANY);
}

#[test]
fn helm_releases_are_known_by_their_metadata() {
    let Some(server) = stage() else { return };
    let state = read_state(&run(server, &["-q"]).stdout);
    let releases = state.helm_releases();
    let known: Vec<_> = releases.iter().map(|it| (it.helm, &*it.name, it.revision)).collect();
    assert_eq!(known, [(2, "core", 2), (3, "core", 3)]);
    let record = state.get(&key(":Secret/many/sh.helm.release.v1.core.v3")).unwrap();
    assert_eq!(record.get("data"), None);
    assert_eq!(record["kind"], "Secret");
}

#[test]
fn no_secret_is_in_the_file_which_only_its_owner_may_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let Some(server) = stage() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cluster.json");
    let output = run(server, &["--write", file.to_str().unwrap()]);
    assert!(output.status.success() && output.stdout.is_empty(), "{}", errors(&output));
    assert!(errors(&output).contains("secret values sealed, "), "{}", errors(&output));
    let text = fs_err::read_to_string(&file).unwrap();
    assert!(text.contains("my-secret") && text.contains("global.domainName"));
    for canary in CANARY {
        assert!(!text.contains(canary), "{canary}");
    }
    assert_eq!(fs_err::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn sealed_values_are_equal_to_those_of_equal_manifests() {
    let Some(server) = stage() else { return };
    let state = read_state(&run(server, &["-q"]).stdout);
    let manifest = Manifest::new("objects.yaml", OBJECTS.as_bytes());
    let objects = read(&manifest, &Limits::default()).unwrap().objects;
    let sealed = |name: &str| {
        let object = objects.iter().find(|it| it.key == key(name)).unwrap();
        (state.seal().value(&object.node), state.get(&object.key).unwrap())
    };
    let (written, live) = sealed(":Secret/kyma-installer/my-secret");
    let data = &live["data"];
    assert!(is_sealed(data["other"].as_str().unwrap()));
    assert_eq!(data["other"], data["global.tlsKey"]);
    assert_ne!(data["other"], data["third"]);
    assert_eq!(written["stringData"]["global.tlsKey"], data["global.tlsKey"]);
    assert_eq!(
        [&written["data"]["other"], &written["data"]["third"]],
        [&data["other"], &data["third"]]
    );
    let copy = |live: &Value| -> Value {
        let annotations = &live["metadata"]["annotations"];
        let text =
            annotations["kubectl.kubernetes.io/last-applied-configuration"].as_str().unwrap();
        assert!(text.ends_with("}\n"), "{text}");
        serde_json::from_str(text).unwrap()
    };
    assert_eq!(copy(&live)["data"], written["data"]);
    assert_eq!(copy(&live)["stringData"], written["stringData"]);
    let (written, live) = sealed("apps:Deployment/kyma-installer/kyma-installer");
    assert_eq!(copy(&live)["spec"], written["spec"]);
}

#[test]
fn a_snapshot_and_lists_of_kubectl_give_the_same_objects() {
    let Some(server) = stage() else { return };
    let snapshot = read_state(&run(server, &["-q"]).stdout);
    let kinds = "configmaps,secrets,deployments,limitranges";
    for format in ["json", "yaml"] {
        let args = ["-n", "kyma-installer", "get", kinds, "-o", format];
        let list = read_state(server.kubectl_text(&args, "").as_bytes());
        assert_eq!(list.len(), 3);
        for (key, object) in list.objects() {
            let other = snapshot.get(&key.clone()).unwrap();
            let unsealed = |object: &Value| without_seals(&object.to_string());
            assert_eq!(unsealed(&object), unsealed(&other), "{format} {key}");
        }
    }
}

/// A text with each seal replaced, because another key gives other seals.
fn without_seals(text: &str) -> String {
    let mut parts = text.split("(sealed:");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + "(sealed" + part.split_once(')').unwrap().1)
}

#[test]
fn what_the_user_may_not_read_is_told_and_not_covered() {
    let Some(server) = stage() else { return };
    let nothing = run(server, &["--context", "reader"]);
    assert_eq!(nothing.status.code(), Some(1));
    assert!(errors(&nothing).contains("the user may list nothing that plans need (403)"));
    assert!(errors(&nothing).contains(&format!("{} (context reader)", server.url())));
    let role = ["-n", "kyma-installer", "create", "role", "reader", "--verb=list"];
    server.kubectl_text(&[&role[..], &["--resource=configmaps"]].concat(), "");
    let binding = ["create", "rolebinding", "reader", "--role=reader", "--user=reader"];
    server.kubectl_text(&[&["-n", "kyma-installer"], &binding[..]].concat(), "");
    let output = run(server, &["--context", "reader"]);
    assert!(output.status.success(), "{}", errors(&output));
    let state = read_state(&output.stdout);
    assert_eq!(state.len(), 1);
    assert!(state.covers_object(&key(":ConfigMap/kyma-installer/x")));
    assert!(!state.covers_object(&key(":Secret/kyma-installer/x")));
    let told = errors(&output);
    let warning =
        "warning: no permission to list namespaces, so plans do not know which namespaces exist";
    assert!(told.contains(warning), "{told}");
    assert!(told.contains("more like these") && told.contains(" lists not permitted"), "{told}");
}

#[test]
fn who_is_not_known_and_what_is_not_there_is_an_error_that_says_what_to_do() {
    let Some(server) = stage() else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = server.kubeconfig(folder.path());
    let good = fs_err::read_to_string(&path).unwrap();
    let told = |text: &str, args: &[&str]| {
        fs_err::write(&path, text).unwrap();
        let output = run_with(&path, args);
        assert_eq!(output.status.code(), Some(1));
        let told = errors(&output);
        assert!(told.contains("\nhint: ") && !told.contains("token-of-admin"), "{told}");
        told
    };
    let wrong = told(&good.replace("token-of-admin", "other"), &[]);
    assert!(wrong.contains("does not accept the credentials (401)"), "{wrong}");
    let context = told(&good, &["--context", "none"]);
    assert!(context.contains("has no context none"), "{context}");
    assert!(context.contains("choose one with --context: admin, reader"), "{context}");
    let away = told(&good.replace(server.url(), "https://127.0.0.1:1"), &[]);
    assert!(away.contains("cannot read https://127.0.0.1:1 (context admin): "), "{away}");
    let untrusted = told(&good.replace("certificate-authority", "x"), &[]);
    assert!(untrusted.contains("certificate"), "{untrusted}");
    let broken = told(&good.replace("clusters: [", "clusters: [[token-of-admin"), &[]);
    assert!(broken.contains("it is no kubeconfig in YAML"), "{broken}");
}
