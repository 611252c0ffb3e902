//! What happens, and how it ends.

use super::stage::Stage;
use anyhow::Result;
use entryway_conformance::Weather;

/// One case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    ConnectorKilled,
    ConnectorPaused,
    ConnectorsKilled,
    SiteCutOff,
    BadWeather,
    NodeKilled,
    NodePaused,
    PostgresRestarted,
    ClockWrong,
    ProxyRestarted,
    ProxyPaused,
    DirectoryGone,
}

/// What is promised while the fault lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Promise {
    /// Nobody notices.
    Unfelt,
    /// Whoever was under way may be told to try again; the next ones are not.
    FailsOver,
    /// Nobody gets a verdict, and everybody is told so.
    Outage,
}

impl Act {
    pub(super) const ALL: [Self; 12] = [
        Self::ConnectorKilled,
        Self::ConnectorPaused,
        Self::ConnectorsKilled,
        Self::SiteCutOff,
        Self::BadWeather,
        Self::NodeKilled,
        Self::NodePaused,
        Self::PostgresRestarted,
        Self::ClockWrong,
        Self::ProxyRestarted,
        Self::ProxyPaused,
        Self::DirectoryGone,
    ];

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::ConnectorKilled => "one of two connectors is killed, and started again",
            Self::ConnectorPaused => "one of two connectors stands still, and goes on",
            Self::ConnectorsKilled => "both connectors are killed, and started again",
            Self::SiteCutOff => "the site's line is cut without a word, and mended",
            Self::BadWeather => "2 % of all packets are lost and each is 200 ms late",
            Self::NodeKilled => "one of two hub nodes is killed, and started again",
            Self::NodePaused => "one of two hub nodes stands still, and goes on",
            Self::PostgresRestarted => "the hub's PostgreSQL is stopped, and started again",
            Self::ClockWrong => "the clock of one connector is 10 minutes ahead from the start",
            Self::ProxyRestarted => "the site's proxy is stopped, and started again",
            Self::ProxyPaused => "the site's proxy stands still, and goes on",
            Self::DirectoryGone => "the site's directory is killed, and started again",
        }
    }

    pub(super) fn is_quick(self) -> bool {
        matches!(self, Self::ConnectorKilled | Self::ProxyRestarted)
    }

    pub(super) fn promise(self) -> Promise {
        match self {
            Self::ClockWrong => Promise::Unfelt,
            Self::ConnectorKilled | Self::ConnectorPaused | Self::NodeKilled | Self::NodePaused => {
                Promise::FailsOver
            }
            // Slower, and no worse.
            Self::BadWeather => Promise::FailsOver,
            _ => Promise::Outage,
        }
    }

    pub(super) fn fail(self, stage: &mut Stage) -> Result<()> {
        match self {
            Self::ConnectorKilled => stage.connectors.0.kill(),
            Self::ConnectorPaused => stage.connectors.0.pause(),
            Self::ConnectorsKilled => stage
                .connectors
                .0
                .kill()
                .and_then(|()| stage.connectors.1.kill()),
            Self::SiteCutOff => stage.line.turns(Weather::CUT),
            Self::BadWeather => stage.line.turns(Weather {
                delay_ms: 200,
                lost_percent: 2,
            }),
            Self::NodeKilled => stage.hubs.1.kill(),
            Self::NodePaused => stage.hubs.1.pause(),
            Self::PostgresRestarted => stage.postgres.stop(),
            Self::ClockWrong => Ok(()),
            Self::ProxyRestarted => stage.proxy.stop(),
            Self::ProxyPaused => stage.proxy.pause(),
            Self::DirectoryGone => stage.slapd.kill(),
        }
    }

    pub(super) fn mend(self, stage: &mut Stage) -> Result<()> {
        match self {
            Self::ConnectorKilled => stage.connectors.0.start_again(),
            Self::ConnectorPaused => stage.connectors.0.go_on(),
            Self::ConnectorsKilled => {
                stage.connectors.0.start_again()?;
                stage.connectors.1.start_again()
            }
            Self::SiteCutOff | Self::BadWeather => stage.line.turns(Weather::FAIR),
            Self::NodeKilled => stage.hubs.1.start_again(),
            Self::NodePaused => stage.hubs.1.go_on(),
            Self::PostgresRestarted => stage.postgres.restart(),
            Self::ClockWrong => Ok(()),
            Self::ProxyRestarted => stage.proxy.start_again(),
            Self::ProxyPaused => stage.proxy.go_on(),
            Self::DirectoryGone => stage.slapd.start_again(),
        }
    }
}
