use super::*;
use crate::guide::markdown;
use crate::guide::text::Text;

fn steps_in(content: &str, scope: Scope) -> Vec<GuideStep> {
    let text = Text::new("x", content.as_bytes());
    checklist(&markdown::blocks(&text.body()), scope).steps
}

fn steps(content: &str) -> Vec<GuideStep> {
    steps_in(content, Scope::Everything)
}

fn texts(content: &str) -> Vec<String> {
    let steps = steps(content);
    let written = |it: &GuideStep| format!("{} {}: {}", it.line, it.kind.as_str(), it.text);
    steps.iter().map(written).collect()
}

#[test]
fn numbered_items_are_steps_whatever_they_say() {
    assert_eq!(texts("1. The pods.\n2. a. b"), ["1 action: The pods.", "2 action: a. b"]);
}

#[test]
fn bullets_are_steps_if_they_or_the_words_before_ask() {
    let told = "The job does two things automatically:\n- Remove a\n- Create b\n";
    assert_eq!(texts(told).len(), 1, "{:?}", texts(told));
    let asked = "You must look after:\n- the pods\n- the jobs\n";
    assert_eq!(texts(asked).len(), 3);
    let mixed = "There is news.\n\n- Delete the pods.\n- It is faster.\n";
    assert_eq!(texts(mixed), ["3 action: Delete the pods."]);
}

#[test]
fn a_command_belongs_to_the_words_right_before_it() {
    let found = steps("To see the pods, run:\n\n```\nkubectl get pods\n```\nBye.\n");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].kind, StepKind::Command);
    assert_eq!(found[0].command.as_deref(), Some("kubectl get pods"));
    assert_eq!(found[0].text, "To see the pods, run:");
}

#[test]
fn a_paragraph_that_leads_to_a_command_is_a_step_without_asking() {
    let found = texts("The pods are those:\n```\nkubectl get pods\n```\n");
    assert_eq!(found, ["1 command: The pods are those:"]);
}

#[test]
fn words_that_only_lead_give_their_command_to_the_step_before() {
    let found = steps("You must upgrade the tool.\n\nUse this command:\n\n```\nhelm init x\n```\n");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].text, "You must upgrade the tool.");
    assert_eq!(found[0].command.as_deref(), Some("helm init x"));
    assert_eq!(texts("Run:\n```\nhelm init x\n```\n"), ["1 command: Run:"]);
}

#[test]
fn a_command_after_a_caution_is_a_step_of_its_own() {
    let found =
        texts("1. Create it:\n\n    >**CAUTION:** Not twice.\n\n    ```\n    kyma go\n    ```");
    let expected = ["1 action: Create it", "3 caution: Not twice.", "5 command: kyma go"];
    assert_eq!(found, expected);
}

#[test]
fn a_second_command_is_a_step_of_its_own() {
    let found = steps("1. Do both:\n```\nkyma a\n```\n```\nkyma b\n```\n");
    let commands: Vec<_> = found.iter().filter_map(|it| it.command.as_deref()).collect();
    assert_eq!(commands, ["kyma a", "kyma b"]);
}

#[test]
fn configuration_is_a_snippet_and_output_is_nothing() {
    let found = steps("1. Add this:\n```\nspec:\n  a: 1\n```\n2. See:\n```\nNAME  READY\n```\n");
    assert_eq!(found[0].snippet.as_deref(), Some("spec:\n  a: 1"));
    assert_eq!((&found[1].snippet, &found[1].command), (&None, &None));
}

#[test]
fn yaml_under_an_indented_fence_keeps_its_shape() {
    let found = steps("1. Apply:\n\n  ```\ncat <<EOF\na:\n  b: 1\nEOF\n```\n");
    assert_eq!(found[0].command.as_deref(), Some("cat <<EOF\na:\n  b: 1\nEOF"));
}

#[test]
fn a_command_too_long_to_show_is_replaced_by_a_remark() {
    let found = steps(&format!("```\nkubectl delete crd {}\n```\n", "x".repeat(COMMAND_LIMIT)));
    assert!(found[0].destructive);
    assert_eq!(
        found[0].command.as_deref(),
        Some("# 1 lines, too long to show: copy them from the guide")
    );
}

fn when(content: &str) -> Vec<When> {
    steps(content).iter().map(|it| it.when).collect()
}

#[test]
fn a_paragraphs_time_holds_for_its_section_and_below() {
    let content = "## A\nAfter you upgrade, do this:\n1. one\n### B\n1. two\n## C\n1. three\n";
    let expected = [When::After, When::After, When::After, When::Unstated];
    assert_eq!(when(content), expected);
}

#[test]
fn a_heading_rules_over_the_words_below_it() {
    let content = "## Prerequisites\nDelete it, as it does not work after the upgrade.\n";
    assert_eq!(when(content), [When::Before]);
    let content = "## Upgrade\n1. Once the upgrade is complete, look.\n2. Go.\n";
    assert_eq!(when(content), [When::After, When::During]);
}

#[test]
fn tips_that_point_elsewhere_are_left_out_and_other_quotes_kept() {
    let content = "> **TIP:** To learn more, read this.\n\n> **TIP:** Use two hands.\n\n\
                   > **NOTE:** a\n> **WARNING:** b\n\n> plain\n\n> **NOTE:**\n";
    let expected = ["3 note: Use two hands.", "5 note: a WARNING: b", "8 note: plain"];
    assert_eq!(texts(content), expected);
}

#[test]
fn quotes_keep_the_commands_inside_them() {
    let content = "> **NOTE:** You can remove it:\n>\n> ```bash\n> kubectl delete crd a\n> ```\n";
    let found = steps(content);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].command.as_deref(), Some("kubectl delete crd a"));
    assert!(found[0].destructive);
    assert_eq!(found[0].kind, StepKind::Note);
}

#[test]
fn rows_of_tables_are_notes() {
    let content = "| Old | New |\n|---|---|\n| `a.b` | **c.d** |\n";
    assert_eq!(texts(content), ["1 note: Old | New", "3 note: `a.b` | c.d"]);
}

#[test]
fn a_section_that_asks_for_nothing_is_noted_once() {
    let content = "## A\nIt is new. It is fine.\n\nReally.\n## B\nOld.\n### C\n1. Go.\n";
    assert_eq!(texts(content), ["2 note: It is new.", "6 note: Old.", "8 action: Go."]);
}

#[test]
fn elsewhere_only_what_speaks_of_the_upgrade_counts() {
    let content = "You must drink.\n\nIf you upgrade, you must look.\n\n## New\nNews.\n\n\
                   - Delete it.\n- Delete it after the upgrade.\n\n```\nkubectl get x\n```\n\n\
                   > **NOTE:** x\n";
    let found = steps_in(content, Scope::UpgradesOnly);
    let texts: Vec<_> = found.iter().map(|it| it.text.as_str()).collect();
    assert_eq!(texts, ["If you upgrade, you must look.", "Delete it after the upgrade."]);
}

#[test]
fn deleting_everything_is_destructive_without_a_command() {
    let found = steps("1. Delete all instances.\n2. Delete the pod.\n");
    assert!(found[0].destructive && !found[1].destructive);
}

#[test]
fn a_command_named_in_the_text_may_be_destructive_too() {
    let found = steps("Run `helm delete x` now.\n\nRun `helm ls` now.\n");
    assert!(found[0].destructive && !found[1].destructive);
}

#[test]
fn words_that_lead_to_a_link_are_kept() {
    let found = texts("You must restart it. Use the [script](a.sh):\n```\n./a.sh\n```\n");
    assert_eq!(found, ["1 command: You must restart it. Use the script (a.sh):"]);
}

#[test]
fn bullets_below_an_item_that_asks_are_steps() {
    let content = "* Delete these:\n  * `a`\n  * `b`\n\nNews:\n* It was removed.\n* It is fast.\n";
    let expected =
        ["1 action: Delete these", "2 action: `a`", "3 action: `b`", "6 note: It was removed."];
    assert_eq!(texts(content), expected);
}

#[test]
fn a_paragraph_that_leads_to_configuration_is_a_step_unless_it_is_an_example() {
    let code = "```yaml\na: 1\n```\n";
    let found = steps(&format!("These are the values:\n{code}"));
    assert_eq!(found[0].snippet.as_deref(), Some("a: 1"));
    let shown = steps(&format!("1. Go.\n\nSee the example:\n{code}"));
    assert_eq!(shown.len(), 1);
}

#[test]
fn tags_around_tabs_are_no_text() {
    let content = "1. Go:\n\n<div tabs>\n  <details>\n\n```\nkubectl get x\n```\n\n</details>\n";
    assert_eq!(steps(content)[0].command.as_deref(), Some("kubectl get x"));
}

#[test]
fn a_command_without_words_is_named_by_its_first_line_without_tabs() {
    let found = steps("```\n# look\nkubectl\tget  x\n```\n");
    assert_eq!(found[0].text, "kubectl get x");
    assert_eq!(found[0].line, 1);
}
