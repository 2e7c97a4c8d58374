//! The controllers of Deployments: Pods come and go, and the status says so.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::link::{Link, wait};
use super::run::Operators;
use super::{Linger, Shared};

/// How often it looks where no watch tells anything.
const IDLE: Duration = Duration::from_secs(1);

/// How often it looks while Pods are about to end.
const BUSY: Duration = Duration::from_millis(20);

/// Holds the Deployment of the installer up, and its operators.
pub(super) async fn installer(link: &Link, shared: &std::sync::Arc<Shared>) {
    let mut operators = Operators::new(link, shared);
    let mut controller = Controller::new(link, shared, "kyma-installer", "kyma-installer");
    let mut changed = shared.changed.subscribe();
    loop {
        let pods = controller.reconcile().await;
        shared.with(|it| it.overlapped |= pods.len() > 1);
        operators.keep(&pods);
        wait(&mut changed, controller.pause()).await;
    }
}

/// Holds the Deployment of Tiller up.
pub(super) async fn tiller(link: &Link, shared: &Shared) {
    let mut controller = Controller::new(link, shared, "kube-system", "tiller-deploy");
    let mut changed = shared.changed.subscribe();
    loop {
        drop(controller.reconcile().await);
        wait(&mut changed, controller.pause()).await;
    }
}

struct Controller<'a> {
    link: &'a Link,
    shared: &'a Shared,
    name: &'a str,
    path: String,
    pods: String,
    /// The Pods that are about to end, by their UIDs, and since when.
    leaving: BTreeMap<String, Instant>,
}

impl<'a> Controller<'a> {
    fn new(link: &'a Link, shared: &'a Shared, namespace: &str, name: &'a str) -> Self {
        let path = format!("/apis/apps/v1/namespaces/{namespace}/deployments/{name}");
        let pods = format!("/api/v1/namespaces/{namespace}/pods");
        Self { link, shared, name, path, pods, leaving: BTreeMap::new() }
    }

    fn pause(&self) -> Duration {
        if self.leaving.is_empty() { IDLE } else { BUSY }
    }

    /// Does one round. Gives the Pods that are there afterwards.
    async fn reconcile(&mut self) -> Vec<Value> {
        // The Pods first: those of a Deployment that is gone by then are not taken for its own.
        let pods = self.own_pods().await;
        let deployment = self.link.get(&self.path).await;
        let alive = deployment.as_ref().filter(|it| it["metadata"]["deletionTimestamp"].is_null());
        let wanted = alive.map(|it| self.wanted(it)).unwrap_or_default();
        for pod in &pods {
            self.end(pod, &wanted).await;
        }
        self.leaving.retain(|uid, _| pods.iter().any(|it| uid_of(it) == uid));
        if let Some(deployment) = alive {
            self.begin(deployment, &wanted, &pods).await;
            self.tell(deployment, &wanted).await;
        } else if let (Some(deployment), true) = (&deployment, pods.is_empty()) {
            self.release(deployment.clone()).await;
        }
        self.own_pods().await
    }

    async fn own_pods(&self) -> Vec<Value> {
        let mut pods = self.link.list(&self.pods).await;
        pods.retain(|it| it["metadata"]["ownerReferences"][0]["name"] == self.name);
        pods
    }

    /// The names of the Pods that there should be: others where the Deployment is another one or its
    /// template has changed.
    fn wanted(&self, deployment: &Value) -> Vec<String> {
        let replicas = deployment["spec"]["replicas"].as_u64().unwrap_or(1);
        let template = &deployment["spec"]["template"];
        let digest =
            kyma_upgrade::digest::hex(format!("{}{template}", uid_of(deployment)).as_bytes());
        (0..replicas).map(|it| format!("{}-{}-{it}", self.name, &digest[..10])).collect()
    }

    /// Ends a Pod that should not be there, and those that somebody else ends, as a kubelet does.
    async fn end(&mut self, pod: &Value, wanted: &[String]) {
        let path = format!("{}/{}", self.pods, name_of(pod));
        let ends = !pod["metadata"]["deletionTimestamp"].is_null();
        if !ends && !wanted.iter().any(|it| it == name_of(pod)) {
            drop(self.link.call("DELETE", &path, Some(&options(pod, 30))).await);
        } else if !ends {
            return;
        }
        let since = *self.leaving.entry(uid_of(pod).to_owned()).or_insert_with(Instant::now);
        let over = match self.shared.with(|it| it.linger) {
            Linger::For(time) => since.elapsed() >= time,
            Linger::Forever => false,
        };
        if over {
            drop(self.link.call("DELETE", &path, Some(&options(pod, 0))).await);
        }
    }

    /// Creates the Pods that are missing. Only with the strategy `Recreate`, and only after the
    /// Pods of the very same Deployment are gone that should not be there.
    async fn begin(&self, deployment: &Value, wanted: &[String], pods: &[Value]) {
        let recreates = deployment["spec"]["strategy"]["type"] == "Recreate";
        let is_old = |it: &Value| {
            let owner = it["metadata"]["ownerReferences"][0]["uid"].as_str();
            owner == Some(uid_of(deployment)) && wanted.iter().all(|name| name != name_of(it))
        };
        if recreates && pods.iter().any(is_old) {
            return;
        }
        for name in wanted {
            if let Some(pod) = pods.iter().find(|it| name_of(it) == name) {
                self.run(pod).await;
            } else if let Ok(pod) =
                self.link.call("POST", &self.pods, Some(&pod(deployment, name))).await
            {
                self.run(&pod).await;
            }
        }
    }

    /// Sets a Pod running.
    async fn run(&self, pod: &Value) {
        if pod["status"]["phase"] == "Running" || !self.shared.with(|it| it.starts) {
            return;
        }
        let now = k8s_openapi::jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let mut pod = pod.clone();
        let container = &pod["spec"]["containers"][0];
        pod["status"] = json!({
            "phase": "Running", "startTime": now,
            "conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": now}],
            "containerStatuses": [{
                "name": container["name"], "image": container["image"], "imageID": "",
                "ready": true, "restartCount": 0, "state": {"running": {"startedAt": now}}
            }]
        });
        let path = format!("{}/{}/status", self.pods, name_of(&pod));
        // After a conflict the next round does it.
        drop(self.link.call("PUT", &path, Some(&pod)).await);
    }

    /// Writes the status of the Deployment.
    async fn tell(&self, deployment: &Value, wanted: &[String]) {
        let pods = self.own_pods().await;
        let own: Vec<_> =
            pods.iter().filter(|it| wanted.iter().any(|name| name == name_of(it))).collect();
        let running = own.iter().filter(|it| it["status"]["phase"] == "Running").count();
        let mut status = json!({"observedGeneration": deployment["metadata"]["generation"]});
        // Zero is left out, as the API server leaves it out.
        for (field, count) in [
            ("replicas", pods.len()),
            ("updatedReplicas", own.len()),
            ("readyReplicas", running),
            ("availableReplicas", running),
            ("unavailableReplicas", wanted.len() - running.min(wanted.len())),
        ] {
            if count > 0 {
                status[field] = json!(count);
            }
        }
        if deployment["status"] != status {
            let mut deployment = deployment.clone();
            deployment["status"] = status;
            let path = format!("{}/status", self.path);
            drop(self.link.call("PUT", &path, Some(&deployment)).await);
        }
    }

    /// Lets a Deployment go that waited for its Pods (deletion in the foreground), as the garbage
    /// collector does.
    async fn release(&self, mut deployment: Value) {
        if let Some(finalizers) = deployment["metadata"]["finalizers"].as_array_mut() {
            finalizers.retain(|it| it != "foregroundDeletion");
            drop(self.link.call("PUT", &self.path, Some(&deployment)).await);
        }
    }
}

pub(super) fn name_of(object: &Value) -> &str {
    object["metadata"]["name"].as_str().unwrap()
}

pub(super) fn uid_of(object: &Value) -> &str {
    object["metadata"]["uid"].as_str().unwrap()
}

fn options(pod: &Value, grace: u64) -> Value {
    json!({"gracePeriodSeconds": grace, "preconditions": {"uid": uid_of(pod)}})
}

/// A Pod of a Deployment on a node that does not exist, so that the API server leaves its end to the
/// kubelet.
fn pod(deployment: &Value, name: &str) -> Value {
    let template = &deployment["spec"]["template"];
    let mut spec = template["spec"].clone();
    spec["nodeName"] = json!("node");
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {
            "name": name,
            "labels": template["metadata"]["labels"],
            "ownerReferences": [{
                "apiVersion": "apps/v1", "kind": "Deployment", "name": name_of(deployment),
                "uid": uid_of(deployment), "controller": true
            }]
        },
        "spec": spec
    })
}
