use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

const GUIDE: &str = "\
# Migrate from v1.1 to v1.2

>**TIP:** To learn about upgrading, see [that](https://example.org/upgrade) page.

## Storage

The old bucket was removed. Before you upgrade, make sure to save its content:

```bash
kubectl cp store:/export $HOME/saved
```

## Messaging

After upgrading Kyma, these steps must be followed.

1. Delete all old channels.

    ```bash
    kubectl delete channels.example.org --all
    ```

2. Wait until `READY` is shown:

    ```bash
    NAME   READY
    a      True
    ```
>**CAUTION:** Messages may vanish.

## Interface

It is much nicer now. Enjoy.
";

fn artifact(name: &str, bytes: &[u8]) -> Artifact {
    Artifact {
        resource: Resource::guide("1.2".parse().unwrap(), name),
        url: "https://example.org/guide".to_owned(),
        sha256: "sha256:00".to_owned(),
        bytes: bytes.to_vec(),
    }
}

fn guide(bytes: &[u8]) -> Guide {
    Guide::parse(&artifact("1.1-1.2.md", bytes)).unwrap()
}

fn written(step: &GuideStep) -> String {
    let mark = if step.destructive { "!" } else { "" };
    let (line, kind, when) = (step.line, step.kind.as_str(), step.when.as_str());
    let path = step.heading_path.join(">");
    format!("{line}{mark} {kind} {when} {path}: {}", step.text)
}

#[test]
fn a_guide_becomes_a_checklist() {
    let guide = guide(GUIDE.as_bytes());
    let steps: Vec<_> = guide.steps.iter().map(written).collect();
    let expected = [
        "7 command before Storage: The old bucket was removed. Before you upgrade, make sure to \
         save its content:",
        "15 action after Messaging: After upgrading Kyma, these steps must be followed.",
        "17! command after Messaging: Delete all old channels.",
        "23 action after Messaging: Wait until `READY` is shown",
        "29 caution after Messaging: Messages may vanish.",
        "33 note unstated Interface: It is much nicer now.",
    ];
    assert_eq!(steps, expected);
    assert_eq!(guide.title, "Migrate from v1.1 to v1.2");
    assert_eq!(guide.more_steps, 0);
    let command = guide.steps[2].command.as_deref();
    assert_eq!(command, Some("kubectl delete channels.example.org --all"));
}

#[test]
fn a_guide_knows_where_it_comes_from_and_cites_its_lines() {
    let guide = guide(GUIDE.as_bytes());
    assert_eq!(guide.source(), "release-1.2/docs/migration-guides/1.1-1.2.md");
    assert_eq!(guide.name, "1.1-1.2.md");
    assert_eq!(guide.coverage.to_string(), "1.1-1.2");
    let evidence = guide.evidence(&guide.steps[4]);
    assert_eq!(evidence.line, Some(29));
    assert_eq!(evidence.text, ">**CAUTION:** Messages may vanish.");
}

#[test]
fn a_file_that_is_not_named_like_a_guide_is_none() {
    assert!(Guide::parse(&artifact("README.md", GUIDE.as_bytes())).is_none());
}

#[test]
fn a_title_may_stand_in_the_front_matter() {
    let guide = guide(b"---\ntitle: From a to b\n---\n\n## A\n1. Go.\n");
    assert_eq!(guide.title, "From a to b");
    assert_eq!(guide.steps[0].heading_path, ["A"]);
}

#[test]
fn a_guide_that_is_no_text_is_still_a_guide() {
    let guide = guide(b"\xff\xfe# \x00\n\n```\nkubectl delete \x1b[31mx\n");
    assert!(guide.steps.iter().all(|it| !it.text.contains('\u{1b}')));
    assert_eq!(guide.steps[0].command.as_deref(), Some("kubectl delete x"));
}

#[test]
fn a_flood_of_steps_is_cut_and_counted() {
    let flood = guide("1. Delete it.\n".repeat(STEP_LIMIT + 5).as_bytes());
    assert_eq!((flood.steps.len(), flood.more_steps), (STEP_LIMIT, 5));
    let long = guide(format!("You must {}.", "wait ".repeat(300)).as_bytes());
    let text = &long.steps[0].text;
    assert!(text.ends_with('…') && text.chars().count() <= TEXT_LIMIT, "{text}");
}

#[test]
fn brackets_and_quotes_nested_without_end_are_read_in_no_time() {
    let brackets = format!("Run {}{}\n", "[".repeat(450), "]".repeat(450));
    let quotes = format!("{} **NOTE:** must\n", ">".repeat(5_000));
    let stars = format!("{}\n", "*`<!".repeat(2_000));
    let all = guide(format!("{brackets}{quotes}{stars}").repeat(20).as_bytes());
    assert!(all.steps.len() <= STEP_LIMIT);
}

#[test]
fn a_text_beyond_all_measure_is_cut() {
    let text = Text::new("x", &vec![b'a'; (1 << 20) + 1]);
    assert!(text.is_cut());
    assert!(!Text::new("x", b"a").is_cut());
}

#[test]
fn a_status_is_written_in_lower_case() {
    let all = [GuideStatus::Published, GuideStatus::None, GuideStatus::Missing];
    let json = serde_json::to_string(&all).unwrap();
    assert_eq!(json, r#"["published","none","missing"]"#);
}

/// What holds for the steps of any text.
fn assert_sound(guide: &Guide) {
    let mut last = 0;
    for step in &guide.steps {
        assert!(step.line >= last, "steps keep the order of the text");
        last = step.line;
        assert!(guide.text.line(step.line).is_some(), "the line exists");
        assert!(step.text.chars().count() <= TEXT_LIMIT);
        assert!(!step.text.contains(char::is_control), "{:?}", step.text);
        let code = step.command.iter().chain(&step.snippet);
        let unsafe_char = |c: char| c.is_control() && c != '\n' && c != '\t';
        assert!(code.clone().all(|it| !it.contains(unsafe_char)));
        assert!(code.clone().all(|it| it.chars().count() <= COMMAND_LIMIT));
    }
    let lines: BTreeSet<u32> = guide.steps.iter().map(|it| it.line).collect();
    assert!(lines.iter().all(|it| guide.text.evidence(*it).line == Some(*it)));
}

proptest! {
    // A failing input belongs into a test of its own, not into a file beside the code.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_can_be_read(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        assert_sound(&guide(&bytes));
    }

    #[test]
    fn any_mix_of_marks_can_be_read(
        text in "([#>*`~|=_+.:;,!?() \\[\\]<&\\\\\\-\n\t]|kubectl |must |1\\. |a|É|\u{1b}\\[|```\n|data:\n ){0,120}",
        word in "[a-z.*É-]{1,8}",
    ) {
        let guide = guide(text.as_bytes());
        assert_sound(&guide);
        let of = &guide.text;
        let mentions = [of.mentions_key(&word), of.mentions_component(&word), of.mentions_name(&word)];
        let exist = mentions.into_iter().flatten().all(|it| of.line(it).is_some());
        prop_assert!(exist);
        let notes = Notes::parse("release-notes-1.2", "x", text.as_bytes());
        prop_assert!(notes.steps.iter().all(|it| notes.text.line(it.line).is_some()));
        prop_assert!(of.candidates().len() <= 100);
    }
}
