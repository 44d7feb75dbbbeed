//! How many ideas there are: kept as they are written, so that a total costs a few rows.

use std::collections::BTreeMap;

use automation_hub_domain::{
    id::{CategoryId, StatusId},
    idea::SubmissionType,
};
use sea_query::{Expr, ExprTrait, Query as Build, SelectStatement};

use super::filter::{IdeaFilter, any_of};
use crate::{Engine, Session, StorageError, Value, query::Query, values};

/// Rows written by one statement: an idea is counted in its category and in all together.
const COUNTED_AT_ONCE: usize = 2;

/// What a transaction adds to the counts. In the order of the key, so that two transactions can't lock each
/// other's rows crosswise.
#[derive(Default)]
pub(super) struct Tally(BTreeMap<(i64, i64, i64), i64>);

impl Tally {
    pub(super) fn add(&mut self, category: CategoryId, status: StatusId, kind: SubmissionType) {
        self.shift((category, status, kind), 1);
    }

    pub(super) fn remove(&mut self, category: CategoryId, status: StatusId, kind: SubmissionType) {
        self.shift((category, status, kind), -1);
    }

    fn shift(&mut self, (category, status, kind): (CategoryId, StatusId, SubmissionType), by: i64) {
        // 0 counts all categories together.
        for category in [0, category.get()] {
            *self.0.entry((category, status.get(), kind.code())).or_default() += by;
        }
    }

    pub(super) fn write(self, session: &mut Session<'_>) -> Result<(), StorageError> {
        let changes: Vec<_> = self.0.into_iter().filter(|(_, n)| *n != 0).collect();
        for some in changes.chunks(COUNTED_AT_ONCE) {
            write_some(session, some)?;
        }
        Ok(())
    }
}

macro_rules! add_counts {
    ($($row:literal),+) => {
        concat!(
            "INSERT INTO idea_counts (tenant_id, category_id, phase_status_id, submission_type, lane, n) VALUES ",
            $($row,)+
            " ON CONFLICT (tenant_id, category_id, phase_status_id, submission_type, lane) \
             DO UPDATE SET n = idea_counts.n + excluded.n"
        )
    };
}

/// For one row, and for as many as are counted at once. Transactions that are written at the same time most likely count
/// in different lanes: one would wait for the other's commit to count in the same row. The embedded engine has one writer.
const fn statements(engine: Engine) -> [&'static str; COUNTED_AT_ONCE] {
    match engine {
        Engine::Sqlite => [
            add_counts!("($1, $2, $3, $4, 0, $5)"),
            add_counts!("($1, $2, $3, $4, 0, $5), ", "($1, $6, $7, $8, 0, $9)"),
        ],
        Engine::Postgres => [
            add_counts!("($1, $2, $3, $4, pg_backend_pid() % 16, $5)"),
            add_counts!(
                "($1, $2, $3, $4, pg_backend_pid() % 16, $5), ",
                "($1, $6, $7, $8, pg_backend_pid() % 16, $9)"
            ),
        ],
    }
}

fn write_some(session: &mut Session<'_>, changes: &[((i64, i64, i64), i64)]) -> Result<(), StorageError> {
    let mut values = vec![Value::from(session.tenant())];
    for &((category, status, kind), n) in changes {
        values.extend_from_slice(values![category, status, kind, n]);
    }
    let [one, both] = statements(session.engine());
    session.put_off(if changes.len() == 1 { one } else { both }, &values)
}

/// How many ideas a filter lets through: from the counts where they know, by the index of a
/// search, else by counting.
pub fn count(session: &mut Session<'_>, filter: &IdeaFilter) -> Result<u64, StorageError> {
    let tenant = session.tenant().get();
    let statement = if filter.is_counted() {
        counted(tenant, filter)
    } else if let Some(candidates) = filter.candidates(session)? {
        return candidates.count(session, filter);
    } else {
        let mut select = Build::select();
        select.expr(Expr::cust("COUNT(*)")).from("ideas");
        filter.restrict(tenant, &mut select);
        select
    };
    let query = Query::render(session.engine(), &statement);
    let n: i64 = session.one(&query.sql, &query.values()?, |row| row.get(0))?;
    Ok(u64::try_from(n).unwrap_or_default())
}

/// How many ideas stand in each status, of the whole tenant or of some categories. Statuses without any are left out.
pub fn count_by_status(
    session: &mut Session<'_>,
    categories: Option<&[CategoryId]>,
) -> Result<Vec<(StatusId, u64)>, StorageError> {
    let mut select = Build::select();
    select.columns(["phase_status_id", "n"]).from("idea_counts");
    select.and_where(Expr::col("tenant_id").eq(session.tenant().get()));
    let categories = categories.map(|ids| ids.iter().map(|id| id.get()).collect());
    select.and_where(any_of("category_id", categories.unwrap_or_else(|| vec![0])));
    let query = Query::render(session.engine(), &select);
    // Added up here: for the few rows there are, it takes the engine longer to group them than to hand them over.
    let mut counts = BTreeMap::<StatusId, i64>::new();
    session.each(&query.sql, &query.values()?, |row| {
        *counts.entry(row.get(0)?).or_default() += row.get::<i64>(1)?;
        Ok(())
    })?;
    let some = |(status, n)| u64::try_from(n).ok().filter(|n| *n > 0).map(|n| (status, n));
    Ok(counts.into_iter().filter_map(some).collect())
}

fn counted(tenant: i64, filter: &IdeaFilter) -> SelectStatement {
    let mut select = Build::select();
    // A sum of integers is a NUMERIC on PostgreSQL.
    select.expr(Expr::cust("CAST(COALESCE(SUM(n), 0) AS BIGINT)")).from("idea_counts");
    select.and_where(Expr::col("tenant_id").eq(tenant));
    let categories = filter.categories.as_ref().map(|ids| ids.iter().map(|id| id.get()).collect());
    select.and_where(any_of("category_id", categories.unwrap_or_else(|| vec![0])));
    if !filter.statuses.is_empty() {
        select.and_where(any_of("phase_status_id", filter.statuses.iter().map(|id| id.get()).collect()));
    }
    if !filter.phases.is_empty() {
        let mut statuses = Build::select();
        statuses.column("id").from("phase_statuses").and_where(Expr::col("tenant_id").eq(tenant));
        statuses.and_where(any_of("phase_id", filter.phases.iter().map(|id| id.get()).collect()));
        select.and_where(Expr::col("phase_status_id").in_subquery(statuses));
    }
    if let Some(kinds) = &filter.submission_types {
        select.and_where(any_of("submission_type", kinds.iter().map(|kind| kind.code()).collect()));
    }
    select
}
