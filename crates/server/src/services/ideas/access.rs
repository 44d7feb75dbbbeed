//! Which ideas somebody may look into, and to which they may add something.

use automation_hub_domain::{id::IdeaId, idea::Idea, permission::Permission};
use automation_hub_storage::{
    Session,
    ideas::{self, IdeaKey},
};

use super::{AUTOMATION, Surroundings, parts, require};
use crate::{app::App, auth::actor::Actor, error::Error};

/// The idea, if there is one and the actor may view it. Nobody in particular views what the call lets them.
pub(crate) fn get_visible(
    app: &App,
    session: &mut Session<'_>,
    actor: &Actor,
    key: IdeaKey<'_>,
) -> Result<Idea, Error> {
    let idea = ideas::find(session, key)?.ok_or(Error::NotFound(AUTOMATION))?;
    // The session may be one that writes.
    let around = Surroundings::read(app, session)?;
    actor.require_at(Permission::Explore, Some(&around.directory.tree().path_ids(idea.category)))?;
    Ok(idea)
}

/// The idea, if the actor may view it and its flow lets them edit it.
pub(crate) fn get_editable(
    app: &App,
    session: &mut Session<'_>,
    actor: &Actor,
    key: IdeaKey<'_>,
) -> Result<Idea, Error> {
    let idea = ideas::find(session, key)?.ok_or(Error::NotFound(AUTOMATION))?;
    let around = Surroundings::read(app, session)?;
    let path = around.directory.tree().path_ids(idea.category);
    actor.require_in(Permission::Explore, &path)?;
    let flow = around.forms.flow_of(idea.submission_type).ok_or(Error::NotFound("idea flow"))?;
    let parts = parts(session, actor.user_id(), &idea)?;
    require(actor, &path, &parts, &flow.flow.permissions.edit)?;
    Ok(idea)
}

/// Whether the actor may edit the idea, asked before anything is read that the answer would make useless.
pub async fn require_editable(app: &App, actor: &Actor, key: &str) -> Result<IdeaId, Error> {
    let (shared, actor, key) = (app.clone(), actor.clone(), key.to_owned());
    app.store
        .read(actor.tenant_id(), move |s| {
            get_editable(&shared, s, &actor, IdeaKey::parse(&key)).map(|idea| idea.id)
        })
        .await
}
