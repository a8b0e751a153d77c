//! Which stage a change of status leads to.

use super::StageChoice;
use crate::pipeline::{StageRow, with_status, with_uuid};
use rapport_platform::{Error, Result};

/// The stage that is chosen.
pub(super) fn chosen<'a>(stages: &'a [StageRow], choice: &'a StageChoice) -> Result<&'a StageRow> {
    let status = match choice {
        StageChoice::Stage(uuid) => {
            let stage = with_uuid(stages, *uuid);
            return stage.ok_or_else(|| Error::invalid("stage_id", "is not a stage of the pipeline"));
        }
        StageChoice::Status(status) => status.as_deref(),
    };
    let mut found = with_status(stages, status);
    match (found.next(), found.next()) {
        (Some(stage), None) => Ok(stage),
        (None, _) => Err(Error::invalid("status", "is not the status of a stage")),
        (Some(_), Some(_)) => Err(Error::invalid(
            "status",
            "is that of several stages; give stage_id",
        )),
    }
}
