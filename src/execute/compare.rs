//! Comparing the cluster with what was predicted of a hop.

use super::{At, Execution, READING, Stop, preflight};
use crate::cluster::{Error, Reading};
use crate::journal::ResumePoint;

impl Execution<'_> {
    pub(super) async fn compare(&mut self, at: &At<'_>) -> Result<String, Stop> {
        let plan = self.plan.plan();
        let reading = self.read(at).await?;
        let after = ResumePoint { hop: at.number + 1, step: 0, begun: None };
        let look = preflight::look(plan, self.bundles, &reading.state, &after);
        let to = at.hop.to.to_string();
        if !look.drift.is_empty() {
            return Err(Stop::Different { to, drift: look.drift });
        }
        match crate::lint::installed_version(&reading.state) {
            Some(Ok(version)) if version == at.hop.to => {}
            other => {
                let runs = other.map_or_else(
                    || "no installer".to_owned(),
                    |it| it.map_or_else(|image| image, |version| version.to_string()),
                );
                return Err(Stop::Changed(format!("the cluster runs {runs}, not {to}")));
            }
        }
        let compared = look.reads.objects.len();
        Ok(format!("{compared} objects are as predicted; {to} is installed"))
    }

    /// Reads the cluster, once more where it was away.
    async fn read(&mut self, at: &At<'_>) -> Result<Reading, Stop> {
        let start = tokio::time::Instant::now();
        loop {
            match self.cluster.read_state([0; 32], READING).await {
                Err(Error::Cluster { cause, .. })
                    if cause.is_passing() && start.elapsed() < self.options.patience =>
                {
                    self.say(format!("the cluster cannot be read now: {cause}"));
                    self.pause(at, "the cluster cannot be read").await?;
                }
                reading => return Ok(reading?),
            }
        }
    }
}
