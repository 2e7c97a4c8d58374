//! Keys that nested YAML spells: `global:` with `foo:` below it is `global.foo`.

/// How deep nesting is followed.
const DEPTH: usize = 16;

/// The dotted paths of all YAML keys in the lines of code blocks, each with its line.
pub(super) fn paths<'a>(lines: impl Iterator<Item = (u32, &'a str)>) -> Vec<(String, u32)> {
    let mut stack: Vec<(usize, &str)> = Vec::new();
    let mut last = 0;
    let mut found = Vec::new();
    for (number, line) in lines {
        if number != last + 1 {
            stack.clear();
        }
        last = number;
        let Some((indent, key)) = key(line) else {
            continue;
        };
        stack.retain(|(above, _)| *above < indent);
        if stack.len() < DEPTH {
            stack.push((indent, key));
            let parts: Vec<_> = stack.iter().map(|(_, key)| *key).collect();
            found.push((parts.join("."), number));
        }
    }
    found
}

/// The indentation and the name of the key that the line begins with.
fn key(line: &str) -> Option<(usize, &str)> {
    let line = line.trim_start_matches('>');
    let (name, rest) = line.split_once(':')?;
    let separate = rest.is_empty() || rest.starts_with(char::is_whitespace);
    let bare = name.trim_start_matches([' ', '-']);
    let key = bare.trim().trim_matches(['"', '\'']);
    let plain = |c: char| c.is_alphanumeric() || "_-.".contains(c);
    let fits = separate && !key.is_empty() && key.chars().all(plain);
    fits.then_some((name.len() - bare.len(), key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nesting_spells_dotted_paths() {
        let lines = ["a:", "  b: 1", "  c:", "    d.e: y", "no key here", "\"f\":"];
        let found = paths(lines.into_iter().zip(1..).map(|(line, number)| (number, line)));
        let found: Vec<_> = found.iter().map(|(path, line)| format!("{path}@{line}")).collect();
        assert_eq!(found, ["a@1", "a.b@2", "a.c@3", "a.c.d.e@4", "f@6"]);
    }

    #[test]
    fn another_code_block_begins_anew() {
        let found = paths([(1, "a:"), (4, "  b: 1")].into_iter());
        assert_eq!(found[1], ("b".to_owned(), 4));
    }
}
