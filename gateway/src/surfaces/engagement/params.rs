//! The ids in this surface's paths.

crate::path_params! {
    TaskId = "taskId": "Task",
}
