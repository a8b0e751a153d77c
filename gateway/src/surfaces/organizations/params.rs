//! The ids in this surface's paths.

crate::path_params! {
    ContactId = "contact_id",
    CompanyId = "company_id",
    AgentId = "agent_id",
    ConversationId = "conversation_id",
    MessageId = "message_id",
    ApiKeyId = "api_key_id",
    FileId = "file_id",
    SaleId = "sale_id",
    AuditLogId = "audit_log_id",
    ChannelId = "channel_id",
    DraftId = "draft_id",
    ResponseId = "response_id",
    FunnelId = "funnel_id",
    FunnelStatusId = "funnel_status_id",
    TeamId = "team_id",
    AiEmployeeId = "ai_employee_id",
    ImportId = "import_id",
    OperationId = "operation_id",
}
