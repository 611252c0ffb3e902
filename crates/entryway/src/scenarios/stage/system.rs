//! The operating system of a scenario: PAM's service file in a folder of the scenario's own. Who is there is said by the
//! machine's user database all the same, so a scenario names accounts that every machine has.

use anyhow::Context;
use entryway_config::Settings;
use entryway_scenario::Scenario;
use std::path::Path;

/// Compares what was typed with the password that the scenario gives to the account.
const CHECK: &str = "\
IFS= read -r typed || :
IFS= read -r right < \"${0%/*}/password-$PAM_USER\" || exit 1
[ \"$typed\" = \"$right\" ]
";

/// Leads the settings to a service that knows the scenario's accounts, or to one that breaks, where the scenario has
/// either.
pub(super) fn set(
    scenario: &Scenario,
    settings: &mut Settings,
    folder: &Path,
) -> anyhow::Result<()> {
    let rows = scenario.system_rows()?;
    if rows.is_empty() && !scenario.system_is_down {
        return Ok(());
    }
    let folder = folder.join("pam.d");
    std::fs::create_dir(&folder).context("a folder for PAM cannot be made")?;
    let write = |name: &str, text: &str| {
        std::fs::write(folder.join(name), text)
            .with_context(|| format!("`{name}` cannot be written"))
    };
    write("check", CHECK)?;
    for row in rows {
        let name = format!("password-{}", row.account.name);
        write(&name, &format!("{}\n", row.password))?;
    }
    write(&settings.os.service, &service(scenario, &folder))?;
    settings.os.confdir = Some(folder);
    Ok(())
}

fn service(scenario: &Scenario, folder: &Path) -> String {
    let folder = folder.display();
    if scenario.system_is_down {
        return format!(
            "auth required {folder}/no-such-module.so\naccount required pam_permit.so\n"
        );
    }
    format!(
        "auth [success=1 default=ignore] pam_exec.so expose_authtok quiet /bin/sh {folder}/check\n\
         auth requisite pam_deny.so\n\
         auth required pam_permit.so\n\
         account required pam_permit.so\n"
    )
}
