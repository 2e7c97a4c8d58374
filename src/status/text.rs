//! A status for people.

use super::{Phase, Pod, Status, Upgrade};
use crate::report::sanitize;

/// How the text of the error log is shown.
const ERROR_LOG: &str =
    "kubectl -n default get installation kyma-installation -o jsonpath='{.status.errorLog}'";

impl Status {
    /// The status as lines of text, each with a label.
    pub fn text(&self) -> String {
        let mut lines = vec![field("Kyma", &self.installer())];
        lines.push(field("state", &self.state_line()));
        lines.extend(self.component.as_ref().map(|_| field("component", &self.place())));
        lines.extend(self.triggered.then(|| field("label", "action=install")));
        lines.extend(
            self.errors
                .iter()
                .map(|it| field("failed", &format!("{}, {}", it.component, times(it.occurrences)))),
        );
        if !self.errors.is_empty() {
            lines.push(field("", &format!("the texts may quote secret values: {ERROR_LOG}")));
        }
        lines.extend(self.conditions.iter().map(|it| {
            let since = it.since.map(|it| format!(" since {it}")).unwrap_or_default();
            field("condition", &format!("{} {}{since}", it.kind, it.status))
        }));
        lines.extend(self.pods.iter().map(|it| field("installer", &pod(it))));
        lines.extend(self.upgrade.iter().flat_map(upgrade));
        lines.push(field("meaning", &self.meaning));
        lines.concat()
    }

    /// The status in a few words, without any time: it changes when something happens.
    pub fn summary(&self) -> String {
        let version = self.version.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
        let mut parts = vec![version, self.phase.as_str().to_owned()];
        parts.extend(self.component.as_ref().map(|_| self.place()));
        let shown = self.component.is_some() || !matches!(self.phase, Phase::Working);
        parts.extend(self.description.clone().filter(|_| !shown));
        parts.extend(self.errors.last().map(|it| times(it.occurrences)));
        let plan = self.upgrade.as_ref().and_then(|it| it.step.as_ref());
        parts.extend(plan.map(|it| format!("step {it}")));
        one_line(&parts.join("  "))
    }

    fn installer(&self) -> String {
        match (&self.version, &self.image) {
            (Some(version), Some(image)) => format!("{version} ({image})"),
            (None, Some(image)) => format!("unknown; the installer runs {image}"),
            (_, None) => "unknown; no installer is deployed".to_owned(),
        }
    }

    fn state_line(&self) -> String {
        let mut text = self.phase.as_str().to_owned();
        if let Some(state) = &self.state {
            let description = self.description.as_ref().map(|it| format!(": {it}"));
            text = format!("{text} ({state}{})", description.unwrap_or_default());
        }
        let since = self.since.map(|it| format!(" since {it}")).unwrap_or_default();
        let elapsed = self.seconds.map(|it| format!(", {}", duration(it))).unwrap_or_default();
        format!("{text}{since}{elapsed}")
    }

    /// `istio, 3 of 42`.
    fn place(&self) -> String {
        let Some(component) = &self.component else {
            return String::new();
        };
        match component.number {
            Some(number) => format!("{}, {number} of {}", component.name, component.of),
            None => format!("{}, not on the list of {}", component.name, component.of),
        }
    }
}

fn field(label: &str, text: &str) -> String {
    format!("{label:<10} {}", one_line(text)).trim_end().to_owned() + "\n"
}

/// Text of the cluster without what would confuse a terminal or look like another line.
fn one_line(text: &str) -> String {
    sanitize(text).replace('\n', " ")
}

fn times(count: u64) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

/// `40 s`, `12 min`, `3 h 5 min`, `2 d 3 h`.
fn duration(seconds: i64) -> String {
    let (minutes, hours) = (seconds / 60, seconds / 3600);
    match seconds {
        ..=119 => format!("{} s", seconds.max(0)),
        120..=7199 => format!("{minutes} min"),
        7200..=172_799 => format!("{hours} h {} min", minutes % 60),
        _ => format!("{} d {} h", hours / 24, hours % 24),
    }
}

fn pod(pod: &Pod) -> String {
    let ready = if pod.ready { "ready" } else { "not ready" };
    let deleting = if pod.deleting { ", being deleted" } else { "" };
    let waits = pod.waits.as_ref().map(|it| format!(", waits: {it}")).unwrap_or_default();
    let restarts = match pod.restarts {
        0 => String::new(),
        count => format!(", restarted {}", times(count)),
    };
    format!("Pod {} {}, {ready}{restarts}{waits}{deleting}", pod.name, pod.phase)
}

fn upgrade(upgrade: &Upgrade) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(plan) = &upgrade.plan {
        let step = upgrade.step.as_ref().map(|it| format!(", step {it}")).unwrap_or_default();
        let event = upgrade.event.as_deref().unwrap_or_default();
        let at = upgrade.at.map(|it| format!(" at {it}")).unwrap_or_default();
        let by = upgrade.by.as_ref().map(|it| format!(" by {it}")).unwrap_or_default();
        lines.push(field("plan", &format!("{plan}{step}: {event}{at}{by}")));
    }
    lines.extend(upgrade.problem.as_ref().map(|it| field("plan", &format!("its journal: {it}"))));
    lines.push(match &upgrade.holder {
        Some(holder) => {
            let renewed = holder.renewed.map(|it| format!(", renewed {it}")).unwrap_or_default();
            let expired = if holder.expired { "; it has expired" } else { "" };
            field("lock", &format!("held by {}{renewed}{expired}", holder.name))
        }
        None => field("lock", "nobody applies a plan now"),
    });
    lines
}
