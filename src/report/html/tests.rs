use super::*;

#[test]
fn style_and_script_cannot_end_early_and_survive_the_last_cleaning() {
    for text in [STYLE, SCRIPT] {
        assert!(!text.to_ascii_lowercase().contains("</s"));
        assert_eq!(sanitize(text), text);
    }
}
