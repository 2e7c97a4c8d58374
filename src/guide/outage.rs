//! What guides and release notes say about downtime.
//!
//! # Decisions
//! * A guide is about the upgrade as a whole, so each of its lines counts. Release notes speak of
//!   downtime that a release is rid of, too, so of them only cautions about the upgrade count.
//! * The lines are cited, not interpreted: whether a service is away for seconds or minutes is for
//!   whoever reads them.

use super::words::Words;
use super::{HopGuide, Text, inline};
use crate::finding::Evidence;

const OUTAGE: &[&str] = &["downtime*", "unavailab*", "outage*", "interrupted", "interruption*"];

/// The most lines of a hop that are cited.
const MOST: usize = 20;

impl HopGuide {
    /// The lines of the hop's guides, and the cautions of its release notes, that speak of downtime;
    /// at most 20.
    pub fn outages(&self) -> Vec<Evidence> {
        let of_guides = self.guides.iter().flat_map(|it| lines(&it.text));
        let of_notes = self.notes.iter().flat_map(|notes| {
            let cautions = notes.cautions.iter().filter(|it| it.about_upgrade && speaks(&it.text));
            cautions.map(|it| notes.text.evidence(it.line))
        });
        of_guides.chain(of_notes).take(MOST).collect()
    }
}

fn lines(text: &Text) -> impl Iterator<Item = Evidence> {
    let said = text.body().into_iter().filter(|it| speaks(&inline::plain(it.text)));
    said.map(|it| text.evidence(it.number))
}

fn speaks(text: &str) -> bool {
    Words::of(text).has_any(OUTAGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cited(text: &str) -> Vec<Option<u32>> {
        lines(&Text::new("guide.md", text.as_bytes())).map(|it| it.line).collect()
    }

    #[test]
    fn lines_that_speak_of_downtime_are_cited() {
        let text = "# Migrate\n\n> **CAUTION:** Expect a temporary downtime.\n\nAll is well.\n\n\
                    The Connector is *unavailable* for a while.\n";
        assert_eq!(cited(text), [Some(3), Some(7)]);
        assert!(cited("# Migrate\n\nThe available options are listed.\n").is_empty());
    }
}
