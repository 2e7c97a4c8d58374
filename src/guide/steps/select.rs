//! Which sentences ask people to do something, or to know something while they do it.
//!
//! # Decisions
//! * A sentence counts if it obliges ("you must", "make sure", "needs to") or commands
//!   ("Run …", "If …, delete …"). One that only says where to read more does not.
//! * A sentence that leans on the one before it ("In such a case", "Therefore") brings it along.
//! * "For more" and "the Upgrade Kyma document" are pointers, in every guide the same.

use crate::guide::inline::Sentence;
use crate::guide::words::{Words, is_mark};

/// What a paragraph asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Demand {
    /// The 1-based line of its first sentence that asks.
    pub(super) line: u32,
    /// The sentences that ask, with those that they lean on.
    pub(super) text: String,
    /// Whether it is only something to keep in mind.
    pub(super) reminder: bool,
    /// Whether it only leads to what follows ("Follow these steps:").
    pub(super) lead: bool,
}

/// What one sentence is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sense {
    Asks,
    Reminds,
    /// A few words that lead to a list or command.
    Leads,
    Tells,
}

/// What the sentences ask for, if anything.
pub(super) fn demand(sentences: &[Sentence]) -> Option<Demand> {
    let senses: Vec<Sense> = sentences.iter().map(|it| sense(&it.text)).collect();
    let best =
        [Sense::Asks, Sense::Reminds, Sense::Leads].into_iter().find(|it| senses.contains(it))?;
    let wanted = |at: usize| {
        let sense = senses[at];
        sense == best || best == Sense::Asks && sense == Sense::Reminds
    };
    let chosen = chosen(sentences, wanted);
    Some(Demand {
        line: sentences[*chosen.first()?].line,
        text: joined(chosen.iter().map(|at| &sentences[*at])),
        reminder: best == Sense::Reminds,
        lead: best == Sense::Leads,
    })
}

/// The sentences as one text.
pub(super) fn joined<'a>(sentences: impl IntoIterator<Item = &'a Sentence>) -> String {
    let texts: Vec<_> = sentences.into_iter().map(|it| it.text.as_str()).collect();
    texts.join(" ")
}

/// The places of the wanted sentences, of those before them that they lean on, and of those after
/// them that say what that means.
fn chosen(sentences: &[Sentence], wanted: impl Fn(usize) -> bool) -> Vec<usize> {
    let count = sentences.len();
    let mut keep: Vec<bool> = (0..count).map(wanted).collect();
    for at in (1..count).rev() {
        keep[at - 1] |= keep[at] && leans_back(&sentences[at].text);
    }
    for at in 1..count {
        let words = Words::of(&sentences[at].text);
        let goes_on = words.starts("otherwise") || words.starts("this means");
        keep[at] |= keep[at - 1] && goes_on;
    }
    (0..count).filter(|at| keep[*at]).collect()
}

const LEANING: &[&str] = &[
    "in such a case",
    "in this|that case",
    "in that case",
    "therefore",
    "as a result",
    "to do so|this|that|it",
    "to fix|resolve|confirm|accommodate|avoid|prevent|achieve this|that|them|it",
    "to resolve ~1 issue",
    "if so|not|yes",
    "otherwise",
    "this|these|it|they",
    "that's why",
    "that is why",
    "for this|that reason",
    "because of this|that",
    "however",
    "instead",
    "then",
    "to counter ~2 issue",
];

fn leans_back(text: &str) -> bool {
    let words = Words::of(text);
    LEANING.iter().any(|it| words.starts(it))
}

const OBLIGATIONS: &[&str] = &[
    "must",
    "should",
    "make|making sure",
    "need|needs to",
    "have|has to",
    "is|are|be required|necessary|mandatory",
    "require|requires",
];

const RECOMMENDATIONS: &[&str] = &["we ~2 recommend|advise", "is recommended|advised"];

/// Words before an obligation that turn it into its opposite or into something else.
const NO_OBLIGATION: &[&str] = &["not", "don't", "doesn't", "no", "the", "longer", "of", "we"];

/// Words of things to know: what is gone, renamed, or goes wrong.
const REMINDERS: &[&str] = &[
    "bear|keep in mind",
    "note that",
    "remember that",
    "be aware",
    "won't|cannot|can't",
    "will|can not",
    "will|can|may|might|could fail|break|lose",
    "be lost|unavailable|compromised",
    "is|are|was|were|been|have|has|we removed|renamed|replaced|deprecated|deleted|moved",
    "no longer",
    "not possible|supported|compatible",
    "is|are affected",
    "downtime",
];

/// Sentences that only point to another text, which is the same in every guide.
const POINTERS: &[&str] = &[
    "kyma upgrade guide|document",
    "upgrade kyma ~1 document|guide",
    "read|see|visit|check ~6 document|documentation|details|docs",
    "for|in ~1 more|further information|details",
    "to learn more|how",
    "contact us",
];

fn sense(text: &str) -> Sense {
    let words = Words::of(text);
    let asks = obliges(&words) || commands(&words);
    if asks && is_lead(&words, text) {
        Sense::Leads
    } else if asks && !is_pointer(&words) {
        Sense::Asks
    } else if words.has_any(REMINDERS) {
        Sense::Reminds
    } else {
        Sense::Tells
    }
}

/// "Run:", "Use this command:", "Follow these steps:" say nothing of their own; with a link they
/// do.
fn is_lead(words: &Words, text: &str) -> bool {
    if text.contains('(') {
        return false;
    }
    let bare = words.starts("follow|perform|complete|execute ~2 steps|instructions")
        || words.starts("use|run|execute ~2 command|commands|script")
        || words.starts("to do so|this|that , follow|run|use|execute");
    words.count() <= 6 && text.ends_with([':', '.']) && bare
        || words.count() <= 3 && text.ends_with(':') && words.starts("run|execute|use")
}

/// A pointer asks for nothing but reading.
fn is_pointer(words: &Words) -> bool {
    words.has_any(POINTERS) && !words.has_any(&["must", "make sure", "need|needs to", "should"])
}

fn obliges(words: &Words) -> bool {
    let mut places = OBLIGATIONS.iter().flat_map(|it| words.find(it));
    let obliged = places.any(|at| !NO_OBLIGATION.contains(&words.before(at)));
    obliged || words.has_any(RECOMMENDATIONS)
}

const VERBS: &[&str] = &[
    "add",
    "adjust",
    "allow",
    "annotate",
    "apply",
    "assign",
    "avoid",
    "back",
    "backup",
    "bind",
    "change",
    "check",
    "clean",
    "clear",
    "configure",
    "confirm",
    "connect",
    "consider",
    "convert",
    "copy",
    "create",
    "define",
    "delete",
    "deploy",
    "disable",
    "download",
    "edit",
    "enable",
    "ensure",
    "enter",
    "execute",
    "export",
    "expose",
    "fetch",
    "find",
    "follow",
    "force",
    "get",
    "give",
    "go",
    "identify",
    "increase",
    "insert",
    "install",
    "label",
    "list",
    "migrate",
    "modify",
    "move",
    "open",
    "override",
    "patch",
    "perform",
    "place",
    "point",
    "proceed",
    "provide",
    "prepare",
    "re-create",
    "reconfigure",
    "recreate",
    "redeploy",
    "regenerate",
    "register",
    "reinstall",
    "remove",
    "rename",
    "repeat",
    "replace",
    "reset",
    "restart",
    "restore",
    "revert",
    "rotate",
    "run",
    "save",
    "scale",
    "set",
    "skip",
    "start",
    "stop",
    "store",
    "switch",
    "test",
    "trigger",
    "turn",
    "uninstall",
    "unset",
    "update",
    "upgrade",
    "use",
    "verify",
    "wait",
    "write",
];

/// First words of a sentence whose main clause may begin with a command after a comma.
const OPENINGS: &str = "after|alternatively|also|as|because|before|depending|during|finally|first|\
                        following|for|from|if|in|instead|next|now|on|once|optionally|otherwise|\
                        please|prior|since|then|therefore|thus|to|until|when|while|with";

/// Whether a clause of the sentence begins with a command.
fn commands(words: &Words) -> bool {
    let begins = |at: usize| {
        let word = words.get(at);
        let skipped = word == "please" || word == "then" || word.ends_with("ly");
        is_command(words, at + usize::from(skipped))
    };
    let opening = words.starts(OPENINGS);
    let inner = || words.find(",|:").any(|comma| begins(comma + 1));
    begins(0) || opening && inner()
}

/// A verb of the list is a command unless what follows shows that it is a noun ("Update of …").
fn is_command(words: &Words, at: usize) -> bool {
    let next = words.get(at + 1);
    match words.get(at) {
        "don't" => return true,
        "do" => return matches!(next, "not" | "this" | "it" | "so" | "the" | "these"),
        _ => {}
    }
    let noun = matches!(next, "of" | "is" | "are" | "was" | "were" | "has" | "for" | "can" | "and");
    let listed = is_mark(next) && next == ",";
    VERBS.contains(&words.get(at)) && !noun && !listed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guide::inline::sentences;

    fn asked(paragraph: &str) -> Option<String> {
        demand(&sentences([(1, paragraph)])).map(|it| it.text)
    }

    #[test]
    fn sentences_that_ask_are_kept_and_those_that_tell_are_not() {
        let cases = [
            ("We changed it. You must restart it. It is fine.", "You must restart it."),
            ("If you see pods, delete them.", "If you see pods, delete them."),
            ("Please run the script.", "Please run the script."),
            ("To see if it works, use the script.", "To see if it works, use the script."),
            ("Fine so far. Other cases require manual work.", "Other cases require manual work."),
            ("Don't copy the field.", "Don't copy the field."),
        ];
        for (paragraph, expected) in cases {
            assert_eq!(asked(paragraph).as_deref(), Some(expected));
        }
    }

    #[test]
    fn statements_pointers_and_denied_obligations_ask_for_nothing() {
        for paragraph in [
            "The job deletes the old resources and runs during the upgrade.",
            "For more information, read the official document.",
            "To upgrade Kyma, follow the Kyma upgrade guide.",
            "There is no need to create a new record.",
            "Users do not need to apply anything.",
            "Update of the chart is done. Installation, upgrade, and removal work.",
            "The certificates required for this are there.",
            "We run the tests.",
        ] {
            assert_eq!(asked(paragraph), None, "{paragraph}");
        }
    }

    #[test]
    fn sentences_bring_along_what_they_lean_on() {
        let text = "Fine so far. The name may be too long. In such a case, you must shorten it. \
                    Otherwise, it fails. Bye.";
        let expected = "The name may be too long. In such a case, you must shorten it. \
                        Otherwise, it fails.";
        assert_eq!(asked(text).as_deref(), Some(expected));
    }

    #[test]
    fn a_reminder_is_told_from_a_demand_and_a_lead_from_both() {
        let flags = |text| {
            let demand = demand(&sentences([(1, text)])).unwrap();
            (demand.reminder, demand.lead)
        };
        assert_eq!(flags("Bear in mind that names are short."), (true, false));
        assert_eq!(flags("Follow these steps:"), (false, true));
        assert_eq!(flags("Run:"), (false, true));
        assert_eq!(flags("Run this. Bear in mind that it is slow."), (false, false));
    }

    #[test]
    fn the_line_is_that_of_the_first_sentence_kept() {
        let lines = [(7, "We changed it."), (8, "You must restart it.")];
        assert_eq!(demand(&sentences(lines)).unwrap().line, 8);
    }
}
