//! How the API types want their fields merged.
//!
//! From the `patchStrategy` and `patchMergeKey` tags of k8s.io/api 1.20.2, read by reflection over
//! all kinds of kubectl's scheme; kinds that 1.21 and 1.22 added share these types. Types, and
//! fields, that lead to no tag are left out: their maps are merged and their lists are replaced.
//! What stands inside a list without a tag is left out, too, since such a list is replaced whole.

/// A type of the API, as far as merging has to know it.
#[derive(Debug)]
pub(super) struct Type {
    fields: &'static [Field],
    /// Whether it is a map from any name to objects, inside of which the `OpenAPI` document of a
    /// server tells kubectl nothing. No type that kubectl's scheme knows has one.
    pub(super) is_map: bool,
}

/// How a field is merged.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    name: &'static str,
    /// The merge key of a list that is merged; empty for a list of scalars. `None`: it is replaced.
    pub(super) merge_key: Option<&'static str>,
    /// Whether keys of the object, or of the list's items, that the manifest lacks are cleared.
    pub(super) retain_keys: bool,
    /// What is inside the object, or inside the items.
    pub(super) inner: &'static Type,
}

impl Type {
    /// How the field is merged.
    pub(super) fn field(&self, name: &str) -> Field {
        let known = self.fields.iter().find(|it| it.name == name);
        known.copied().unwrap_or(object("", &PLAIN))
    }
}

const fn object(name: &'static str, inner: &'static Type) -> Field {
    Field { name, merge_key: None, retain_keys: false, inner }
}

const fn list(name: &'static str, key: &'static str, inner: &'static Type) -> Field {
    Field { name, merge_key: Some(key), retain_keys: false, inner }
}

const fn scalars(name: &'static str) -> Field {
    list(name, "", &PLAIN)
}

const fn retaining(field: Field) -> Field {
    Field { retain_keys: true, ..field }
}

const fn fields(fields: &'static [Field]) -> Type {
    Type { fields, is_map: false }
}

/// The type of everything that is merged in the plain way.
pub(super) static PLAIN: Type = fields(&[]);

static META: Type = fields(&[list("ownerReferences", "uid", &PLAIN), scalars("finalizers")]);
static CLAIM_TEMPLATE: Type = fields(&[object("metadata", &META)]);
static EPHEMERAL: Type = fields(&[object("volumeClaimTemplate", &CLAIM_TEMPLATE)]);
static VOLUME: Type = fields(&[object("ephemeral", &EPHEMERAL)]);

static CONTAINER: Type = fields(&[
    list("ports", "containerPort", &PLAIN),
    list("env", "name", &PLAIN),
    list("volumeMounts", "mountPath", &PLAIN),
    list("volumeDevices", "devicePath", &PLAIN),
]);
static EPHEMERAL_CONTAINER: Type = fields(&[
    list("env", "name", &PLAIN),
    list("volumeMounts", "mountPath", &PLAIN),
    list("volumeDevices", "devicePath", &PLAIN),
]);
static POD_SPEC: Type = fields(&[
    retaining(list("volumes", "name", &VOLUME)),
    list("initContainers", "name", &CONTAINER),
    list("containers", "name", &CONTAINER),
    list("ephemeralContainers", "name", &EPHEMERAL_CONTAINER),
    list("imagePullSecrets", "name", &PLAIN),
    list("hostAliases", "ip", &PLAIN),
    list("topologySpreadConstraints", "topologyKey", &PLAIN),
]);
static POD_TEMPLATE_SPEC: Type = fields(&[object("metadata", &META), object("spec", &POD_SPEC)]);

static WORKLOAD_SPEC: Type = fields(&[object("template", &POD_TEMPLATE_SPEC)]);
static DEPLOYMENT_SPEC: Type =
    fields(&[object("template", &POD_TEMPLATE_SPEC), retaining(object("strategy", &PLAIN))]);
static JOB_TEMPLATE_SPEC: Type =
    fields(&[object("metadata", &META), object("spec", &WORKLOAD_SPEC)]);
static CRON_JOB_SPEC: Type = fields(&[object("jobTemplate", &JOB_TEMPLATE_SPEC)]);
static CONDITIONS: Type = fields(&[list("conditions", "type", &PLAIN)]);
static POD_STATUS: Type =
    fields(&[list("conditions", "type", &PLAIN), list("podIPs", "ip", &PLAIN)]);
static NODE_SPEC: Type = fields(&[scalars("podCIDRs")]);
static NODE_STATUS: Type =
    fields(&[list("conditions", "type", &PLAIN), list("addresses", "type", &PLAIN)]);
static SERVICE_SPEC: Type = fields(&[list("ports", "port", &PLAIN)]);
static CSI_NODE_SPEC: Type = fields(&[list("drivers", "name", &PLAIN)]);

static ANY: Type = fields(&[object("metadata", &META)]);
static WORKLOAD: Type = fields(&[
    object("metadata", &META),
    object("spec", &WORKLOAD_SPEC),
    object("status", &CONDITIONS),
]);
static DEPLOYMENT: Type = fields(&[
    object("metadata", &META),
    object("spec", &DEPLOYMENT_SPEC),
    object("status", &CONDITIONS),
]);
static CRON_JOB: Type = fields(&[object("metadata", &META), object("spec", &CRON_JOB_SPEC)]);
static JOB_TEMPLATE: Type =
    fields(&[object("metadata", &META), object("template", &JOB_TEMPLATE_SPEC)]);
static POD: Type =
    fields(&[object("metadata", &META), object("spec", &POD_SPEC), object("status", &POD_STATUS)]);
static POD_TEMPLATE: Type =
    fields(&[object("metadata", &META), object("template", &POD_TEMPLATE_SPEC)]);
static NODE: Type = fields(&[
    object("metadata", &META),
    object("spec", &NODE_SPEC),
    object("status", &NODE_STATUS),
]);
static SERVICE: Type = fields(&[
    object("metadata", &META),
    object("spec", &SERVICE_SPEC),
    object("status", &CONDITIONS),
]);
static SERVICE_ACCOUNT: Type =
    fields(&[object("metadata", &META), list("secrets", "name", &PLAIN)]);
static WEBHOOKS: Type = fields(&[object("metadata", &META), list("webhooks", "name", &PLAIN)]);
static CONDITIONED: Type = fields(&[object("metadata", &META), object("status", &CONDITIONS)]);
static COMPONENT_STATUS: Type =
    fields(&[object("metadata", &META), list("conditions", "type", &PLAIN)]);
static EPHEMERAL_CONTAINERS: Type =
    fields(&[object("metadata", &META), list("ephemeralContainers", "name", &EPHEMERAL_CONTAINER)]);
static CSI_NODE: Type = fields(&[object("metadata", &META), object("spec", &CSI_NODE_SPEC)]);

static SCHEMAS: Type = Type { fields: &[], is_map: true };
static SCHEMA: Type = fields(&[
    object("properties", &SCHEMAS),
    object("patternProperties", &SCHEMAS),
    object("definitions", &SCHEMAS),
    object("dependencies", &SCHEMAS),
    object("not", &SCHEMA),
]);
static CRD_VALIDATION: Type = fields(&[object("openAPIV3Schema", &SCHEMA)]);
static CRD_SPEC: Type = fields(&[object("validation", &CRD_VALIDATION)]);
static CRD: Type = fields(&[object("metadata", &META), object("spec", &CRD_SPEC)]);

/// The type of a kind. All versions of a kind are merged in one way, so the group is enough, and
/// no two groups have a kind of one name with different tags.
pub(super) fn of_kind(kind: &str) -> &'static Type {
    match kind {
        "DaemonSet" | "ReplicaSet" | "StatefulSet" | "Job" | "ReplicationController" => &WORKLOAD,
        "Deployment" => &DEPLOYMENT,
        "CronJob" => &CRON_JOB,
        "JobTemplate" => &JOB_TEMPLATE,
        "Pod" => &POD,
        "PodTemplate" => &POD_TEMPLATE,
        "Node" => &NODE,
        "Service" => &SERVICE,
        "ServiceAccount" => &SERVICE_ACCOUNT,
        "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration" => &WEBHOOKS,
        "Namespace" | "PersistentVolumeClaim" | "APIService" => &CONDITIONED,
        "ComponentStatus" => &COMPONENT_STATUS,
        "EphemeralContainers" => &EPHEMERAL_CONTAINERS,
        "CSINode" => &CSI_NODE,
        "CustomResourceDefinition" => &CRD,
        _ => &ANY,
    }
}
