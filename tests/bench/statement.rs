//! Statements as PostgreSQL logs them (`log_statement`).

/// A statement with the values of its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The text, with `$1` and so on.
    pub text: String,
    /// The values in their order; `None` for NULL.
    pub values: Vec<Option<String>>,
}

/// The statements in a piece of log, in their order.
pub fn read(log: &str) -> Vec<Statement> {
    let mut statements: Vec<Statement> = Vec::new();
    for entry in entries(log) {
        if let Some(text) = logged(&entry) {
            statements.push(Statement {
                text: text.to_owned(),
                values: Vec::new(),
            });
        } else if let (Some(values), Some(last)) =
            (after(&entry, "DETAIL:  parameters: "), statements.last_mut())
        {
            last.values = parse_values(values);
        }
    }
    statements
}

/// Log entries; the further lines of one begin with a tab.
fn entries(log: &str) -> Vec<String> {
    let mut entries: Vec<String> = Vec::new();
    for line in log.lines() {
        match (line.strip_prefix('\t'), entries.last_mut()) {
            (Some(more), Some(entry)) => {
                entry.push('\n');
                entry.push_str(more);
            }
            _ => entries.push(line.to_owned()),
        }
    }
    entries
}

fn logged(entry: &str) -> Option<&str> {
    if let Some(text) = after(entry, "LOG:  statement: ") {
        return Some(text);
    }
    // The name of the prepared statement comes first.
    Some(after(entry, "LOG:  execute ")?.split_once(": ")?.1)
}

fn after<'a>(entry: &'a str, mark: &str) -> Option<&'a str> {
    Some(entry.split_once(mark)?.1)
}

/// Reads `$1 = 'it''s', $2 = NULL`.
fn parse_values(mut text: &str) -> Vec<Option<String>> {
    let mut values = Vec::new();
    while let Some((_, rest)) = text.split_once(" = ") {
        let (value, rest) = match rest.strip_prefix('\'') {
            Some(quoted) => {
                let (value, rest) = unquote(quoted);
                (Some(value), rest)
            }
            None => (None, rest.strip_prefix("NULL").unwrap_or(rest)),
        };
        values.push(value);
        text = rest;
    }
    values
}

/// The text up to the closing quote, and what follows; a doubled quote stands for one.
fn unquote(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut rest = text;
    while let Some((part, after)) = rest.split_once('\'') {
        value.push_str(part);
        match after.strip_prefix('\'') {
            Some(more) => {
                value.push('\'');
                rest = more;
            }
            None => return (value, after),
        }
    }
    value.push_str(rest);
    (value, "")
}
