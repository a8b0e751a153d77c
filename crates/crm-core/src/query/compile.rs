//! From what a caller wrote to conditions: fields are looked up, operators and values checked.

use super::condition::{Column, Comparison, Condition, LEAD, Source, Test, VALUES, pattern};
use super::field::{Field, Forms, List, Place};
use super::language::{Filter, MOST_FILTERS, Operator, short};
use super::operand::{Operand, Type, plain};
use crate::custom_fields::{Defined, FieldType, Known};
use rapport_platform::{Error, Result};
use serde_json::Value;

/// How the names of custom fields begin.
pub(super) const CUSTOM: &str = "customFields.";
/// How much of a text is in its index, in characters.
const START: usize = 100;

/// A field that was named.
pub(super) enum Named {
    Field(&'static Field),
    Custom(Defined),
}

/// The field of this name.
pub(super) fn named(list: &'static List, known: &Known, name: &str) -> Result<Named> {
    let custom = name.strip_prefix(CUSTOM).and_then(|key| known.get(key));
    let own = || list.fields.iter().find(|field| field.name == name);
    custom
        .map(Named::Custom)
        .or_else(|| own().map(Named::Field))
        .ok_or_else(|| Error::invalid(short(name), "is not a field of this list"))
}

/// One filter, understood.
pub(super) enum Leaf {
    Plain(Condition),
    Custom {
        definition: i64,
        tests: Vec<(&'static str, Test)>,
        /// Whether it picks the records that have one value.
        equal: bool,
        negated: bool,
    },
}

impl Leaf {
    /// The condition in a statement whose lead is this definition.
    pub(super) fn condition(&self, list: &'static List, lead: Option<i64>) -> Condition {
        match self {
            Self::Plain(condition) => condition.clone(),
            Self::Custom {
                definition,
                tests,
                negated,
                ..
            } => {
                let on = |table| {
                    let tests = tests.iter();
                    let tests =
                        tests.map(|(name, test)| Condition::Test(Column::Value(table, name), test.clone()));
                    Condition::All(tests.collect())
                };
                let condition = if lead == Some(*definition) {
                    on(LEAD)
                } else {
                    Condition::Some(list, Source::Custom(*definition), Box::new(on(VALUES)))
                };
                not_if(*negated, condition)
            }
        }
    }

    /// The definition, if this holds only for records with a value of it.
    pub(super) fn requires(&self) -> Option<i64> {
        match self {
            Self::Custom {
                definition,
                negated: false,
                ..
            } => Some(*definition),
            _ => None,
        }
    }

    /// The definition, if this picks the records that have one value of it.
    pub(super) fn equals(&self) -> Option<i64> {
        match self {
            Self::Custom {
                definition,
                negated: false,
                equal: true,
                ..
            } => Some(*definition),
            _ => None,
        }
    }
}

fn not_if(negated: bool, condition: Condition) -> Condition {
    if negated {
        Condition::Not(Box::new(condition))
    } else {
        condition
    }
}

/// The filters as a conjunction of disjunctions.
pub(super) fn groups(list: &'static List, known: &Known, filters: &[Filter]) -> Result<Vec<Vec<Leaf>>> {
    if filters.len() > MOST_FILTERS {
        return Err(Error::invalid(
            "filters",
            format!("must be at most {MOST_FILTERS}"),
        ));
    }
    let mut groups: Vec<Vec<Leaf>> = Vec::new();
    for filter in filters {
        let leaf = leaf(list, known, filter)?;
        match groups.last_mut().filter(|_| filter.or) {
            Some(group) => group.push(leaf),
            None => groups.push(vec![leaf]),
        }
    }
    Ok(groups)
}

/// The condition that one of the list's texts has `word` within.
pub(super) fn word(list: &'static List, word: &str) -> Result<Vec<Leaf>> {
    let filter = |name: &&str| Filter {
        operator: Operator::Contains,
        ..Filter::eq(*name, word)
    };
    let known = Known::default();
    list.texts
        .iter()
        .map(|name| leaf(list, &known, &filter(name)))
        .collect()
}

fn leaf(list: &'static List, known: &Known, filter: &Filter) -> Result<Leaf> {
    let name = filter.field.as_str();
    Ok(match named(list, known, name)? {
        Named::Custom(field) => {
            let value = field.normalize(&filter.value);
            let (test, negated) = test(name, kind(field.field_type), filter.operator, &value)?;
            Leaf::Custom {
                definition: field.id,
                equal: matches!(test, Test::Compare(Comparison::Eq, _)),
                tests: tests(column(field.field_type), test),
                negated,
            }
        }
        Named::Field(field) => {
            let (condition, negated) = match field.place {
                Place::Own(column) => {
                    let (test, negated) = test(name, field.kind, filter.operator, &filter.value)?;
                    (Condition::Test(Column::Of(column), test), negated)
                }
                Place::Related(relation, column) => {
                    let (test, negated) = test(name, field.kind, filter.operator, &filter.value)?;
                    let test = Condition::Test(Column::Of(column), test);
                    (
                        Condition::Some(list, Source::Relation(relation), Box::new(test)),
                        negated,
                    )
                }
                Place::Matched(relation, forms) => {
                    let (test, negated) = matched(name, forms, filter)?;
                    (
                        Condition::Some(list, Source::Relation(relation), Box::new(test)),
                        negated,
                    )
                }
            };
            Leaf::Plain(not_if(negated, condition))
        }
    })
}

/// What is asked of a field, and whether the answer is to be turned round.
fn test(name: &str, kind: Type, operator: Operator, value: &Value) -> Result<(Test, bool)> {
    use Comparison as Is;
    let unfit = || {
        let message = format!("cannot be compared by {}", operator.name());
        Error::invalid(short(name), message)
    };
    let compare = |comparison| Ok(Test::Compare(comparison, Operand::read(name, kind, value)?));
    let ordered = |comparison| match kind {
        Type::Boolean => Err(unfit()),
        _ => compare(comparison),
    };
    let like = |from_start| match (kind, value) {
        (Type::Text, Value::String(text)) => Ok(Test::Like(pattern(&plain(name, text)?, from_start))),
        (Type::Text, _) => Operand::read(name, kind, value).and(Err(unfit())),
        _ => Err(unfit()),
    };
    Ok(match operator {
        Operator::Eq => (compare(Is::Eq)?, false),
        Operator::Neq => (compare(Is::Eq)?, true),
        Operator::In => (Test::In(Operand::read_all(name, kind, value)?), false),
        Operator::Contains => (like(false)?, false),
        Operator::StartsWith => (like(true)?, false),
        Operator::Gt => (ordered(Is::Gt)?, false),
        Operator::Gte => (ordered(Is::Gte)?, false),
        Operator::Lt => (ordered(Is::Lt)?, false),
        Operator::Lte => (ordered(Is::Lte)?, false),
        Operator::Exists => (Test::Present, !wanted(name, value)?),
    })
}

/// Whether `exists` asks for a value; so it does when it says nothing.
fn wanted(name: &str, value: &Value) -> Result<bool> {
    match value {
        Value::Null => Ok(true),
        value => match Operand::read(name, Type::Boolean, value)? {
            Operand::Boolean(wanted) => Ok(wanted),
            _ => Err(Error::internal("a boolean is read as one")),
        },
    }
}

/// As [`test`], of a text that has a normal form.
fn matched(name: &str, forms: &'static Forms, filter: &Filter) -> Result<(Condition, bool)> {
    let (asked, negated) = test(name, Type::Text, filter.operator, &filter.value)?;
    let on = |column, test| Condition::Test(Column::Of(column), test);
    let normal = |texts: &mut dyn Iterator<Item = &Operand>| {
        let forms = texts.flat_map(|operand| match operand {
            Operand::Text(text) => (forms.normalize)(text),
            _ => Vec::new(),
        });
        Test::In(forms.map(Operand::Text).collect())
    };
    let condition = match &asked {
        Test::Compare(Comparison::Eq, operand) => on(forms.normal, normal(&mut std::iter::once(operand))),
        Test::In(operands) => on(forms.normal, normal(&mut operands.iter())),
        Test::Compare(..) => {
            let message = format!("cannot be compared by {}", filter.operator.name());
            return Err(Error::invalid(short(name), message));
        }
        Test::Like(_) => Condition::Any(vec![
            on(forms.typed, asked.clone()),
            on(forms.normal, asked.clone()),
        ]),
        Test::Among(_)
        | Test::AmongFew(_)
        | Test::Fits(_)
        | Test::AlsoFits(_)
        | Test::Present
        | Test::Absent => on(forms.typed, asked.clone()),
    };
    Ok((condition, negated))
}

/// The type by which a custom field is compared.
pub(super) fn kind(field_type: FieldType) -> Type {
    match field_type {
        FieldType::String | FieldType::List | FieldType::File => Type::Text,
        FieldType::Number => Type::Number,
        FieldType::Date => Type::Time,
        FieldType::Boolean => Type::Boolean,
    }
}

/// The column by which its values are looked up and sorted.
pub(super) fn column(field_type: FieldType) -> &'static str {
    match field_type {
        FieldType::String | FieldType::List | FieldType::File => "text_start",
        FieldType::Number => "number_value",
        FieldType::Date => "time_value",
        FieldType::Boolean => "boolean_value",
    }
}

/// The tests of a custom field's columns that come to `test`. Of texts the beginning is indexed: that of a short text
/// decides alone, that of a long one is asked first, and then the whole.
fn tests(column: &'static str, asked: Test) -> Vec<(&'static str, Test)> {
    use Comparison as Is;
    const WHOLE: &str = "text_value";
    match asked {
        // A row there is a value.
        Test::Present => Vec::new(),
        Test::Like(_) => vec![(WHOLE, asked)],
        Test::Compare(comparison, Operand::Text(whole)) if is_long(&whole) => {
            let bound = match comparison {
                Is::Eq => Is::Eq,
                Is::Gt | Is::Gte => Is::Gte,
                Is::Lt | Is::Lte => Is::Lte,
            };
            let start = Test::Compare(bound, Operand::Text(start(&whole)));
            vec![
                (column, start),
                (WHOLE, Test::Compare(comparison, Operand::Text(whole))),
            ]
        }
        Test::In(operands)
            if operands
                .iter()
                .any(|one| matches!(one, Operand::Text(whole) if is_long(whole))) =>
        {
            let starts = operands.iter().map(|one| match one {
                Operand::Text(whole) => Operand::Text(start(whole)),
                other => other.clone(),
            });
            vec![(column, Test::In(starts.collect())), (WHOLE, Test::In(operands))]
        }
        other => vec![(column, other)],
    }
}

fn is_long(text: &str) -> bool {
    text.chars().nth(START - 1).is_some()
}

fn start(text: &str) -> String {
    text.chars().take(START).collect()
}
