//! What is looked at in a pair of keys, and how much each thing says.
//!
//! # Decisions
//! * The weights come from logistic regressions over labelled pairs of sixteen hops, rounded; those
//!   of the second set were then set a little more carefully by hand, as a wrong successor costs
//!   more than a missing one. They weigh kinds of evidence, not names. Weights fitted to every other
//!   hop judge the hops between as well as weights fitted to all.
//! * There are two sets. The first judges a pair by itself; what it thinks likely says where
//!   sub-trees went. The second judges it among all pairs, when that is known.

/// What was found about a pair, each from 0 to 1 (the margin from -1).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Features {
    /// How well the places that the old key fed are found among those that the new key feeds.
    pub(super) places: f64,
    /// How well the places that the new key feeds are found among those that the old key fed.
    pub(super) backward: f64,
    /// The best of these places.
    pub(super) best: f64,
    /// How much better the places fit if it does not matter what objects they are in.
    pub(super) elsewhere: f64,
    /// Whether the new key feeds a place that the old one fed.
    pub(super) took: f64,
    /// How many words of the keys are the same, rare ones counting more.
    pub(super) words: f64,
    /// How much of the last name of the old key is found in the last names of the new one.
    pub(super) leaf: f64,
    /// Whether the new key ends with the whole old one.
    pub(super) whole: f64,
    /// Whether the new key is called like the environment variable that the old one fed.
    pub(super) variable: f64,
    /// How alike the defaults are.
    pub(super) default: f64,
    /// How alike the comments at the defaults are.
    pub(super) comment: f64,
    /// Whether both are in one component, or in one that the other went into.
    pub(super) component: f64,
    /// How surely the folder of templates that read the old key went into one of the new key.
    pub(super) home: f64,
    /// Whether the new key came into the map that the old one left.
    pub(super) sibling: f64,
    /// Whether something read the new key before.
    pub(super) existed: f64,
    /// Whether nothing read the old key.
    pub(super) unused: f64,
    /// Whether a document names both keys.
    pub(super) documents: f64,
    /// How strongly the keys around the old one moved likewise.
    pub(super) rule: f64,
    /// How many of the keys around the old one did.
    pub(super) cover: f64,
    /// How much no other lost key fits the new one better.
    pub(super) mutual: f64,
    /// How far the next candidate is behind.
    pub(super) margin: f64,
}

/// The weights of a pair by itself.
const OWN: Features = Features {
    places: 1.9,
    backward: 0.4,
    best: 0.1,
    elsewhere: 0.0,
    took: 0.6,
    words: 3.7,
    leaf: 2.1,
    whole: 1.6,
    variable: 0.8,
    default: 1.8,
    comment: 0.6,
    component: 1.5,
    home: 0.9,
    sibling: 2.4,
    existed: -2.2,
    unused: 0.9,
    documents: 1.0,
    rule: 0.0,
    cover: 0.0,
    mutual: 0.0,
    margin: 0.0,
};
/// What a pair by itself scores of which nothing is known, and of which it is as likely as not.
const OWN_START: f64 = -9.6;
const OWN_EVEN: f64 = -1.0;

/// The weights of a pair among all pairs.
const ALL: Features = Features {
    places: 0.94,
    backward: 0.32,
    best: 0.82,
    elsewhere: 0.0,
    took: 0.49,
    words: 1.83,
    leaf: 1.05,
    whole: 0.1,
    variable: 1.58,
    default: 1.0,
    comment: 0.1,
    component: 0.36,
    home: 1.2,
    sibling: 0.8,
    existed: -2.38,
    unused: 0.0,
    documents: 1.0,
    rule: 3.44,
    cover: 1.96,
    mutual: 1.03,
    margin: 1.7,
};
/// What a pair scores among all pairs of which nothing is known.
pub(super) const ALL_START: f64 = -6.8;

impl Features {
    /// The score of the pair by itself.
    pub(super) fn own(&self) -> f64 {
        OWN_START + self.times(&OWN) + 0.7 * self.places * self.words
    }

    /// How likely the pair is by itself, from 0 to 1.
    pub(super) fn likely(&self) -> f64 {
        sigmoid(2.0 * (self.own() - OWN_EVEN))
    }

    /// The score of the pair among all pairs: from 0 on, it is more likely than not.
    pub(super) fn all(&self) -> f64 {
        ALL_START + self.times(&ALL) + 0.4 * self.places * self.words
    }

    fn times(&self, weights: &Self) -> f64 {
        self.list().iter().zip(weights.list()).map(|(a, b)| a * b).sum()
    }

    fn list(&self) -> [f64; 21] {
        [
            self.places,
            self.backward,
            self.best,
            self.elsewhere,
            self.took,
            self.words,
            self.leaf,
            self.whole,
            self.variable,
            self.default,
            self.comment,
            self.component,
            self.home,
            self.sibling,
            self.existed,
            self.unused,
            self.documents,
            self.rule,
            self.cover,
            self.mutual,
            self.margin,
        ]
    }

    /// What speaks for the pair, in a few words each.
    pub(super) fn reasons(&self) -> Vec<String> {
        let told = [
            (self.took > 0.0, "templates read the new key where they read the old one"),
            (self.took == 0.0 && 0.75 < self.places, "both feed the same fields of like objects"),
            (0.4 < self.rule, "the keys around it moved likewise"),
            (self.variable > 0.0, "the new key is the name of the variable that the old one fed"),
            (0.7 < self.words, "the keys are made of the same words"),
            (0.99 < self.default, "the same default"),
            (0.6 < self.comment, "the same comment"),
            (self.documents > 0.0, "a document names both"),
        ];
        let reasons = told.into_iter().filter(|it| it.0).map(|it| it.1.to_owned());
        let mut reasons: Vec<String> = reasons.collect();
        if reasons.is_empty() {
            reasons.push("no other new key comes near".to_owned());
        }
        reasons
    }
}

/// A score as a number from 0 to 1.
pub(super) fn sigmoid(score: f64) -> f64 {
    1.0 / (1.0 + (-score).exp())
}
