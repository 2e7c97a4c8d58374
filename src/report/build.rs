//! From the analysis to the view model.

use super::user_overrides::chart_values;
use super::{
    ArtifactReport, ChangedObject, ChangedOverride, ChecklistItem, ComponentsReport, Covers, Field,
    GuideFile, GuideReport, HopReport, NameChange, NamespaceChange, ObjectsReport, OverridesReport,
    PlaceChange, Procedure, RenameReport, RenamedObject, SkippedReport,
};
use super::{operator, outlook, simulation};
use crate::analysis::Changes;
use crate::bundle::Bundle;
use crate::diff::{FieldChange, ObjectDiff};
use crate::finding::Finding;
use crate::guide::{ComponentRename, GuideStep, HopGuide};
use crate::lint::{self, Context};
use crate::path::Hop;
use crate::plan::{PlannedMove, Step};
use crate::release::Generation;
use crate::rename::Rename;
use crate::simulate::Simulated;

/// What is known of a hop beside what the rules look at.
#[derive(Debug)]
pub struct HopInput<'a> {
    /// What the rules looked at.
    pub context: &'a Context<'a>,
    /// What they found.
    pub findings: Vec<Finding>,
    /// What to do.
    pub steps: Vec<Step>,
}

/// A hop of which only the path is known.
pub fn path_hop(hop: &Hop) -> HopReport {
    let skipped = hop
        .skipped
        .iter()
        .map(|it| SkippedReport { version: it.version.to_string(), why: it.why.into() });
    HopReport {
        skipped: skipped.collect(),
        ..HopReport::new(&hop.from.to_string(), &hop.to.to_string(), &hop.reason)
    }
}

/// A hop with everything that is known.
pub fn hop(input: HopInput<'_>) -> HopReport {
    let context = input.context;
    HopReport {
        procedure: Some(procedure(context.facts.generation(&context.hop.to), context)),
        artifacts: Some(artifacts(context.to)),
        guide: Some(guide(context)),
        components: Some(components(context.changes, &context.guide.renamed)),
        objects: Some(objects(&context.changes.objects)),
        overrides: Some(overrides(context.from, context.to, context.changes)),
        chart_values: context.changes.charts.as_ref().map(chart_values),
        kubernetes_version: context
            .simulated
            .and_then(|it| Some(it.kubernetes.as_ref()?.to_string())),
        kubernetes_window: outlook::kubernetes_window(context),
        predictions: context.simulated.map(simulation::predictions),
        operator: context.simulated.map(|it| operator::operator(context, it)),
        moves: context.simulated.map(planned_moves).unwrap_or_default(),
        point_of_no_return: outlook::point_of_no_return(context, &input.steps),
        downtime: context.simulated.map(|it| outlook::downtime(context, it)),
        steps: Some(input.steps),
        findings: input.findings,
        ..path_hop(context.hop)
    }
}

fn planned_moves(simulated: &Simulated) -> Vec<PlannedMove> {
    simulated.moves.iter().map(PlannedMove::from).collect()
}

/// The differences of two releases that need not follow one another.
pub fn differences(from: &Bundle, to: &Bundle, changes: &Changes) -> HopReport {
    HopReport {
        artifacts: Some(artifacts(to)),
        components: Some(components(changes, &[])),
        objects: Some(objects(&changes.objects)),
        overrides: Some(overrides(from, to, changes)),
        chart_values: changes.charts.as_ref().map(chart_values),
        ..HopReport::new(&from.version.to_string(), &to.version.to_string(), "")
    }
}

fn procedure(generation: &Generation, context: &Context<'_>) -> Procedure {
    let command = generation.documented_command.as_ref();
    Procedure {
        summary: generation.procedure.clone(),
        document: generation.document.clone(),
        documented_command: command.map(|it| it.replace("{version}", &context.hop.to.to_string())),
    }
}

fn artifacts(bundle: &Bundle) -> Vec<ArtifactReport> {
    let report = |file: &crate::bundle::File| ArtifactReport {
        name: file.name(),
        url: file.artifact.url.clone(),
        sha256: file.artifact.sha256.clone(),
        bytes: file.artifact.bytes.len() as u64,
    };
    let charts = bundle.charts.iter().map(|it| ArtifactReport {
        name: it.source.clone(),
        url: it.url.clone(),
        sha256: it.sha256.clone(),
        bytes: it.bytes,
    });
    bundle.files.iter().map(report).chain(charts).collect()
}

/// The guides of a hop as the report shows them.
fn guide(context: &Context<'_>) -> GuideReport {
    let guide = context.guide;
    let files = guide.guides.iter().map(|it| GuideFile {
        name: it.name.clone(),
        url: it.url.clone(),
        sha256: it.sha256.clone(),
        covers: Covers::new(it.coverage.from, it.coverage.to),
    });
    let uncovered = lint::uncovered_codes(context).into_iter();
    GuideReport {
        status: guide.status,
        files: files.collect(),
        stale: guide.stale.iter().map(|it| it.name.clone()).collect(),
        linked_from_notes: guide.linked_from_notes(),
        uncovered: uncovered.map(Into::into).collect(),
        outages: guide.outages(),
        checklist: checklist(guide),
    }
}

fn checklist(guide: &HopGuide) -> Vec<ChecklistItem> {
    let of_guides =
        guide.guides.iter().flat_map(|it| it.steps.iter().map(|step| item(it.source(), step)));
    let of_notes =
        guide.notes.iter().flat_map(|it| it.steps.iter().map(|step| item(it.text.source(), step)));
    of_guides.chain(of_notes).collect()
}

fn item(source: &str, step: &GuideStep) -> ChecklistItem {
    ChecklistItem {
        when: step.when.as_str().into(),
        kind: step.kind.as_str().into(),
        heading: step.heading_path.join(" / "),
        text: step.text.clone(),
        command: step.command.clone(),
        destructive: step.destructive,
        source: source.to_owned(),
        line: step.line,
    }
}

fn components(changes: &Changes, said: &[ComponentRename]) -> ComponentsReport {
    let diff = &changes.components;
    let is_new_name = |name: &str| said.iter().any(|it| it.to == name);
    let is_old_name = |name: &str| said.iter().any(|it| it.from == name);
    let names = diff.added.iter().map(crate::manifest::Component::release_name);
    let gone = diff.removed.iter().map(crate::manifest::Component::release_name);
    let moved = diff.moved.iter().map(|(old, new)| NamespaceChange {
        name: new.release_name().to_owned(),
        from: old.namespace.clone(),
        to: new.namespace.clone(),
    });
    let renamed = said.iter().map(|it| NameChange { from: it.from.clone(), to: it.to.clone() });
    let reordered = diff.reordered.iter().map(|it| PlaceChange {
        name: it.name.clone(),
        from: it.from,
        to: it.to,
    });
    ComponentsReport {
        added: names.filter(|it| !is_new_name(it)).map(ToOwned::to_owned).collect(),
        removed: gone.filter(|it| !is_old_name(it)).map(ToOwned::to_owned).collect(),
        renamed: renamed.collect(),
        moved: moved.collect(),
        reordered: reordered.collect(),
    }
}

/// The differences of objects as the report shows them.
pub fn objects(diff: &ObjectDiff) -> ObjectsReport {
    let names =
        |keys: &[crate::manifest::ObjectKey]| keys.iter().map(ToString::to_string).collect();
    let changed = diff.changed.iter().map(|it| ChangedObject {
        object: it.object.to_string(),
        fields: it.fields.iter().map(field).collect(),
        descriptions: it.descriptions,
    });
    let renamed = diff.renamed.iter().map(|it| RenamedObject {
        from: it.from.to_string(),
        to: it.to.to_string(),
        similarity: it.similarity,
        fields: it.fields.iter().map(field).collect(),
    });
    ObjectsReport {
        added: names(&diff.added),
        removed: names(&diff.removed),
        renamed: renamed.collect(),
        changed: changed.collect(),
        unchanged: diff.unchanged,
    }
}

fn field(change: &FieldChange) -> Field {
    Field {
        path: change.path.clone(),
        from: change.from.clone(),
        to: change.to.clone(),
        note: change.note,
        diff: change.text.clone(),
    }
}

fn overrides(from: &Bundle, to: &Bundle, changes: &Changes) -> OverridesReport {
    let diff = &changes.overrides;
    let changed = diff.changed.iter().map(|(old, new)| ChangedOverride {
        component: new.key.component.clone(),
        key: new.key.key.clone(),
        from: old.shown(),
        to: new.shown(),
    });
    OverridesReport {
        added: diff.added.iter().map(|it| it.key.clone()).collect(),
        removed: diff.removed.iter().map(|it| it.key.clone()).collect(),
        changed: changed.collect(),
        renamed: changes.renames.iter().map(|it| rename(from, to, it)).collect(),
    }
}

fn rename(from: &Bundle, to: &Bundle, rename: &Rename) -> RenameReport {
    RenameReport {
        component: rename.from.component.clone(),
        key: rename.from.key.clone(),
        kind: rename.kind.as_str().into(),
        to: rename.to.clone(),
        confidence: rename.confidence.value(),
        evidence: lint::rename_evidence(from, to, rename),
    }
}
