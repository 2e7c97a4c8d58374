//! Reading and writing the objects of a real cluster.

use std::time::Duration;

use kyma_upgrade::cluster::{
    Access, Cause, Change, Cluster, InstallationWatch, Lock, LockError, Note, Objects, Permission,
    Progress, Sighting, Writes,
};
use kyma_upgrade::manifest::ObjectKey;
use serde_json::{Value, json};

use crate::server::Server;

/// A client of the server as a user, which is the name of a context.
async fn cluster(server: &Server, user: &str) -> Cluster {
    let folder = tempfile::tempdir().unwrap();
    let kubeconfig = Some(server.kubeconfig(folder.path()));
    Cluster::connect(&Access { context: Some(user.to_owned()), kubeconfig }).await.unwrap()
}

async fn objects(server: &Server, writes: Writes) -> Objects {
    cluster(server, "admin").await.objects(writes)
}

fn namespace(server: &Server, name: &str) {
    let namespace =
        json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } });
    server.kubectl_text(&["apply", "-f", "-"], &namespace.to_string());
}

fn key(group: &str, kind: &str, namespace: &str, name: &str) -> ObjectKey {
    ObjectKey {
        group: group.to_owned(),
        kind: kind.to_owned(),
        namespace: Some(namespace.to_owned()),
        name: name.to_owned(),
    }
}

fn config_map(namespace: &str, value: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": { "name": "x", "namespace": namespace },
        "data": { "key": value },
    })
}

fn deployment(namespace: &str, image: &str, variables: &[&str]) -> Value {
    let variables: Vec<_> =
        variables.iter().map(|it| json!({ "name": it, "value": "<1>" })).collect();
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": { "name": "x", "namespace": namespace, "labels": { "a": "b" } },
        "spec": {
            "selector": { "matchLabels": { "a": "b" } },
            "template": {
                "metadata": { "labels": { "a": "b" } },
                "spec": { "containers": [{ "name": "c", "image": image, "env": variables }] },
            },
        },
    })
}

/// What is stored, without what no two objects have in common.
fn stored(server: &Server, resource: &str, namespace: &str) -> Value {
    let text = server.kubectl_text(&["get", resource, "x", "-n", namespace, "-o", "json"], "");
    let mut object: Value = serde_json::from_str(&text).unwrap();
    let metadata = object["metadata"].as_object_mut().unwrap();
    for field in ["uid", "resourceVersion", "creationTimestamp"] {
        metadata.remove(field).unwrap();
    }
    for entry in
        metadata.get_mut("managedFields").into_iter().flat_map(|it| it.as_array_mut().unwrap())
    {
        entry["time"].take();
    }
    object
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_is_stored_as_kubectl_apply_stores_it() {
    let Some(server) = Server::shared() else { return };
    let at = "objects-apply";
    namespace(server, at);
    let objects = objects(server, Writes::Real).await;
    let cases = [
        ("configmap", config_map(at, "<one>"), config_map(at, "two")),
        ("deployment", deployment(at, "i:1", &["A", "B"]), deployment(at, "i:2", &["C", "A"])),
    ];
    for (resource, first, second) in cases {
        let mut expected = Vec::new();
        for manifest in [&first, &second] {
            server.kubectl_text(&["apply", "-f", "-"], &manifest.to_string());
            expected.push(stored(server, resource, at));
        }
        server.kubectl_text(&["delete", resource, "x", "-n", at, "--cascade=background"], "");
        let steps = [
            (&first, Change::Created, 0),
            (&second, Change::Configured, 1),
            (&second, Change::Unchanged, 1),
        ];
        for (manifest, change, stage) in steps {
            assert_eq!(objects.apply(manifest).await.unwrap().change, change);
            assert_eq!(stored(server, resource, at), expected[stage]);
        }
        let again = server.kubectl_text(&["apply", "-f", "-"], &second.to_string());
        assert!(again.contains("unchanged"), "{again}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_changes_nothing() {
    let Some(server) = Server::shared() else { return };
    let at = "objects-dry";
    namespace(server, at);
    server.kubectl_text(&["apply", "-f", "-"], &config_map(at, "one").to_string());
    let before = server.kubectl_text(&["get", "configmap,secret", "-n", at, "-o", "json"], "");
    let objects = objects(server, Writes::DryRun).await;
    let applied = objects.apply(&config_map(at, "two")).await.unwrap();
    assert_eq!(
        (applied.change, &applied.object["data"]["key"]),
        (Change::Configured, &json!("two"))
    );
    let mut other = config_map(at, "two");
    other["metadata"]["name"] = "y".into();
    assert_eq!(objects.apply(&other).await.unwrap().change, Change::Created);
    let key = key("", "ConfigMap", at, "x");
    let live = objects.get("v1", &key).await.unwrap().unwrap();
    objects.replace(&applied.object).await.unwrap();
    assert!(objects.delete("v1", &key, live["metadata"]["uid"].as_str().unwrap()).await.unwrap());
    let note = Note { reason: "Tried", message: "nothing", warning: false };
    objects.note(&live, note).await.unwrap();
    assert_eq!(objects.list("v1", "Event", Some(at), None).await.unwrap(), [] as [Value; 0]);
    assert_eq!(
        server.kubectl_text(&["get", "configmap,secret", "-n", at, "-o", "json"], ""),
        before
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_object_with_the_uid_is_deleted() {
    let Some(server) = Server::shared() else { return };
    let at = "objects-delete";
    namespace(server, at);
    let objects = objects(server, Writes::Real).await;
    let created = objects.create(&config_map(at, "one")).await.unwrap();
    let key = key("", "ConfigMap", at, "x");
    let cause =
        objects.delete("v1", &key, "11111111-2222-3333-4444-555555555555").await.unwrap_err();
    assert!(cause.rejection().unwrap().is_conflict(), "{cause}");
    let uid = created["metadata"]["uid"].as_str().unwrap();
    assert!(objects.delete("v1", &key, uid).await.unwrap());
    assert!(!objects.delete("v1", &key, uid).await.unwrap());
    assert_eq!(objects.get("v1", &key).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fields_that_the_server_refuses_are_named_without_their_values() {
    let Some(server) = Server::shared() else { return };
    namespace(server, "objects-refused");
    let objects = objects(server, Writes::Real).await;
    let mut secret = config_map("objects-refused", "aHVudGVyMg==");
    secret["kind"] = "Secret".into();
    secret["type"] = "kubernetes.io/tls".into();
    let told = objects.apply(&secret).await.unwrap_err().to_string();
    assert!(told.contains("Invalid (422): data[tls.crt] (FieldValueRequired)"), "{told}");
    secret["type"] = "Opaque".into();
    secret["data"]["key"] = "hunter2!".into();
    let told = objects.apply(&secret).await.unwrap_err().to_string();
    assert!(told.contains("BadRequest (400)") && !told.contains("hunter2"), "{told}");
    let missing = objects.apply(&config_map("objects-none", "x")).await.unwrap_err().to_string();
    assert!(missing.ends_with("create ConfigMap/objects-none/x: NotFound (404)"), "{missing}");
}

#[tokio::test(flavor = "multi_thread")]
async fn permissions_are_those_that_the_server_gives() {
    let Some(server) = Server::shared() else { return };
    let may = async |user: &str, verb: &str| {
        let objects = cluster(server, user).await.objects(Writes::Real);
        let permission = Permission {
            verb: verb.to_owned(),
            group: "apps".to_owned(),
            resource: "deployments".to_owned(),
            subresource: None,
            namespace: Some("objects-rights".to_owned()),
            name: Some("x".to_owned()),
        };
        objects.may(&permission).await.unwrap()
    };
    let rights = json!([{ "apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get"] }]);
    namespace(server, "objects-rights");
    let metadata = json!({ "name": "x", "namespace": "objects-rights" });
    let group = "rbac.authorization.k8s.io";
    let api_version = format!("{group}/v1");
    let role =
        json!({ "apiVersion": api_version, "kind": "Role", "metadata": metadata, "rules": rights });
    let binding = json!({
        "apiVersion": api_version, "kind": "RoleBinding", "metadata": metadata,
        "roleRef": { "apiGroup": group, "kind": "Role", "name": "x" },
        "subjects": [{ "apiGroup": group, "kind": "User", "name": "reader" }],
    });
    let objects = objects(server, Writes::Real).await;
    objects.apply(&role).await.unwrap();
    objects.apply(&binding).await.unwrap();
    assert!(may("admin", "delete").await);
    assert!(!may("reader", "delete").await);
    // The server notices a new role a moment later.
    let noticed = async {
        while !may("reader", "get").await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), noticed).await.unwrap();
    let cluster = cluster(server, "reader").await;
    assert!(cluster.identity().await.unwrap_err().to_string().contains("(403)"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_is_told_by_the_uid_of_its_system_namespace() {
    let Some(server) = Server::shared() else { return };
    let uid = ["get", "namespace", "kube-system", "-o", "jsonpath={.metadata.uid}"];
    // The server makes the namespace a moment after it is ready.
    while !server.kubectl(&uid, "").status.success() {}
    let cluster = cluster(server, "admin").await;
    assert_eq!(cluster.identity().await.unwrap(), server.kubectl_text(&uid, ""));
    let version = cluster.kubernetes_version().await.unwrap().unwrap();
    assert!(version.starts_with('v'), "{version}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lock_and_the_journal_of_a_cluster_have_one_writer() {
    let Some(server) = Server::fresh() else { return };
    namespace(&server, "kyma-installer");
    let objects = objects(&server, Writes::Real).await;
    let duration = Duration::from_secs(3);
    let acquire = async |holder: &str| Lock::acquire(&objects, holder, duration).await;
    // Whoever wins holds the lock until the other one has seen that.
    let (one, two) = tokio::join!(acquire("one"), acquire("two"));
    let (held, lost) = match (one, two) {
        (Ok(held), Err(lost)) | (Err(lost), Ok(held)) => (held, lost),
        (one, two) => panic!("{} and {} got the lock", one.is_ok(), two.is_ok()),
    };
    assert!(matches!(&lost, LockError::HeldBy(_)), "{lost}");
    held.check().unwrap();
    let (broken, before) = Lock::break_lock(&objects, "three", duration).await.unwrap();
    assert!(["one", "two"].contains(&&*before.unwrap().holder));
    assert_eq!(Lock::holder(&objects).await.unwrap().unwrap().holder, "three");
    broken.release().await.unwrap();
    assert_eq!(Lock::holder(&objects).await.unwrap(), None);

    let annotations = [("step".to_owned(), "1".to_owned())].into();
    let first = Progress::write(&objects, None, "{}\n", &annotations).await.unwrap();
    Progress::write(&objects, Some(&first), "{}\n{}\n", &annotations).await.unwrap();
    assert!(Progress::write(&objects, Some(&first), "{}\n[]\n", &annotations).await.is_err());
    let read = Progress::read(&objects).await.unwrap().unwrap();
    assert_eq!((&*read.journal, &read.annotations), ("{}\n{}\n", &annotations));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_nobody_vouches_for_is_not_asked_again() {
    let Some(server) = Server::shared() else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = server.kubeconfig(folder.path());
    let text = fs_err::read_to_string(&path).unwrap().replace("certificate-authority", "x");
    fs_err::write(&path, text).unwrap();
    let access = Access { context: None, kubeconfig: Some(path) };
    let objects = Cluster::connect(&access).await.unwrap().objects(Writes::Real);
    let cause = objects.get("v1", &key("", "ConfigMap", "default", "x")).await.unwrap_err();
    assert!(matches!(&cause, Cause::Untrusted(_)) && !cause.is_passing(), "{cause}");
}

/// The definition of the Installation, as far as it matters.
fn definition() -> Value {
    let group = "installer.kyma-project.io";
    json!({
        "apiVersion": "apiextensions.k8s.io/v1beta1", "kind": "CustomResourceDefinition",
        "metadata": { "name": format!("installations.{group}") },
        "spec": {
            "group": group, "version": "v1alpha1", "scope": "Namespaced",
            "names": { "kind": "Installation", "plural": "installations" },
        },
    })
}

async fn state(watch: &mut InstallationWatch) -> String {
    match tokio::time::timeout(Duration::from_secs(60), watch.next()).await.unwrap() {
        Sighting::Present(object) => object["status"]["state"].as_str().unwrap_or("").to_owned(),
        Sighting::Absent => "absent".to_owned(),
        Sighting::Trouble(cause) => format!("trouble: {cause}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_installation_is_watched_from_before_it_exists_until_it_is_gone() {
    let Some(server) = Server::fresh() else { return };
    let objects = objects(&server, Writes::Real).await;
    let mut watch = objects.watch_installation(Duration::from_millis(200));
    let told = state(&mut watch).await;
    assert!(told.contains("serves no Installation"), "{told}");
    objects.apply(&definition()).await.unwrap();
    assert_eq!(state(&mut watch).await, "absent");
    let mut installation = json!({
        "apiVersion": "installer.kyma-project.io/v1alpha1", "kind": "Installation",
        "metadata": { "name": "kyma-installation", "namespace": "default" },
    });
    for wanted in ["InProgress", "Installed"] {
        installation["status"] = json!({ "state": wanted });
        let applied = objects.apply(&installation).await.unwrap();
        assert_eq!(state(&mut watch).await, wanted);
        installation["metadata"]["labels"] = json!({ "action": "install" });
        let note = Note { reason: "StateSeen", message: wanted, warning: false };
        objects.note(&applied.object, note).await.unwrap();
        objects.note(&applied.object, note).await.unwrap();
    }
    let events = objects.list("v1", "Event", Some("default"), None).await.unwrap();
    let own: Vec<_> = events.iter().filter(|it| it["reason"] == "StateSeen").collect();
    assert_eq!(own.len(), 2);
    assert!(own.iter().all(|it| it["count"] == 2), "{own:?}");
    server.kubectl_text(&["delete", "installations", "--all", "-n", "default"], "");
    assert_eq!(state(&mut watch).await, "absent");
}
