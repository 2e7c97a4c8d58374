use super::*;

fn text(content: &str) -> Text {
    Text::new("x", content.as_bytes())
}

fn names_key(content: &str, key: &str) -> bool {
    text(content).mentions_key(key).is_some()
}

fn names_component(content: &str, name: &str) -> bool {
    text(content).mentions_component(name).is_some()
}

#[test]
fn a_key_is_a_whole_word() {
    for content in [
        "set global.foo to true",
        "**global.foo**, now",
        "`global.foo`.",
        "data['global\\.foo']",
        "{{ .Values.global.foo }}",
        "{.data.global.foo}",
        "--set global.foo=x",
        "  global.foo: \"x\"",
        "all `global.*` keys",
        "(global.foo)",
    ] {
        assert!(names_key(content, "global.foo"), "{content}");
    }
    for content in [
        "global.foobar",
        "global.foo.bar",
        "my.global.foo",
        "x-global.foo",
        "globalXfoo",
        "`globals.*`",
        "https://x.y/global.foo",
        "[text](global.foo)",
        "Global.foo",
    ] {
        assert!(!names_key(content, "global.foo"), "{content}");
    }
}

#[test]
fn a_key_may_be_spelled_by_nested_yaml() {
    let content = "```yaml\ndata:\n  global:\n    foo: 1\n```\n";
    assert_eq!(text(content).mentions_key("global.foo"), Some(4));
    assert!(!names_key(content, "foo"));
    assert!(!names_key("global:\n  foo: 1\n", "global.foo"), "prose is no YAML");
}

#[test]
fn a_key_of_one_plain_word_must_be_marked() {
    assert!(names_key("the `enabled` override, **enabled**", "enabled"));
    assert!(!names_key("it is enabled by default", "enabled"));
    assert!(names_key("use kyma_istio_operator instead", "kyma_istio_operator"));
}

#[test]
fn english_words_are_no_components() {
    for (content, name) in [
        ("be sure to backup all files", "backup"),
        ("Backup your data before.", "backup"),
        ("save it (Backup)", "backup"),
        ("a core component of Kyma", "core"),
        ("the core components", "core"),
        ("In this release monitoring is better.", "monitoring"),
        ("for testing purposes, the Testing goes on", "testing"),
        ("[read](https://x.y/resources/core/values.yaml)", "core"),
        ("see https://x.y/core", "core"),
        ("core-and-supporting, core.x, precore", "core"),
        ("```\nkubectl get backup # backup component\n```", "backup"),
    ] {
        assert!(!names_component(content, name), "{content}");
    }
}

#[test]
fn components_of_one_word_are_known_by_what_stands_around_them() {
    for (content, name) in [
        ("we removed the Backup component", "backup"),
        ("the `core` part", "core"),
        ("the **core** part", "core"),
        ("the \"core\" part", "core"),
        ("removed from the core chart", "core"),
        ("the Helm core release", "core"),
        ("the Helm release core", "core"),
        ("the component core,", "core"),
        ("## Monitoring", "monitoring"),
        ("we upgraded Istio to 1.4", "istio"),
        ("provided by ORY.", "ory"),
        ("```\nhelm delete --purge core\n```", "core"),
        ("```\n  labels:\n    component: core\n```", "core"),
    ] {
        assert!(names_component(content, name), "{content}");
    }
}

#[test]
fn components_with_a_hyphen_are_whole_words_or_proper_names() {
    for content in ["the event-bus pods", "## Event Bus", "Kyma's Event Bus."] {
        assert!(names_component(content, "event-bus"), "{content}");
    }
    for content in [
        "event-bus-controller",
        "my-event-bus",
        "an event bus",
        "kubectl get pods -n event-bus",
        "namespace: event-bus",
        "https://x.y/event-bus/crds.yaml",
    ] {
        assert!(!names_component(content, "event-bus"), "{content}");
    }
}

#[test]
fn names_that_look_like_identifiers_count_anywhere_and_others_if_marked() {
    let found = |content: &str, name: &str| text(content).mentions_name(name).is_some();
    assert!(found("all functions.kubeless.io are", "functions.kubeless.io"));
    assert!(found("to APIRule objects", "APIRule"));
    assert!(found("edit net-global-overrides", "net-global-overrides"));
    assert!(!found("to APIRules", "APIRule"));
    assert!(!found("the tiller pod", "tiller"));
    assert!(found("the `tiller` pod", "tiller"));
}

#[test]
fn the_first_line_is_given_and_empty_names_have_none() {
    let text = text("a\nglobal.foo\nglobal.foo `x`");
    assert_eq!(text.mentions_key("global.foo"), Some(2));
    assert_eq!(text.mentions_name("x"), Some(3));
    assert_eq!(text.mentions_key(""), None);
    assert_eq!(text.mentions_component(""), None);
    assert_eq!(text.mentions_name(""), None);
}
