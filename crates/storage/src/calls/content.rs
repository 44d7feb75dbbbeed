//! What calls were sent and answered, where their tenant keeps it.

use crate::{Row, Session, StorageError, System, Value, users::clamp, values};

use super::{CallRecord, row, unsigned};

/// What is kept of a call beside the fact that it was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallContent {
    /// Without the question mark.
    pub query: String,
    pub request: CallBody,
    pub response: CallBody,
}

/// A body as far as it is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallBody {
    /// Its beginning. `None` if there was nothing, or nothing that is text.
    pub text: Option<String>,
    /// Length of the whole body.
    pub bytes: u64,
}

pub(super) fn insert(
    system: &mut System<'_>,
    call: &CallRecord<'_>,
    content: &CallContent,
) -> Result<(), StorageError> {
    let mut values = row(call).to_vec();
    values.push(content.query.as_str().into());
    for body in [&content.request, &content.response] {
        values.extend([Value::from(body.text.as_deref()), clamp(body.bytes).into()]);
    }
    system.execute(
        "INSERT INTO open_api_calls (tenant_id, token_id, user_id, called_at, method, route, path, status, \
         duration_micros, address, client, request_id, query, request_body, request_bytes, response_body, \
         response_bytes) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
        &values,
    )?;
    Ok(())
}

/// What was kept of the call with this id, if anything was.
pub fn find_content(session: &mut Session<'_>, id: i64) -> Result<Option<CallContent>, StorageError> {
    let tenant = session.tenant();
    session.optional(
        "SELECT query, request_body, request_bytes, response_body, response_bytes FROM open_api_calls \
         WHERE tenant_id = $1 AND id = $2 AND request_bytes IS NOT NULL",
        values![tenant, id],
        |row| Ok(CallContent { query: row.get(0)?, request: body(row, 1)?, response: body(row, 3)? }),
    )
}

fn body(row: &Row<'_>, first: usize) -> Result<CallBody, StorageError> {
    Ok(CallBody { text: row.get(first)?, bytes: unsigned(row.get(first + 1)?) })
}
