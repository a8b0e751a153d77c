//! A naive evaluation of searches, one record after the other.

use bigdecimal::BigDecimal;
use chrono::{DateTime, Utc};
use rapport_crm_core::query::{Direction, Filter, Operator, Search, Sort};
use serde_json::Value;
use std::cmp::Ordering;
use std::collections::BTreeMap;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    Id,
    CreatedAt,
    Name,
    Role,
    Email,
    Address,
    Note,
    Score,
    Since,
    Tier,
    Vip,
}

impl Field {
    pub const ALL: [Self; 11] = [
        Self::Id,
        Self::CreatedAt,
        Self::Name,
        Self::Role,
        Self::Email,
        Self::Address,
        Self::Note,
        Self::Score,
        Self::Since,
        Self::Tier,
        Self::Vip,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::CreatedAt => "createdAt",
            Self::Name => "name",
            Self::Role => "companyPosition",
            Self::Email => "email",
            Self::Address => "addresses.address",
            Self::Note => "customFields.note",
            Self::Score => "customFields.score",
            Self::Since => "customFields.since",
            Self::Tier => "customFields.tier",
            Self::Vip => "customFields.vip",
        }
    }

    fn of(name: &str) -> Self {
        *Self::ALL.iter().find(|field| field.name() == name).unwrap()
    }

    fn is_custom(self) -> bool {
        self.name().starts_with("customFields.")
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum Val {
    Text(String),
    /// As typed, and in its normal form.
    Address(String, String),
    Whole(i64),
    Number(BigDecimal),
    Time(DateTime<Utc>),
    Flag(bool),
}

impl Val {
    pub fn number(text: &str) -> Self {
        Self::Number(text.parse().unwrap())
    }

    /// The value of a filter on a field whose values are like this one.
    fn like(&self, value: &Value) -> Self {
        let text = || value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        match self {
            Self::Text(_) => Self::Text(text()),
            Self::Address(..) => Self::Address(text(), normal(&text())),
            Self::Whole(_) => Self::Whole(text().parse().unwrap()),
            Self::Number(_) => Self::number(&text()),
            Self::Time(_) => Self::Time(super::world::time(&text())),
            Self::Flag(_) => Self::Flag(text() == "true"),
        }
    }

    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Text(one), Self::Text(other)) => one.as_bytes().cmp(other.as_bytes()),
            (Self::Address(_, one), Self::Address(_, other)) => one.cmp(other),
            (Self::Whole(one), Self::Whole(other)) => one.cmp(other),
            (Self::Number(one), Self::Number(other)) => one.cmp(other),
            (Self::Time(one), Self::Time(other)) => one.cmp(other),
            (Self::Flag(one), Self::Flag(other)) => one.cmp(other),
            _ => panic!("{self:?} is of another type than {other:?}"),
        }
    }

    fn texts(&self) -> Vec<String> {
        match self {
            Self::Text(text) => vec![text.to_lowercase()],
            Self::Address(typed, normal) => vec![typed.to_lowercase(), normal.clone()],
            _ => panic!("{self:?} is no text"),
        }
    }
}

fn normal(address: &str) -> String {
    if address.starts_with('+') {
        address.replace([' ', '-'], "")
    } else {
        address.to_lowercase()
    }
}

#[derive(Debug, Clone)]
pub struct Model {
    pub id: i64,
    created_at: DateTime<Utc>,
    values: BTreeMap<Field, Vec<Val>>,
}

impl Model {
    pub fn new(id: i64, created_at: DateTime<Utc>) -> Self {
        Self {
            id,
            created_at,
            values: BTreeMap::new(),
        }
    }

    pub fn one(self, field: Field, value: Option<Val>) -> Self {
        self.many(field, value)
    }

    pub fn many(mut self, field: Field, values: impl IntoIterator<Item = Val>) -> Self {
        self.values.insert(field, values.into_iter().collect());
        self
    }

    fn get(&self, name: &str) -> &[Val] {
        self.values.get(&Field::of(name)).unwrap()
    }

    fn fits(&self, filter: &Filter) -> bool {
        let values = self.get(&filter.field);
        let any = |test: &dyn Fn(&Val) -> bool| values.iter().any(test);
        let ordered =
            |wanted: &[Ordering]| any(&|one| wanted.contains(&one.compare(&one.like(&filter.value))));
        let text = || filter.value.as_str().unwrap().to_lowercase();
        match filter.operator {
            Operator::Eq => ordered(&[Ordering::Equal]),
            Operator::Neq => !ordered(&[Ordering::Equal]),
            Operator::Gt => ordered(&[Ordering::Greater]),
            Operator::Gte => ordered(&[Ordering::Greater, Ordering::Equal]),
            Operator::Lt => ordered(&[Ordering::Less]),
            Operator::Lte => ordered(&[Ordering::Less, Ordering::Equal]),
            Operator::In => {
                let wanted = filter.value.as_array().unwrap();
                any(&|one| wanted.iter().any(|value| one.compare(&one.like(value)).is_eq()))
            }
            Operator::Contains => any(&|one| one.texts().iter().any(|have| have.contains(&text()))),
            Operator::StartsWith => any(&|one| one.texts().iter().any(|have| have.starts_with(&text()))),
            Operator::Exists => values.is_empty() != filter.value.as_bool().unwrap(),
        }
    }

    fn key(&self, field: &str) -> Option<Val> {
        match self.get(field).first().cloned() {
            // Of a custom field's text the beginning counts.
            Some(Val::Text(text)) if Field::of(field).is_custom() => {
                Some(Val::Text(text.chars().take(100).collect()))
            }
            // An address is sorted as it was typed.
            Some(Val::Address(typed, _)) => Some(Val::Text(typed)),
            other => other,
        }
    }

    fn compare(&self, other: &Self, sorts: &[Sort]) -> Ordering {
        let in_direction = |ordering: Ordering, direction| match direction {
            Direction::Asc => ordering,
            Direction::Desc => ordering.reverse(),
        };
        let by = |sort: &Sort| match (self.key(&sort.field), other.key(&sort.field)) {
            (None, None) => Ordering::Equal,
            // What has no value comes last in both directions.
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (Some(one), Some(other)) => in_direction(one.compare(&other), sort.direction),
        };
        let decided = sorts.iter().map(by).find(|ordering| ordering.is_ne());
        decided.unwrap_or_else(|| {
            let direction = sorts.last().map_or(Direction::Desc, |sort| sort.direction);
            let by_time = match sorts {
                [] => true,
                [only] => Field::of(&only.field).is_custom(),
                _ => false,
            };
            let time = if by_time {
                self.created_at.cmp(&other.created_at)
            } else {
                Ordering::Equal
            };
            in_direction(time.then(self.id.cmp(&other.id)), direction)
        })
    }
}

/// The ids of the records that a search must find, in order.
pub fn expected(models: &[Model], search: &Search) -> Vec<i64> {
    let mut found: Vec<_> = models
        .iter()
        .filter(|model| holds(model, &search.filters))
        .collect();
    found.sort_by(|one, other| one.compare(other, &search.sort));
    found.into_iter().map(|model| model.id).collect()
}

/// A filter with `or` joins the one before it; the groups must all hold.
fn holds(model: &Model, filters: &[Filter]) -> bool {
    let mut groups: Vec<bool> = Vec::new();
    for filter in filters {
        let fits = model.fits(filter);
        match groups.last_mut() {
            Some(group) if filter.or => *group |= fits,
            _ => groups.push(fits),
        }
    }
    groups.into_iter().all(|group| group)
}
