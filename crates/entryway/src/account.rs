//! `entryway account`: the accounts in Entryway's own store, as an administrator keeps them.
//!
//! A running daemon learns of a change by itself, within a second. A password never stands on a command line.

mod import;
mod show;

use crate::cli::{
    Account, AccountCommand, AddAccount, ChangeAccount, Common, Kind, PasswordFrom, PasswordToSet,
    Value, Values,
};
use crate::exit::Exit;
use crate::store::{Access, failed, open};
use crate::{out, password};
use entryway_login::{SubmittedPassword, UserType};
use entryway_store::{AccountChange, Accounts, Details, NewAccount, NewPassword};
use serde_json::json;

/// Keeps accounts.
pub(crate) async fn account(common: &Common, asked: &Account) -> Result<Exit, Exit> {
    // First of all, so that nobody types a password for a store that is gone.
    let store = open(common, Access::Make).await?;
    let done = run(common, &store.accounts(), &asked.command).await;
    store.close().await;
    done
}

async fn run(common: &Common, accounts: &Accounts, asked: &AccountCommand) -> Result<Exit, Exit> {
    let kept = match asked {
        AccountCommand::List => {
            let list = accounts.list().await.map_err(|error| failed(&error))?;
            show::list(common, &list);
            return Ok(Exit::Done);
        }
        AccountCommand::Import { file } => return import::import(common, accounts, file).await,
        AccountCommand::Remove { name } => {
            accounts
                .remove(name)
                .await
                .map_err(|error| failed(&error))?;
            out::answer_as(common, &json!({ "removed": name }), || {
                format!("{} is removed\n", crate::table::printable(name))
            });
            return Ok(Exit::Done);
        }
        AccountCommand::Show { name } => accounts.show(name).await,
        AccountCommand::Add(add) => accounts.add(new(add)?).await,
        AccountCommand::Set(change) => accounts.update(&change.name, changed(change)).await,
        AccountCommand::Passwd { name, password } => {
            // First of all, so that nobody types a password for an account that is not there.
            accounts.show(name).await.map_err(|error| failed(&error))?;
            accounts.set_password(name, to_set(password)?).await
        }
    };
    show::one(common, &kept.map_err(|error| failed(&error))?);
    Ok(Exit::Done)
}

fn new(add: &AddAccount) -> Result<NewAccount, Exit> {
    let values = &add.values;
    Ok(NewAccount {
        name: add.name.clone(),
        password: to_set(&add.password)?,
        enabled: !add.disabled,
        details: Details {
            uid: values.uid,
            gid: values.gid,
            home: values.home.clone(),
            shell: values.shell.clone(),
            user_type: values.user_type.map(user_type),
            email: values.email.clone(),
            display_name: values.display_name.clone(),
        },
    })
}

fn user_type(kind: Kind) -> UserType {
    match kind {
        Kind::Real => UserType::Real,
        Kind::Virtual => UserType::Virtual,
    }
}

fn changed(asked: &ChangeAccount) -> AccountChange {
    fn set<T>(value: Option<T>, taken_away: bool) -> Option<Option<T>> {
        if taken_away {
            Some(None)
        } else {
            value.map(Some)
        }
    }
    let ChangeAccount {
        enable,
        disable,
        values,
        unset,
        ..
    } = asked;
    let Values { uid, gid, .. } = *values;
    let text = |value: &Option<String>, which| set(value.clone(), unset.contains(&which));
    AccountChange {
        enabled: (*enable || *disable).then_some(*enable),
        uid: set(uid, unset.contains(&Value::Uid)),
        gid: set(gid, unset.contains(&Value::Gid)),
        home: text(&values.home, Value::Home),
        shell: text(&values.shell, Value::Shell),
        user_type: set(
            values.user_type.map(user_type),
            unset.contains(&Value::Type),
        ),
        email: text(&values.email, Value::Email),
        display_name: text(&values.display_name, Value::DisplayName),
    }
}

/// The password that was named, or else typed twice.
fn to_set(from: &PasswordToSet) -> Result<NewPassword, Exit> {
    if from.in_directory {
        return Ok(NewPassword::InDirectory);
    }
    if from.hash_stdin {
        let line = password::line()?;
        let hash = String::from_utf8(line.to_vec()).unwrap_or_default();
        return Ok(NewPassword::Hashed(hash.trim().to_owned()));
    }
    let given = password::given(&PasswordFrom {
        password_stdin: from.password_stdin,
        password_file: from.password_file.clone(),
    })?;
    let password = match given {
        Some(given) => given,
        None => password::typed_twice()?,
    };
    match password {
        SubmittedPassword::Given(password) if is_typeable(password.expose()) => {
            Ok(NewPassword::Clear(password))
        }
        _ => {
            out::aside(
                "error: the password cannot be used: expected 1 to 1024 bytes without control characters\n",
            );
            Err(Exit::Usage)
        }
    }
}

/// A login refuses control characters before it looks at the password, so that nobody could log in with such a one.
fn is_typeable(password: &[u8]) -> bool {
    !password
        .utf8_chunks()
        .any(|chunk| chunk.valid().contains(char::is_control))
}
