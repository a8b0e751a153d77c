//! From a search that was understood to its statements.

use super::compile::{self, Leaf};
use super::condition::{Column, Condition, LEAD, Source, Test};
use super::field::{List, Sql};
use super::keyset::{After, Key, Place};
use super::language::{Direction, Filter, Operator};
use super::operand::Type;
use super::order::{self, By, Order};
use super::statement::{Count, Scope, Statement};
use super::{Listed, MOST_BY_PAGE, Search, Start, Window};
use crate::custom_fields::{self, Known};
use crate::search::{Pattern, spoken};
use rapport_platform::{Error, Reader, Result};

/// How many words of a free text count.
const MOST_WORDS: usize = 10;

/// A search that was understood.
pub struct Query {
    list: &'static List,
    groups: Vec<Vec<Leaf>>,
    sort: Vec<Order>,
    id: Direction,
    /// Whether one field at most must have one value, and the order is by one field at most.
    simple: bool,
    /// Whether few records fit.
    few: bool,
}

/// A part of the list that is in order by itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Whole,
    /// The records with a value of the first field.
    Present,
    /// Those without.
    Absent,
}

impl Query {
    /// Checks a search against the fields of its list; reads the definitions of the custom fields it names.
    ///
    /// # Errors
    /// `Invalid` naming the field that is unknown, or whose operator, value or direction does not fit.
    pub async fn compile(db: &Reader, list: &'static List, search: &Search) -> Result<Self> {
        let keys = search.custom_keys();
        let known = match list.custom {
            Some(entity) if !keys.is_empty() => custom_fields::known(db, entity, &keys).await?,
            _ => Known::default(),
        };
        let mut groups = compile::groups(list, &known, &search.filters)?;
        let words = search.text.iter().flat_map(|text| text.split_whitespace());
        for word in spoken(words.map(str::to_owned).collect()).iter().take(MOST_WORDS) {
            groups.push(compile::word(list, word)?);
        }
        let (sort, id) = order::order(list, &known, &search.sort)?;
        Ok(Self {
            list,
            groups,
            sort,
            id,
            simple: search.filters.len() <= 1
                && search.filters.iter().all(|one| one.operator == Operator::Eq)
                && search.text.is_none()
                && search.sort.len() <= 1,
            few: false,
        })
    }

    /// Says that few records fit.
    #[must_use]
    pub fn of_few(self) -> Self {
        Self { few: true, ..self }
    }

    /// Narrows the list to the records whose `field` is `value`, as the path of a request does.
    ///
    /// # Errors
    /// As [`Query::compile`].
    pub fn within(mut self, field: &str, value: i64) -> Result<Self> {
        let filter = Filter::eq(field, value);
        self.groups
            .extend(compile::groups(self.list, &Known::default(), &[filter])?);
        Ok(self)
    }

    /// Narrows the list to the records without a value in a column of its table.
    #[must_use]
    pub fn without(self, column: &'static dyn Sql) -> Self {
        self.with(Condition::Test(Column::Of(column), Test::Absent))
    }

    /// Narrows the list to these records.
    #[must_use]
    pub fn among(self, ids: &[i64]) -> Self {
        let id = Column::Of(self.list.id);
        self.of_few()
            .with(Condition::Test(id, Test::AmongFew(ids.to_vec())))
    }

    /// Narrows the list to these records, and those whose text in a column of its table fits all patterns.
    #[must_use]
    pub(crate) fn fitting(mut self, column: &'static dyn Sql, patterns: &[Pattern], ids: &[i64]) -> Self {
        let asked = patterns.iter().flat_map(|pattern| &pattern.asked);
        let asked = asked.map(|pattern| Test::Fits(pattern.clone()));
        let whole = patterns.iter().filter_map(Pattern::unasked);
        let whole = whole.map(|pattern| Test::AlsoFits(pattern.clone()));
        let fits = asked
            .chain(whole)
            .map(|test| Condition::Test(Column::Of(column), test));
        let mut either = vec![Condition::All(fits.collect())];
        self.simple = false;
        if !ids.is_empty() {
            let id = Column::Of(self.list.id);
            either.push(Condition::Test(id, Test::Among(ids.to_vec())));
        }
        self.with(Condition::Any(either))
    }

    fn with(mut self, condition: Condition) -> Self {
        self.groups.push(vec![Leaf::Plain(condition)]);
        self
    }

    /// The ids of a page, in order.
    ///
    /// # Errors
    /// `Invalid` on `page` when its number is none, or lies beyond what can be reached by numbers.
    pub async fn find(&self, db: &Reader, window: &Window) -> Result<Listed<i64>> {
        let mut before = Some(0);
        let mut rows = match &window.start {
            Start::Page(number) => {
                let offset = offset(*number, window.limit)?;
                before = Some(offset);
                let statement = self.statement(db, Part::Whole, None, window.limit + 1, offset);
                run(db, statement, Part::Whole).await?
            }
            Start::Top => self.walk(db, None, window.limit + 1).await?,
            Start::After(after) => {
                before = None;
                self.walk(db, Some(after), window.limit + 1).await?
            }
        };
        let wanted = usize::try_from(window.limit).unwrap_or_default();
        let more = rows.len() > wanted;
        rows.truncate(wanted);
        let total = if window.total {
            // A page that ends the list tells how long that is, unless it lies beyond the end.
            let last = before.filter(|before| !more && (*before == 0 || !rows.is_empty()));
            match last {
                Some(before) => Some(before + i64::try_from(rows.len()).map_err(Error::internal)?),
                None => Some(self.count(db).await?),
            }
        } else {
            None
        };
        Ok(Listed {
            next: rows.last().filter(|_| more).cloned(),
            items: rows.into_iter().map(|row| row.id).collect(),
            total,
        })
    }

    async fn count(&self, db: &Reader) -> Result<i64> {
        let count = Scope {
            list: self.list,
            organization: db.organization(),
            conditions: self.conditions(None),
        };
        Ok(diesel_async::RunQueryDsl::get_result(Count(count), &mut db.conn()).await?)
    }

    /// The rows after a place, part by part until there are enough.
    async fn walk(&self, db: &Reader, after: Option<&After>, wanted: i64) -> Result<Vec<After>> {
        let parts: &[Part] = match self.sort.first() {
            Some(first) if first.nullable => {
                let absent = after.is_some_and(|after| after.keys.first().is_some_and(Option::is_none));
                if absent {
                    &[Part::Absent]
                } else {
                    &[Part::Present, Part::Absent]
                }
            }
            _ => &[Part::Whole],
        };
        let (mut rows, mut after) = (Vec::new(), after);
        for part in parts {
            let missing = wanted - i64::try_from(rows.len()).map_err(Error::internal)?;
            if missing > 0 {
                let statement = self.statement(db, *part, after.take(), missing, 0);
                rows.extend(run(db, statement, *part).await?);
            }
        }
        Ok(rows)
    }

    fn statement(
        &self,
        db: &Reader,
        part: Part,
        after: Option<&After>,
        limit: i64,
        offset: i64,
    ) -> Statement {
        let lead = self.lead(part);
        let mut conditions = self.conditions(lead);
        conditions.extend(self.sort.first().and_then(|first| self.of_part(first, part)));
        let skipped = usize::from(part == Part::Absent);
        let keys = self.sort.iter().enumerate().skip(skipped);
        let keys = keys.map(|(index, order)| {
            let nullable = order.nullable && !(index == 0 && part == Part::Present);
            self.key(
                order,
                lead.filter(|_| index == 0 || matches!(order.by, By::CreatedAt)),
                nullable,
            )
        });
        let id = match lead {
            Some(_) => Column::Value(LEAD, "entity_id"),
            None => Column::Of(self.list.id),
        };
        Statement {
            scope: Scope {
                list: self.list,
                organization: db.organization(),
                conditions,
            },
            lead,
            keys: keys.collect(),
            id: Key {
                place: Place::Column(id),
                kind: Type::Integer,
                nullable: false,
                direction: self.id,
            },
            // There are few such statements, and none has a better plan for some values than for others: what is asked
            // for leads, if it is not of few records.
            kept: self.simple
                && (self.few || (lead.is_some() && part == Part::Whole))
                && after.is_none()
                && offset == 0,
            after: after.map(|after| After {
                keys: after.keys.iter().skip(skipped).cloned().collect(),
                id: after.id,
            }),
            limit,
            offset,
        }
    }

    /// The custom field whose index has the rows in the order of the list.
    fn lead(&self, part: Part) -> Option<i64> {
        match (part, self.sort.first().map(|order| order.by)) {
            (Part::Present, Some(By::Custom(definition, _))) => Some(definition),
            (Part::Whole, Some(By::CreatedAt)) => {
                self.groups.iter().find_map(|group| match group.as_slice() {
                    [only] => only.equals(),
                    _ => None,
                })
            }
            _ => None,
        }
    }

    /// All filters. Those on the lead itself, unless they stand in an OR, are conditions on its own row.
    fn conditions(&self, lead: Option<i64>) -> Vec<Condition> {
        let group = |group: &Vec<Leaf>| match group.as_slice() {
            [only] => only.condition(self.list, lead.filter(|_| only.requires() == lead)),
            several => Condition::Any(
                several
                    .iter()
                    .map(|leaf| leaf.condition(self.list, None))
                    .collect(),
            ),
        };
        self.groups.iter().map(group).collect()
    }

    /// What makes a record belong to a part.
    fn of_part(&self, first: &Order, part: Part) -> Option<Condition> {
        let any = || Box::new(Condition::All(Vec::new()));
        match (part, first.by) {
            (Part::Whole, _) | (_, By::CreatedAt) => None,
            (Part::Present, By::Column(column)) => Some(Condition::Test(Column::Of(column), Test::Present)),
            (Part::Absent, By::Column(column)) => Some(Condition::Test(Column::Of(column), Test::Absent)),
            (Part::Present, By::Custom(_, name)) => {
                Some(Condition::Test(Column::Value(LEAD, name), Test::Present))
            }
            (Part::Absent, By::Custom(definition, _)) => {
                let some = Condition::Some(self.list, Source::Custom(definition), any());
                Some(Condition::Not(Box::new(some)))
            }
        }
    }

    fn key(&self, order: &Order, lead: Option<i64>, nullable: bool) -> Key {
        let place = match (order.by, lead) {
            (By::CreatedAt, Some(_)) => Place::Column(Column::Value(LEAD, "entity_created_at")),
            (By::CreatedAt, None) => Place::Column(Column::Of(self.list.created_at)),
            (By::Column(column), _) => Place::Column(Column::Of(column)),
            (By::Custom(_, name), Some(_)) => Place::Column(Column::Value(LEAD, name)),
            (By::Custom(definition, name), None) => Place::Lookup(self.list, definition, name),
        };
        Key {
            place,
            kind: order.kind,
            nullable,
            direction: order.direction,
        }
    }
}

async fn run(db: &Reader, statement: Statement, part: Part) -> Result<Vec<After>> {
    let rows: Vec<(i64, Vec<Option<String>>)> =
        diesel_async::RunQueryDsl::load(statement, &mut db.conn()).await?;
    let absent = (part == Part::Absent).then_some(None);
    let row = |(id, keys): (i64, Vec<_>)| After {
        keys: absent.clone().into_iter().chain(keys).collect(),
        id,
    };
    Ok(rows.into_iter().map(row).collect())
}

fn offset(page: i64, limit: i64) -> Result<i64> {
    let offset = page.checked_sub(1).and_then(|before| before.checked_mul(limit));
    match offset {
        Some(offset) if offset >= 0 && offset + limit <= MOST_BY_PAGE => Ok(offset),
        Some(offset) if offset < 0 => Err(Error::invalid("page", "must be at least 1")),
        _ => Err(Error::invalid(
            "page",
            format!("reaches beyond the first {MOST_BY_PAGE} rows; walk on with pageToken"),
        )),
    }
}
