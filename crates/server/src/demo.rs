//! A demo: the sample organisation put into a database, and the access to it that each start gives anew.

mod access;
mod catalogue;
mod ideas;
mod organization;
mod parents;
mod plans;
mod tokens;

use std::{borrow::Cow, time::Duration};

use anyhow::bail;
use automation_hub_domain::clock::Timestamp;
use automation_hub_storage::{StorageError, Store, links, tenants};
use indicatif::{ProgressBar, ProgressStyle};

use crate::{auth::digest::Peppers, config, files::FileStore};

pub use access::{Access, SignIn, TokenAccess};

/// As many ideas as have texts of their own, about.
pub const IDEAS: u64 = 240;

/// How much there is to be, at the least.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub ideas: usize,
    pub tokens: usize,
    /// Questions that every idea answers beyond the sample's, if the organisation is made now.
    pub answers: usize,
}

/// What a demo is made with.
pub struct Workshop<'w> {
    pub store: &'w Store,
    pub files: &'w FileStore,
    pub peppers: &'w Peppers,
    pub passwords: &'w config::Passwords,
    pub now: Timestamp,
}

/// Refuses a database that isn't a demo's own. To be asked before anything in it is changed, and again once its
/// schema is there.
pub async fn check_is_ours(store: &Store) -> anyhow::Result<()> {
    let (setup, has_tenants) = store
        .system()
        .read(|s| -> Result<_, StorageError> { Ok((links::setup(s)?, !tenants::list(s)?.is_empty())) })
        .await?;
    match setup {
        Some(setup) if setup.is_demo => Ok(()),
        None if !has_tenants => Ok(()),
        _ => bail!(
            "this database was made by `automation-hub serve`, and a demo would give strangers access to it; \
             name another folder with --data-dir"
        ),
    }
}

impl Workshop<'_> {
    /// Makes what is missing, draws new passwords and token values, and answers how to get in.
    pub async fn prepare(&self, size: Size) -> anyhow::Result<Access> {
        let directory = organization::found(self.store, self.now, size.answers).await?;
        let sign_ins = access::renew_passwords(self, &directory).await?;
        let tokens = tokens::renew(self, &directory).await?;
        ideas::top_up(self, &directory, size.ideas).await?;
        tokens::top_up(self, &directory, size.tokens).await?;
        catalogue::furnish(self, &directory).await?;
        Ok(Access::new(directory.tenant_uuid, sign_ins, tokens))
    }
}

/// Seen on a terminal only.
fn progress(what: impl Into<Cow<'static, str>>, total: u64) -> ProgressBar {
    let bar = ProgressBar::new(total).with_message(what);
    if let Ok(style) = ProgressStyle::with_template("{msg} {bar:32} {human_pos}/{human_len} {eta}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
