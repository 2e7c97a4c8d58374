//! A release with charts of every sort, and what cannot be a chart at all.

use std::path::Path;
use std::sync::OnceLock;

use proptest::prelude::*;
use serde_json::json;

use super::*;

/// The files of `fixtures/charts`.
fn files() -> Files {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/charts");
    let mut files = Files::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs_err::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(&root).unwrap().to_str().unwrap();
            files.insert(name.replace('\\', "/"), fs_err::read(&path).unwrap());
        }
    }
    files
}

fn index() -> &'static ChartIndex {
    static INDEX: OnceLock<ChartIndex> = OnceLock::new();
    INDEX.get_or_init(|| ChartIndex::build(&files()))
}

fn shop() -> &'static Chart {
    index().get("shop").unwrap()
}

#[test]
fn values_of_sub_charts_stand_below_their_prefixes_and_yield_to_their_parents() {
    let expected = [
        ("replicas", json!(2), "shop/values.yaml", 2),
        ("orders.port", json!(8081), "shop/values.yaml", 8),
        ("orders.enabled", json!(true), "shop/values.yaml", 7),
        ("payments.port", json!(80), "shop/charts/backend/values.yaml", 1),
        ("payments.enabled", json!(true), "shop/charts/backend/values.yaml", 2),
        ("search.engine.name", json!("quick"), "shop/values.yaml", 11),
        ("search.engine.size", json!(5), "shop/values.yaml", 14),
        ("search.engine.tuning.speed", json!(9), "shop/charts/finder/values.yaml", 4),
        ("search.store.size", json!(1), "shop/charts/finder/charts/store/values.yaml", 1),
        ("global.domain", json!("example.com"), "shop/values.yaml", 4),
        ("global.zone", json!("west"), "shop/charts/backend/values.yaml", 5),
        ("tuning.speed", json!(9), "shop/charts/finder/values.yaml", 4),
        (
            "gnatsd\\.conf",
            json!("# not a comment of a value\ndebug: false\n"),
            "shop/values.yaml",
            20,
        ),
    ];
    for (key, default, source, line) in expected {
        let leaf = shop().values.get(key).unwrap_or_else(|| panic!("{key}"));
        let place = (leaf.source.as_ref(), leaf.line);
        assert_eq!(place, (format!("resources/{source}").as_str(), line), "{key}");
        assert_eq!(leaf.default, default, "{key}");
    }
    assert_eq!(shop().values.len(), expected_others() + 13);
}

/// Values that the table above does not name.
fn expected_others() -> usize {
    let others = ["global.orders", "labels", "hosts", "message", "unused"];
    assert!(others.iter().all(|it| shop().values.contains_key(*it)));
    others.len()
}

#[test]
fn kinds_are_those_of_the_defaults() {
    let kinds = [
        ("replicas", Some(Kind::Number)),
        ("orders.enabled", Some(Kind::Bool)),
        ("message", Some(Kind::String)),
        ("labels", Some(Kind::Map)),
        ("hosts", Some(Kind::List)),
        ("unused", Some(Kind::Null)),
        ("search.engine", Some(Kind::Map)),
        ("payments.global.zone", Some(Kind::String)),
        ("nothing", None),
        ("order", None),
    ];
    for (key, kind) in kinds {
        assert_eq!(shop().kind(key), kind, "{key}");
    }
}

#[test]
fn comments_stand_right_above_or_behind() {
    let comment = |key: &str| shop().values[key].comment.as_deref();
    assert_eq!(comment("replicas"), Some("How many pods run."));
    assert_eq!(comment("global.domain"), Some("where it is reached"));
    assert_eq!(comment("search.engine.size"), None);
    assert_eq!(comment("gnatsd\\.conf"), None);
}

#[test]
fn sub_charts_are_known_by_alias_or_name_but_never_by_folder() {
    assert_eq!(shop().subcharts, ["orders", "payments", "search", "search.store"]);
}

#[test]
fn keys_are_read_where_templates_of_any_sub_chart_read_them() {
    let live = [
        "replicas",
        "nameOverride",
        "image.name",
        "labels",
        "labels.any",
        "web.resources",
        "web.resources.limits.cpu",
        "probe",
        "probe.path",
        "port",
        "orders.port",
        "payments.port",
        "search.engine.name",
        "search.engine.size",
        "search.engine.tuning.speed",
        "search.store.size",
        "global.domain",
        "global.zone",
        "payments.global.zone",
        "search.store.global.zone",
        "logLevel",
        "message",
        "tuning.speed",
        "gnatsd\\.conf",
    ];
    let dead = [
        "commented",
        "neverCalled",
        "outside",
        "hosts",
        "unused",
        "web.other",
        "probe.port",
        "replicas.any",
        "orders.other",
        "gnatsd.conf",
        "engine.name",
        "backend.port",
        "fromAFolderThatHelmSkips",
        "search.replicas",
        "label",
        "labelsX",
    ];
    for key in live {
        assert!(shop().is_live(key), "{key}");
    }
    for key in dead {
        assert!(!shop().is_live(key), "{key}: {:?}", shop().consumers(key));
    }
}

#[test]
fn switches_of_sub_charts_read_values() {
    for key in ["orders.enabled", "global.orders", "tags.money"] {
        let [reference] = shop().consumers(key)[..] else { panic!("{key}") };
        assert_eq!(reference.source.as_ref(), "resources/shop/requirements.yaml", "{key}");
        assert!(reference.sink.guard && !reference.whole, "{key}");
    }
}

#[test]
fn readers_tell_how_they_reach_a_key() {
    let reach = |key: &str| shop().readers(key).iter().map(|it| it.1).collect::<Vec<_>>();
    assert_eq!(reach("web.resources"), [Reach::Same]);
    assert_eq!(reach("web.resources.limits"), [Reach::Whole]);
    assert_eq!(reach("web"), [Reach::Part]);
    assert_eq!(reach("nothing"), []);
}

#[test]
fn readers_are_those_that_looking_at_every_reference_would_find() {
    // `-` and `/` sort before and behind the dot, so keys that begin alike stand between others.
    let read = ["a", "a-b", "a.b", "a.b.c", "a.b-c", "ab", "ab.c", "b.b", "b.b.c"];
    let plain =
        read.map(|it| format!("x: {{{{ index .Values \"{}\" }}}}\n", it.replace('.', "\" \"")));
    let more = "{{ range .Values.b }}{{ .c }}{{ end }}{{ toYaml .Values.ab }}";
    let file = |path: &str, text: String| (format!("resources/c/{path}"), text.into_bytes());
    let files = Files::from([
        file("Chart.yaml", "name: c".to_owned()),
        file("templates/a.yaml", plain.concat() + more),
    ]);
    let index = ChartIndex::build(&files);
    let chart = index.get("c").unwrap();
    assert!(chart.references().iter().any(|it| it.key.contains('*')));
    for asked in read.into_iter().chain(["", "b", "b.x.c", "a.", "a.b.c.d", "ab.c.d", "z"]) {
        let naive = chart.references().iter().filter(|it| match key::relation(&it.key, asked) {
            key::Relation::Same | key::Relation::Below => true,
            key::Relation::Above => it.whole,
            key::Relation::Apart => false,
        });
        assert_eq!(chart.consumers(asked), naive.collect::<Vec<_>>(), "{asked}");
    }
}

#[test]
fn all_values_in_one_text_read_only_what_the_chart_lists() {
    let mut files = Files::new();
    files.insert("resources/c/Chart.yaml".into(), b"name: c".to_vec());
    files.insert("resources/c/values.yaml".into(), b"a: 1\nfree: {}\nb: {c: 2}".to_vec());
    files.insert("resources/c/templates/t.yaml".into(), b"{{ .Values | toJson }}".to_vec());
    let index = ChartIndex::build(&files);
    let chart = index.get("c").unwrap();
    for key in ["a", "free", "free.any", "b", "b.c"] {
        assert!(chart.is_live(key), "{key}");
    }
    for key in ["x", "a.x", "b.x"] {
        assert!(!chart.is_live(key), "{key}");
    }
}

#[test]
fn profiles_are_kept_apart_from_the_values() {
    assert_eq!(shop().profiles["small"]["replicas"].default, json!(1));
    assert_eq!(shop().profiles.len(), 1);
}

#[test]
fn a_chart_without_flaws_has_no_problems() {
    assert_eq!(shop().problems, []);
}

#[test]
fn what_cannot_be_read_is_a_problem_and_spoils_nothing_else() {
    let mut files = files();
    files.insert("resources/shop/charts/backend/values.yaml".into(), b"a: [".to_vec());
    files.insert("resources/shop/templates/broken.yaml".into(), b"{{ if }}{{ end }}".to_vec());
    files.insert("resources/shop/templates/binary.yaml".into(), vec![0xff, 0xfe, 0xfd]);
    files.insert("resources/README.md".into(), vec![]);
    files.insert("elsewhere/Chart.yaml".into(), vec![]);
    let index = ChartIndex::build(&files);
    let chart = index.get("shop").unwrap();
    let sources: Vec<&str> = chart.problems.iter().map(|it| it.source.as_str()).collect();
    let expected = ["charts/backend/values.yaml", "templates/binary.yaml", "templates/broken.yaml"];
    assert_eq!(sources, expected.map(|it| format!("resources/shop/{it}")));
    assert!(chart.is_live("replicas") && chart.is_live("orders.port"));
    assert_eq!(index.iter().count(), 1);
}

#[test]
fn endless_nests_of_charts_are_cut() {
    let mut files = Files::new();
    let mut folder = "resources/c".to_owned();
    for _ in 0..50 {
        files.insert(format!("{folder}/Chart.yaml"), b"name: c".to_vec());
        folder.push_str("/charts/c");
    }
    let index = ChartIndex::build(&files);
    let chart = index.get("c").unwrap();
    assert_eq!(chart.subcharts.len(), 10);
    assert_eq!(chart.problems.len(), 1);
}

#[test]
fn a_stored_index_is_the_same_and_nothing_else_is_taken_for_one() {
    let bytes = index().to_bytes();
    assert_eq!(ChartIndex::from_bytes(&bytes).as_ref(), Ok(index()));
    assert_eq!(bytes, ChartIndex::build(&files()).to_bytes());
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1;
        assert!(ChartIndex::from_bytes(&damaged).is_err(), "byte {at}");
        assert!(ChartIndex::from_bytes(&bytes[..at]).is_err(), "{at} bytes");
    }
    let mut other = bytes;
    other[..4].copy_from_slice(&77_u32.to_le_bytes());
    assert_eq!(ChartIndex::from_bytes(&other), Err(StoreError::Format(77)));
}

/// Pieces of which templates are made, also wrongly.
const PIECES: &[&str] = &[
    "{{",
    "}}",
    "{{-",
    "-}}",
    "{{/*",
    "*/}}",
    " ",
    "\n",
    "(",
    ")",
    "|",
    ":=",
    "=",
    ",",
    ".",
    "$",
    "$x",
    ".a",
    ".Values",
    ".Values.a.b",
    "$.Values",
    "if",
    "else",
    "end",
    "with",
    "range",
    "define",
    "template",
    "block",
    "include",
    "\"t\"",
    "\"",
    "`",
    "'",
    "tpl",
    "dict",
    "index",
    "list",
    "set",
    "printf",
    "\"%s/%d\"",
    "toYaml",
    "indent",
    "12",
    "- name: ",
    "kind: X\n",
    "---\n",
    "  ",
    "é",
    "\\",
    "*",
    "\t",
    "eq",
    "or",
    "fromYaml",
    "keys",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 400 } else { 4000 }))]

    #[test]
    fn no_text_of_a_template_makes_it_panic(
        pieces in prop::collection::vec(prop::sample::select(PIECES), 0..60),
        values in prop::collection::vec(prop::sample::select(PIECES), 0..20),
    ) {
        let mut files = files();
        files.insert("resources/shop/templates/x.yaml".into(), pieces.concat().into());
        files.insert("resources/shop/templates/_y.tpl".into(), values.concat().into());
        files.insert("resources/shop/charts/backend/values.yaml".into(), values.concat().into());
        let index = ChartIndex::build(&files);
        prop_assert_eq!(ChartIndex::from_bytes(&index.to_bytes()), Ok(index));
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in any::<Vec<u8>>(), name in "(Chart|values|requirements|templates/a|profile-x)\\.yaml") {
        let mut files = files();
        files.insert(format!("resources/shop/{name}"), bytes.clone());
        files.insert(format!("resources/shop/charts/finder/{name}"), bytes.clone());
        ChartIndex::build(&files);
        // Whatever is no index is told, even with the right format in front.
        let stored = [FORMAT.to_le_bytes().to_vec(), bytes].concat();
        prop_assert_eq!(ChartIndex::from_bytes(&stored), Err(StoreError::Damaged));
    }

    #[test]
    fn reads_are_found_as_if_all_references_were_compared(key in "[a-z.*\\\\]{0,12}|(web|orders|labels|global)(\\.[a-z]{1,9}){0,3}") {
        let shared = shop().shared_key(&key);
        let found = shop().readers(&key);
        for reference in shop().references() {
            let reads = match key::relation(&reference.key, shared) {
                key::Relation::Above => reference.whole,
                key::Relation::Apart => false,
                _ => true,
            };
            let is_found = found.iter().any(|it| std::ptr::eq(it.0, reference));
            // Of whole maps, a few do not count; everything else is found exactly.
            let whole = found.iter().all(|it| it.1 != Reach::Whole);
            prop_assert!(is_found == reads || reads && whole, "{}", reference.key);
        }
    }
}
