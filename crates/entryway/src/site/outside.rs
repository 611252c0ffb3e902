//! How the site's network is left, as the configuration in force says.

use super::enroll::failed;
use crate::cli::{Common, WayOut};
use crate::exit::Exit;
use crate::{out, sources};
use anyhow::Context;
use entryway_config::ConnectorSettings;
use entryway_tunnel::{NoProxy, OuterTrust, Outside, Patience, Proxy};
use parking_lot::Mutex;
use std::sync::Arc;
use zeroize::Zeroizing;

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

/// As the configuration says; where there is none, as the command line does.
pub(crate) fn way_out(common: &Common, asked: &WayOut) -> Result<Outside, Exit> {
    let made = if sources::find(common).is_some_and(|path| path.exists()) {
        if asked.proxy.is_some() || asked.trust.is_some() {
            out::aside(
                "error: there is a configuration: write `connector.proxy`, `connector.proxy_user`, `connector.proxy_password` and `connector.trust` there\n",
            );
            return Err(Exit::Usage);
        }
        let (_, loaded) = sources::load_or_show(common)?;
        outside(&loaded.settings.connector)
    } else {
        from_the_command_line(asked)
    };
    made.map_err(|error| failed(&error))
}

fn from_the_command_line(asked: &WayOut) -> anyhow::Result<Outside> {
    let trusted = asked.trust.as_deref().map(std::fs::read).transpose();
    let trusted = trusted.context("`--trust` cannot be read")?;
    let password = asked.proxy_password_file.as_deref().map(std::fs::read);
    let password = password
        .transpose()
        .context("`--proxy-password-file` cannot be read")?
        .map(Zeroizing::new);
    let password = password.as_ref().map(|password| password.trim_ascii_end());
    let account = asked.proxy_user.as_deref().zip(password);
    let proxy = asked.proxy.as_deref().map(|url| proxy(url, account));
    Ok(Outside {
        proxy: proxy.transpose()?,
        no_proxy: NoProxy::default(),
        trust: trust(trusted.as_deref())?,
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
