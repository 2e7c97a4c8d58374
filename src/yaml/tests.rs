//! Tables of what kubectl reads, and what must never happen.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;

/// Everything but the number of bytes, keys and values is small enough to be a limit.
const LIMITS: Limits = Limits { bytes: 64 << 20, depth: 100, nodes: 100_000 };

fn documents(text: &str) -> Result<Vec<Node>, Error> {
    let mut nodes = Vec::new();
    for document in split(text.as_bytes())? {
        nodes.extend(parse(&document, &LIMITS)?);
    }
    Ok(nodes)
}

fn node(text: &str) -> Node {
    let mut nodes = documents(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(nodes.len(), 1, "{text}");
    nodes.remove(0)
}

fn problem(text: &str) -> (u32, Problem) {
    let error = documents(text).expect_err(text);
    (error.line, error.problem)
}

/// A text of one line for each number.
fn lines(numbers: std::ops::Range<usize>, line: impl Fn(usize) -> String) -> String {
    numbers.map(|number| line(number) + "\n").collect()
}

/// What a plain scalar means as the value of a key.
fn scalar(text: &str) -> Json {
    node(&format!("a: {text}\n")).to_json()["a"].clone()
}

#[test]
fn plain_scalars_have_the_types_of_yaml_1_1() {
    let table = [
        ("0644", json!(420)),
        ("0o14", json!(12)),
        ("0x1F", json!(31)),
        ("0b101", json!(5)),
        ("-0b11", json!(-3)),
        ("0b-1", json!(-1)),
        ("08", json!(8)),
        ("1_000", json!(1000)),
        ("+1", json!(1)),
        ("-0", json!(0)),
        ("1:30", json!("1:30")),
        ("1,000", json!("1,000")),
        ("0x", json!("0x")),
        ("9223372036854775807", json!(9_223_372_036_854_775_807_u64)),
        ("9223372036854775808", json!(9_223_372_036_854_776_000_u64)),
        ("18446744073709551616", json!(18_446_744_073_709_552_000_f64)),
        ("1.0", json!(1)),
        (".5", json!(0.5)),
        (".1_0", json!(0.1)),
        ("._1", json!("._1")),
        ("1e3", json!(1000)),
        ("1E400", json!("1E400")),
        ("1e21", json!(1e21)),
        ("1.2.3", json!("1.2.3")),
        ("y", json!(true)),
        ("On", json!(true)),
        ("oN", json!("oN")),
        ("NO", json!(false)),
        ("off", json!(false)),
        ("~", Json::Null),
        ("NULL", Json::Null),
        ("nULL", json!("nULL")),
        ("", Json::Null),
        ("2001-12-14", json!("2001-12-14")),
        ("<<", json!("<<")),
        ("'1'", json!("1")),
        ("\"yes\"", json!("yes")),
    ];
    for (text, expected) in table {
        assert_eq!(scalar(text), expected, "{text}");
    }
}

#[test]
fn tags_decide_the_type() {
    let table = [
        ("!!str 1", json!("1")),
        ("!!str", json!("")),
        ("!!int '3'", json!(3)),
        ("!!float 1", json!(1)),
        ("!!bool 'yes'", json!(true)),
        ("!!null ''", Json::Null),
        ("!!binary aGVsbG8=", json!("hello")),
        ("!local 12", json!("12")),
        ("! 12", json!("12")),
        ("!<tag:yaml.org,2002:str> 12", json!("12")),
        ("!!str {b: 1}", json!({"b": 1})),
    ];
    for (text, expected) in table {
        assert_eq!(scalar(text), expected, "{text}");
    }
    assert_eq!(problem("a: !!int x").1, Problem::TagMismatch("!!int"));
}

#[test]
fn keys_become_texts() {
    let table = [
        ("1", "1"),
        ("0x10", "16"),
        ("1.5", "1.5"),
        ("1e6", "1e+06"),
        ("100000.0", "100000"),
        ("0.00001", "1e-05"),
        ("y", "true"),
        ("off", "false"),
        (".inf", ".inf"),
        ("2019-01-01", "2019-01-01"),
    ];
    for (text, expected) in table {
        let node = node(&format!("{text}: x\n"));
        assert_eq!(node.entries()[0].key, expected, "{text}");
    }
}

#[test]
fn a_key_after_a_merge_wins_and_one_before_it_loses() {
    let text = "a: &a {x: 1, z: 2}\nb:\n  <<: *a\n  x: own\nc:\n  x: own\n  <<: *a\n";
    let read = node(text).to_json();
    assert_eq!(read["b"], json!({"x": "own", "z": 2}));
    assert_eq!(read["c"], json!({"x": 1, "z": 2}));
    let read = node("<<: [{a: 1, b: 2}, {a: 3, c: 4}]\n").to_json();
    assert_eq!(read, json!({"a": 1, "b": 2, "c": 4}));
}

#[test]
fn of_equal_keys_the_last_one_stays_with_its_line() {
    let read = node("a: 1\nb: 2\na: 3\n");
    assert_eq!(read.to_json(), json!({"a": 3, "b": 2}));
    assert_eq!(read.entry("a").map(|entry| entry.line), Some(3));
    let many = lines(0..100, |n| format!("k{}: {n}", n % 50));
    assert_eq!(node(&many).entries().len(), 50);
    assert_eq!(node(&many).to_json()["k7"], json!(57));
}

#[test]
fn documents_are_split_at_lines_that_start_with_three_dashes() {
    let text =
        "# comment\n---\na: 1\n--- # comment\n\n---\nb: |\n  --- x\n---\t\nc: 3\n...\n[\n---";
    let lines: Vec<_> = split(text.as_bytes()).unwrap().iter().map(|raw| raw.line).collect();
    assert_eq!(lines, [3, 7, 10]);
    let read: Vec<_> = documents(text).unwrap().iter().map(Node::to_json).collect();
    assert_eq!(read, [json!({"a": 1}), json!({"b": "--- x\n"}), json!({"c": 3})]);
    assert_eq!(problem("a: 1\n--- b\n"), (2, Problem::Separator));
    assert_eq!(problem("a: 1\n----\n"), (2, Problem::Separator));
    assert_eq!(problem("a: 1\n---\n\t\n"), (3, Problem::Tab));
    assert_eq!(documents("a: 1\n---#b\n").unwrap().len(), 1);
    assert_eq!(problem("---#b\na: 1\n"), (1, Problem::Separator));
    assert_eq!(documents("---\n...\n[\n").unwrap(), []);
    assert_eq!(problem("a: 1\n---\n...\n"), (3, Problem::ExpectedValue));
}

#[test]
fn equal_documents_have_equal_texts_wherever_they_stand() {
    let text = "---\na: 1\n---\nb: 2\n---\na: 1\n";
    let raw = split(text.as_bytes()).unwrap();
    assert_eq!(raw[0].text, raw[2].text);
    assert_ne!(raw[0].text, raw[1].text);
}

#[test]
fn a_file_that_starts_with_a_brace_is_json() {
    let text = " {\"a\": 1.0,\n \"b\": \"\\ud83d\\ude00\"}{\"c\": [\n0644]}";
    let raw = split(text.as_bytes()).unwrap();
    assert_eq!((raw[0].line, raw[1].line), (1, 2));
    let first = parse(&raw[0], &LIMITS).unwrap().unwrap();
    assert_eq!(first.to_json(), json!({"a": 1, "b": "😀"}));
    assert_eq!(first.get("b").map(|node| (node.line, node.column)), Some((2, 7)));
    assert_eq!(parse(&raw[1], &LIMITS).unwrap_err().line, 3);
    assert!(matches!(problem("{a: b}"), (1, Problem::Json(_))));
    assert!(matches!(problem("{\"a\": 1}\n---\n{}"), (2, Problem::Json(_))));
    assert_eq!(documents("null\n---\n{}\n").unwrap().len(), 1);
}

#[test]
fn other_encodings_are_read_or_named() {
    let utf16: Vec<u8> = "\u{feff}a: é\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let raw = split(&utf16).unwrap();
    let read = parse(&raw[0], &LIMITS).unwrap().unwrap();
    assert_eq!(read.to_json(), json!({"a": "é"}));
    let error = split(b"a: 1\nb: \xFF\n").unwrap_err();
    assert_eq!(error.to_string(), "line 2: byte 0xff is not UTF-8 text; save the file as UTF-8");
    assert_eq!(node("\u{feff}a: 1\r\nb: 2\r\n").to_json(), json!({"a": 1, "b": 2}));
}

#[test]
fn values_know_their_lines_and_columns() {
    let text =
        "---\n# comment\na:\n- b: |\n    x\n    y\n  c: [1,\n    {d: ü, e: f}]\n'g': &g\n  h: i\n";
    let read = node(text);
    let list = read.get("a").unwrap();
    assert_eq!((read.line, read.column), (3, 1));
    assert_eq!((list.line, list.column), (4, 1));
    assert_eq!((list.items()[0].line, list.items()[0].column), (4, 3));
    let map = &list.items()[0].get("c").unwrap().items()[1];
    assert_eq!((map.line, map.column), (8, 5));
    assert_eq!((map.get("e").unwrap().line, map.get("e").unwrap().column), (8, 15));
    let place = |entry: &Entry| (entry.line, entry.column);
    assert_eq!(place(map.entry("e").unwrap()), (8, 12));
    assert_eq!(place(list.items()[0].entry("c").unwrap()), (7, 3));
    assert_eq!(place(read.entry("g").unwrap()), (9, 1));
    let json = node("{\"ü\": 1,\n \"ü\": {}, \"b\": 2}");
    assert_eq!(place(json.entry("b").unwrap()), (2, 11));
    assert_eq!(read.get("g").unwrap().get("h").unwrap().line, 10);
}

#[test]
fn errors_say_what_is_wrong_and_where_it_began() {
    let table = [
        ("a:\n\tb: c\n", (2, Problem::Tab)),
        ("a: b\nc: \"d\ne: f\n", (2, Problem::UnclosedQuote('"'))),
        ("a: [b,\nc: d\n", (1, Problem::UnclosedBracket('['))),
        ("a: {{ .Values.b }}\n", (1, Problem::Template)),
        ("{{ .Values.b }}\n", (1, Problem::Template)),
        ("a: b: c\n", (1, Problem::ValueNotAllowed)),
        ("a: - b\n", (1, Problem::ItemNotAllowed)),
        ("a: b\nc\nd: e\n", (2, Problem::MissingColon)),
        ("a: @b\n", (1, Problem::CannotStart('@'))),
        ("a: \"\\/\"\n", (1, Problem::UnknownEscape)),
        ("a: *b\n", (1, Problem::UnknownAnchor)),
        ("a: &b [*b]\n", (1, Problem::RecursiveAnchor)),
        ("a:\n  b: 1\n c: 2\n", (3, Problem::ExpectedKey(1))),
        ("a: .inf\n", (1, Problem::NotFinite)),
        ("~: b\n", (1, Problem::BadKey("null"))),
        ("a: \u{1}\n", (1, Problem::ControlCharacter(1))),
        ("<<: a\n", (1, Problem::BadMerge)),
        ("%YAML 1.1\n", (1, Problem::Directive)),
    ];
    for (text, expected) in table {
        assert_eq!(problem(text), expected, "{text}");
    }
}

#[test]
fn error_texts_never_quote_a_value() {
    for text in
        ["a: !!int hunter2", "a: *hunter2", "a: \"hunter2", "--- hunter2", "{\"a\": hunter2}"]
    {
        let error = documents(text).unwrap_err().to_string();
        assert!(!error.contains("hunter2"), "{error}");
    }
}

#[test]
fn a_bomb_of_aliases_is_refused() {
    let copies = |level: usize| format!("*a{}, ", level - 1).repeat(9);
    let levels = lines(1..12, |level| format!("a{level}: &a{level} [{}]", copies(level)));
    let bomb = format!(
        "a0: &a0 [x]
{levels}"
    );
    assert_eq!(problem(&bomb).1, Problem::ExcessiveAliasing);
    let flat = format!("a: &a [x]\nb: [{}]\n", "*a, ".repeat(60_000));
    assert_eq!(problem(&flat), (2, Problem::TooManyNodes(100_000)));
}

#[test]
fn depth_is_limited_in_every_notation() {
    let levels = 100_000;
    let block = lines(0..2000, |level| format!("{}a:", " ".repeat(level)));
    let texts = [
        "[".repeat(levels),
        format!("---\n{}", "{a: ".repeat(levels)),
        "- ".repeat(levels),
        "? ".repeat(levels),
        "{\"a\":".repeat(levels),
        format!("a: {}", "[\n".repeat(levels)),
        block,
    ];
    for text in texts {
        let (line, problem) = problem(&text);
        let refused = problem == Problem::TooDeep(100) || matches!(problem, Problem::BadKey(_));
        assert!(refused, "{}: {line} {problem}", &text[..8]);
    }
    let anchors = lines(1..200, |n| format!("a{n}: &a{n} [*a{}]", n - 1));
    assert_eq!(problem(&format!("a0: &a0 x\n{anchors}")).1, Problem::TooDeep(100));
}

#[test]
fn the_deepest_nesting_that_limits_allow_fits_the_stack() {
    let limits = Limits { depth: usize::MAX, ..LIMITS };
    let levels = 200;
    let json = format!("{}1{}", "{\"a\":".repeat(levels), "}".repeat(levels));
    for text in [format!("---\n{json}"), json, "- ".repeat(levels) + "x"] {
        let raw = split(text.as_bytes()).unwrap();
        let read = parse(&raw[0], &limits).unwrap().unwrap();
        assert!(read.same(&read.clone()));
        assert!(read.to_json() != Json::Null);
    }
    let raw = format!("---\n{}x", "- ".repeat(levels + 1));
    let raw = split(raw.as_bytes()).unwrap();
    assert_eq!(parse(&raw[0], &limits).unwrap_err().problem, Problem::TooDeep(200));
}

#[test]
fn a_long_text_is_no_problem_within_the_limits() {
    let line = "  some text: with a colon\n";
    let text = format!("a: |\n{}", line.repeat(5_000_000 / line.len()));
    assert_eq!(node(&text).get("a").and_then(Node::as_str).map(str::len), Some(4_615_368));
    let raw = split(text.as_bytes()).unwrap();
    let limits = Limits { bytes: 1000, ..LIMITS };
    assert_eq!(parse(&raw[0], &limits).unwrap_err().problem, Problem::TooManyBytes(1000));
    let quoted = format!("a: \"{}\"\n", "word ".repeat(1_000_000));
    assert_eq!(node(&quoted).get("a").and_then(Node::as_str).map(str::len), Some(5_000_000));
}

#[test]
fn withheld_values_compare_but_do_not_show() {
    let redacted = |value: &str| Node {
        line: 1,
        column: 1,
        value: Value::Redacted(Digest::of(value.as_bytes())),
    };
    assert!(redacted("a").same(&redacted("a")));
    assert!(!redacted("a").same(&redacted("b")));
    assert_eq!(redacted("a").to_json(), json!("(secret)"));
    assert_eq!(format!("{:?}", Digest::of(b"a")), "(secret)");
}

#[test]
fn equal_values_are_the_same_in_other_places_and_orders() {
    let left = node("a: 1\nb: [x, {c: 2, d: 3}]\n");
    let right = node("# comment\nb:\n- x\n- d: 3\n  c: 2.0\na: 0x1\n");
    assert!(left.same(&right) && right.same(&left));
    assert!(!left.same(&node("a: 1\nb: [x, {c: 2, e: 3}]\n")));
    assert!(!left.same(&node("a: 1\nb: [{c: 2, d: 3}, x]\n")));
    assert!(!left.same(&node("a: 1\n")));
}

/// Any JSON value.
fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        ".{0,12}".prop_map(Json::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Json::from),
            btree_map(".{0,6}", inner, 0..6).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..300)) {
        for raw in split(&bytes).unwrap_or_default() {
            drop(parse(&raw, &LIMITS));
        }
    }

    #[test]
    fn anything_that_looks_like_yaml_is_read_or_refused(
        text in "([ \t\n\r:,?!&*<>|'\"%@`#~.a0x_é\u{85}\u{2028}\u{feff}\\[\\]{}\\\\+-]|---\n|: |- |\n  ){0,120}",
    ) {
        for raw in split(text.as_bytes()).unwrap_or_default() {
            drop(parse(&raw, &LIMITS));
        }
    }

    #[test]
    fn json_reads_as_it_was_written(value in any_json()) {
        let value = json!({"a": value});
        for text in [value.to_string(), format!("{value:#}")] {
            prop_assert_eq!(node(&text).to_json(), value.clone());
        }
    }

    #[test]
    fn json_within_yaml_reads_as_json(value in any_json()) {
        let text = json!({"a": value}).to_string();
        prop_assume!(cursor::check_characters(&text, 1).is_ok());
        prop_assume!(!text.contains(['\u{85}', '\u{2028}', '\u{2029}']));
        let yaml = node(&["---\n", &text].concat());
        prop_assert!(yaml.same(&node(&text)));
    }
}
