//! One idea as the wire shows it: its own members as they were stored, and around them what can change without it.

use std::collections::BTreeSet;

use automation_hub_domain::{clock::Timestamp, id::UserId};
use automation_hub_storage::ideas::IdeaRecord;

use super::{
    calendar::{Calendar, Date},
    selection::Selection,
};
use crate::{
    directory::TenantDirectory,
    json::{self, Members},
};

/// Writes records into answers: one for each request, as it knows the names of its moment.
pub struct RecordWriter<'d> {
    pub directory: &'d TenantDirectory,
    pub calendar: &'d Calendar,
    /// None for all members.
    pub selection: Option<&'d Selection>,
}

/// Room for what stands around a record's own members; where it is more, the buffer grows.
pub const BESIDE_LENGTH: usize = 3072;

impl RecordWriter<'_> {
    pub fn write(&self, buffer: &mut Vec<u8>, record: &IdeaRecord<'_>) {
        let Some(selection) = self.selection else { return self.write_all(buffer, record) };
        let mut all = Vec::with_capacity(record.wire.len() + BESIDE_LENGTH);
        self.write_all(&mut all, record);
        selection.copy(&all, buffer);
    }

    fn write_all(&self, buffer: &mut Vec<u8>, record: &IdeaRecord<'_>) {
        json::object(buffer, |m| {
            m.integer("process_id", record.id.get());
            m.text("process_slug", record.slug);
            m.written_bytes(record.wire);
            m.written(self.directory.status(record.status).unwrap_or_default());
            m.written(self.directory.category(record.category).unwrap_or_default());
            m.integer("process_num_votes", record.votes);
            m.raw("tags", record.tags);
            self.people(m, record);
            self.collaborators(m, record);
            self.instant(m, "process_created_epoch", "process_created_epoch__display", record.created_at);
            self.instant(m, "process_updated_epoch", "process_updated_epoch__display", record.updated_at);
        });
    }

    /// People of a record whose particulars still have to be read.
    pub fn unknown(&self, record: &IdeaRecord<'_>) -> impl Iterator<Item = UserId> {
        let of_idea = [Some(record.submitter), record.owner].into_iter().flatten();
        let added = record.collaborators().map(|one| one.user);
        of_idea.chain(added).filter(|&id| !self.directory.knows(id))
    }

    fn people(&self, m: &mut Members<'_>, record: &IdeaRecord<'_>) {
        self.directory.person(record.submitter, |person| {
            m.written(person.map_or("", |person| person.as_submitter.as_str()));
        });
        match record.owner {
            Some(owner) => self.directory.person(owner, |person| {
                m.written(person.map_or("", |person| person.as_owner.as_str()));
            }),
            None => m.written(r#""process_owner_user_id":null,"owner":null"#),
        }
    }

    /// Those that were added; submitter and owner have members of their own.
    fn collaborators(&self, m: &mut Members<'_>, record: &IdeaRecord<'_>) {
        let people: BTreeSet<UserId> = record.collaborators().map(|one| one.user).collect();
        m.integer("process_num_collaborators", i64::try_from(people.len()).unwrap_or(i64::MAX));
        m.array("collaborators", record.collaborators(), |buffer, one| {
            json::object(buffer, |m| {
                self.directory.person(one.user, |person| {
                    m.written(person.map_or("", |person| person.members.as_str()));
                });
                m.integer("role_id", one.role.get());
                let role = self.directory.automation_role(one.role);
                m.optional_text("role_slug", role.map(|role| role.slug.as_str()));
                m.optional_text("role_name", role.map(|role| role.name.as_str()));
            });
        });
    }

    fn instant(&self, m: &mut Members<'_>, name: &str, display: &str, at: Timestamp) {
        m.integer(name, at.millis());
        match self.calendar.day(at) {
            Some(shown) => m.plain(display, |buffer| day(buffer, shown)),
            None => m.null(display),
        }
    }
}

/// `17 Nov 2026`, in the tenant's time zone.
fn day(buffer: &mut Vec<u8>, Date { year, month, day }: Date) {
    const MONTHS: [&[u8; 5]; 12] = [
        b" Jan ", b" Feb ", b" Mar ", b" Apr ", b" May ", b" Jun ", b" Jul ", b" Aug ", b" Sep ", b" Oct ",
        b" Nov ", b" Dec ",
    ];
    json::whole(buffer, day);
    let month = usize::try_from(month - 1).ok().and_then(|month| MONTHS.get(month));
    buffer.extend_from_slice(month.map_or(b" ".as_slice(), |month| month.as_slice()));
    json::whole(buffer, year);
}
