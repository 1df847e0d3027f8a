//! A whole provider: notes that are kept in files of a folder.
//!
//! ```hcl
//! resource "notes_note" "hello" {
//!   title = "hello"
//!   text  = "Hello, world."
//! }
//! ```

use std::{
    collections::BTreeMap,
    path::PathBuf,
    process::ExitCode,
    sync::{Arc, OnceLock},
};
use tfplug::{
    ApplyRequest, ApplyResponse, Attribute, Block, BoxFuture, ConfigureRequest, Diagnostics, ImportRequest,
    ImportResponse, Path, PlanRequest, PlanResponse, Provider, ReadRequest, ReadResponse, Resource, Schema,
    ServeOptions, Type, Value,
};

#[derive(Default)]
struct Notes {
    folder: Arc<OnceLock<PathBuf>>,
}

impl Provider for Notes {
    fn schema(&self) -> Schema {
        Block::new()
            .attribute("folder", Attribute::required(Type::String).describe("Where notes are kept."))
            .into()
    }

    fn resources(&self) -> BTreeMap<String, Arc<dyn Resource>> {
        let note: Arc<dyn Resource> = Arc::new(Note { folder: self.folder.clone() });
        BTreeMap::from([("notes_note".to_owned(), note)])
    }

    fn configure(&self, request: ConfigureRequest) -> BoxFuture<'_, Diagnostics> {
        if let Some(folder) = request.config.get("folder").as_str() {
            // Configured twice is configured.
            let _ = self.folder.set(folder.into());
        }
        Box::pin(async { Diagnostics::default() })
    }
}

struct Note {
    folder: Arc<OnceLock<PathBuf>>,
}

impl Note {
    fn file(&self, note: &Value) -> PathBuf {
        let title = note.get("title").as_str().unwrap_or_default();
        self.folder.get().cloned().unwrap_or_default().join(format!("{title}.txt"))
    }
}

impl Resource for Note {
    fn schema(&self) -> Schema {
        Block::new()
            .attribute(
                "title",
                Attribute::required(Type::String).describe("The note's title, and its file's name."),
            )
            .attribute("text", Attribute::required(Type::String).describe("What it says."))
            .attribute("length", Attribute::computed(Type::Number).describe("How long it is, in bytes."))
            .describe("A note, kept in a file.")
            .into()
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        let mut told = Diagnostics::default();
        if config.get("title").as_str().is_some_and(|title| title.contains('/')) {
            told.error(Path::root("title"), "A title holds no slash", "It becomes the name of a file.");
        }
        assert!(config.get("text").as_str() != Some("panic"), "asked to panic");
        told
    }

    fn read(&self, request: ReadRequest) -> BoxFuture<'_, ReadResponse> {
        let text = std::fs::read_to_string(self.file(&request.current)).ok();
        let state = text.map_or(Value::Null, |text| with_length(request.current, text));
        Box::pin(async { ReadResponse { state, private: request.private, ..Default::default() } })
    }

    fn plan(&self, request: PlanRequest) -> BoxFuture<'_, PlanResponse> {
        let mut planned = request.proposed;
        if planned.get("text") != request.prior.get("text") {
            planned.set("length", Value::UNKNOWN);
        }
        let requires_replace = vec![Path::root("title")];
        Box::pin(async {
            PlanResponse { planned, requires_replace, private: request.private, ..Default::default() }
        })
    }

    fn apply(&self, request: ApplyRequest) -> BoxFuture<'_, ApplyResponse> {
        Box::pin(async move {
            let mut told = Diagnostics::default();
            let done = if request.planned.is_null() {
                std::fs::remove_file(self.file(&request.prior))
            } else {
                let text = request.planned.get("text").as_str().unwrap_or_default();
                std::fs::write(self.file(&request.planned), text)
            };
            if let Err(why) = done {
                told.error(None, "Cannot keep the note", why.to_string());
                return ApplyResponse { state: request.prior, private: request.private, diagnostics: told };
            }
            let state = match request.planned.get("text").as_str().map(str::to_owned) {
                Some(text) => with_length(request.planned, text),
                None => Value::Null,
            };
            ApplyResponse { state, private: request.private, diagnostics: told }
        })
    }

    fn import(&self, request: ImportRequest) -> BoxFuture<'_, ImportResponse> {
        let state = Value::map([("title", Value::from(request.id))]);
        Box::pin(async { ImportResponse { state, ..Default::default() } })
    }
}

fn with_length(mut note: Value, text: String) -> Value {
    note.set("length", Value::from(i64::try_from(text.len()).unwrap_or(i64::MAX)));
    note.set("text", Value::from(text));
    note
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let options = ServeOptions {
        address: "registry.terraform.io/example/notes".to_owned(),
        debug: std::env::args().any(|argument| argument == "--debug"),
        capped: &[],
    };
    match tfplug::serve(Notes::default(), options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}
