use super::*;

const BASE: &str = "https://github.com/kyma-project/kyma/blob/release-1.2/docs/migration-guides";

fn notes(content: &str) -> Notes {
    let dir = "2019-06-13-release-notes-1.2";
    Notes::parse(dir, "2019-06-13-release-notes-1.2/index.md", content.as_bytes())
}

#[test]
fn the_minor_is_in_the_folder_or_in_the_front_matter() {
    let minor = |dir: &str, content: &str| {
        let notes = Notes::parse(dir, "x", content.as_bytes());
        notes.minor.map(|it| it.to_string())
    };
    assert_eq!(minor("2019-06-13-release-notes-1.2", "").as_deref(), Some("1.2"));
    assert_eq!(minor("release-notes-1.24.1", "").as_deref(), Some("1.24"));
    let tagged = "---\nreleaseTag: \"1.10.0\"\n---\n";
    assert_eq!(minor("some-post", tagged).as_deref(), Some("1.10"));
    assert_eq!(minor("some-post", "releaseTag: 1.10.0").as_deref(), None);
}

#[test]
fn links_to_guides_are_found_in_any_form_and_once_each() {
    let content = format!(
        "Read [it]({BASE}/1.1-1.2.md#storage) and [again]({BASE}/1.1-1.2.md).\n\
         <https://raw.githubusercontent.com/kyma-project/kyma/1.2.0/docs/migration-guides/1.1-1.2.md>\n\
         [rel](/docs/migration-guides/1.0-1.1.md), [readme]({BASE}/README.md), {BASE}\n\
         [out](https://github.com/a/b/blob/2.0.0/docs/migration-guide-1.24-2.0.md)"
    );
    let notes = notes(&content);
    let found: Vec<_> = notes
        .guide_links
        .iter()
        .map(|it| format!("{} {} {:?}", it.line, it.name, it.branch.as_deref()))
        .collect();
    let expected = [
        "1 1.1-1.2.md Some(\"release-1.2\")",
        "2 1.1-1.2.md Some(\"1.2.0\")",
        "3 1.0-1.1.md None",
        "4 migration-guide-1.24-2.0.md Some(\"2.0.0\")",
    ];
    assert_eq!(found, expected);
    assert_eq!(notes.guide_links[0].url, format!("{BASE}/1.1-1.2.md"));
}

#[test]
fn a_link_is_for_the_hop_that_its_guide_covers() {
    let notes = notes(&format!("[it]({BASE}/1.1-1.2.md)"));
    let minor = |text: &str| text.parse().unwrap();
    assert_eq!(notes.link_for(minor("1.1"), minor("1.2")).unwrap().line, 1);
    assert_eq!(notes.link_for(minor("1.2"), minor("1.3")), None);
}

fn about(caution: &str) -> bool {
    notes(&format!("> **CAUTION:** {caution}")).cautions[0].about_upgrade
}

#[test]
fn a_caution_is_about_the_upgrade_if_it_says_more_than_where_the_guide_is() {
    assert!(about("When upgrading from 1.1 to 1.2, a service is down. It is brief."));
    assert!(about("New keys are made as a part of the upgrade."));
    assert!(about("Before you upgrade, you must replace Tiller. Follow the Migration Guide."));
    assert!(about("Run the script to move from v1.1 to v1.2."));
}

#[test]
fn a_caution_that_only_points_to_the_guide_or_to_a_feature_is_not() {
    assert!(!about("Before an upgrade to 1.2, study the [Migration Guide](https://x.y)."));
    assert!(!about(
        "Before upgrading, you must do what the guide says. If you upgrade without performing \
         these steps, the cluster may break."
    ));
    assert!(!about("The view is experimental."));
    assert!(!about("Before you start the migration of the catalog, make a copy."));
}

#[test]
fn tips_are_no_cautions() {
    let notes = notes("> **TIP:** Read more.\n\n>**NOTE:** Slow.\n");
    assert_eq!(notes.cautions.len(), 1);
    assert_eq!((notes.cautions[0].kind, notes.cautions[0].line), (StepKind::Note, 3));
}

const POST: &str = "\
- [Migrations and upgrades](#x) - run it before the upgrade

## Storage

Run the new tool. If you upgrade from 1.1, you must restart the store.

### Upgrade

The store was upgraded.

## Migrations and upgrades

### Tiller

Apply it before performing the upgrade:

```bash
kubectl apply -f tiller.yaml
```

## Last

You must smile.
";

#[test]
fn sections_about_migration_are_read_like_a_guide_and_others_for_what_concerns_the_upgrade() {
    let notes = notes(POST);
    let steps: Vec<_> = notes
        .steps
        .iter()
        .map(|it| format!("{} {}: {}", it.line, it.heading_path.join(">"), it.text))
        .collect();
    let expected = [
        "5 Storage: Run the new tool. If you upgrade from 1.1, you must restart the store.",
        "15 Migrations and upgrades>Tiller: Apply it before performing the upgrade:",
    ];
    assert_eq!(steps, expected);
    assert_eq!(notes.steps[1].command.as_deref(), Some("kubectl apply -f tiller.yaml"));
}

#[test]
fn known_issues_have_the_title_below_or_above_them() {
    let content =
        "## Store\n### Known issues\nx\n## Known Issues\n### One\n### Two\n## Known issues";
    let notes = notes(content);
    let found: Vec<_> =
        notes.known_issues.iter().map(|it| format!("{} {}", it.line, it.title)).collect();
    assert_eq!(found, ["2 Store", "5 One", "6 Two", "7 Known issues"]);
}

#[test]
fn a_line_of_the_notes_is_evidence() {
    let evidence = notes(POST).evidence(15);
    assert_eq!(evidence.source, "2019-06-13-release-notes-1.2/index.md");
    assert_eq!(evidence.text, "Apply it before performing the upgrade:");
}
