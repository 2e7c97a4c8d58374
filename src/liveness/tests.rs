use super::*;
use crate::chart::{ChartIndex, Files};
use crate::manifest::{self, Component, Manifest};
use crate::release::Minor;
use crate::rename::charts::{Context, Successor};
use crate::rename::{Confidence, RenameKind};
use crate::yaml::Limits;

/// A release of these tests: its version, and its components with values and one template.
struct Release {
    version: Version,
    index: ChartIndex,
    listed: Vec<String>,
}

fn release(version: &str, charts: &[(&str, &str, &str)]) -> Release {
    let mut files = Files::new();
    for (name, values, template) in charts {
        let mut put = |path: &str, text: &str| {
            files.insert(format!("resources/{name}/{path}"), text.into());
        };
        put("Chart.yaml", &format!("name: {name}\nversion: 0.1.0\n"));
        put("values.yaml", values);
        put("templates/all.yaml", template);
    }
    Release {
        version: version.parse().unwrap(),
        index: ChartIndex::build(&files),
        listed: charts.iter().map(|it| it.0.to_owned()).collect(),
    }
}

/// A template that has one field for each key.
fn reading(keys: &[(&str, &str)]) -> String {
    let fields = keys.iter().map(|(field, key)| format!("  {field}: {{{{ .Values.{key} }}}}\n"));
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: all\ndata:\n{}",
        fields.collect::<String>()
    )
}

fn overrides(component: Option<&str>, data: &str) -> UserOverrides {
    let label = component.map(|it| format!(", component: {it}")).unwrap_or_default();
    let text = format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: mine, namespace: kyma-installer, \
         labels: {{installer: overrides{label}}}}}\ndata: {{{data}}}\n"
    );
    let manifest = Manifest::new("mine.yaml", text.as_bytes());
    UserOverrides::new(manifest::read(&manifest, &Limits::default()).unwrap())
}

fn stage<'a>(release: &'a Release, earlier: &[&Release], user: &UserOverrides) -> Stage<'a> {
    let component = |name: &String| Component {
        name: name.clone(),
        release: None,
        namespace: "kyma-system".to_owned(),
        source: "cr.yaml".into(),
        line: 1,
    };
    Stage {
        version: &release.version,
        charts: Some(&release.index),
        components: release.listed.iter().map(component).collect(),
        listed_before: earlier.iter().flat_map(|it| it.listed.clone()).collect(),
        overrides: user.clone(),
    }
}

fn follow(releases: &[Release], user: &UserOverrides) -> Vec<Story> {
    let facts = Facts::builtin();
    let mut follower = Follower::new(user, &facts);
    for (number, pair) in releases.windows(2).enumerate() {
        let [old, new] = pair else { unreachable!("windows of two") };
        let earlier: Vec<&Release> = releases[..=number].iter().collect();
        let minor = Minor::of(&new.version);
        let documented: Vec<_> =
            facts.documented_renames.iter().filter(|it| it.at == minor).collect();
        let context = Context {
            old_components: &old.listed,
            new_components: &new.listed,
            documented: &documented,
            texts: &[],
        };
        let comparison = crate::rename::charts::Comparison::new(&old.index, &new.index, context);
        let ask = |key: &OverrideKey| comparison.fate(key);
        let from = stage(old, &earlier[..number], user);
        follower.advance(&from, &stage(new, &earlier, user), Some(&ask));
    }
    follower.finish()
}

/// What becomes of the first override: status and key after each hop.
fn told(releases: &[Release], user: &UserOverrides) -> Vec<String> {
    let stories = follow(releases, user);
    let fates = stories[0].fates.iter();
    let line = |it: &Fate| {
        let keys: Vec<_> = it.after.iter().map(ToString::to_string).collect();
        format!("{} {}", it.status.as_str(), keys.join(" "))
    };
    fates.map(line).collect()
}

fn core(version: &str, values: &str, keys: &[(&str, &str)]) -> Release {
    release(version, &[("core", values, &reading(keys))])
}

#[test]
fn a_key_is_followed_through_two_renames_and_lives_on() {
    let releases = [
        core("1.0.0", "gateway: {hostname: a.example.com}", &[("host", "gateway.hostname")]),
        core(
            "1.1.0",
            "global: {gatewayHostname: a.example.com}",
            &[("host", "global.gatewayHostname")],
        ),
        core(
            "1.2.0",
            "global: {gateway: {hostname: a.example.com}}",
            &[("host", "global.gateway.hostname")],
        ),
        core(
            "1.3.0",
            "global: {gateway: {hostname: a.example.com}}",
            &[("host", "global.gateway.hostname")],
        ),
    ];
    let user = overrides(Some("core"), "gateway.hostname: b.example.com");
    assert_eq!(
        told(&releases, &user),
        [
            "renamed core:global.gatewayHostname",
            "renamed core:global.gateway.hostname",
            "live core:global.gateway.hostname"
        ]
    );
}

#[test]
fn a_key_that_lost_its_reader_is_dead_until_it_is_read_again() {
    let with = |version| core(version, "quota: 5", &[("quota", "quota"), ("name", "name")]);
    let without = core("1.1.0", "quota: 5", &[("name", "name")]);
    let later = core("1.2.0", "quota: 5", &[("name", "name")]);
    let releases = [with("1.0.0"), without, later, with("1.3.0")];
    let user = overrides(Some("core"), "quota: '7'");
    let expected = ["removed core:quota", "dead core:quota", "live core:quota"];
    assert_eq!(told(&releases, &user), expected);
}

#[test]
fn equal_releases_change_nothing() {
    let one = |version| core(version, "a: {b: 1}\nc: x", &[("b", "a.b"), ("c", "c")]);
    let user = overrides(Some("core"), "a.b: '1', c: y");
    for story in follow(&[one("1.0.0"), one("1.1.0")], &user) {
        let fate = &story.fates[0];
        assert_eq!(fate.status, Status::Live);
        assert!(fate.default.is_none() && !fate.equals_default && fate.actions().is_empty());
    }
}

#[test]
fn a_common_key_is_live_while_any_installed_component_reads_it() {
    let both = release(
        "1.0.0",
        &[
            ("core", "global: {level: info}", &reading(&[("level", "global.level")])),
            ("dex", "global: {level: info}", &reading(&[("level", "global.level")])),
        ],
    );
    let one = release(
        "1.1.0",
        &[
            ("core", "{}", &reading(&[("name", "name")])),
            ("dex", "global: {level: info}", &reading(&[("level", "global.level")])),
        ],
    );
    let mut none = release(
        "1.2.0",
        &[
            ("core", "{}", &reading(&[("name", "name")])),
            ("dex", "global: {level: info}", &reading(&[("level", "global.level")])),
        ],
    );
    none.listed.retain(|it| it == "core");
    let user = overrides(None, "global.level: debug");
    let expected = ["live global.level", "removed global.level"];
    assert_eq!(told(&[both, one, none], &user), expected);
}

#[test]
fn overrides_of_a_component_that_left_the_list_are_lost_although_its_chart_stays() {
    let chart = [("core", "{}", ""), ("dex", "a: 1", &*reading(&[("a", "a")]))];
    let old = release("1.0.0", &chart);
    let mut new = release("1.1.0", &chart);
    new.listed.retain(|it| it == "core");
    let user = overrides(Some("dex"), "a: '2'");
    let stories = follow(&[old, new], &user);
    let fate = &stories[0].fates[0];
    assert_eq!(fate.status, Status::Removed);
    let note = fate.note.as_deref().unwrap();
    assert!(note.contains("no longer lists the component dex"), "{note}");
}

#[test]
fn a_component_that_no_release_lists_counts_as_added_by_hand() {
    let chart = [("core", "{}", ""), ("extra", "a: 1", &*reading(&[("a", "a")]))];
    let one = |version| {
        let mut release = release(version, &chart);
        release.listed.retain(|it| it == "core");
        release
    };
    let user = overrides(Some("extra"), "a: '2'");
    assert_eq!(told(&[one("1.0.0"), one("1.1.0")], &user), ["live extra:a"]);
}

#[test]
fn a_value_where_a_map_is_expected_now_has_changed_its_type_and_has_to_be_replaced() {
    let old = core("1.0.0", "retention: 1d", &[("retention", "retention")]);
    let keys = [("time", "retention.time"), ("size", "retention.size")];
    let new = core("1.1.0", "retention: {time: 1d, size: 2GB}", &keys);
    let user = overrides(Some("core"), "retention: 7d");
    let stories = follow(&[old, new], &user);
    let fate = &stories[0].fates[0];
    assert_eq!(fate.status, Status::TypeChanged);
    let actions = fate.actions();
    assert_eq!(actions.len(), 1);
    assert_eq!((actions[0].when, actions[0].kind), (Timing::Before, ActionKind::Replace));
    let keys: Vec<_> = actions[0].keys.iter().map(|it| it.key.as_str()).collect();
    assert_eq!(keys, ["retention.size", "retention.time"]);
}

#[test]
fn a_key_below_what_is_a_single_value_now_has_changed_its_type() {
    let old = core("1.0.0", "retention: {time: 1d}", &[("time", "retention.time")]);
    let new = core("1.1.0", "retention: 1d", &[("retention", "retention")]);
    let user = overrides(Some("core"), "retention.time: 7d");
    let stories = follow(&[old, new], &user);
    let fate = &stories[0].fates[0];
    assert_eq!(fate.status, Status::TypeChanged);
    assert_eq!(fate.shape.as_ref().unwrap().key.key, "retention");
}

#[test]
fn a_default_that_becomes_what_the_user_sets_is_told() {
    let old = core("1.0.0", "size: 10", &[("size", "size")]);
    let new = core("1.1.0", "size: 20", &[("size", "size")]);
    let stories = follow(&[old, new], &overrides(Some("core"), "size: '20'"));
    let fate = &stories[0].fates[0];
    assert_eq!(fate.status, Status::Live);
    assert!(fate.equals_default);
    let change = fate.default.as_ref().unwrap();
    assert_eq!((&change.old, &change.new), (&Some(10.into()), &Some(20.into())));
}

#[test]
fn an_empty_override_of_a_required_value_is_told() {
    let template = "apiVersion: v1\nkind: ConfigMap\ndata:\n  a: {{ required \"a\" .Values.a }}\n";
    let one = |version| release(version, &[("core", "a: x", template)]);
    let stories = follow(&[one("1.0.0"), one("1.1.0")], &overrides(Some("core"), "a: ''"));
    assert_eq!(stories[0].fates[0].required.as_ref().unwrap().line, Some(4));
    let stories = follow(&[one("1.0.0"), one("1.1.0")], &overrides(Some("core"), "a: z"));
    assert_eq!(stories[0].fates[0].required, None);
}

#[test]
fn a_successor_that_the_files_set_already_is_prepared() {
    let old = core("1.0.0", "gateway: {hostname: a}", &[("host", "gateway.hostname")]);
    let new = core("1.1.0", "global: {hostname: a}", &[("host", "global.hostname")]);
    let user = overrides(Some("core"), "gateway.hostname: b, global.hostname: b");
    let stories = follow(&[old, new], &user);
    let fate = &stories[0].fates[0];
    assert!(fate.status.has_successor() && fate.is_prepared);
    let actions = fate.actions();
    assert_eq!((actions[0].when, actions[0].kind), (Timing::After, ActionKind::Remove));
    assert_eq!(stories[1].fates[0].status, Status::Live, "set early, read from now on");
}

#[test]
fn without_charts_nothing_is_said() {
    let facts = Facts::builtin();
    let user = overrides(Some("core"), "a: b");
    let release = core("1.0.0", "a: 1", &[("a", "a")]);
    let mut follower = Follower::new(&user, &facts);
    let stage = Stage { charts: None, ..stage(&release, &[], &user) };
    follower.advance(&stage, &stage, None);
    assert_eq!(follower.finish()[0].fates[0].status, Status::Unknown);
}

#[test]
fn single_keys_of_istio_live_on_in_its_script_and_are_merged_into_its_document() {
    let resources = reading(&[("memory", "pilot.resources.limits.memory")]);
    let chart = |version| {
        release(version, &[("istio", "pilot: {resources: {limits: {memory: 1}}}", &resources)])
    };
    let job = |version| release(version, &[("istio", "image: x", &reading(&[("image", "image")]))]);
    let releases = [
        chart("1.9.0"),
        job("1.10.0"),
        job("1.11.1"),
        job("1.15.0"),
        job("1.16.0-rc4"),
        job("1.17.0"),
    ];
    let user = overrides(Some("istio"), "pilot.resources.limits.memory: 1Gi");
    assert_eq!(
        told(&releases, &user),
        [
            "live istio:pilot.resources.limits.memory",
            "live istio:pilot.resources.limits.memory",
            "live istio:pilot.resources.limits.memory",
            "merged istio:kyma_istio_operator",
            "live istio:kyma_istio_operator"
        ]
    );
}

#[test]
fn a_script_that_cuts_values_is_told_at_the_hop_that_brings_it() {
    let template = reading(&[("hosts", "pilot.hosts")]);
    let chart = release("1.9.0", &[("istio", "pilot: {hosts: a}", &template)]);
    let job = |version| release(version, &[("istio", "image: x", &reading(&[("image", "image")]))]);
    let user = overrides(Some("istio"), "pilot.hosts: 'one two'");
    let stories = follow(&[chart, job("1.10.0"), job("1.11.1")], &user);
    let caveats: Vec<_> = stories[0].fates.iter().map(|it| it.caveat).collect();
    assert_eq!(caveats, [Some(Caveat::Cut), None]);
}

#[test]
fn a_key_that_a_document_replaces_is_read_while_the_document_is_not_set() {
    let job = |version| release(version, &[("istio", "image: x", &reading(&[("image", "image")]))]);
    let key = "gateways.istio-ingressgateway.type";
    let user = overrides(Some("istio"), &format!("{key}: NodePort"));
    let stories = follow(&[job("1.10.0"), job("1.11.1")], &user);
    let fate = &stories[0].fates[0];
    assert_eq!((fate.status, fate.caveat), (Status::Merged, Some(Caveat::Fallback)));
    let both = overrides(Some("istio"), &format!("{key}: NodePort, kyma_istio_control_plane: a"));
    let stories = follow(&[job("1.10.0"), job("1.11.1")], &both);
    let fate = &stories[0].fates[0];
    assert_eq!((fate.status, fate.caveat), (Status::Merged, None));
    assert!(fate.is_prepared);
}

#[test]
fn a_secret_that_a_job_converts_is_told_with_the_job() {
    let chart = |version, name| release(version, &[(name, "a: {b: x}", &reading(&[("b", "a.b")]))]);
    let text = "apiVersion: v1\nkind: Secret\nmetadata: {name: ark-credentials-overrides, \
                namespace: kyma-installer, labels: {installer: overrides, component: ark}}\n\
                stringData: {a.b: secret}\n";
    let manifest = Manifest::new("mine.yaml", text.as_bytes());
    let user = UserOverrides::new(manifest::read(&manifest, &Limits::default()).unwrap());
    let stories = follow(&[chart("1.1.0", "ark"), chart("1.2.2", "velero")], &user);
    let fate = &stories[0].fates[0];
    assert_eq!(fate.caveat, Some(Caveat::Converted), "{fate:?}");
    assert!(fate.note.as_deref().unwrap().contains("velero-credentials-overrides"));
}

#[test]
fn an_idle_key_that_the_hop_drops_leads_to_the_key_that_was_meant() {
    let values = "replicaCount: 1\ndeployment: {replicas: 1}";
    let old = core("1.0.0", values, &[("replicas", "deployment.replicas")]);
    let new = core("1.1.0", "deployment: {replicas: 1}", &[("replicas", "deployment.replicas")]);
    let user = overrides(Some("core"), "replicaCount: '3'");
    let ask = |key: &OverrideKey| {
        Some(KeyChange {
            from: key.clone(),
            kind: Some(RenameKind::Renamed),
            to: vec![Successor {
                key: OverrideKey::new(Some("core"), "deployment.replicas"),
                confidence: Confidence::new(0.9),
                reasons: Vec::new(),
                evidence: Vec::new(),
            }],
            nearest: Vec::new(),
            evidence: Vec::new(),
            documented: None,
        })
    };
    let facts = Facts::builtin();
    let mut follower = Follower::new(&user, &facts);
    let (from, to) = (stage(&old, &[], &user), stage(&new, &[&old], &user));
    follower.advance(&from, &to, Some(&ask));
    follower.advance(&to, &to, Some(&ask));
    let fates = &follower.finish()[0].fates;
    let told: Vec<_> = fates.iter().map(|it| (it.status, it.caveat)).collect();
    assert_eq!(told, [(Status::Renamed, Some(Caveat::Idle)), (Status::Live, None)]);
}
