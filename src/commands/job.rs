//! `job`: a Job that applies a plan inside the cluster.
//!
//! The plan goes into a ConfigMap, compressed, because a ConfigMap holds 1 MiB. What lies beside the
//! plan holds secret values and is not printed: a command is named that puts it into a Secret.

use std::io::Write as _;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use k8s_openapi::ByteString;
use serde_json::{Map, Value, json};

use super::approve::{read_approvals, read_plan};
use super::output;
use super::save::folder_beside;
use crate::cli::{JobArgs, approvals_file};
use crate::cluster::{MANAGED_BY, document};
use crate::error::{Error, Exit};
use crate::files;
use crate::plan::{Approval, Plan};

/// The most bytes of a ConfigMap, with some room for its metadata.
const MAX_CONFIG: usize = 1_000_000;

/// Where the plan is mounted.
const FOLDER: &str = "/plan";

pub(super) fn run(args: &JobArgs) -> Result<Exit, Error> {
    let plan = read_plan(&args.plan)?;
    let file = approvals_file(&args.plan, args.approvals_file.as_deref());
    let (_, approvals) = read_approvals(&file)?;
    let name = name(&plan);
    let config = config(&plan, &approvals, (&name, &args.namespace))?;
    let job = job(args, &plan, &name);
    output::print(&format!("{}{}", document(&config), document(&job)))?;
    if plan.beside().next().is_some() {
        output::warn(&[beside(&args.plan, &name, &args.namespace)]);
    }
    Ok(Exit::Done)
}

/// The name of the objects: `kyma-upgrade-` and the start of the plan's digest.
fn name(plan: &Plan) -> String {
    let digits = plan.short_digest().trim_start_matches("sha256:");
    format!("kyma-upgrade-{digits}")
}

/// How the files that lie beside the plan get into the cluster.
fn beside(plan: &Path, name: &str, namespace: &str) -> String {
    let folder = folder_beside(plan);
    format!(
        "the plan has files beside it that hold secret values; put them into the cluster first: kubectl \
         -n {namespace} create secret generic {name} --from-file={}",
        folder.display()
    )
}

fn config(
    plan: &Plan,
    approvals: &[Approval],
    (name, namespace): (&str, &str),
) -> Result<Value, Error> {
    let failed = |error: std::io::Error| {
        let text = format!("cannot compress the plan: {error}");
        Error::failed(text).hint("check that there is memory left")
    };
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(&plan.to_bytes()).map_err(failed)?;
    let packed = packed.finish().map_err(failed)?;
    let approvals: String = approvals.iter().map(Approval::line).collect();
    let size = packed.len().div_ceil(3) * 4 + approvals.len();
    if MAX_CONFIG < size {
        let (size, limit) = (files::size(size as u64), files::size(MAX_CONFIG as u64));
        let text = format!("the plan has {size} compressed; a ConfigMap holds {limit}");
        let hint = "plan fewer hops at once, or put the plan into the image or a volume and change the \
                    Job accordingly";
        return Err(Error::failed(text).hint(hint));
    }
    Ok(json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": metadata(name, namespace),
        "binaryData": {"upgrade.plan": base64(&packed)},
        "data": {"upgrade.plan.approvals": approvals},
    }))
}

fn metadata(name: &str, namespace: &str) -> Value {
    let labels = json!({MANAGED_BY.0: MANAGED_BY.1});
    json!({"name": name, "namespace": namespace, "labels": labels})
}

fn job(args: &JobArgs, plan: &Plan, name: &str) -> Value {
    let config = json!({"configMap": {"name": name}});
    let items = plan.beside().map(|it| {
        let file = it.name_beside();
        json!({"key": file, "path": format!("upgrade.plan.artifacts/{file}")})
    });
    let items: Vec<_> = items.collect();
    let secret = (!items.is_empty()).then(|| json!({"secret": {"name": name, "items": items}}));
    let sources: Vec<_> = [config].into_iter().chain(secret).collect();
    let pod = json!({
        "serviceAccountName": args.service_account,
        "restartPolicy": "Never",
        "containers": [container(args)],
        "volumes": [{"name": "plan", "projected": {"sources": sources}}],
    });
    let spec = json!({
        // A Pod that ends part-way is followed by one that resumes from the journal in the cluster.
        "backoffLimit": args.retries,
        "template": {"metadata": {"labels": {"job-name": name}}, "spec": pod},
    });
    json!({
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": metadata(name, &args.namespace),
        "spec": spec,
    })
}

fn container(args: &JobArgs) -> Value {
    let own = ["apply", "/plan/upgrade.plan", "--yes", "--no-journal-file", "--color", "never"];
    let arguments: Vec<_> = own.into_iter().chain(args.apply.iter().map(String::as_str)).collect();
    let mut container = Map::new();
    container.insert("name".to_owned(), "kyma-upgrade".into());
    container.insert("image".to_owned(), args.image.clone().into());
    container.insert("command".to_owned(), json!(["kyma-upgrade"]));
    container.insert("args".to_owned(), arguments.into());
    container.insert("env".to_owned(), json!([{"name": "HOME", "value": "/tmp"}]));
    let mount = json!([{"name": "plan", "mountPath": FOLDER, "readOnly": true}]);
    container.insert("volumeMounts".to_owned(), mount);
    container.into()
}

/// Bytes as Kubernetes writes them in JSON: as base64, with padding.
fn base64(bytes: &[u8]) -> Value {
    json!(ByteString(bytes.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_standard() {
        for (bytes, expected) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(base64(bytes.as_bytes()), expected);
        }
        assert_eq!(base64(&[0xfb, 0xff, 0xfe]), "+//+");
    }
}
