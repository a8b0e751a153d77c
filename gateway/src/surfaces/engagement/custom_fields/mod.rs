//! Definitions of custom fields, and the options of lists.

mod body;
mod definitions;
mod options;
mod view;

use crate::http::table::Table;

crate::path_params! {
    Id = "id": "Custom field definition",
    DefinitionId = "definitionId": "Custom field definition",
    OptionId = "optionId": "Custom field option",
}

pub(super) fn routes(table: &mut Table) {
    definitions::routes(table);
    options::routes(table);
}
