//! Where each operation of the reference stands. The reference lost most of its paths; the lines marked `inferred` are
//! our decision. A correction is made here and nowhere else.

crate::route_table! {
    GetTasks: GET "/api/v1/tasks",
    CreateTask: POST "/api/v1/tasks",
    GetTask: GET "/api/v1/tasks/{taskId}",
    UpdateTask: PUT "/api/v1/tasks/{taskId}",
    DeleteTask: DELETE "/api/v1/tasks/{taskId}",
    GetContacts: GET "/api/v1/contacts",
    CreateContact: POST "/api/v1/contacts",
    SearchContacts: POST "/api/v1/contacts/search",
    GetContact: GET "/api/v1/contacts/{id}",
    UpdateContact: PUT "/api/v1/contacts/{id}",
    DeleteContact: DELETE "/api/v1/contacts/{id}",
    GetCustomFieldDefinitions: GET "/api/v1/custom-fields/definitions", // inferred
    CreateCustomFieldDefinition: POST "/api/v1/custom-fields/definitions", // inferred
    GetCustomFieldDefinition: GET "/api/v1/custom-fields/definitions/{id}", // inferred
    UpdateCustomFieldDefinition: PUT "/api/v1/custom-fields/definitions/{id}", // inferred
    DeleteCustomFieldDefinition: DELETE "/api/v1/custom-fields/definitions/{id}", // inferred
    GetCustomFieldListOptions: GET "/api/v1/custom-fields/definitions/{definitionId}/options", // inferred
    CreateCustomFieldListOption: POST "/api/v1/custom-fields/definitions/{definitionId}/options", // inferred
    GetCustomFieldListOption: GET "/api/v1/custom-fields/definitions/{definitionId}/options/{optionId}", // inferred
    UpdateCustomFieldListOption: PUT "/api/v1/custom-fields/definitions/{definitionId}/options/{optionId}", // inferred
    DeleteCustomFieldListOption: DELETE "/api/v1/custom-fields/definitions/{definitionId}/options/{optionId}", // inferred
    BulkCreate: POST "/api/v1/conversations/bulk", // inferred
    BulkUpdate: PUT "/api/v1/conversations/bulk", // inferred
    Create: POST "/api/v1/conversations", // inferred
}
