//! What a list is sorted by.

use super::compile::{self, Named};
use super::field::{List, Place, Sql};
use super::language::{Direction, MOST_SORTS, Sort, short};
use super::operand::Type;
use crate::custom_fields::Known;
use rapport_platform::{Error, Result};

/// One part of the order.
pub(super) struct Order {
    pub(super) by: By,
    pub(super) kind: Type,
    pub(super) nullable: bool,
    pub(super) direction: Direction,
}

#[derive(Clone, Copy)]
pub(super) enum By {
    CreatedAt,
    Column(&'static dyn Sql),
    Custom(i64, &'static str),
}

/// The order of the list, and that of the id, which ends it.
pub(super) fn order(list: &'static List, known: &Known, sorts: &[Sort]) -> Result<(Vec<Order>, Direction)> {
    if sorts.len() > MOST_SORTS {
        return Err(Error::invalid(
            "sort",
            format!("must be at most {MOST_SORTS} fields"),
        ));
    }
    let created = |direction| Order {
        by: By::CreatedAt,
        kind: Type::Time,
        nullable: false,
        direction,
    };
    let Some(end) = sorts.last() else {
        return Ok((vec![created(Direction::Desc)], Direction::Desc));
    };
    let mut order = Vec::new();
    for (index, sort) in sorts.iter().enumerate() {
        let name = sort.field.as_str();
        let twice = sorts.iter().take(index).any(|before| before.field == name);
        if twice {
            return Err(Error::invalid(short(name), "is named twice in the order"));
        }
        match one(list, known, sort)? {
            Some(one) => order.push(one),
            // The id leaves nothing to decide for what follows.
            None => return Ok((order, sort.direction)),
        }
    }
    // The index of a custom field's values goes on by time.
    if let [
        Order {
            by: By::Custom(..),
            direction,
            ..
        },
    ] = order.as_slice()
    {
        let direction = *direction;
        order.push(created(direction));
    }
    Ok((order, end.direction))
}

/// What one field of the order comes to; none for the id.
fn one(list: &'static List, known: &Known, sort: &Sort) -> Result<Option<Order>> {
    let name = sort.field.as_str();
    let order = |by, kind, nullable| {
        Ok(Some(Order {
            by,
            kind,
            nullable,
            direction: sort.direction,
        }))
    };
    match compile::named(list, known, name)? {
        Named::Custom(field) => {
            let by = By::Custom(field.id, compile::column(field.field_type));
            order(by, compile::kind(field.field_type), true)
        }
        Named::Field(_) if name == "id" => Ok(None),
        Named::Field(_) if name == "createdAt" => order(By::CreatedAt, Type::Time, false),
        Named::Field(field) => match (field.place, field.order) {
            (Place::Own(column), _) | (_, Some(column)) => {
                order(By::Column(column), field.kind, field.nullable)
            }
            _ => Err(Error::invalid(
                short(name),
                "cannot be sorted by: a record may have several",
            )),
        },
    }
}
