//! The digest list, in the format of sha256sum(1).

use std::collections::BTreeMap;
use std::fmt::Write;

/// Digests (64 hexadecimal digits) by path.
pub(super) type Sums = BTreeMap<String, String>;

/// Reads a digest list, or says which line is none of one.
pub(super) fn parse(bytes: &[u8]) -> Result<Sums, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "its digest list is no text".to_owned())?;
    let lines = text.lines().enumerate();
    lines.map(|(at, line)| entry(line).ok_or_else(|| unreadable(at + 1))).collect()
}

fn unreadable(line: usize) -> String {
    format!("line {line} of its digest list is not a digest and a file name")
}

fn entry(line: &str) -> Option<(String, String)> {
    let (digest, name) = line.split_once(' ')?;
    let name = name.strip_prefix([' ', '*'])?;
    let hexadecimal = digest.bytes().all(|it| it.is_ascii_hexdigit());
    let plain = digest.len() == 64 && hexadecimal && !name.is_empty();
    plain.then(|| (name.to_owned(), digest.to_ascii_lowercase()))
}

/// Writes a digest list, sorted by path.
pub(super) fn format(sums: &Sums) -> String {
    let mut text = String::new();
    for (path, digest) in sums {
        writeln!(text, "{digest}  {path}").expect("writing to a text cannot fail");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn what_is_written_is_read_again() {
        let sums = ["a", "b/c d.yaml", "ä"].map(|it| (it.to_owned(), DIGEST.to_owned()));
        let sums = Sums::from(sums);
        assert_eq!(parse(format(&sums).as_bytes()), Ok(sums));
    }

    #[test]
    fn a_list_of_sha256sum_in_binary_mode_and_with_other_line_ends_is_read() {
        let text = format!("{} *a.yaml\r\n", DIGEST.to_uppercase());
        let sums = parse(text.as_bytes()).unwrap();
        assert_eq!(sums.get("a.yaml").map(String::as_str), Some(DIGEST));
    }

    #[test]
    fn a_line_that_is_none_is_named() {
        let short = format!("{}  a", &DIGEST[1..]);
        let bare = DIGEST.to_owned();
        let foreign = format!("{}  a", DIGEST.replace('b', "é"));
        for line in [short, bare, foreign, "x".to_owned(), String::new()] {
            let text = format!("{DIGEST}  first\n{line}\n");
            let error = parse(text.as_bytes()).unwrap_err();
            assert!(error.starts_with("line 2 "), "{error}");
        }
        assert!(parse(b"\xff").is_err());
    }
}
