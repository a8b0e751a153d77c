//! The stages of the pipeline.

use super::fields::reference;
use crate::http::object::objects;
use crate::http::{Admin, Answer, App, Auth, Body, Read, ok};
use actix_web::{get, put};
use rapport_platform::{Error, Result, ids};
use rapport_sales_pipeline::pipeline::{Stage, StageEntry};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(get_pipeline_stages)
        .service(replace_pipeline_stages);
}

/// The stages through which sales go.
#[derive(Debug, Serialize, ToSchema)]
pub struct PipelineView {
    /// In their order.
    stages: Vec<StageView>,
}

/// A step of the pipeline.
#[derive(Debug, Serialize, ToSchema)]
pub struct StageView {
    #[schema(example = "HR_id_0001sTvKHLu1nfyQT7mTfK")]
    stage_id: String,
    #[schema(example = "Quoted")]
    name: String,
    /// By what programs know it.
    #[schema(example = "quote_sent")]
    status: Option<String>,
}

impl From<Vec<Stage>> for PipelineView {
    fn from(stages: Vec<Stage>) -> Self {
        let view = |stage: Stage| StageView {
            stage_id: ids::opaque(stage.uuid),
            name: stage.name,
            status: stage.status,
        };
        Self {
            stages: stages.into_iter().map(view).collect(),
        }
    }
}

/// The stages as they are to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PipelineBody {
    /// In their order.
    #[schema(min_items = 1, max_items = 50, example = json!([
        {"name": "Qualified"}, {"name": "Offer made", "status": "quote_sent"}, {"name": "Accepted", "status": "accepted"},
        {"name": "Lost", "status": "lost"},
    ]))]
    stages: Vec<StageBody>,
}

/// A stage as it is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct StageBody {
    /// Which of the present stages it is; when absent, the one of this name, or else a new one.
    #[schema(example = json!(null))]
    stage_id: Option<String>,
    /// No two stages may have the same.
    #[schema(max_length = 255, example = "Quoted")]
    name: String,
    /// By what programs know it: lower-case letters, digits and `_`. No two stages may have the same; any number may
    /// have none.
    #[schema(max_length = 64, example = "quote_sent")]
    status: Option<String>,
}

objects!(StageBody);

impl PipelineBody {
    fn into_domain(self) -> Result<Vec<StageEntry>> {
        let entry = |(index, body): (usize, StageBody)| {
            let id = body.stage_id.map(|id| stage_id(index, &id));
            Ok(StageEntry {
                uuid: id.transpose()?,
                name: body.name,
                status: body.status,
            })
        };
        self.stages.into_iter().enumerate().map(entry).collect()
    }
}

fn stage_id(index: usize, id: &str) -> Result<uuid::Uuid> {
    reference("stage_id", id).map_err(|_| Error::invalid(format!("stages[{index}].stage_id"), "is not an id"))
}

/// Get the pipeline
///
/// The stages through which sales go, in their order.
#[utoipa::path(tag = "native", responses((status = 200, body = PipelineView)))]
#[get("/stages")]
async fn get_pipeline_stages(auth: Auth<Read>, app: App) -> Answer {
    let stages = app.pipeline.stages(&app.reader(&auth.ctx).await?).await?;
    ok(&PipelineView::from(stages))
}

/// Replace the pipeline
///
/// Makes these the stages, in this order. Stages that are left out are removed, which is refused while a sale stands in
/// one. Renaming a stage changes no sale's history; its status cannot change once a sale has stood in it.
/// Needs the scope `admin`.
#[utoipa::path(
    tag = "native",
    request_body = PipelineBody,
    responses(
        (status = 200, body = PipelineView),
        (status = 409, description = "The stage Quoted cannot be removed: a sale stands in it"),
    )
)]
#[put("/stages")]
async fn replace_pipeline_stages(auth: Auth<Admin>, app: App, body: Body<PipelineBody>) -> Answer {
    let entries = body.value.into_domain()?;
    let stages = app
        .db
        .write(&auth.ctx, async |tx| app.pipeline.replace(tx, entries).await)
        .await?;
    ok(&PipelineView::from(stages))
}
