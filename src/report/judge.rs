//! A report under a policy.

use super::Report;
use crate::lint::{self, Policy, is_about_policy};

impl Report {
    /// Judges the findings by a policy, says what there is to say about the policy, and sets the
    /// verdict. A report that was judged before is judged anew.
    pub fn judge(&mut self, policy: &Policy) {
        self.findings.retain(|it| !is_about_policy(it.code));
        let about = policy.judge(self.all_findings_mut());
        self.findings.extend(about);
        lint::sort(&mut self.findings);
        // A finding with another severity has another place.
        self.hops.iter_mut().for_each(|it| lint::sort(&mut it.findings));
        self.verdict = policy.verdict(self.all_findings());
    }
}
