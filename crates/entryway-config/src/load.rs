//! The way through: gather, check the keys, resolve, report.

use crate::catalogue;
use crate::code::Code;
use crate::context::Context;
use crate::flat::unflatten;
use crate::gather::gather;
use crate::place::{RuleBook, Texts};
use crate::report::{Problems, Report};
use crate::resolve;
use crate::section::Section;
use crate::settings::Settings;
use crate::sources::Sources;

/// A configuration that holds together.
pub struct Loaded {
    /// What it says.
    pub settings: Settings,
    /// What somebody should look at all the same.
    pub warnings: Report,
    /// Where each rule was written.
    pub places: RuleBook,
}

/// Problems of a value in itself. After a syntax error the others may be its echo.
const OF_ONE_VALUE: [Code; 14] = [
    Code::NamelessDomain,
    Code::UnknownKey,
    Code::WrongType,
    Code::UnknownWord,
    Code::OutOfRange,
    Code::NotDuration,
    Code::NotMoment,
    Code::Listen,
    Code::ServerAddress,
    Code::NotDn,
    Code::NotFilter,
    Code::Placeholder,
    Code::NotAttribute,
    Code::SecretAttribute,
];

/// Reads and checks everything.
///
/// # Errors
///
/// Every error and warning that there is, in one report, when there is at least one error.
pub fn load(sources: &Sources) -> Result<Loaded, Report> {
    let mut texts = Texts::default();
    let gathering = Problems::default();
    let Some(mut gathered) = gather(sources, &mut texts, &gathering) else {
        return Err(gathering.into_report(texts));
    };
    let problems = Problems::default();
    unflatten(&mut gathered.root, &problems);
    let cx = Context::new(sources, &texts, &problems, gathered.files);
    catalogue::check_keys(&gathered.root, &problems);
    let resolved = resolve::settings(&Section::root(&gathered.root, gathered.main, &cx), &cx);
    let (places, files) = cx.into_parts();
    let (gathering, problems) = if gathering.has(Code::Syntax) {
        let problems = problems.echoless(&gathering, &texts, &OF_ONE_VALUE);
        (gathering.guarded(&texts), problems.guarded(&texts))
    } else {
        (gathering, problems)
    };
    let report = gathering.and(problems).into_report(texts);
    match resolved {
        Some(settings) if report.errors() == 0 => Ok(Loaded {
            settings: Settings { files, ..settings },
            warnings: report,
            places,
        }),
        _ => Err(report),
    }
}
