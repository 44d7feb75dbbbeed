//! `automation-hub serve`: the server, on whatever the database holds.

use automation_hub_server::{config::Overrides, logging, services::setup};
use automation_hub_storage::{links, tenants};
use clap::Args;
use figment::value::Value;

use super::{Global, hub::Hub, output, tenant};

#[derive(Args)]
#[group(skip)]
pub(super) struct Arguments {
    /// Address and port to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS")]
    pub(super) listen: Option<String>,
    /// Origin under which people reach the hub: scheme and host
    #[arg(long, value_name = "URL")]
    pub(super) public_url: Option<String>,
}

impl Arguments {
    pub(super) fn overrides(&self) -> Overrides {
        let flags = [("server.listen", &self.listen), ("server.public_url", &self.public_url)];
        flags.into_iter().filter_map(|(key, value)| Some((key, Value::from(value.clone()?)))).collect()
    }
}

pub(super) async fn run(global: &Global, arguments: Arguments) -> anyhow::Result<()> {
    let config = global.load(arguments.overrides())?;
    logging::start(&config.log);
    let hub = Hub::open(config).await?;
    hub.migrate().await?;
    let setup = hub
        .store
        .system()
        .write(|s| {
            // From here on the folder is known as no demo's.
            links::put_installation(s)?;
            links::setup(s)
        })
        .await?;
    if setup.is_some_and(|setup| setup.is_demo) {
        tracing::warn!("this is the sample organisation of a demo, served as it is");
    }
    let keys = hub.keys().await?;
    let address = hub.address();
    hub.run(keys, async |app| {
        if let Some(link) = setup::prepare(app, &address).await? {
            // To standard output and not to the log, which others may read.
            let words = "Set the hub up here. The link works once, for 24 hours:";
            output::print(format_args!("{words}\n{link}"))?;
        }
        for tenant in app.store.system().read(tenants::list_deserted).await? {
            output::print(format_args!(
                "Nobody can sign in to {place} yet. To create its first person:\n  \
                 automation-hub user create EMAIL FIRST_NAME LAST_NAME --role ah-system-admin --tenant {place}",
                place = tenant::short_names(&tenant),
            ))?;
        }
        Ok(())
    })
    .await
}
