//! The tags of an automation.

use std::collections::BTreeSet;

use automation_hub_domain::{
    audit::AuditAction,
    tag::{self, Tag},
};
use automation_hub_storage::{audit, tags};
use serde_json::json;

use super::{Held, IdeaChoice, write};
use crate::{
    app::App,
    auth::actor::Actor,
    error::{Error, Violations},
};

/// Puts tags in place of those an automation had, which the actor may edit. None is a tag that couldn't be read, as
/// `wrong` says already.
pub async fn set_tags(
    app: &App,
    actor: &Actor,
    choice: IdeaChoice,
    texts: &[Option<&str>],
    wrong: Violations,
) -> Result<(), Error> {
    let new = check(texts, wrong)?;
    let (actor, now) = (actor.clone(), app.clock.now());
    write(app, actor.tenant_id(), move |session, around| {
        let held = Held::find_for(session, around, &actor, &choice, |flow| &flow.flow.permissions.edit)?;
        let id = held.idea.id;
        let before = tags::list(session, id)?;
        let keys =
            |names: &[String]| names.iter().map(|name| automation_hub_domain::text::fold(name)).collect();
        let (was, is): (Vec<_>, Vec<_>) = (keys(&before), new.iter().map(Tag::key).collect());
        if was == is {
            return Ok(());
        }
        let after = tags::set(session, id, &new, now)?;
        let mut event = actor.event(now, AuditAction::IDEA_TAG, ("idea", id.get()), &held.idea.name);
        event.before = Some(json!({ "tags": before }).to_string());
        event.after = Some(json!({ "tags": after }).to_string());
        Ok(audit::insert(session, &event)?)
    })
    .await
}

fn check(texts: &[Option<&str>], mut violations: Violations) -> Result<Vec<Tag>, Error> {
    if texts.len() > tag::LIMIT {
        violations.add("tags", format!("At most {} tags; these are {}.", tag::LIMIT, texts.len()));
    }
    let mut keys = BTreeSet::new();
    let mut tags = Vec::with_capacity(texts.len().min(tag::LIMIT));
    // What is beyond the limit needn't be looked at.
    for (position, text) in texts.iter().enumerate().take(tag::LIMIT) {
        let Some(text) = text else { continue };
        let Some(tag) = violations.check(format!("tags/{position}"), Tag::parse(text)) else { continue };
        if keys.insert(tag.key()) {
            tags.push(tag);
        } else {
            violations.add(format!("tags/{position}"), "This tag stands there already.");
        }
    }
    violations.into_result()?;
    Ok(tags)
}
