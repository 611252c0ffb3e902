//! `entryway`: the one binary. It composes the crates, runs commands, and alone prints.

/// A login is some hundred small allocations, many of them freed by another task.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod account;
mod again;
mod audit;
mod certificate_login;
mod certificates;
mod check;
mod cli;
mod client;
mod columns;
mod completions;
mod compose;
mod connector;
mod control;
mod demo;
mod descriptors;
mod domain;
mod drawn;
mod events;
mod exit;
mod explain;
mod forward;
mod gateway;
mod help;
mod hub;
mod ids;
mod kept;
mod listener;
mod live;
mod logs;
mod lookup;
mod metrics;
mod once;
mod out;
mod palette;
mod password;
mod problems;
mod recent;
mod record;
mod reload;
mod roots;
mod scenarios;
mod seal;
mod serve;
mod session;
mod site;
mod sources;
mod sso;
mod status;
mod store;
mod stores;
mod table;
mod tls;
mod token;
mod told;
mod totals;
mod witness;
mod world;

use cli::{Cli, Command, OwnCommand};
use exit::Exit;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::time::Duration;
use tokio::runtime::Builder;

fn main() -> ExitCode {
    // The process that asks PAM is this program, started again for one question.
    if entryway_os::is_helper() {
        return u8::try_from(entryway_os::helper_main()).map_or(ExitCode::FAILURE, ExitCode::from);
    }
    in_small_pages();
    let ended = catch_unwind(AssertUnwindSafe(|| match Cli::read() {
        Ok(cli) => run(&cli),
        Err(error) => help::usage(&error),
    }));
    let exit = ended.unwrap_or_else(|_| {
        out::aside("this is a bug in entryway, not in your configuration or your directory; please report it with the lines above\n");
        Exit::Bug
    });
    exit.into()
}

/// The allocator asks for pages of 2 MiB, and an idle daemon has little in many of them: 15 MiB more than it uses. A login
/// is no slower without.
fn in_small_pages() {
    // A kernel that cannot does not give any.
    let _ = rustix::thread::disable_transparent_huge_pages(true);
}

fn run(cli: &Cli) -> Exit {
    let common = &cli.common;
    let done = match &cli.command {
        Command::Serve => on_workers(serve::serve(common)),
        Command::Demo(demo) => on_workers(demo::demo(common, demo)),
        Command::Login(login) => on_this_thread(once::login(common, login)),
        Command::Explain(explain) => on_this_thread(once::explain(common, explain)),
        Command::Find(find) => on_this_thread(lookup::find(common, find)),
        Command::Groups(groups) => on_this_thread(lookup::groups(common, groups)),
        Command::Browse(browse) => on_this_thread(lookup::browse(common, browse)),
        Command::Card(card) => on_this_thread(lookup::card(common, card)),
        Command::Test(test) => on_this_thread(scenarios::test(common, test)),
        Command::Check => on_this_thread(check::check(common)),
        Command::Tls(tls) => on_this_thread(tls::tls(common, tls)),
        Command::Domain(domain) => domain::domain(common, domain),
        Command::Account(account) => on_this_thread(account::account(common, account)),
        Command::Token(token) => token::token(common, token),
        Command::Client(asked) => client::client(common, asked),
        Command::Session(asked) => session::session(common, asked),
        Command::Hub(asked) => on_this_thread(hub::hub(common, asked)),
        Command::Connector(asked) => match asked.command {
            OwnCommand::Run => on_workers(site::connector(common, asked)),
            _ => on_this_thread(site::connector(common, asked)),
        },
        Command::Audit(audit) => on_this_thread(audit::audit(common, audit)),
        Command::Store(store) => on_this_thread(store::store(common, store)),
        Command::Status(asked) => status::status(common, asked),
        Command::Reload(asked) => reload::reload(common, asked),
        Command::Completions(completions) => Ok(completions::print(completions.shell)),
        Command::Help(topic) => Ok(help::help(topic.topic.as_deref())),
    };
    done.unwrap_or_else(|exit| exit)
}

/// One login needs one thread.
fn on_this_thread(command: impl Future<Output = Result<Exit, Exit>>) -> Result<Exit, Exit> {
    to_its_end(&mut Builder::new_current_thread(), command)
}

/// A gateway has one worker for every two cores: nothing in it blocks, one worker serves more logins
/// than a directory on the other core can answer, and a task that is woken on another worker costs a
/// futex and a switch. On two cores one worker took a third less CPU per login than two.
fn on_workers(command: impl Future<Output = Result<Exit, Exit>>) -> Result<Exit, Exit> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut builder = Builder::new_multi_thread();
    to_its_end(builder.worker_threads((cores / 2).max(1)), command)
}

/// What may still be running once the command has ended: a name that a resolver does not answer.
const LEFT_BEHIND: Duration = Duration::from_millis(100);

fn to_its_end(
    builder: &mut Builder,
    command: impl Future<Output = Result<Exit, Exit>>,
) -> Result<Exit, Exit> {
    let runtime = builder
        .enable_all()
        .thread_name("entryway")
        .build()
        .map_err(|error| {
            out::aside(&format!("error: the runtime cannot be started: {error}\n"));
            Exit::Bug
        })?;
    let exit = runtime.block_on(command);
    runtime.shutdown_timeout(LEFT_BEHIND);
    exit
}
