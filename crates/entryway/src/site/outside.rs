//! How the site's network is left, as the configuration in force says.

use anyhow::Context;
use entryway_config::ConnectorSettings;
use entryway_tunnel::{NoProxy, OuterTrust, Outside, Patience, Proxy};
use parking_lot::Mutex;
use std::sync::Arc;

/// What was made of which settings.
#[derive(Default)]
pub(crate) struct Ways {
    last: Mutex<Option<(Arc<ConnectorSettings>, Outside)>>,
}

impl Ways {
    /// Of these settings; read anew where they are others than last time.
    pub(crate) fn of(&self, settings: &Arc<ConnectorSettings>) -> Outside {
        let mut last = self.last.lock();
        if let Some((known, outside)) = &*last
            && Arc::ptr_eq(known, settings)
        {
            return outside.clone();
        }
        match outside(settings) {
            Ok(outside) => {
                *last = Some((Arc::clone(settings), outside.clone()));
                outside
            }
            // The configuration's own checks let nothing of that through: what held before goes on.
            Err(error) => match &*last {
                Some((_, outside)) => outside.clone(),
                None => {
                    tracing::error!(target: "config.problem", problem = format!("{error:#}"));
                    direct()
                }
            },
        }
    }
}

fn direct() -> Outside {
    Outside {
        proxy: None,
        no_proxy: NoProxy::default(),
        trust: OuterTrust::system(),
        patience: Patience::default(),
    }
}

/// Of these settings. Reads the system's authorities.
pub(crate) fn outside(settings: &ConnectorSettings) -> anyhow::Result<Outside> {
    let proxy = settings.proxy.as_ref().map(|written| {
        let account = written.account.as_ref();
        let account = account.map(|(user, password)| (&**user, password.expose()));
        proxy(&written.url, account)
    });
    Ok(Outside {
        proxy: proxy.transpose()?,
        no_proxy: NoProxy::parse(settings.no_proxy.iter().map(String::as_str))?,
        trust: trust(settings.trust.as_deref())?,
        patience: Patience::default(),
    })
}

fn trust(more: Option<&[u8]>) -> anyhow::Result<OuterTrust> {
    let system = OuterTrust::system();
    match more {
        None => Ok(system),
        Some(pem) => system
            .and(pem)
            .context("`connector.trust` holds a certificate that cannot vouch for others"),
    }
}

/// Where there is no configuration: as the command line says.
pub(crate) fn without_configuration(
    proxy: Option<&str>,
    account: Option<(&str, &[u8])>,
    trusted: Option<&[u8]>,
) -> anyhow::Result<Outside> {
    Ok(Outside {
        proxy: proxy.map(|url| self::proxy(url, account)).transpose()?,
        no_proxy: NoProxy::default(),
        trust: trust(trusted)?,
        patience: Patience::default(),
    })
}

fn proxy(url: &str, account: Option<(&str, &[u8])>) -> anyhow::Result<Proxy> {
    let proxy = Proxy::parse(url)?;
    let Some((user, password)) = account else {
        return Ok(proxy);
    };
    let password =
        std::str::from_utf8(password).context("the password for the proxy is not UTF-8")?;
    Ok(proxy.with_credentials(user, password)?)
}
