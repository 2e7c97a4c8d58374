use super::*;
use crate::guide::text::Text;

fn shapes(content: &str) -> Vec<String> {
    fn shape(block: &Block<'_>) -> String {
        let line = block.line;
        match &block.kind {
            Kind::Heading { level } => format!("{line} h{level} {}", block.raw()),
            Kind::Paragraph => format!("{line} p {}", block.raw()),
            Kind::Item { ordered: true } => format!("{line} ol {}", block.raw()),
            Kind::Item { ordered: false } => format!("{line} ul {}", block.raw()),
            Kind::Row => format!("{line} row {}", block.raw()),
            Kind::Code { info, .. } => format!("{line} code {info}|{}", block.code()),
            Kind::Quote(inner) => {
                let inner: Vec<_> = inner.iter().map(shape).collect();
                format!("{line} quote [{}]", inner.join("; "))
            }
        }
    }
    let text = Text::new("x", content.as_bytes());
    blocks(&text.body()).iter().map(shape).collect()
}

#[test]
fn blocks_know_their_first_line() {
    let content = "# Title #\n\npara one\nstill one\n\n1. item\n   goes on\n2) next\n- bullet\n\
                   \n---\n| a | b |\nSetext\n---\n<!-- a\nb -->\nlast";
    let expected = [
        "1 h1 Title",
        "3 p para one still one",
        "6 ol item goes on",
        "8 ol next",
        "9 ul bullet",
        "12 row | a | b |",
        "13 h2 Setext",
        "17 p last",
    ];
    assert_eq!(shapes(content), expected);
}

#[test]
fn code_blocks_lose_the_indentation_of_their_fence_only() {
    let content = "1. do\n\n   ```bash \n   a\n     b\n   ```  \n  ```\nraw\n```\n~~~\n```\n~~~";
    let expected = ["1 ol do", "3 code bash|a\n  b", "7 code |raw", "10 code |```"];
    assert_eq!(shapes(content), expected);
}

#[test]
fn an_unclosed_code_block_ends_with_the_text() {
    assert_eq!(shapes("```\na\n\nb"), ["1 code |a\n\nb"]);
    assert_eq!(shapes("use ```x``` here"), ["1 p use ```x``` here"]);
}

#[test]
fn quotes_hold_blocks_of_their_own() {
    let content = ">**NOTE:** one\n> two\n>\n>```bash\n>run\n>```\n\n> a\nlazy\n\n> >x\n\
                   > **TIP:** t";
    let expected = [
        "1 quote [1 p **NOTE:** one two; 4 code bash|run]",
        "8 quote [8 p a lazy]",
        "11 quote [11 quote [11 p x **TIP:** t]]",
    ];
    let found = shapes(content);
    assert_eq!(found[..2], expected[..2]);
    assert!(found[2].starts_with("11 quote [11 quote [11 p x"), "{found:?}");
}

#[test]
fn indented_lines_are_code_only_outside_of_lists() {
    assert_eq!(shapes("para\n\n    code\n    more"), ["1 p para", "3 code |code\nmore"]);
    assert_eq!(shapes("- item\n\n    para"), ["1 ul item", "3 p para"]);
    assert_eq!(shapes("1. x\n\n    a. sub"), ["1 ol x", "3 ol sub"]);
}

#[test]
fn things_that_only_look_like_markers_are_text() {
    for text in ["#hash", "1.5 GB", "-dash", "2020.", "**bold** start", "a.b c"] {
        assert_eq!(shapes(text), [format!("1 p {text}")], "{text}");
    }
}
