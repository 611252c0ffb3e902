//! The port that logins use: who may ask how many helpers at once, and what their answers mean.

use crate::OsSettings;
use crate::errand::{self, Errand, Unanswered};
use crate::message::{Answer, LoginQuestion, Question};
use entryway_ldap_types::Password;
use entryway_login::{OsAccount, OsAccounts, OsAnswer, OsOperation, OsReply};
use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::{Semaphore, oneshot};
use tokio::time::timeout_at;
use zeroize::Zeroizing;

/// Linux-PAM's library, by the name that every distribution gives it.
const LIBRARY: &str = "libpam.so.0";

/// The accounts of the operating system, asked through helpers.
pub struct PamAccounts {
    settings: OsSettings,
    program: PathBuf,
    library: PathBuf,
    room: Arc<Semaphore>,
}

impl PamAccounts {
    /// With these settings. `program` is started as the helper, as an absolute path: one whose `main` begins with
    /// [`helper_main`](crate::helper_main). `/proc/self/exe` is the running program even after its file was replaced.
    pub fn new(settings: OsSettings, program: PathBuf) -> Self {
        let room = Arc::new(Semaphore::new(
            settings.max.clamp(1, Semaphore::MAX_PERMITS),
        ));
        Self {
            settings,
            program,
            library: PathBuf::from(LIBRARY),
            room,
        }
    }

    /// With another library than the system's `libpam.so.0`: a file name or an absolute path.
    pub fn with_library(mut self, library: PathBuf) -> Self {
        self.library = library;
        self
    }

    /// Asks one helper. Dropping the future ends the helper.
    async fn ask(
        &self,
        question: Question,
        password: Option<Arc<Password>>,
        deadline: Instant,
    ) -> Result<Answer, Unanswered> {
        let frame = question.to_frame()?;
        // The copy of the password in it goes before anybody waits.
        drop(question);
        let room = timeout_at(deadline.into(), Arc::clone(&self.room).acquire_owned());
        let Ok(room) = room.await else {
            let words = "the helpers for OS accounts were all busy until the deadline";
            return Err(Unanswered::TimedOut(words));
        };
        let room = room.map_err(|_| Unanswered::Stopping)?;
        let (asker, answer) = oneshot::channel();
        let errand = Errand {
            program: self.program.clone(),
            question: frame,
            password,
            deadline,
        };
        tokio::spawn(errand::run(errand, room, asker));
        answer.await.unwrap_or(Err(Unanswered::Stopping))
    }

    fn question(&self, operation: &OsOperation) -> Question {
        Question::Login(LoginQuestion {
            name: operation.name.to_string(),
            password: Zeroizing::new(operation.password.expose().to_vec()),
            client: operation.client_address,
            service: self.settings.service.clone(),
            confdir: self.settings.confdir.clone(),
            library: self.library.clone(),
        })
    }
}

impl OsAccounts for PamAccounts {
    async fn find_os(&self, name: &str, deadline: Instant) -> Result<Option<OsAccount>, String> {
        let question = Question::Find(name.to_owned());
        match self.ask(question, None, deadline).await {
            Ok(Answer::Found(found)) => found,
            Ok(Answer::Login(_)) => Err(other_question()),
            Err(unanswered) => Err(in_words(&unanswered)),
        }
    }

    async fn login_os(&self, operation: OsOperation) -> OsAnswer {
        let started = Instant::now();
        let question = self.question(&operation);
        let password = Some(Arc::clone(&operation.password));
        let answer = self.ask(question, password, operation.deadline).await;
        let reply = match answer {
            Ok(Answer::Login(OsReply::Verified(account))) if account.name != *operation.name => {
                OsReply::NoVerdict(other_question())
            }
            Ok(Answer::Login(reply)) => reply,
            Ok(Answer::Found(_)) => OsReply::NoVerdict(other_question()),
            Err(unanswered) => OsReply::NoVerdict(in_words(&unanswered)),
        };
        OsAnswer {
            reply,
            took: started.elapsed(),
        }
    }
}

fn other_question() -> String {
    "the helper for OS accounts answered another question".to_owned()
}

fn in_words(unanswered: &Unanswered) -> String {
    match unanswered.source() {
        Some(source) => format!("{unanswered}: {source}"),
        None => unanswered.to_string(),
    }
}
