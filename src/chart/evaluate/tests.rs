//! What single templates read, and what becomes of it.

use crate::chart::{Chart, ChartIndex, Files, Reference};

/// A component with these templates and values.
fn chart(values: &str, templates: &[(&str, &str)]) -> Chart {
    let mut files = Files::new();
    files.insert("resources/c/Chart.yaml".to_owned(), b"name: c".to_vec());
    files.insert("resources/c/values.yaml".to_owned(), values.into());
    for (name, text) in templates {
        files.insert(format!("resources/c/{name}"), (*text).into());
    }
    ChartIndex::build(&files).get("c").unwrap().clone()
}

/// The keys that a template reads: `a` printed, `a?` tested, `a..` gone through.
fn keys(template: &str) -> Vec<String> {
    let chart = chart("", &[("templates/t.yaml", template)]);
    assert_eq!(chart.problems, [], "{template}");
    shown(&chart)
}

fn shown(chart: &Chart) -> Vec<String> {
    let show = |it: &Reference| match (it.whole, it.sink.guard) {
        (true, _) if it.key.is_empty() => "(all)".to_owned(),
        (true, _) => it.key.to_string(),
        (false, true) => format!("{}?", it.key),
        (false, false) => format!("{}..", it.key),
    };
    let mut shown: Vec<String> = chart.references().iter().map(show).collect();
    shown.sort();
    shown.dedup();
    shown
}

/// Templates with the keys that they read, in order, separated by spaces.
const TEMPLATES: &[(&str, &str)] = &[
    // Actions, text around them, comments, trim markers, strings.
    ("{{ .Values.a.b }}", "a.b"),
    ("{{- .Values.a -}}", "a"),
    ("{{.Values.a}}{{-.Values.b-}}", "a"),
    (".Values.a {{ `.Values.b` }} {{ \"{{ .Values.c }}\" }}", ""),
    ("{{/* .Values.a */}}{{- /* }} .Values.b */ -}}{{ .Values.c }}", "c"),
    ("{{ .Values.a\n  | quote }}", "a"),
    ("{{ $.Values.a }}{{ (.Values).b }}{{ (.Values.c).d }}", "a b c.d"),
    ("{{ .Release.Name }}{{ .Chart.Name }}", ""),
    // Variables.
    ("{{ $x := .Values.a }}{{ $x.b }}{{ $x.c }}", "a.b a.c"),
    ("{{ $x := .Values.a }}", ""),
    ("{{ $x := .Values.a }}{{ if true }}{{ $x := .Values.b }}{{ $x }}{{ end }}{{ $x.c }}", "a.c b"),
    ("{{ $x := .Values.a }}{{ if true }}{{ $x = .Values.b }}{{ end }}{{ $x }}", "a b"),
    ("{{ if $x := .Values.a }}{{ $x.b }}{{ end }}{{ $x }}", "a.b a?"),
    (
        "{{ if $x := .Values.a }}{{ $y := .Values.b }}{{ else }}{{ $x.b }}{{ $y.c }}{{ end }}",
        "a.b a?",
    ),
    ("{{ $v := .Values }}{{ $v.a }}", "a"),
    // Branches.
    (
        "{{ if .Values.a }}{{ .Values.b }}{{ else if .Values.c }}{{ .Values.d }}{{ else }}{{ .Values.e }}{{ end }}",
        "a? b c? d e",
    ),
    (
        "{{ with .Values.a }}{{ .b }}{{ $.Values.c }}{{ else }}{{ .Values.d }}{{ end }}",
        "a.b a? c d",
    ),
    ("{{ with .Values.a }}{{ toYaml . }}{{ end }}", "a a?"),
    ("{{ with $x := .Values.a }}{{ $x.b }}{{ .c }}{{ end }}", "a.b a.c a?"),
    ("{{ if and .Values.a (eq .Values.b.c \"x\") (not .Values.d) }}{{ end }}", "a? b.c? d?"),
    // Ranges.
    ("{{ range .Values.a }}{{ .b }}{{ end }}", "a.*.b a.."),
    ("{{ range $k, $v := .Values.a }}{{ $k }}{{ $v }}{{ end }}", "a.* a.."),
    ("{{ range $k, $v := .Values.a }}{{ $v.b }}{{ .c }}{{ end }}", "a.*.b a.*.c a.."),
    ("{{ range $k, $v := .Values.a }}{{ index $.Values.b $k }}{{ end }}", "a.*.. a.. b.*"),
    ("{{ range keys .Values.a }}{{ . }}{{ end }}", "a.*.."),
    ("{{ range list \"a\" \"b\" }}{{ index $.Values . \"c\" }}{{ end }}", "a.c b.c"),
    (
        "{{ range $k, $v := .Values.m }}{{ if or (eq $k \"a\") (eq \"b\" $k) }}{{ $v.x }}{{ end }}{{ end }}",
        "m.a.x m.b.x m..",
    ),
    // Looking things up.
    ("{{ index .Values \"a\" \"b-c\" }}", "a.b-c"),
    ("{{ (index .Values \"a\").b }}", "a.b"),
    ("{{ index .Values \"a.b\" }}", "a\\.b"),
    ("{{ index .Values.list 0 }}", "list.*"),
    (
        "{{ index .Values.map .Values.key }}{{ slice .Values.list .Values.from }}",
        "from key list map.*",
    ),
    ("{{ get .Values.a \"b\" }}{{ dig \"x\" \"y\" 1 .Values.c }}", "a.b c.x.y"),
    ("{{ if hasKey .Values.a \"b\" }}{{ end }}", "a.b?"),
    ("{{ pluck \"x\" .Values.a .Values.b | first }}", "a.x b.x"),
    ("{{ $p := pick .Values.a \"x\" }}{{ $p.x }}{{ $p.y }}", "a.x"),
    ("{{ (omit .Values.a \"x\").y }}", "a.y"),
    // Functions.
    ("{{ default .Values.a .Values.b }}", "a b"),
    ("{{ .Values.a | default \"x\" | quote }}", "a"),
    ("{{ printf \"%s-%s\" .Values.a .Values.b }}", "a b"),
    ("{{ ternary \"x\" .Values.a .Values.b }}", "a b"),
    ("{{ $x := coalesce .Values.a .Values.b }}{{ $x.c }}", "a.c b.c"),
    ("{{ required \"it is required\" .Values.a }}", "a a?"),
    ("{{ toYaml .Values.resources | nindent 4 }}{{ toYaml .Values.a.b }}", "a.b resources"),
    ("{{ (toYaml .Values.a | fromYaml).b }}", "a.b"),
    ("{{ .Values | toJson }}", "(all)"),
    ("{{ unknownFunction .Values.a.b 3 'c' }}", "a.b"),
    ("{{ $d := dict \"a\" .Values.x }}{{ $d.a.b }}{{ $d.c }}", "x.b"),
    ("{{ $d := dict }}{{ $_ := set $d \"k\" .Values.x }}{{ $d.k.y }}", "x.y"),
    ("{{ $_ := set . \"k\" .Values.x }}", "x"),
    ("{{ $d := merge (dict \"a\" 1) .Values.x }}{{ $d.b }}", "x.b"),
    // Named templates.
    ("{{ define \"t\" }}{{ .Values.a }}{{ end }}", ""),
    ("{{ define \"t\" }}{{ .Values.a }}{{ end }}{{ template \"t\" . }}", "a"),
    ("{{ define \"t\" }}{{ .b }}{{ $.c }}{{ end }}{{ template \"t\" .Values.a }}", "a.b a.c"),
    (
        "{{ define \"t\" }}{{ .b }}{{ end }}{{ include \"t\" .Values.a | indent 2 }}{{ include \"t\" .Values.c }}",
        "a.b c.b",
    ),
    (
        "{{ define \"t\" }}{{ .v.b }}{{ .root.Values.c }}{{ end }}{{ include \"t\" (dict \"v\" .Values.a \"root\" $) }}",
        "a.b c",
    ),
    ("{{ define \"t\" }}{{ .Values.a }}{{ end }}{{ template \"t\" }}", ""),
    (
        "{{ define \"t\" }}{{ range . }}{{ .x }}{{ end }}{{ end }}{{ template \"t\" (list .Values.a .Values.b) }}",
        "a.x b.x",
    ),
    (
        "{{ define \"t\" }}{{ .a }}{{ include \"t\" .a }}{{ end }}{{ template \"t\" .Values }}",
        "a a.a a.a.a a.a.a.a",
    ),
    ("{{ block \"t\" .Values.a }}{{ .b }}{{ end }}", "a.b"),
    ("{{ define \"a-c\" }}{{ .x }}{{ end }}{{ include (printf \"%s-c\" \"a\") .Values.v }}", "v.x"),
    ("{{ template \"nobody.defines.it\" .Values.a }}", "a"),
    ("{{ include .Values.name .Values.a }}", "a name"),
    // Templates in texts.
    ("{{ tpl \"{{ .Values.a }}\" . }}", "a"),
    ("{{ tpl .Values.a . }}", "a"),
];

#[test]
fn every_construct_reads_what_it_should() {
    for (template, expected) in TEMPLATES {
        let mut expected: Vec<&str> = expected.split_whitespace().collect();
        // The marks sort behind the letters that may follow a key.
        expected.sort_unstable();
        assert_eq!(keys(template), expected, "{template}");
    }
}

#[test]
fn files_that_are_rendered_are_followed_and_others_are_not() {
    let chart = chart(
        "",
        &[
            ("files/a.sh", "{{ .Values.a }}"),
            ("files/b.sh", "{{ .Values.b }}"),
            ("conf/c.yaml", "{{ .Values.c }}"),
            ("conf/d.yaml", "{{ .Values.d }}"),
            (
                "templates/t.yaml",
                "{{ tpl (.Files.Get \"files/a.sh\") . }}{{ .Files.Get \"files/b.sh\" }}",
            ),
            (
                "templates/u.yaml",
                "{{ range $path, $_ := .Files.Glob \"conf/c*\" }}{{ tpl ($.Files.Get $path) $ }}{{ end }}",
            ),
        ],
    );
    assert_eq!(shown(&chart), ["a", "c"]);
}

#[test]
fn partial_files_are_rendered_only_where_they_are_included() {
    let chart = chart(
        "",
        &[
            ("templates/_a.json", "{{ .Values.a }}"),
            ("templates/_b.json", "{{ .Values.b }}"),
            ("templates/t.yaml", "{{ include (print $.Template.BasePath \"/_a.json\") . }}"),
            ("templates/u.yaml", "{{ include (print (dir $.Template.Name) \"/_a.json\") . }}"),
        ],
    );
    assert_eq!(shown(&chart), ["a"]);
}

#[test]
fn texts_among_the_values_are_followed_where_they_are_rendered() {
    let values = "a: 'x {{ .Values.b }}'\nc:\n  d:\n  - |\n    y\n    {{ .context.Values.e }}\nf: '{{ .Values.g }}'\n";
    let template =
        "{{ tpl .Values.a . }}{{ tpl (toYaml .Values.c) (dict \"context\" $) }}{{ .Values.f }}";
    let chart = chart(values, &[("templates/t.yaml", template)]);
    assert_eq!(shown(&chart), ["a", "b", "c", "e", "f"]);
    let b = chart.consumers("b")[0];
    assert_eq!((b.source.as_ref(), b.line), ("resources/c/values.yaml", 1));
}

#[test]
fn the_outermost_of_equal_names_is_called() {
    let chart = chart(
        "",
        &[
            ("charts/s/Chart.yaml", "name: s"),
            ("charts/s/templates/_h.tpl", "{{ define \"name\" }}{{ .Values.inner }}{{ end }}"),
            ("charts/s/templates/t.yaml", "{{ template \"name\" . }}"),
            ("templates/_h.tpl", "{{ define \"name\" }}{{ .Values.outer }}{{ end }}"),
        ],
    );
    assert_eq!(shown(&chart), ["s.outer"]);
}

const DEPLOYMENT: &str = r#"{{- if .Values.enabled }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ template "name" . }}-web
spec:
  template:
    spec:
      containers:
      - name: web
        image: "{{ $.Values.image.path }}/web:{{- .Values.image.tag }}"
        args:
        - --zone={{ .Values.zone }}
        env:
        - name: DOMAIN
          value: {{ .Values.domain }}
        - name: SECRET
          valueFrom:
            secretKeyRef:
              name: {{ .Values.secret }}
        {{- if .Values.limited }}
        resources:
{{ toYaml .Values.resources | indent 10 }}
        {{- end }}
      - name: {{ .Chart.Name }}
        image: other:{{ .Values.other }}
{{ include "pod" .Values.pod | indent 6 }}
{{- end }}
---
kind: ConfigMap
data:
  config.yaml: |
    server:
      port: {{ .Values.port }}
"#;

const POD: &str = "{{ define \"pod\" }}\nnodeSelector:\n  zone: {{ .selector }}\n{{ end }}";

/// What becomes of each key of the above: field, environment variable, item, line.
const SINKS: &str = r#"
enabled | | | | {{ if <> }}
image.path | spec.template.spec.containers[].image | | web | image: "{{ <> }}/web:{{ <other> }}"
image.tag | spec.template.spec.containers[].image | | web | image: "{{ <other> }}/web:{{ <> }}"
zone | spec.template.spec.containers[].args[] | | web | - --zone={{ <> }}
domain | spec.template.spec.containers[].env[].value | DOMAIN | web | value: {{ <> }}
secret | spec.template.spec.containers[].env[].valueFrom.secretKeyRef.name | SECRET | web | name: {{ <> }}
limited | spec.template.spec.containers[].resources | | web | {{ if <> }}
resources | spec.template.spec.containers[].resources | | web | {{ toYaml <> | indent 10 }}
other | spec.template.spec.containers[].image | | {{ .Chart.Name }} | image: other:{{ <> }}
pod.selector | spec.template.spec.nodeSelector.zone | | | zone: {{ <> }}"#;

#[test]
fn a_reference_tells_what_becomes_of_the_value() {
    let chart = chart("", &[("templates/d.yaml", DEPLOYMENT), ("templates/_h.tpl", POD)]);
    let mut shown = String::new();
    for expected in SINKS.lines().skip(1) {
        let key = expected.split(" | ").next().unwrap();
        let [reference] = chart.consumers(key)[..] else { panic!("{key}") };
        let sink = &reference.sink;
        let object = (sink.api_version.as_ref(), sink.kind.as_ref(), sink.name.as_ref());
        assert_eq!(object, ("apps/v1", "Deployment", "{{ template \"name\" . }}-web"), "{key}");
        let (env, item) = (sink.env.as_deref(), sink.item.as_deref());
        let parts = [key, &sink.field, env.unwrap_or(""), item.unwrap_or(""), &sink.line];
        shown = format!(
            "{shown}\n{}",
            parts.join(" | ").replace(" |  |", " | |").replace(" |  |", " | |")
        );
    }
    assert_eq!(shown, SINKS);
}

#[test]
fn a_reference_tells_more_where_there_is_more_to_tell() {
    let chart = chart("", &[("templates/d.yaml", DEPLOYMENT), ("templates/_h.tpl", POD)]);
    let [port] = chart.consumers("port")[..] else { panic!("port") };
    assert_eq!(port.sink.field.as_ref(), "data.config.yaml.server.port");
    assert_eq!((port.sink.kind.as_ref(), port.line), ("ConfigMap", 34));
    assert_eq!(port.text.as_ref(), "port: {{ .Values.port }}");
    let [selector] = chart.consumers("pod.selector")[..] else { panic!("selector") };
    assert_eq!(selector.sink.template.as_deref(), Some("pod"));
    assert_eq!(selector.source.as_ref(), "resources/c/templates/_h.tpl");
}

#[test]
fn templates_without_end_or_beyond_all_bounds_are_problems() {
    let deep = "{{ if .Values.a }}".repeat(5000) + &"{{ end }}".repeat(5000);
    let nested = format!("{{{{ {}.Values.a{} }}}}", "(".repeat(5000), ")".repeat(5000));
    let call = |at: u32| {
        format!("{{{{ define \"{at}\" }}}}{{{{ include \"{}\" . }}}}{{{{ end }}}}", at + 1)
    };
    let chain: String = (0..1000).map(call).collect::<String>() + "{{ template \"0\" . }}";
    let small = ["{{ if .Values.a }}", "{{ end }}", "{{ .Values.a ", "{{ a | | b }}", "{{ else }}"];
    for template in small.into_iter().chain([&deep[..], &nested, &chain]) {
        let chart = chart("", &[("templates/t.yaml", template)]);
        assert_ne!(chart.problems, [], "{}", &template[..template.len().min(40)]);
    }
}

/// Pieces that make work or memory grow without bounds if they are repeated.
const REPEATED: &[&str] = &[
    "{{ $x = $x.a }}{{ $x }}",
    "{{ $x := $x.a }}{{ $x }}",
    "{{ $d = dict \"a\" $d \"b\" $d }}{{ $d.a }}",
    "{{ $d := list $d $d }}{{ range $d }}{{ . }}{{ end }}",
    "{{ $d := default $x $d.a }}",
    "{{/*",
    "{{ `",
    "{{ (",
    "{{ ? }}",
    "{{ if .Values.a }}{{ .Values.b }}",
    "{{ if .Values.a }}{{ else if .Values.b }}\n",
    "{{ range .Values.a }}{{ with .b }}",
    "{{ include \"t\" (dict \"x\" .) }}",
    "{{ tpl .Values.text . }}",
    "- {{ .Values.a }}: ",
    "  - a:\n{{ .Values.a }}\n",
    "{{ define \"t\" }}{{ template \"t\" .a }}{{ end }}{{ template \"t\" .Values }}",
];

#[test]
fn work_and_memory_are_bounded_for_every_template() {
    for piece in REPEATED {
        let text = format!("{{{{ $x := .Values }}}}{{{{ $d := dict }}}}{}", piece.repeat(5_000));
        let values = "text: '{{ tpl .Values.text . }}{{ .Values.a }}'";
        let chart = chart(values, &[("templates/t.yaml", text.as_str())]);
        assert!(chart.problems.len() < 50, "{piece}: {}", chart.problems.len());
        assert!(chart.references().iter().all(|it| it.key.len() < 2000), "{piece}");
    }
}

#[test]
fn what_stands_behind_a_flaw_is_read_all_the_same() {
    let chart = chart(
        "",
        &[("templates/t.yaml", "{{ if | }}{{ .Values.a }}{{ end }}\n{{ ? }}\n{{ .Values.b }}")],
    );
    assert_eq!(shown(&chart), ["a", "b"]);
    let lines: Vec<u32> = chart.problems.iter().map(|it| it.line).collect();
    assert_eq!(lines, [1, 2]);
}
